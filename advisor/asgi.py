"""ASGI entry point for asynchronous servers."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
application = get_asgi_application()
_ = settings.SECRET_KEY  # raises when there is none: refuse to start instead of failing the first visitor
