"""The organisation on whose behalf a request is made: the start of every private query."""

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest

from advisor.errors import AdvisorError
from advisor.models import Organisation


class NoOrganisation(AdvisorError):
    """A signed-in user who belongs to no organisation has nothing to see."""

    http_status = 403
    code = "no_organisation"


def organisation_in(request: HttpRequest) -> Organisation:
    """Whose rows this request may see. Raises NoOrganisation."""
    found: Organisation | None = getattr(request, "organisation", None)
    if found is None:
        raise NoOrganisation(
            "Your account belongs to no organisation.", ["Ask an administrator to add it under Memberships."]
        )
    return found


def viewer(request: HttpRequest) -> Organisation | None:
    """Whose price book counts where prices may be read by anybody; None for a visitor."""
    return getattr(request, "organisation", None)


def may_see_workings(request: HttpRequest) -> bool:
    """Whether the reader may know why a source of prices failed: members, and all on a laptop.

    Words of providers can name the site's projects, subscriptions and hosts.
    """
    return bool(settings.EMBEDDED) or viewer(request) is not None


def member_in(request: HttpRequest) -> User:
    """The signed-in person; the middleware has let nobody else pass."""
    if not isinstance(request.user, User):
        raise TypeError("a view for members was reached without one")
    return request.user
