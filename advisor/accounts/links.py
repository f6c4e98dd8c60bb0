"""Links that sign a person in once: for the first start, for invitations, for a lost password."""

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode


class _OnceTokens(PasswordResetTokenGenerator):
    """A token is of no use after the next sign-in, a new password, or PASSWORD_RESET_TIMEOUT seconds."""

    key_salt = "advisor.accounts.links"


_tokens = _OnceTokens()


def sign_in_link(user: User) -> str:
    """The address that signs `user` in once; without SITE_URL only its path."""
    name = urlsafe_base64_encode(force_bytes(user.pk))
    return settings.SITE_URL + reverse("sign_in_once", args=[name, _tokens.make_token(user)])


def user_of_link(name: str, token: str) -> User | None:
    """Whom a link signs in; None for one that is used, too old, or made up."""
    try:
        user = User.objects.filter(pk=force_str(urlsafe_base64_decode(name)), is_active=True).first()
    except (ValueError, OverflowError):
        return None
    return user if user is not None and _tokens.check_token(user, token) else None
