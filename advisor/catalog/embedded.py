"""The price list that ships with the code, brought into the catalogue when it has changed."""

import hashlib
from pathlib import Path

from advisor.catalog.services import Published, Scope, publish
from advisor.errors import AdvisorError
from advisor.models import CatalogueVersion
from providers import reference

SOURCE = "embedded"


def embedded_digest() -> str:
    """SHA-256 over names and bytes of the embedded price files."""
    folder = Path(reference.__file__).parent
    total = hashlib.sha256()
    for path in sorted(folder.glob("offers*.csv")):
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def load_embedded() -> Published | None:
    """Publish the embedded list unless this very list was published before (then None).

    Rows that a live source or an import observed later stay; rows that left the embedded list are closed.
    """
    digest = embedded_digest()
    if CatalogueVersion.objects.filter(source=SOURCE, digest=digest).exists():
        return None
    prices = reference.load()
    if prices.refused:
        worst = prices.refused[0]
        raise AdvisorError(
            f"The embedded price list has {len(prices.refused)} bad rows; nothing was loaded.",
            [f"line {worst.line}, {worst.field}: {worst.value}: {worst.reason}"],
        )
    return publish(
        prices.offers,
        source=SOURCE,
        label="embedded price list",
        digest=digest,
        scope=Scope(source=SOURCE, keep_newer=True),
    )
