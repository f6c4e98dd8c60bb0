"""Prices and questions from the future are refused: they would pass for fresh until then."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from advisor.catalog.files import catalogue_from_files
from advisor.catalog.moments import moment
from advisor.errors import BadInput
from advisor.models import OfferRow
from tests.advisor.advise_calls import advise, write_plan, write_prices
from tests.advisor.commands import call
from tests.factories import NOW, make_cpu_offer, make_offer

HOUR = timedelta(hours=1)


def late(folder: Path, observed_at: datetime) -> Path:
    """A good row on line 2 and one of `observed_at` on line 3."""
    return write_prices(folder / "prices.csv", [make_offer(), make_cpu_offer(observed_at=observed_at)])


def test_a_price_may_be_observed_up_to_a_day_from_now_and_no_later(tmp_path: Path) -> None:
    edge = late(tmp_path, NOW + 24 * HOUR)
    assert len(catalogue_from_files([edge], now=NOW).offers) == 2
    beyond = late(tmp_path, NOW + 24 * HOUR + timedelta(seconds=1))
    with pytest.raises(BadInput) as caught:
        catalogue_from_files([beyond], now=NOW)
    assert caught.value.message == f"{beyond}: 1 of 2 rows are refused; nothing was taken."
    # NOW is 2026-11-22T12:00Z; a day later is the last moment that may be written
    (detail,) = caught.value.details
    assert detail.startswith("line 3, observed_at: '2026-11-23T12:00:01")
    assert detail.endswith("lies in the future; must be 2026-11-23T12:00Z or earlier")


@pytest.mark.django_db
def test_an_import_refuses_a_price_of_the_future(tmp_path: Path) -> None:
    path = late(tmp_path, datetime.now(UTC) + 25 * HOUR)
    said = call("import_prices", str(path))
    assert (said.code, said.out) == (2, "")
    assert "line 3, observed_at: " in said.err
    assert "lies in the future" in said.err
    assert OfferRow.objects.count() == 0
    assert call("import_prices", str(path), "--skip-bad-rows").code == 0
    assert OfferRow.objects.count() == 1


def test_price_files_of_a_question_refuse_a_price_of_the_future(tmp_path: Path) -> None:
    path = late(tmp_path, datetime.now(UTC) + 25 * HOUR)
    plan = write_plan(tmp_path)
    for said in (call("cheapest", "H100", "--prices", str(path)), advise(plan, path)):
        assert (said.code, said.out) == (2, "")
        assert "observed_at" in said.err
        assert "lies in the future" in said.err


@pytest.mark.django_db
def test_skipping_rows_is_offered_only_where_it_can_be_asked_for(tmp_path: Path) -> None:
    path = late(tmp_path, datetime.now(UTC) + 25 * HOUR)
    assert "`--skip-bad-rows` takes the other rows." in call("import_prices", str(path)).err
    assert "--skip-bad-rows" not in call("cheapest", "--prices", str(path)).err
    assert "--skip-bad-rows" not in advise(write_plan(tmp_path), path).err


def test_today_may_be_asked_for_and_tomorrow_not() -> None:
    assert moment("2026-11-22", now=NOW).date() == NOW.date()
    assert moment("2026-11-22T12:00", now=NOW) == NOW
    assert moment("2026-11-22T13:00+01:00", now=NOW) == NOW
    for text in ("2026-11-23", "2026-11-22T12:01", "2026-11-22T12:30+00:00", "2099-01-01"):
        with pytest.raises(BadInput) as caught:
            moment(text, now=NOW)
        assert caught.value.message == (
            f"--as-of {text}: lies in the future; write a moment up to now, 2026-11-22T12:00 UTC"
        )


@pytest.mark.parametrize("text", ["9999-12-31T23:59-10:00", "0001-01-01T00:00+10:00"])
def test_an_offset_beyond_the_calendar_is_no_moment(text: str) -> None:
    with pytest.raises(BadInput, match="write a date as 2026-11-22"):
        moment(text, now=NOW)


@pytest.mark.django_db
def test_no_command_and_no_page_answers_as_of_the_future(tmp_path: Path, client: Client) -> None:
    call("import_prices", str(write_prices(tmp_path / "prices.csv", [make_offer()])))
    out = tmp_path / "out.csv"
    for words in (
        ["cheapest", "H100"],
        ["export_prices", "--out", str(out)],
        ["advise", str(write_plan(tmp_path))],
    ):
        said = call(*words, "--as-of", "2999-01-01")
        assert (said.code, said.out) == (2, "")
        assert said.first.startswith("--as-of 2999-01-01: lies in the future")
    assert not out.exists()
    assert client.get("/offers?as_of=2999-01-01").status_code == 400
