"""The first administrator, and people added later."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from advisor.errors import BadInput
from advisor.models import Membership, Organisation

FIRST_ADMINISTRATOR = "admin"
FIRST_ORGANISATION = "My organisation"


@transaction.atomic
def ensure_administrator() -> User | None:
    """The first administrator with an organisation, where there are no people yet; None where there are.

    No password is set: a sign-in link lets the person choose one.
    """
    if User.objects.exists():
        return None
    user = User.objects.create_superuser(FIRST_ADMINISTRATOR)
    join(user, Organisation.objects.get_or_create(name=FIRST_ORGANISATION)[0])
    return user


def join(user: User, organisation: Organisation) -> Membership:
    """Make the user a member; raises BadInput where they belong to another organisation already."""
    membership, created = Membership.objects.get_or_create(user=user, defaults={"organisation": organisation})
    if not created and membership.organisation_id != organisation.pk:
        raise BadInput(f"{user.get_username()} belongs to {membership.organisation} already.")
    return membership


def add_member(username: str, organisation: Organisation) -> User:
    """A new person of an organisation, without a password yet. Raises BadInput for a name that is taken."""
    name = User.normalize_username(username.strip())
    try:
        User._meta.get_field("username").run_validators(name)
    except ValidationError:
        name = ""
    if not name:
        raise BadInput(
            "username: write 1 to 150 letters, digits and @ . + - _, without spaces", field="username"
        )
    with transaction.atomic():
        if User.objects.filter(username__iexact=name).exists():
            raise BadInput(f"username {name}: is taken; choose another", field="username")
        user = User.objects.create_user(name)
        join(user, organisation)
    return user
