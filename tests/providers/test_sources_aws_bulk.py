"""AWS without credentials: its public price files, through a fake on this machine."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from providers.aws.source import AwsSource
from providers.errors import (
    ProviderError,
    SourceFormatChanged,
    SourceRefused,
    SourceUnavailable,
)
from providers.http import Door
from tests.providers.aws_replies import offer_file, on_demand, product
from tests.providers.aws_server import SECRET, failed, fetched, forget_this_machine
from tests.providers.fakes import Reply, Seen, fake_server, routed
from tests.providers.test_aws_commitments import _plan_file, _plan_rate


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    forget_this_machine(monkeypatch, tmp_path)


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
