"""Keys of programs: 32 random bytes, shown once, stored as SHA-256."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from advisor.database import without_waiting
from advisor.errors import BadInput, NotFound
from advisor.ids import as_uuid
from advisor.models import ApiToken, Organisation

MARK = "qm_"
_NONE = "There is no such token."
_PREFIX_LENGTH = len(MARK) + 6
_USE_NOTED_EVERY = timedelta(minutes=1)


def create_token(
    *, organisation: Organisation, user: User, name: str, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token and its key, which nothing can show again. Raises BadInput for a bad name or a past end."""
    name = name.strip()
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise BadInput("name: write 1 to 100 characters that tell what the token is for", field="name")
    if expires_at is not None and expires_at <= timezone.now():
        raise BadInput("expires_at: must lie in the future", field="expires_at")
    key = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        organisation=organisation,
        user=user,
        name=name,
        prefix=key[:_PREFIX_LENGTH],
        digest=_digest(key),
        expires_at=expires_at,
    )
    return token, key


def token_of(key: str) -> ApiToken | None:
    """The token of a key that may be used now, by an active member; its use is noted once a minute."""
    now = timezone.now()
    token = (
        live_tokens(now)
        .filter(digest=_digest(key), user__is_active=True)
        .select_related("organisation", "user")
        .first()
    )
    if token is None:
        return None
    if token.last_used_at is None or now - token.last_used_at > _USE_NOTED_EVERY:
        with without_waiting():  # a busy database must not make reading wait for this
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def live_tokens(now: datetime) -> QuerySet[ApiToken]:
    """Tokens neither revoked nor ended, of users who still belong to the token's organisation."""
    alive = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return ApiToken.objects.filter(
        alive, revoked_at__isnull=True, user__membership__organisation=F("organisation")
    )


def tokens_of(user: User, organisation: Organisation) -> QuerySet[ApiToken]:
    """A member's own tokens, newest first, revoked ones left out."""
    return ApiToken.objects.filter(user=user, organisation=organisation, revoked_at__isnull=True)


def revoke_token(token_id: object, *, user: User, organisation: Organisation) -> None:
    """End a token of one's own for good; the row stays for the record. Raises NotFound."""
    key = as_uuid(token_id, _NONE)
    if not tokens_of(user, organisation).filter(pk=key).update(revoked_at=timezone.now()):
        raise NotFound(_NONE)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
