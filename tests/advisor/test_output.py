"""What a command writes never destroys what it reads, nor what is no file of its own."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from advisor.database import database_files
from advisor.errors import BadInput
from advisor.management.output import Target
from tests.advisor.advise_calls import advise, write_plan, write_prices
from tests.advisor.commands import call
from tests.advisor.planning_cases import TEAM, plan_data
from tests.factories import make_offer

TEXT = "new\n"


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    return write_prices(tmp_path / "prices.csv", [make_offer()])


def symbolic(link: Path, to: Path) -> None:
    link.symlink_to(to)


def hard(link: Path, to: Path) -> None:
    os.link(to, link)


@pytest.mark.parametrize("make_link", [symbolic, hard])
@pytest.mark.parametrize("command", ["cheapest", "advise"])
def test_no_output_goes_over_a_price_file_under_any_name(
    tmp_path: Path, prices: Path, command: str, make_link: Callable[[Path, Path], None]
) -> None:
    before = prices.read_bytes()
    make_link(tmp_path / "link.csv", prices)
    words = [str(write_plan(tmp_path))] if command == "advise" else ["H100"]
    for name in (prices, tmp_path / "link.csv", tmp_path / "." / ".." / tmp_path.name / "prices.csv"):
        said = call(command, *words, "--prices", str(prices), "--json", str(name))
        assert (said.code, said.out) == (2, "")
        assert said.first == f"--json {name}: is an input of this command; name another file"
    assert prices.read_bytes() == before


def test_no_output_goes_over_a_profile_that_the_plan_names(tmp_path: Path, prices: Path) -> None:
    rows = [f"2026-01-{day:02d}T{hour:02d}:00Z,1" for day in range(1, 8) for hour in range(24)]
    load = tmp_path / "load.csv"
    load.write_text("\n".join(["timestamp,value", *rows]), encoding="utf-8")
    before = load.read_bytes()
    demand = {"unit": "accelerators", "peak": 8, "profile": {"csv": "load.csv"}}
    said = advise(write_plan(tmp_path, plan_data(TEAM | {"demand": demand})), prices, "--json", str(load))
    assert (said.code, said.first) == (2, f"--json {load}: is an input of this command; name another file")
    assert load.read_bytes() == before


def test_no_output_goes_over_the_database(
    tmp_path: Path, prices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "own.sqlite3"
    database.write_bytes(b"rows")
    monkeypatch.setattr("advisor.management.commands.cheapest.database_files", lambda: [database])
    said = call("cheapest", "H100", "--prices", str(prices), "--json", str(database))
    assert (said.code, "is an input of this command" in said.first) == (2, True)
    assert database.read_bytes() == b"rows"


def test_the_files_of_an_sqlite_database_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    own = SimpleNamespace(vendor="sqlite", settings_dict={"NAME": "/data/own.sqlite3"})
    monkeypatch.setattr("advisor.database.connection", own)
    assert {Path("/data/own.sqlite3"), Path("/data/own.sqlite3-wal")} <= set(database_files())


def test_a_link_stays_and_the_file_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    there, fresh = tmp_path / "far" / "old.json", tmp_path / "far" / "fresh.json"
    there.write_text("old")
    for name, file in (("link", there), ("dangling", fresh)):
        link = tmp_path / name
        link.symlink_to(file)
        Target(str(link), option="--json").write(TEXT)
        assert link.is_symlink()
        assert file.read_text() == TEXT
    assert sorted(path.name for path in (tmp_path / "far").iterdir()) == ["fresh.json", "old.json"]


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    Target(str(pipe), option="--json").write(TEXT)
    reader.join(timeout=10)
    assert read == [TEXT]
    assert pipe.is_fifo()


def test_a_device_is_written_to_and_stays_a_device(prices: Path) -> None:
    said = call("cheapest", "H100", "--prices", str(prices), "--json", os.devnull)
    assert said.code == 0
    assert Path(os.devnull).is_char_device()


def test_a_device_that_takes_nothing_is_said() -> None:
    with pytest.raises(BadInput, match="/dev/full: cannot be written: No space left on device"):
        Target("/dev/full", option="--json").write(TEXT)
    assert Path("/dev/full").is_char_device()


def test_a_loop_of_links_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    with pytest.raises(BadInput, match=r"--json .*one.*: cannot be written"):
        Target(str(tmp_path / "one"), option="--json")


def test_a_file_that_is_no_input_is_replaced_whole(tmp_path: Path, prices: Path) -> None:
    out = tmp_path / "out.json"
    out.write_text("old " * 100_000)
    said = call("cheapest", "H100", "--prices", str(prices), "--json", str(out))
    assert said.code == 0
    assert json.loads(out.read_text())["offers"][0]["price_per_hour"] == 50
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.json", "prices.csv"]
