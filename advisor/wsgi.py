"""WSGI entry point for gunicorn."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
application = get_wsgi_application()
_ = settings.SECRET_KEY  # raises when there is none: refuse to start instead of failing the first visitor

from advisor.web.warm import warm  # noqa: E402  needs the applications that were set up above

warm()
