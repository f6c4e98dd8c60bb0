"""How much of a file is read before it is refused."""

import os
from pathlib import Path

import pytest

from advisor.catalog import files
from tests.advisor.advise_calls import advise, write_plan, write_prices
from tests.advisor.commands import call
from tests.factories import make_offer


@pytest.mark.timeout(20)
@pytest.mark.django_db
def test_a_device_or_pipe_is_refused_before_it_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # nobody writes to it: opening it would wait for ever
    for path in ("/dev/zero", str(pipe)):
        words = f"{path}: cannot be read: is a device or a pipe; name a file of prices"
        for said in (
            call("import_prices", path),
            call("cheapest", "--prices", path),
            advise(write_plan(tmp_path), Path(path)),
        ):
            assert (said.code, said.out, said.first) == (2, "", words)


def test_no_more_than_one_byte_above_the_limit_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_prices(tmp_path / "prices.csv", [make_offer()])
    size = path.stat().st_size
    monkeypatch.setattr(files, "MAX_BYTES", size - 10)
    monkeypatch.setattr("providers.pricefile.decode.MAX_BYTES", size - 10)
    assert len(files.bytes_of(path)) == size - 9  # of ten bytes above the limit one is enough to tell
    said = call("cheapest", "--prices", str(path))
    assert said.code == 2
    assert said.first == f"{path}: too large; a price file has at most {size - 10} bytes"
