"""`sign_in_link [USERNAME]`: a link that signs a person in once, for who has no password or lost it."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandParser

from advisor.accounts.links import sign_in_link
from advisor.accounts.services import FIRST_ADMINISTRATOR
from advisor.errors import BadInput
from advisor.management.base import AdvisorCommand
from providers.text import did_you_mean, nearest


class Command(AdvisorCommand):
    help = "Print a link that signs a person in once, within 24 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "username", nargs="?", default=FIRST_ADMINISTRATOR, help=f"default {FIRST_ADMINISTRATOR}"
        )

    def run(self, **options: Any) -> None:
        name = options["username"]
        user = User.objects.filter(username__iexact=name, is_active=True).first()
        if user is None:
            names = User.objects.filter(is_active=True).values_list("username", flat=True)
            raise BadInput(f"USERNAME {name!r}: there is no such person{did_you_mean(nearest(name, names))}")
        self.stdout.write(sign_in_link(user))
        if not settings.SITE_URL:
            self.stderr.write("SITE_URL is not set: put the address of your site in front of it.")
