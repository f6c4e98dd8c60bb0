"""AWS as a source of prices: fetching through fakes on this machine, with every fault they know."""

import json
import logging
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
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
from providers.http import Door
from providers.offers import Offer, Purchase
from providers.places import region
from providers.registry import source_class
from tests.providers.aws_replies import offer_file, on_demand, product
from tests.providers.aws_server import SECRET, Amazon, failing, listed, source, xml
from tests.providers.fakes import FakeServer, Reply, Seen, fake_server, routed
from tests.providers.test_aws_commitments import _plan_file, _plan_rate


@pytest.fixture(autouse=True)
def no_credentials_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    # botocore waits between its tries
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None, time=time.time))


@pytest.fixture
def amazon() -> Iterator[tuple[Amazon, FakeServer]]:
    one = Amazon()
    with fake_server(one) as server:
        yield one, server


def fetched(one: AwsSource, folder: Path) -> list[Offer]:
    documents = list(one.fetch(folder))
    return [found for found in AwsSource.parse(documents) if isinstance(found, Offer)]


def failed(one: AwsSource, folder: Path) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        list(one.fetch(folder))
    said = f"{caught.value!r} {caught.value.__cause__!r}"
    assert SECRET not in said
    assert "123456789012" not in said
    return caught.value


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


PRICES = offer_file([product("A")], {"OnDemand": {"A": on_demand()}})
FILE = "/offers/v1.0/aws/AmazonEC2/20260803/eu-west-1/index.json"


def _routes(**changed: Any) -> dict[str, Any]:
    index = {"formatVersion": "v1.0", "regions": {"eu-west-1": {
        "regionCode": "eu-west-1", "currentVersionUrl": FILE}}}  # fmt: skip
    plans = {"regions": [{"regionCode": "eu-west-1", "versionUrl": "/savingsPlan/eu-west-1.json"}]}
    return {
        "/offers/v1.0/aws/AmazonEC2/current/region_index.json": Reply.of_json(index),
        FILE: Reply.of_json(PRICES),
        "/savingsPlan/v1.0/aws/AWSComputeSavingsPlan/current/region_index.json": Reply.of_json(plans),
        "/savingsPlan/eu-west-1.json": Reply.of_json(_plan_file(_plan_rate())),
        **changed,
    }  # fmt: skip


def bulk(url: str, **options: Any) -> AwsSource:
    usual: dict[str, Any] = {
        "regions": ["eu-west-1"], "services": ["AmazonEC2"], "price_url": url,
        "door": Door(tries=2, sleep=lambda _: None),
    }  # fmt: skip
    return AwsSource(**{**usual, **options})


def test_without_credentials_the_public_files_are_read(tmp_path: Path) -> None:
    with fake_server(routed(_routes())) as server:
        offers = fetched(bulk(server.url), tmp_path)
    assert {one.offer_id for one in offers} == {
        "aws/eu-west-1/m5.large/on_demand",
        "aws/us-east-2/p5.48xlarge/spend_commitment/aws-compute-sp-1y-none",
    }


def test_files_of_an_interrupted_fetch_are_not_asked_for_again(tmp_path: Path) -> None:
    with fake_server(routed(_routes(**{"/savingsPlan/eu-west-1.json": Reply(status=503)}))) as server:
        assert isinstance(failed(bulk(server.url), tmp_path), SourceUnavailable)
    with fake_server(routed(_routes())) as server:
        assert len(fetched(bulk(server.url), tmp_path)) == 2
        assert FILE not in [one.path for one in server.seen]
    with fake_server(routed(_routes())) as server:
        assert fetched(bulk(server.url, resume_within=timedelta(0)), tmp_path)
        assert FILE in [one.path for one in server.seen]


def test_a_broken_transfer_goes_on_where_it_broke(tmp_path: Path) -> None:
    whole = json.dumps(PRICES).encode() + b" " * 200_000
    tag = {"etag": '"v1"', "accept-ranges": "bytes"}

    def file(seen: Seen) -> Reply:
        if "range" not in seen.headers:
            return Reply(body=whole, cut_after=150_000, headers=tag)
        start = int(seen.headers["range"].removeprefix("bytes=").removesuffix("-"))
        ranged = {**tag, "content-range": f"bytes {start}-{len(whole) - 1}/{len(whole)}"}
        return Reply(status=206, body=whole[start:], headers=ranged)

    with fake_server(routed(_routes(**{FILE: file}))) as server:
        assert len(fetched(bulk(server.url), tmp_path)) == 2
        first, second = [one.headers.get("range") for one in server.seen if one.path == FILE]
    assert first is None
    assert second is not None
    assert 0 < int(second.removeprefix("bytes=").removesuffix("-")) <= 150_000


INDEX = "/offers/v1.0/aws/AmazonEC2/current/region_index.json"


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({INDEX: Reply(body=b"{")}, SourceFormatChanged),
        ({INDEX: Reply.of_json([])}, SourceFormatChanged),
        ({INDEX: Reply.of_json({"regions": []})}, SourceFormatChanged),
        ({INDEX: Reply.of_json({"regions": {}})}, SourceFormatChanged),
        (
            {
                INDEX: Reply.of_json(
                    {"regions": {"eu-west-1": {"currentVersionUrl": "https://example.org/x"}}}
                )
            },
            SourceFormatChanged,
        ),
        ({INDEX: Reply(status=403)}, SourceRefused),
        ({FILE: Reply(status=404)}, SourceRefused),
        ({FILE: Reply(status=429)}, SourceUnavailable),
    ],
)
def test_faults_of_the_public_files(
    tmp_path: Path, changed: dict[str, Reply], kind: type[ProviderError]
) -> None:
    with fake_server(routed(_routes(**changed))) as server:
        assert type(failed(bulk(server.url), tmp_path)) is kind


def test_china_has_files_of_its_own(tmp_path: Path) -> None:
    link = "/offers/v1.0/cn/AmazonEC2/1/cn-north-1/index.json"
    prices = offer_file([product("A", regionCode="cn-north-1")], {"OnDemand": {"A": on_demand(money="CNY")}})
    routes = {
        "/offers/v1.0/cn/AmazonEC2/current/region_index.json": Reply.of_json(
            {"regions": {"cn-north-1": {"currentVersionUrl": link}}}
        ),
        link: Reply.of_json(prices),
    }
    with fake_server(routed(routes)) as server:
        one = bulk("http://127.0.0.1:1", china_price_url=server.url, regions=["cn-north-1"])
        (offer,) = fetched(one, tmp_path)
    assert (offer.region, offer.currency) == ("cn-north-1", "CNY")


def test_credentials_may_be_left_unused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDNOTREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with fake_server(routed(_routes())) as server:
        assert len(fetched(bulk(server.url, use_credentials=False), tmp_path)) == 2
        assert all(SECRET not in repr(one) and "AKID" not in repr(one) for one in server.seen)


def test_a_profile_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_PROFILE", "missing")
    assert isinstance(failed(bulk("http://127.0.0.1:1"), tmp_path), SourceRefused)
