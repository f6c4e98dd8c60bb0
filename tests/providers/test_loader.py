"""The loader of the price list shipped with the code takes all of it or names what is wrong."""

from pathlib import Path

import pytest

from providers.errors import PriceFileError, ReferenceDataError
from providers.reference import load, load_from
from tests.providers.price_csv import price_csv


def test_all_files_are_merged_and_sorted_by_offer_id(tmp_path: Path) -> None:
    (tmp_path / "offers_b.csv").write_bytes(price_csv({"region": "b"}, {"region": "d"}))
    (tmp_path / "offers.csv").write_bytes(price_csv({"region": "c"}, {"region": "a"}))
    (tmp_path / "regions.csv").write_bytes(b"not looked at")
    price_file = load_from(tmp_path)
    assert [offer.region for offer in price_file.offers] == ["a", "b", "c", "d"]
    assert (price_file.rows, price_file.refused) == (4, ())


def test_one_refused_row_refuses_the_list(tmp_path: Path) -> None:
    (tmp_path / "offers_x.csv").write_bytes(price_csv({}, {"price_per_hour": "0"}))
    with pytest.raises(
        ReferenceDataError, match=r"offers_x\.csv: 1 rows refused, first line 3, price_per_hour: 0"
    ):
        load_from(tmp_path)


def test_an_offer_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "offers_1.csv").write_bytes(price_csv({}))
    (tmp_path / "offers_2.csv").write_bytes(price_csv({"price_per_hour": "1"}))
    with pytest.raises(ReferenceDataError, match=r"offers_2\.csv: .*on_demand is in offers_1\.csv as well"):
        load_from(tmp_path)


def test_a_folder_without_offers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match=r"no offers\*\.csv; must hold at least one"):
        load_from(tmp_path)


def test_a_file_that_is_no_price_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "offers_x.csv").write_bytes(b"")
    with pytest.raises(PriceFileError, match=r"^offers_x\.csv: empty"):
        load_from(tmp_path)


def test_the_shipped_list_is_loaded_once() -> None:
    assert load() is load()
    assert load().refused == ()
    assert len(load().offers) == load().rows > 1000
