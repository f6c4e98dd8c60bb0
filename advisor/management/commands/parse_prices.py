"""`parse_prices PROVIDER FILE ...`: recorded replies of a provider to offers, without network or database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from advisor.catalog.columns import FILE_COLUMNS
from advisor.catalog.files import bytes_of
from advisor.catalog.listing_json import as_json
from advisor.errors import BadInput
from advisor.management.base import AdvisorCommand
from advisor.management.output import Target
from providers.base import Document, Refused
from providers.errors import SourceFormatChanged, UnknownSource
from providers.offers import Offer
from providers.registry import source_class

_SHOWN = 20


class Command(AdvisorCommand):
    uses_database = False
    help = (
        "Read recorded replies of a provider (JSON or CSV as it sends them) into offers, for support cases."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider", metavar="PROVIDER", help="aws, azure, gcp, baidu or gpuhunt")
        parser.add_argument("files", nargs="+", metavar="FILE", help="replies as the provider sends them")
        parser.add_argument("--json", metavar="FILE", help="write offers and refusals; - is standard output")

    def run(self, **options: Any) -> None:
        paths = [Path(name) for name in options["files"]]
        target = Target(options["json"], option="--json", inputs=paths) if options["json"] else None
        try:
            source = source_class(options["provider"])
        except UnknownSource as error:
            raise BadInput(f"PROVIDER {error}") from error
        for path in paths:
            bytes_of(path, most=1)  # a file that cannot be read is said before the work
        offers: list[Offer] = []
        refused: list[Refused] = []
        try:
            now = datetime.now(UTC)  # a recorded reply had come by now: what begins later is not in force
            for found in source.parse([Document.of_file(path, came_by=now) for path in paths]):
                if isinstance(found, Offer):
                    offers.append(found)
                else:
                    refused.append(found)
        except SourceFormatChanged as error:
            raise BadInput(str(error)) from error
        if target is not None:
            target.write_json(_payload(offers, refused))
        if target is None or not target.is_stdout:
            self._tell(offers, refused)

    def _tell(self, offers: list[Offer], refused: list[Refused]) -> None:
        for offer in offers[:_SHOWN]:
            self.stdout.write(f"{offer.offer_id}  {offer.price_per_hour} {offer.currency} per hour")
        if len(offers) > _SHOWN:
            self.stdout.write(f"and {len(offers) - _SHOWN:,} more")
        self.stdout.write(f"{len(offers):,} offers, {len(refused):,} refused.")
        for one in refused[:_SHOWN]:
            self.stdout.write(f"  {one.where}: {one.reason}")
        if len(refused) > _SHOWN:
            self.stdout.write(f"  and {len(refused) - _SHOWN:,} more")


def _payload(offers: list[Offer], refused: list[Refused]) -> dict[str, Any]:
    return {
        "offers": [
            {name: as_json(getattr(offer, name)) for name in FILE_COLUMNS} | {"offer_id": offer.offer_id}
            for offer in offers
        ],
        "refused": [{"where": one.where, "reason": one.reason} for one in refused],
    }
