"""AWS as a source of prices: fetching through fakes on this machine, with every fault they know."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from providers.aws.client import Bounds
from providers.aws.source import DEFAULT_REGIONS, AwsSource
from providers.errors import (
    ProviderError,
    ReplyTooLarge,
    SourceFormatChanged,
    SourceRefused,
    SourceUnavailable,
)
from providers.offers import Purchase
from providers.places import region
from providers.registry import source_class
from tests.providers.aws_server import (
    SECRET,
    Amazon,
    failed,
    failing,
    fetched,
    forget_this_machine,
    listed,
    source,
    xml,
)
from tests.providers.fakes import FakeServer, Reply, fake_server


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    forget_this_machine(monkeypatch, tmp_path)


@pytest.fixture
def amazon() -> Iterator[tuple[Amazon, FakeServer]]:
    one = Amazon()
    with fake_server(one) as server:
        yield one, server


def test_the_registry_finds_it_and_it_can_always_be_asked() -> None:
    assert source_class("aws") is AwsSource
    assert AwsSource().not_configured() == ""
    assert "no regions" in AwsSource(regions=[]).not_configured()
    assert [name for name in DEFAULT_REGIONS if region("aws", name) is None] == []


def test_all_apis_are_asked_and_their_pages_followed(
    amazon: tuple[Amazon, FakeServer], tmp_path: Path
) -> None:
    offers = fetched(source(amazon[1].url), tmp_path)
    assert {one.offer_id: one.price_per_hour for one in offers} == {
        "aws/eu-west-1/m5.large/on_demand": Decimal("0.107"),
        "aws/eu-west-1/m5.xlarge/on_demand": Decimal("0.107"),
        "aws/eu-west-1/m5.large/spot": Decimal("0.04"),  # the median of 0.03 and 0.05
        "aws/eu-west-1/m5.large/spend_commitment/aws-compute-sp-1y-none": Decimal("0.079"),
        "aws/eu-west-1/p5.48xlarge/capacity_block/2026-09-01T1130Z..2026-09-02T1130Z@eu-west-1a": Decimal(40),
    }
    live = next(one for one in offers if one.purchase is Purchase.SPOT)
    assert live.observed_at is not None
    assert timedelta(0) <= datetime.now(UTC) - live.observed_at < timedelta(minutes=2)
    assert amazon[0].asked.count("GetProducts") == 4  # two pages of EC2, SageMaker, EMR
    written = "".join(path.read_text() for path in tmp_path.glob("aws-*"))
    assert SECRET not in written
    assert "ResponseMetadata" not in written


def test_only_the_regions_prices_of_linux_machines_are_asked_for(
    amazon: tuple[Amazon, FakeServer], tmp_path: Path
) -> None:
    list(source(amazon[1].url, services=["AmazonEC2"]).fetch(tmp_path))
    first = amazon[1].seen[0].json()
    assert {one["Field"]: one["Value"] for one in first["Filters"]} == {
        "regionCode": "eu-west-1", "tenancy": "Shared", "operatingSystem": "Linux", "preInstalledSw": "NA",
        "capacitystatus": "Used",
    }  # fmt: skip


@pytest.mark.parametrize("code", ["RequestLimitExceeded", "Throttling", "InternalError"])
def test_throttling_is_tried_again_then_unavailable(
    amazon: tuple[Amazon, FakeServer], tmp_path: Path, code: str
) -> None:
    tries: list[int] = []

    def once_busy(asked: Any) -> Reply:
        tries.append(1)
        return (
            failing(code, 503) if len(tries) == 1 else xml("DescribeInstanceTypes", listed("instanceTypeSet"))
        )

    amazon[0].answers["DescribeInstanceTypes"] = once_busy
    assert fetched(source(amazon[1].url), tmp_path)
    amazon[0].answers["DescribeInstanceTypes"] = lambda _: failing(code, 503)
    error = failed(source(amazon[1].url), tmp_path)
    assert isinstance(error, SourceUnavailable)
    assert code in str(error)


@pytest.mark.parametrize(
    ("code", "status"),
    [("AuthFailure", 401), ("UnauthorizedOperation", 403), ("ExpiredToken", 400), ("RequestExpired", 400)],
)
def test_refusals_name_call_and_code_only(
    amazon: tuple[Amazon, FakeServer], tmp_path: Path, code: str, status: int
) -> None:
    amazon[0].answers["DescribeSpotPriceHistory"] = lambda _: failing(code, status)
    error = failed(source(amazon[1].url), tmp_path)
    assert isinstance(error, SourceRefused)
    assert f"DescribeSpotPriceHistory eu-west-1: {code}" in str(error)
    assert ("expired" in str(error)) == ("Expired" in code)


def test_an_expired_token_of_the_price_list(amazon: tuple[Amazon, FakeServer], tmp_path: Path) -> None:
    reply = {"__type": "ExpiredTokenException", "message": f"{SECRET} is expired"}
    amazon[0].answers["GetProducts"] = lambda _: Reply.of_json(reply, status=400)
    assert "expired" in str(failed(source(amazon[1].url), tmp_path))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply.of_json({"FormatVersion": "aws_v1"}), SourceFormatChanged),
        (Reply.of_json({"FormatVersion": "aws_v1", "PriceList": []}), SourceFormatChanged),
        (Reply(body=b'{"PriceList": ["{', headers={"content-type": "application/json"}), SourceFormatChanged),
        (Reply(body=b'{"PriceList": []}', cut_after=9), SourceUnavailable),
        (Reply(status=429), SourceUnavailable),
        (Reply(status=500, body=b"<html>"), SourceUnavailable),
        (Reply(body=b" " * 1000, repeat=2000, stated_length=None), ReplyTooLarge),
        (Reply.of_json({"PriceList": ["{}"], "NextToken": "same"}), SourceFormatChanged),
    ],
)
def test_damaged_and_endless_replies_of_the_price_list(
    amazon: tuple[Amazon, FakeServer], tmp_path: Path, reply: Reply, kind: type[ProviderError]
) -> None:
    amazon[0].answers["GetProducts"] = lambda _: reply
    bounds = Bounds(call_seconds=5, tries=2, most_bytes=1_000_000, most_pages=5)
    assert type(failed(source(amazon[1].url, bounds=bounds), tmp_path)) is kind


def test_a_reply_that_drips_is_given_up(amazon: tuple[Amazon, FakeServer], tmp_path: Path) -> None:
    dripping = Reply(body=b" " * 10_000, drip_seconds=0.05)
    amazon[0].answers["DescribeSpotPriceHistory"] = lambda _: dripping
    bounds = Bounds(call_seconds=0.5, tries=1)
    assert isinstance(failed(source(amazon[1].url, bounds=bounds), tmp_path), SourceUnavailable)


def test_a_fetch_has_an_end(amazon: tuple[Amazon, FakeServer], tmp_path: Path) -> None:
    error = failed(source(amazon[1].url, bounds=Bounds(total_seconds=-1)), tmp_path)
    assert "not done within" in str(error)


def test_nobody_listening_is_unavailable(tmp_path: Path) -> None:
    with fake_server() as server:
        url = server.url
    assert isinstance(
        failed(source(url, bounds=Bounds(call_seconds=1, tries=1)), tmp_path), SourceUnavailable
    )


def test_an_unknown_region_is_refused_before_anything_is_asked(
    amazon: tuple[Amazon, FakeServer], tmp_path: Path
) -> None:
    assert "mars-1" in str(failed(source(amazon[1].url, regions=["mars-1"]), tmp_path))
    assert amazon[0].asked == []


def test_nothing_is_logged_that_holds_a_credential(
    amazon: tuple[Amazon, FakeServer], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        fetched(source(amazon[1].url), tmp_path)
    assert "AKIDNOTREAL" not in caplog.text
    assert SECRET not in caplog.text
