"""Reading a price list takes memory by what is wanted of it, not by its size."""

from pathlib import Path

import pytest

from providers.aws.prices import Ledger
from providers.errors import SourceUnavailable
from tests.bench.aws_offer_file import generate, read_in_process


def test_sixty_megabytes_are_read_in_little_memory(tmp_path: Path) -> None:
    small, large = tmp_path / "small.json", tmp_path / "large.json"
    generate(small, 200)
    generate(large, 16_000)
    assert large.stat().st_size > 60_000_000
    least, most = read_in_process(small), read_in_process(large)
    # a quarter of the products are Linux machines: one price on demand and six standard reservations each
    assert most["offers"] == 16_000 // 4 * 7
    assert most["peak_mib"] - least["peak_mib"] < 60
    assert most["peak_mib"] < 200


def test_a_temporary_file_that_cannot_be_used_is_told_as_such() -> None:
    ledger = Ledger()
    ledger.close()  # what is asked of it now fails, as on a full disk
    with pytest.raises(SourceUnavailable, match="temporary file"):
        list(ledger.rivals())
