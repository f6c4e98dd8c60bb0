"""Exchange rates over the API: which are in force, and newer ones from a file, for operators only."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from advisor.models import ExchangeRates
from advisor.rates.in_force import rates_in_force
from tests.advisor.api_calls import Caller, member
from tests.providers.ecb_files import csv, sdmx, xml, zipped

pytestmark = pytest.mark.django_db
XML = "application/xml"


@pytest.fixture
def operator() -> Caller:
    return member("op", is_staff=True)[1]


def test_rates_in_force_come_with_day_source_and_age(operator: Caller) -> None:
    assert operator.post("/rates", xml(), content_type=XML).status == 200
    answer = operator.get("/rates").json
    rates = {row["currency"]: row for row in answer["rates"]}
    age = (datetime.now(UTC).date() - datetime(2026, 11, 20, tzinfo=UTC).date()).days
    assert rates["CNY"] == {
        "currency": "CNY",
        "usd_per_unit": 0.15625,  # 1.25 / 8
        "observed_on": "2026-11-20",
        "source": "European Central Bank",
        "age_days": age,
        "stale": age > 10,
    }
    assert (answer["base"], "USD" in rates, rates["CHF"]["observed_on"]) == ("USD", False, "2026-10-30")


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (xml(), XML),
        (xml(), "text/xml"),
        (csv(), "text/csv"),
        (sdmx(), "application/json"),
        (zipped(csv()), "application/zip"),
    ],
)
def test_every_form_is_taken_and_what_counts_is_said(operator: Caller, data: bytes, media_type: str) -> None:
    answer = operator.post("/rates?on=2026-11-19", data, content_type=media_type)
    assert (answer.status, answer.json) == (
        200,
        {
            "is_new": True,
            "observed_on": "2026-11-19",
            "source": "European Central Bank",
            "rates": 4,
            "in_force": ["BGN", "CNY", "EUR", "JPY"],
            "left_out": [],
        },
    )
    assert rates_in_force().rates_to_usd["EUR"] == Decimal("1.2")
    stored = ExchangeRates.objects.get()
    assert stored.imported_by is not None
    assert stored.imported_by.get_username() == "op"


def test_a_form_may_hold_the_file(operator: Caller) -> None:
    file = SimpleUploadedFile("eurofxref.csv", csv())
    response = operator.client.post(
        "/api/v1/rates", {"file": file}, headers={"Authorization": f"Bearer {operator.key}"}
    )
    assert response.status_code == 200
    assert ExchangeRates.objects.get().name == "eurofxref.csv"
    again = operator.post("/rates", csv(), content_type="text/csv").json
    assert (again["is_new"], again["in_force"]) == (False, [])


@pytest.mark.parametrize(
    ("path", "data", "media_type", "code", "words"),
    [
        ("/rates", b"x", "text/plain", "unsupported_media_type", "application/xml or text/xml or text/csv"),
        ("/rates", b" ", XML, "bad_input", "api: is empty"),
        ("/rates", xml()[:-9], XML, "bad_input", "is no well-formed XML"),
        ("/rates", xml(head="<!DOCTYPE x []>"), XML, "bad_input", "DOCTYPE"),
        ("/rates?on=20.11.2026", xml(), XML, "bad_input", "on 20.11.2026: write a day as 2026-11-20"),
        ("/rates?on=2026-11-01", xml(), XML, "bad_input", "has no rates of 2026-11-01"),
        ("/rates?day=1", xml(), XML, "bad_input", "day: unknown parameter"),
        ("/rates", xml({"2026-11-20": {"USD": "9"}}), XML, "rates_doubtful", "1 of 1 rates are more than"),
    ],
)
def test_what_is_refused_leaves_nothing(
    operator: Caller, path: str, data: bytes, media_type: str, code: str, words: str
) -> None:
    answer = operator.post(path, data, content_type=media_type)
    assert answer.code == code
    assert words in answer.error["message"]
    assert not ExchangeRates.objects.exists()


def test_doubtful_rates_are_taken_when_a_person_says_so(operator: Caller) -> None:
    data = xml({"2026-11-20": {"USD": "9"}})
    refused = operator.post("/rates", data, content_type=XML)
    assert (refused.status, "despite_doubts" in refused.error["details"][-1]) == (409, True)
    assert operator.post("/rates?despite_doubts=true", data, content_type=XML).status == 200


def test_only_operators_take_rates_in() -> None:
    _, ada = member()
    assert ada.post("/rates", xml(), content_type=XML).code == "operators_only"
    assert Caller().post("/rates", xml(), content_type=XML).code == "unauthenticated"
    assert not ExchangeRates.objects.exists()


def test_rates_are_read_by_all_where_prices_are_public(settings: Settings) -> None:
    for public, status in ((True, 200), (False, 401)):
        settings.PUBLIC_CATALOGUE = public
        assert Caller().get("/rates").status == status


def test_a_moment_of_the_past_has_the_rates_known_then(operator: Caller) -> None:
    operator.post("/rates", xml(), content_type=XML)
    ExchangeRates.objects.update(imported_at=datetime(2026, 11, 20, 16, tzinfo=UTC))
    before = operator.get("/rates?as_of=2026-11-20T15:00").json
    after = operator.get("/rates?as_of=2026-11-20T16:00").json
    assert (before["observed_on"], before["rates"][0]["age_days"]) == ("2026-10-30", 21)
    by_code = {row["currency"]: row["age_days"] for row in after["rates"]}
    assert (by_code["EUR"], by_code["CHF"]) == (0, 21)
    assert operator.get("/rates?as_of=soon").code == "bad_input"
