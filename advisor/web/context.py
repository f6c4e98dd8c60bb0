"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "organisation": getattr(request, "organisation", None),
        "public_catalogue": settings.PUBLIC_CATALOGUE,
        "embedded": settings.EMBEDDED,
    }
