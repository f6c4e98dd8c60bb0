"""Which exchange rates are in force, how they come in by file and by hand, and what is refused."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from advisor.catalog.services import publish
from advisor.errors import BadInput
from advisor.models import ExchangeRates
from advisor.rates import in_force
from advisor.rates.in_force import is_stale, rates_in_force, shipped_rates
from advisor.rates.services import RatesDoubtful, import_rates, set_rates
from advisor.rates.words import could_be_written
from providers.rates import Origin
from tests.advisor.commands import call
from tests.factories import make_offer
from tests.providers.ecb_files import csv, xml, zipped

pytestmark = pytest.mark.django_db
ECB = "European Central Bank"
DAYS = {
    "2026-11-20": {"USD": "1.25", "CNY": "8", "JPY": "160"},
    "2026-11-19": {"USD": "1.2", "CNY": "7.5", "JPY": "150"},
}


def usd(currency: str, as_of: datetime | None = None) -> Decimal:
    return rates_in_force(as_of).rates_to_usd[currency]


def taken_in_at(stored: ExchangeRates, moment: datetime) -> None:
    ExchangeRates.objects.filter(pk=stored.pk).update(imported_at=moment)


def test_without_a_set_those_that_ship_are_in_force() -> None:
    assert rates_in_force() is shipped_rates()


def test_an_imported_set_takes_their_place_and_the_rest_keeps_its_own_day() -> None:
    taken = import_rates(xml(DAYS), name="eurofxref-daily.xml")
    assert taken.is_new
    assert taken.in_force == ("CNY", "EUR", "JPY")
    rates = rates_in_force()
    # one euro is 1.25 dollars or 8 yuan
    assert (rates.rates_to_usd["EUR"], rates.rates_to_usd["CNY"]) == (Decimal("1.25"), Decimal("0.15625"))
    assert rates.origin("EUR") == Origin(observed_on=date(2026, 11, 20), source=ECB)
    shipped = shipped_rates()
    assert rates.rates_to_usd["CHF"] == shipped.rates_to_usd["CHF"]
    assert rates.origin("CHF") == shipped.origin()
    assert rates.observed_on == min(shipped.observed_on, date(2026, 11, 20))
    assert rates.origin("EUR", "CHF").observed_on == min(shipped.observed_on, date(2026, 11, 20))
    stored = taken.stored
    assert (stored.observed_on, stored.source, stored.name) == (
        date(2026, 11, 20),
        ECB,
        "eurofxref-daily.xml",
    )
    assert stored.rates["CNY"] == "0.15625"


def test_the_same_file_twice_is_taken_once() -> None:
    first, second = import_rates(xml(DAYS), name="a"), import_rates(csv(DAYS), name="b")
    assert (second.is_new, second.stored) == (False, first.stored)
    assert ExchangeRates.objects.count() == 1


def test_an_older_day_changes_no_newer_rate() -> None:
    import_rates(xml(DAYS), name="a")
    older = import_rates(xml(DAYS), name="a", on=date(2026, 11, 19))
    assert (older.is_new, older.in_force) == (True, ())
    assert usd("EUR") == Decimal("1.25")


def test_a_day_before_that_of_the_rates_that_ship_replaces_none_of_them() -> None:
    day = shipped_rates().observed_on - timedelta(days=1)
    older = import_rates(xml({str(day): {"USD": "1.3", "CNY": "8", "ISK": "140"}}), name="a")
    assert older.in_force == ("ISK",)  # which does not ship
    assert usd("EUR") == shipped_rates().rates_to_usd["EUR"]
    assert round(usd("ISK") * 140, 20) == Decimal("1.3")
    assert rates_in_force().origin("ISK") == Origin(observed_on=day, source=ECB)
    same = import_rates(xml({str(shipped_rates().observed_on): {"USD": "1.3"}}), name="a")
    assert (same.in_force, usd("EUR")) == (("EUR",), Decimal("1.3"))


def test_rates_that_ship_with_a_later_program_do_not_change_the_past(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored = import_rates(xml(DAYS), name="a").stored
    then = datetime(2026, 11, 20, 16, tzinfo=UTC)
    taken_in_at(stored, then)
    later = replace(shipped_rates(), observed_on=date(2026, 11, 23))
    monkeypatch.setattr(in_force, "reference_rates", lambda: later)
    assert usd("EUR", then + timedelta(hours=1)) == Decimal("1.25")
    assert usd("EUR", then + timedelta(days=4)) == usd("EUR") == later.rates_to_usd["EUR"]


def test_a_corrected_rate_of_the_same_day_counts() -> None:
    import_rates(xml(DAYS), name="a")
    set_rates(["cny = 0.16"], on=date(2026, 11, 20), by="Jo")
    assert usd("CNY") == Decimal("0.16")
    assert usd("EUR") == Decimal("1.25")
    assert rates_in_force().origin("CNY") == Origin(observed_on=date(2026, 11, 20), source="typed by Jo")
    import_rates(xml({"2026-11-23": {"USD": "1.26", "CNY": "8"}}), name="b")
    assert usd("CNY") == Decimal("0.1575")  # 1.26 / 8: the newer day counts


def test_a_currency_the_bank_does_not_publish_is_typed_and_outlives_imports() -> None:
    assert "AED" not in rates_in_force().rates_to_usd
    set_rates(["AED=0.2723"], on=date(2026, 11, 2))
    import_rates(xml(DAYS), name="a")
    assert usd("AED") == Decimal("0.2723")
    assert rates_in_force().origin("AED") == Origin(observed_on=date(2026, 11, 2), source="typed by hand")


def test_a_moment_of_the_past_has_the_rates_known_then() -> None:
    first = import_rates(xml(DAYS), name="a", on=date(2026, 11, 19)).stored
    second = import_rates(xml(DAYS), name="a").stored
    one, two = datetime(2026, 11, 19, 16, tzinfo=UTC), datetime(2026, 11, 20, 16, tzinfo=UTC)
    taken_in_at(first, one)
    taken_in_at(second, two)
    tick = timedelta(microseconds=1)
    assert rates_in_force(one - tick) is shipped_rates()
    assert usd("EUR", one) == usd("EUR", two - tick) == Decimal("1.2")
    assert usd("EUR", two) == usd("EUR") == Decimal("1.25")


def test_asking_again_is_one_small_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    import_rates(xml(DAYS), name="a")
    rates_in_force()
    with django_assert_num_queries(1), CaptureQueriesContext(connection) as asked:
        assert rates_in_force() is rates_in_force.__globals__["_kept"].of(in_force._kept.known()[-1], dict)
    assert '"rates"' not in asked.captured_queries[0]["sql"].partition("FROM")[0]


def test_moments_rise_also_when_the_clock_is_set_back() -> None:
    first = import_rates(xml(DAYS), name="a").stored
    ahead = datetime.now(UTC) + timedelta(days=1)
    taken_in_at(first, ahead)
    second = set_rates(["AED=0.27"], on=date(2026, 11, 2)).stored
    assert second.imported_at > ahead


def test_rates_far_from_those_in_force_are_doubted() -> None:
    import_rates(xml(DAYS), name="a")
    for wrong in ("CNY=0.33", "CNY=0.078"):  # more than twice, less than half of 0.15625
        with pytest.raises(RatesDoubtful) as doubted:
            set_rates([wrong], on=date(2026, 11, 21))
        assert "in force are 0.15625 of 2026-11-20" in doubted.value.details[0]
    assert ExchangeRates.objects.count() == 1
    set_rates(["CNY=0.3125"], on=date(2026, 11, 21))  # exactly twice
    set_rates(["CNY=0.01"], on=date(2026, 11, 22), despite_doubts=True)
    assert usd("CNY") == Decimal("0.01")


def test_an_older_day_is_not_doubted_since_it_changes_nothing() -> None:
    import_rates(xml(DAYS), name="a")
    assert import_rates(xml({"2001-01-02": {"USD": "0.9", "CNY": "70"}}), name="a").in_force == ()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("EUR", "EUR: write CUR=VALUE, for example EUR=1.09"),
        ("EURO=1.09", "'EURO' is no ISO 4217 code; did you mean EUR?"),
        ("XXX=1", "'XXX' is no ISO 4217 code"),
        ("USD=1", "that of USD is always 1"),
        ("EUR=", "'': write what one EUR costs in US dollars"),
        ("EUR=0", "'0': write what one EUR costs"),
        ("EUR=-1.09", "write what one EUR costs"),
        ("EUR=1,09", "'1,09': write what one EUR costs"),
        ("EUR=1_0", "write what one EUR costs"),
        ("EUR=nan", "write what one EUR costs"),
        ("EUR=inf", "write what one EUR costs"),
        ("EUR=1e99999999", "write what one EUR costs"),
        ("EUR=" + "1" * 31, "write what one EUR costs"),
    ],
)
def test_what_is_no_rate_is_refused_and_named(typed: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        set_rates(["CNY=0.15", typed], on=date(2026, 11, 20))
    assert words in str(refused.value)
    assert not ExchangeRates.objects.exists()


def test_a_day_that_has_not_been_is_refused() -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    with pytest.raises(BadInput, match="lies in the future"):
        set_rates(["EUR=1.09"], on=tomorrow)
    with pytest.raises(BadInput, match="lies in the future"):
        import_rates(xml({str(tomorrow): {"USD": "1.2"}}), name="a")
    with pytest.raises(BadInput, match="rates begin on 1999-01-04"):
        set_rates(["EUR=1.09"], on=date(1998, 12, 31))
    with pytest.raises(BadInput, match="CNY is given twice"):
        set_rates(["CNY=0.15", "CNY=0.16"], on=date(2026, 11, 20))


def test_rates_are_stale_after_the_days_of_the_setting(settings: Settings) -> None:
    settings.RATES_MAX_AGE_DAYS = 10
    today = date(2026, 11, 30)
    assert not is_stale(date(2026, 11, 20), today=today)
    assert is_stale(date(2026, 11, 19), today=today)


def test_the_line_a_plan_could_have() -> None:
    import_rates(xml(DAYS), name="a")
    rates = rates_in_force()
    assert could_be_written("EUR", "USD", rates) == (
        "exchange_rates: {EUR: 1.25}  # European Central Bank, 2026-11-20"
    )
    assert could_be_written("JPY", "EUR", rates) == (  # 1 / 160
        "exchange_rates: {JPY: 0.00625}  # European Central Bank, 2026-11-20"
    )
    assert could_be_written("AED", "USD", rates) is None
    small = shipped_rates()
    assert could_be_written("IDR", "EUR", small) == (
        f"exchange_rates: {{IDR: {Decimal('0.0000551') / Decimal('1.1172'):.10f}}}"
        "  # ecb.europa.eu, 2026-10-30"
    )


def test_import_rates_takes_a_file_and_says_what_counts_now(tmp_path: Path) -> None:
    file = tmp_path / "eurofxref-hist.zip"
    file.write_bytes(zipped(csv(DAYS)))
    said = call("import_rates", str(file))
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(
        f"{file}: 3 rates of 2026-11-20 (European Central Bank) taken in, all in force."
    )
    again = call("import_rates", str(file), "--json", "-")
    told = json.loads(again.out)
    assert told["base"] == "USD"
    by_code = {one["currency"]: one for one in told["rates"]}
    assert "USD" not in by_code
    assert by_code["CNY"]["usd_per_unit"] == 0.15625
    assert by_code["CNY"]["observed_on"] == "2026-11-20"
    assert by_code["CHF"]["observed_on"] == "2026-10-30"
    older = call("import_rates", str(file), "--on", "2026-11-19")
    assert "taken in, 0 in force: of the others there are newer." in older.out


def test_set_rate_by_hand_says_by_whom() -> None:
    said = call("set_rate", "AED=0.2723", "SAR=0.2666", "--on", "2026-11-20", "--by", "Jo")
    assert said.code == 0
    assert said.out.startswith("AED=0.2723, SAR=0.2666: 2 rates of 2026-11-20 (typed by Jo) taken in, all")
    assert usd("SAR") == Decimal("0.2666")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (("import_rates", "absent.xml"), "absent.xml: cannot be read: No such file or directory"),
        (("import_rates", "BAD"), "bad.xml: line 2: is no well-formed XML"),
        (("import_rates", "GOOD", "--on", "20.11.2026"), "--on 20.11.2026: write a day as 2026-11-20"),
        (("import_rates", "GOOD", "--on", "2026-11-18"), "good.xml: has no rates of 2026-11-18"),
        (("import_rates", "GOOD", "--json", "GOOD"), "is an input of this command"),
        (("set_rate", "EUR=1.09"), "the following arguments are required: --on"),
        (("set_rate", "EUR=x", "--on", "2026-11-20"), "EUR=x: 'x': write what one EUR costs"),
        (("set_rate", "EUR=109", "--on", "2026-11-20"), "1 of 1 rates are more than 2 times those in force"),
    ],
)
def test_bad_input_ends_with_2_and_leaves_nothing(words: tuple[str, ...], first: str, tmp_path: Path) -> None:
    (tmp_path / "good.xml").write_bytes(xml(DAYS))
    (tmp_path / "bad.xml").write_bytes(xml(DAYS)[:-30])
    files = {"GOOD": str(tmp_path / "good.xml"), "BAD": str(tmp_path / "bad.xml")}
    said = call(*(files.get(word, word) for word in words))
    assert (said.code, said.out) == (2, "")
    assert first in said.first
    assert not ExchangeRates.objects.exists()


def test_a_list_says_whose_rates_it_uses_and_whether_they_are_stale() -> None:
    publish([make_offer(currency="CNY", price_per_hour=Decimal(320))], source="t", label="t")
    today = datetime.now(UTC).date()
    import_rates(xml({str(today): {"USD": "1.25", "CNY": "8"}}), name="a")
    fresh = call("cheapest", "H100:8")
    assert f"prices in USD; CNY at 0.15625 of {today} (European Central Bank)." in fresh.out
    told = json.loads(call("cheapest", "H100:8", "--json", "-").out)
    assert told["offers"][0]["price_per_hour"] == 50  # 320 * 1.25 / 8
    assert (told["catalogue"]["rates_observed_on"], told["catalogue"]["rates_stale"]) == (str(today), False)
    old = today - timedelta(days=11)
    ExchangeRates.objects.update(observed_on=old, imported_at=datetime.now(UTC))
    stale = call("cheapest", "H100:8")
    assert f"CNY at 0.15625 of {old} (European Central Bank, stale)." in stale.out
