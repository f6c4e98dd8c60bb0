"""Price files in and out: whole or not at all, and the same offers again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from advisor.catalog.queries import current_offers
from advisor.models import CatalogueVersion, OfferRow
from providers.pricefile import read_price_file, write_price_file
from tests.advisor.commands import call
from tests.factories import make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db
HEADER = (
    "provider,region,country,instance_type,purchase,price_per_hour,currency,accelerator,accelerator_count"
)
GOOD = "aws,eu-central-1,DE,p5.48xlarge,on_demand,55.04,USD,H100,8"


@pytest.fixture
def price_file(tmp_path: Path) -> Path:
    return tmp_path / "prices.csv"


def write(path: Path, *rows: str) -> str:
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return str(path)


def nothing_is_stored() -> bool:
    return OfferRow.objects.count() == CatalogueVersion.objects.count() == 0


def test_a_price_file_becomes_the_catalogue(price_file: Path) -> None:
    said = call("import_prices", write(price_file, GOOD), "--label", "mine")
    assert said.code == 0
    assert (
        said.out == f"{price_file}: 1 offers added, 0 changed, 0 ended, 0 unchanged; catalogue version 1.\n"
    )
    assert [str(offer.price_per_hour) for offer in current_offers().offers] == ["55.04"]
    assert CatalogueVersion.objects.get().label == "mine"


def test_what_is_exported_imports_to_identical_offers(price_file: Path, tmp_path: Path) -> None:
    price_file.write_text(write_price_file([make_offer(note='a "quoted", note'), make_cpu_offer()]))
    call("import_prices", str(price_file))
    before = current_offers().offers
    out = tmp_path / "out.csv"
    said = call("export_prices", "--out", str(out))
    assert (said.code, said.err) == (0, "2 offers of catalogue version 1.\n")
    again = read_price_file(out.read_bytes(), source="out.csv")
    assert again.refused == ()
    assert set(again.offers) == set(before)
    assert "0 added" in (said := call("import_prices", str(out))).out.replace("offers ", "")
    assert "2 unchanged" in said.out


def test_export_goes_to_standard_output_by_default(price_file: Path) -> None:
    call("import_prices", write(price_file, GOOD))
    said = call("export_prices")
    assert said.err == ""
    assert read_price_file(said.out.encode(), source="stdout").offers == current_offers().offers


def test_the_catalogue_of_a_past_day_can_be_exported(price_file: Path) -> None:
    call("import_prices", write(price_file, GOOD))
    first = CatalogueVersion.objects.get()
    week_ago = datetime.now(UTC) - timedelta(days=7)
    CatalogueVersion.objects.update(published_at=week_ago)
    call("import_prices", write(price_file, GOOD.replace("55.04", "60")))
    assert "55.04" in call("export_prices", "--as-of", f"{week_ago:%Y-%m-%d}").out
    assert "60" in call("export_prices").out
    early = call("export_prices", "--as-of", "2020-01-01")
    assert (early.code, early.out) == (3, "")
    assert early.first.startswith("The catalogue knows nothing as of 2020-01-01 23:59")
    assert first.number == 1


def test_one_bad_row_refuses_the_whole_file(price_file: Path) -> None:
    said = call("import_prices", write(price_file, GOOD, GOOD.replace("55.04", "0").replace("p5.", "p6.")))
    assert said.code == 2
    assert said.first == f"{price_file}: 1 of 2 rows are refused; nothing was taken."
    assert "line 3, price_per_hour: '0': must be above 0" in said.err
    assert nothing_is_stored()


def test_skipping_bad_rows_takes_the_rest_and_says_how_many(price_file: Path) -> None:
    said = call("import_prices", write(price_file, GOOD.replace("DE", "XX"), GOOD), "--skip-bad-rows")
    assert said.code == 0
    assert "1 bad rows were left out" in said.err
    assert "line 2, country: 'XX'" in said.err
    assert OfferRow.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\x00\xff\xfe garbage" * 100, "prices.csv"),
        (b"provider,region\naws,eu\n", "prices.csv"),
        ((HEADER + "\n").encode(), "prices.csv"),
        ((HEADER + "\n" + GOOD + "\n" + GOOD + "\n").encode(), "1 of 2 rows are refused"),
        ((HEADER + "\n" + GOOD.replace("55.04", "NaN") + "\n").encode(), "1 of 1 rows are refused"),
        ((HEADER + "\n" + GOOD.replace("55.04", "-1") + "\n").encode(), "1 of 1 rows are refused"),
        (b"x" * 10_000_000, "prices.csv"),
    ],
    ids=["empty", "binary", "columns", "header", "duplicate", "nan", "negative", "large"],
)
def test_what_is_no_price_file_is_refused_plainly(price_file: Path, content: bytes, message: str) -> None:
    price_file.write_bytes(content)
    said = call("import_prices", str(price_file))
    assert said.code == 2
    assert message in said.first
    assert len(said.first) < 500
    assert said.out == ""
    assert nothing_is_stored()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = call("import_prices", str(tmp_path / "none.csv"))
    assert (said.code, said.first) == (2, f"{tmp_path}/none.csv: cannot be read: No such file or directory")


def test_a_folder_is_no_price_file(tmp_path: Path) -> None:
    assert call("import_prices", str(tmp_path)).first == f"{tmp_path}: cannot be read: Is a directory"


def test_replacing_providers_ends_their_other_offers(price_file: Path) -> None:
    other = GOOD.replace("p5.", "p4.").replace("H100", "A100-80GB")
    foreign = GOOD.replace("aws,eu-central-1,DE", "gcp,europe-west3,DE")
    call("import_prices", write(price_file, GOOD, other, foreign))
    said = call("import_prices", write(price_file, GOOD), "--replace-providers")
    assert "0 added, 0 changed, 1 ended, 1 unchanged" in said.out.replace("offers ", "")
    assert {offer.provider for offer in current_offers().offers} == {"aws", "gcp"}


def test_without_a_file_the_embedded_list_is_loaded_once() -> None:
    said = call("import_prices")
    assert said.code == 0
    offers = current_offers().offers
    assert len(offers) >= 1500
    assert call("import_prices").out == "The embedded price list is already in the catalogue.\n"
    assert CatalogueVersion.objects.count() == 1


def test_an_output_that_cannot_be_written_is_refused_before_any_work(
    price_file: Path, tmp_path: Path
) -> None:
    call("import_prices", write(price_file, GOOD))
    said = call("export_prices", "--out", str(tmp_path / "no" / "out.csv"))
    assert said.code == 2
    assert said.first == f"--out {tmp_path}/no/out.csv: there is no folder {tmp_path}/no"
    assert call("export_prices", "--out", str(tmp_path)).first.endswith("is a folder; name a file")


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2026-11-22T99"])
def test_a_moment_that_is_none_is_refused(day: str) -> None:
    said = call("export_prices", "--as-of", day)
    assert said.code == 2
    assert said.first.startswith(f"--as-of {day}: write a date as 2026-11-22")


def test_an_empty_catalogue_says_how_to_fill_it() -> None:
    said = call("export_prices")
    assert said.code == 3
    assert said.first == "The catalogue holds no prices yet."
    assert "python manage.py import_prices" in said.err


def test_commands_can_be_called_from_code(price_file: Path) -> None:
    call_command("import_prices", write(price_file, GOOD))
    assert OfferRow.objects.count() == 1


TIERS = HEADER + ",min_quantity,max_quantity"
ID = "aws/eu-central-1/p5.48xlarge/on_demand"


def with_tiers(path: Path, *ranges: str) -> str:
    """A file of one offer at a lower price for each further range, as in `1,7`."""
    prices = (f"{55 - number}" for number in range(len(ranges)))
    rows = [f"{GOOD.replace('55.04', price)},{range_}" for price, range_ in zip(prices, ranges, strict=True)]
    path.write_text("\n".join([TIERS, *rows]) + "\n", encoding="utf-8")
    return str(path)


def ids() -> list[str]:
    return sorted(offer.offer_id for offer in current_offers().offers)


def test_volume_tiers_are_offers_of_their_own_and_come_out_as_they_went_in(
    price_file: Path, tmp_path: Path
) -> None:
    assert call("import_prices", with_tiers(price_file, "8,15", "1,7", "16,")).code == 0
    before = current_offers().offers
    assert ids() == [ID, f"{ID}/from-16", f"{ID}/from-8"]
    out = tmp_path / "out.csv"
    call("export_prices", "--out", str(out))
    assert set(read_price_file(out.read_bytes(), source="out.csv").offers) == set(before)
    assert "3 unchanged" in call("import_prices", str(out)).out


def test_a_file_that_names_an_offer_says_all_its_tiers(price_file: Path) -> None:
    call("import_prices", with_tiers(price_file, "1,7", "8,15", "16,"))
    said = call("import_prices", with_tiers(price_file, "1,9", "10,"))
    assert "1 offers added, 1 changed, 2 ended" in said.out
    assert ids() == [ID, f"{ID}/from-10"]
    call("import_prices", write(price_file, GOOD))
    assert ids() == [ID]


def test_tiers_that_overlap_are_refused_with_line_field_and_value(price_file: Path) -> None:
    said = call("import_prices", with_tiers(price_file, "1,10", "8,"))
    assert said.code == 2
    assert (
        "line 3, min_quantity: '8': overlaps line 2, the same offer for 1 to 10 machines; must be" in said.err
    )
    assert nothing_is_stored()
