"""Fetching gpuhunt's catalogues from a fake of the place where they are published."""

import io
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from providers.errors import (
    ProviderError,
    ReplyTooLarge,
    SourceFormatChanged,
    SourceRefused,
    SourceUnavailable,
)
from providers.gpuhunt.source import CATALOG_URL, PUBLISHED, GpuhuntSource
from providers.http import Door
from providers.offers import Offer
from providers.registry import source_class
from tests.providers.fakes import FakeServer, Reply, Step, Waits, fake_server, routed

PAGES = Path(__file__).parent / "pages" / "gpuhunt"


def zipped(provider: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(PAGES / f"{provider}.csv", f"{provider}.csv")
    return buffer.getvalue()


def published(**changes: Step) -> Step:
    """What is published for two providers; `version` and `zip` change that of runpod."""
    return routed(
        {
            "/v3/lambdalabs/version": Reply(body=b"20261120-3\n"),
            "/v3/lambdalabs/20261120-3/catalog.zip": Reply(body=zipped("lambdalabs")),
            "/v3/runpod/version": changes.get("version", Reply(body=b"20261121-9")),
            "/v3/runpod/20261121-9/catalog.zip": changes.get("zip", Reply(body=zipped("runpod"))),
        }
    )


def source(fake: FakeServer, **options: Any) -> GpuhuntSource:
    usual: dict[str, Any] = {
        "providers": ("lambdalabs", "runpod"),
        "catalog_url": f"{fake.url}/v3/",
        "door": Door(sleep=Waits(), timeout_seconds=5, total_seconds=20),
    }
    return GpuhuntSource(**(usual | options))


def test_what_is_fetched_is_what_is_parsed(tmp_path: Path) -> None:
    with fake_server(published()) as fake:
        documents = list(source(fake).fetch(tmp_path))
    assert [document.name for document in documents] == ["lambdalabs 20261120-3.zip", "runpod 20261121-9.zip"]
    offers = [one for one in GpuhuntSource.parse(documents) if isinstance(one, Offer)]
    assert (len(offers), {offer.provider for offer in offers}) == (11, {"lambda", "runpod"})
    assert {offer.observed_at for offer in offers} == {
        datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC),
    }  # fmt: skip


def test_a_transfer_that_broke_is_tried_again(tmp_path: Path) -> None:
    calls = iter([Reply(status=503), Reply(body=zipped("runpod"), cut_after=100)])
    step: Step = lambda _: next(calls, None) or Reply(body=zipped("runpod"))  # noqa: E731  # one line, one use
    with fake_server(published(zip=step)) as fake:
        assert len(list(source(fake).fetch(tmp_path))) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"version": Reply(status=404)}, SourceRefused),
        ({"version": Reply(status=500)}, SourceUnavailable),
        ({"version": Reply(body=b"../../../etc")}, SourceFormatChanged),
        ({"version": Reply(body=b"<html>\xff")}, SourceFormatChanged),
        ({"version": Reply(body=b"")}, SourceFormatChanged),
        ({"version": Reply(body=b"1" * 2000)}, ReplyTooLarge),
        ({"zip": Reply(status=403)}, SourceRefused),
        ({"zip": Reply(body=b"x" * 2**20, repeat=2048)}, ReplyTooLarge),
        ({"zip": Reply(body=b"x" * 100, cut_after=5)}, SourceUnavailable),
    ],
)
def test_bad_days_end_in_an_error_and_no_half_file(
    tmp_path: Path, changes: dict[str, Reply], error: type[ProviderError]
) -> None:
    with fake_server(published(**changes)) as fake, pytest.raises(error):
        list(source(fake).fetch(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["lambdalabs 20261120-3.zip"]


def test_a_damaged_zip_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    with fake_server(published(zip=Reply(body=zipped("runpod")[:-50]))) as fake:
        found = list(GpuhuntSource.parse(list(source(fake).fetch(tmp_path))))
    assert {one.provider for one in found if isinstance(one, Offer)} == {"lambda"}
    assert "a damaged zip file" in {one.reason for one in found if not isinstance(one, Offer)}


def test_it_needs_no_configuration_but_a_provider(tmp_path: Path) -> None:
    assert GpuhuntSource().not_configured() == ""
    nobody = GpuhuntSource(providers=())
    assert nobody.not_configured() == "name at least one provider"
    with pytest.raises(SourceRefused, match="name at least one provider"):
        list(nobody.fetch(tmp_path))


def test_it_is_the_source_of_its_name() -> None:
    assert source_class("gpuhunt") is GpuhuntSource
    assert (GpuhuntSource.name, GpuhuntSource.title) == ("gpuhunt", "Neo-clouds (gpuhunt)")


def test_place_and_providers_are_those_of_the_package() -> None:
    package = import_module("gpuhunt._internal.catalog")
    assert package.CATALOG_URL == CATALOG_URL
    assert set(PUBLISHED) == set(package.OFFLINE_PROVIDERS) - {"aws", "azure", "gcp", "oci"}


def test_columns_are_those_the_package_writes() -> None:
    from providers.gpuhunt.rows import NEEDED

    assert set(NEEDED) < set(import_module("gpuhunt._internal.storage").CATALOG_V2_FIELDS)


def test_the_package_is_not_imported_to_fetch_or_parse() -> None:
    code = (
        "import sys; from providers.registry import source_class; made = source_class('gpuhunt')();"
        "list(made.parse([])); print([name for name in sys.modules if name.split('.')[0] == 'gpuhunt'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
