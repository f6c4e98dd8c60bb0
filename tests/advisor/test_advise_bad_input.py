"""Bad input to `advise`: exit 2, the file and the fault named, no traceback, nothing written."""

import json
import os
from pathlib import Path

import pytest

from tests.advisor.advise_calls import advise, write_plan, write_prices
from tests.advisor.planning_cases import SITE, TEAM, plan_data
from tests.factories import make_offer

HEADER = (
    "provider,region,country,instance_type,purchase,price_per_hour,currency,accelerator,accelerator_count"
)
GOOD = "aws,eu-central-1,DE,p5.48xlarge,on_demand,50,USD,H100,8"


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """A price file with one machine of eight H100 at 50 USD an hour."""
    return write_prices(tmp_path / "prices.csv", [make_offer()])


BAD_PLANS: list[tuple[str, bytes, str]] = [
    ("empty", b"", "the file is empty"),
    ("not_yaml", b"schema: [1\nname: }", "not"),
    ("wrong_types", json.dumps(plan_data(months="many")).encode(), "months"),
    ("a_list", b"[1, 2]", "must be a map of fields"),
    ("negative_months", json.dumps(plan_data(months=-3)).encode(), "months: -3"),
    (
        "unknown_group",
        json.dumps(plan_data(TEAM | {"residency": {"allow": ["EUU"]}})).encode(),
        "workloads[0].residency.allow[0]",
    ),
    ("nan", b'{"schema": 1, "start": "2027-01", "months": 1, "discount_rate": .nan}', "discount_rate"),
    ("unknown_field", json.dumps(plan_data(colour="red")).encode(), "unknown field"),
    ("garbage", os.urandom(1024) * 10 * 1024, "at most 1 MiB are read"),
    ("text_garbage", b"a" * 10 * 1024 * 1024, "at most 1 MiB are read"),
    (
        "yaml_bomb",
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(98, 108)),
        "anchors and aliases",
    ),
    (
        "currency_without_rate",
        json.dumps(plan_data(capacity={"sites": [SITE | {"currency": "EUR"}]})).encode(),
        "exchange_rates",
    ),
    (
        "unknown_domain",
        json.dumps(plan_data(limits={"survive_loss_of": "zone"})).encode(),
        "region or provider",
    ),
]


@pytest.mark.parametrize(("data", "words"), [bad[1:] for bad in BAD_PLANS], ids=[bad[0] for bad in BAD_PLANS])
def test_a_bad_plan_is_refused_and_nothing_is_written(
    tmp_path: Path, prices: Path, data: bytes, words: str
) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_bytes(data)
    said = advise(plan, prices, "--json", str(tmp_path / "result.json"))
    assert (said.code, said.out) == (2, "")
    assert str(plan) in said.first
    assert words in said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.yaml", "prices.csv"]


def test_a_demand_beyond_counting_is_refused_where_prices_tell_its_machines(
    tmp_path: Path, prices: Path
) -> None:
    plan = write_plan(tmp_path, plan_data(TEAM | {"demand": {"unit": "accelerators", "peak": 8_000_008}}))
    said = advise(plan, prices, "--json", str(tmp_path / "result.json"))
    assert (said.code, said.out) == (2, "")
    assert "workloads[0].demand.peak: 8000008: takes 1,000,001 machines at once in 2027-01" in said.err
    assert not (tmp_path / "result.json").exists()


BAD_PRICES: list[tuple[str, bytes, str]] = [
    ("empty", b"", "empty"),
    ("zero", f"{HEADER}\n{GOOD.replace(',50,', ',0,')}\n".encode(), "price_per_hour"),
    ("negative", f"{HEADER}\n{GOOD.replace(',50,', ',-1,')}\n".encode(), "price_per_hour"),
    ("nan", f"{HEADER}\n{GOOD.replace(',50,', ',NaN,')}\n".encode(), "price_per_hour"),
    ("duplicate", f"{HEADER}\n{GOOD}\n{GOOD}\n".encode(), "line 3"),
    ("missing_column", f"{HEADER}\n{GOOD}\n".replace(",country", "", 1).encode(), "country"),
    ("unknown_country", f"{HEADER}\n{GOOD.replace(',DE,', ',XX,')}\n".encode(), "country"),
    ("garbage", os.urandom(1024) * 10 * 1024, "prices.csv"),
]


@pytest.mark.parametrize(
    ("data", "words"), [bad[1:] for bad in BAD_PRICES], ids=[bad[0] for bad in BAD_PRICES]
)
def test_a_bad_price_file_is_refused_and_nothing_is_written(tmp_path: Path, data: bytes, words: str) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_bytes(data)
    said = advise(write_plan(tmp_path), prices, "--json", str(tmp_path / "result.json"))
    assert (said.code, said.out) == (2, "")
    assert "prices.csv" in said.first
    assert words in said.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.yaml", "prices.csv"]
