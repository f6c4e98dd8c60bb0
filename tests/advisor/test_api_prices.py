"""Price files over the API: the same bytes out as by the command, and in whole or not at all."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from advisor.catalog.queries import current_offers
from advisor.catalog.services import publish
from advisor.models import CatalogueVersion
from providers.pricefile import write_price_file
from tests.advisor.api_calls import Answer, Caller, member, prices
from tests.advisor.commands import call
from tests.factories import make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db
HEADER = (
    "provider,region,country,instance_type,purchase,price_per_hour,currency,accelerator,accelerator_count"
)
GOOD = "aws,eu-central-1,DE,p5.48xlarge,on_demand,55.04,USD,H100,8"
BAD = "aws,eu-central-1,DE,p4d.24xlarge,on_demand,0,USD,A100,8"


@pytest.fixture
def ask() -> Caller:
    return member(is_staff=True)[1]


def send(ask: Caller, *rows: str, query: str = "") -> Answer:
    return ask.post(f"/prices{query}", "\n".join([HEADER, *rows, ""]), content_type="text/csv")


def test_what_goes_out_is_what_the_command_writes(ask: Caller) -> None:
    call("import_prices")  # 4,000 offers: more than one piece of the answer
    found = ask.get("/prices")
    assert found.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert found.headers["Content-Disposition"].startswith('attachment; filename="prices-')
    assert found.data.decode() == call("export_prices").out
    assert found.data.count(b"\n") > 1000


def test_a_past_moment_goes_out_as_it_was(ask: Caller) -> None:
    then = datetime.now(UTC) - timedelta(days=3)
    publish([make_offer()], source="a", label="a", now=then)
    publish([make_offer(price_per_hour=Decimal(60))], source="a", label="b")
    moment = f"{then + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    assert ask.get(f"/prices?as_of={moment}").data.decode() == write_price_file([make_offer()])
    assert (ask.get("/prices?as_of=2020-01-01").code, ask.get("/prices?as_of=x").code) == (
        "no_prices_then",
        "bad_input",
    )


def test_a_file_becomes_the_catalogue(ask: Caller) -> None:
    done = send(ask, GOOD, query="?label=mine")
    assert done.status == 200
    assert done.json == {
        "version": 1, "rows": 1, "added": 1, "changed": 0, "removed": 0, "unchanged": 0,
        "refused_count": 0, "refused": [],
    }  # fmt: skip
    assert [str(offer.price_per_hour) for offer in current_offers().offers] == ["55.04"]
    version = CatalogueVersion.objects.get()
    assert (version.label, version.source) == ("mine", "import:api")
    assert send(ask, GOOD).json["unchanged"] == 1
    assert send(ask, GOOD.replace("55.04", "60")).json["changed"] == 1


def test_a_form_brings_a_file_and_its_name(ask: Caller) -> None:
    file = SimpleUploadedFile("list.csv", f"{HEADER}\n{GOOD}\n".encode(), content_type="text/csv")
    form = encode_multipart(BOUNDARY, {"file": file})
    assert ask.post("/prices", form, content_type=MULTIPART_CONTENT).json["added"] == 1
    assert CatalogueVersion.objects.get().source == "import:list.csv"
    empty = encode_multipart(BOUNDARY, {"other": "x"})
    refused = ask.post("/prices", empty, content_type=MULTIPART_CONTENT)
    assert (refused.status, refused.error["field"]) == (422, "file")
    torn = ask.post("/prices", b"--x", content_type="multipart/form-data")
    assert (torn.status, torn.code) == (400, "malformed_body")


def test_what_went_out_comes_in_unchanged(ask: Caller) -> None:
    prices(make_offer(note='a "quoted", note'), make_cpu_offer())
    again = ask.post("/prices", ask.get("/prices").data, content_type="text/csv").json
    assert (again["added"], again["changed"], again["unchanged"], again["version"]) == (0, 0, 2, 1)


def test_one_bad_row_refuses_the_whole_file(ask: Caller) -> None:
    refused = send(ask, GOOD, BAD)
    assert (refused.status, refused.code) == (422, "price_rows_refused")
    assert refused.error["message"] == "1 of 2 rows are refused; nothing was taken."
    (problem,) = refused.error["problems"]
    assert (problem["line"], problem["path"], problem["value"]) == (3, "price_per_hour", "0")
    assert problem["message"]
    assert CatalogueVersion.objects.count() == 0


def test_the_good_rows_are_taken_when_asked(ask: Caller) -> None:
    done = send(ask, GOOD, BAD, query="?skip_bad_rows=true").json
    assert (done["rows"], done["added"], done["refused_count"]) == (2, 1, 1)
    assert (done["refused"][0]["line"], done["refused"][0]["path"]) == (3, "price_per_hour")
    nothing = send(ask, BAD, query="?skip_bad_rows=true")
    assert (nothing.status, nothing.code) == (422, "price_rows_refused")


def test_offers_of_a_provider_end_only_when_asked(ask: Caller) -> None:
    prices(make_offer(), make_cpu_offer(), make_offer(provider="gcp"))
    assert send(ask, GOOD).json["removed"] == 0
    assert send(ask, GOOD, query="?replace_providers=true").json["removed"] == 1
    assert {offer.provider for offer in current_offers().offers} == {"aws", "gcp"}


def test_prices_of_the_future_are_refused(ask: Caller) -> None:
    late = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    text = f"{HEADER},observed_at\n{GOOD},{late}\n"
    refused = ask.post("/prices", text, content_type="text/csv")
    assert refused.error["problems"][0]["path"] == "observed_at"


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"\n", "text/csv", 422, "bad_input"),
        (b"a,b\n1,2\n", "text/csv", 422, "bad_input"),
        (b"\xff\xfe\x00", "text/csv", 422, "bad_input"),
        (HEADER.encode(), "text/csv", 422, "bad_input"),
        (b"{}", "application/json", 415, "unsupported_media_type"),
        (b"", "", 415, "unsupported_media_type"),
    ],
)
def test_what_is_no_price_file_is_refused(
    ask: Caller, body: bytes, kind: str, status: int, code: str
) -> None:
    refused = ask.post("/prices", body, content_type=kind)
    assert (refused.status, refused.code) == (status, code)
    assert CatalogueVersion.objects.count() == 0


def test_a_file_without_end_is_413(ask: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.api.prices.MAX_BYTES", 100)
    refused = send(ask, GOOD, GOOD)
    assert (refused.status, refused.code) == (413, "body_too_large")
    file = SimpleUploadedFile("list.csv", f"{HEADER}\n{GOOD}\n".encode())
    form = encode_multipart(BOUNDARY, {"file": file})
    assert ask.post("/prices", form, content_type=MULTIPART_CONTENT).code == "body_too_large"


def test_only_operators_take_prices_in() -> None:
    _, ask = member()
    refused = send(ask, GOOD)
    assert (refused.status, refused.code) == (403, "operators_only")
    assert ask.get("/prices").code == "catalogue_empty"  # reading is for every member


def test_an_import_that_fails_half_way_leaves_nothing(ask: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    prices()

    def fail(*_args: Any, **_more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("advisor.catalog.writing._insert", fail)
    assert send(ask, GOOD).code == "internal_error"
    assert CatalogueVersion.objects.count() == 1
    assert len(current_offers().offers) == 2
