"""What operators' pages share: who may act, and rows that only services write."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
else:  # Django's class takes no parameters when it runs
    Admin = admin.ModelAdmin


class Operated(Admin):
    """Actions that write need an operator of the whole site: a right to look is no right to act."""

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    @staticmethod
    def person(request: HttpRequest) -> User | None:
        """Who asked, to be written down."""
        return request.user if isinstance(request.user, User) else None


class ReadOnly(Operated):
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  as above
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  as above
        return False
