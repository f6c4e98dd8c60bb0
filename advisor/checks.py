"""System checks that say at start what is missing."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured


@register(Tags.security, deploy=True)
def production_is_configured(*_args: Any, **_kwargs: Any) -> list[CheckMessage]:
    """`check --deploy` is meant for production: name each variable that is missing there."""
    problems: list[CheckMessage] = []
    if settings.EMBEDDED:
        problems.append(
            Error(
                "This is the embedded mode, made for one person on one machine.",
                hint="Set ADVISOR_MODE=production, DATABASE_URL, SECRET_KEY and ALLOWED_HOSTS.",
                id="advisor.E001",
            )
        )
    if "sqlite3" in settings.DATABASES["default"]["ENGINE"] and not settings.EMBEDDED:
        problems.append(
            Error(
                "Production keeps its data in PostgreSQL.",
                hint="Set DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/NAME.",
                id="advisor.E002",
            )
        )
    try:
        bool(settings.SECRET_KEY)
    except ImproperlyConfigured:
        problems.append(
            Error(
                "SECRET_KEY is not set; it has no default.",
                hint="Set SECRET_KEY, or SECRET_KEY_FILE to a file holding it: 50 random characters.",
                id="advisor.E003",
            )
        )
    return problems
