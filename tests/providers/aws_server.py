"""AWS's APIs on 127.0.0.1, answering in their own protocols: JSON, REST JSON, and XML for EC2."""

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import pytest
from boto3.session import Session  # type: ignore[import-untyped]  # ships no types

from providers.aws.client import Bounds
from providers.aws.source import AwsSource
from providers.errors import ProviderError
from providers.offers import Offer
from tests.providers.aws_replies import item, rate
from tests.providers.fakes import Reply, Seen

SECRET = "wJalrXUtnFEMI/K7MDENG/notARealKey"
EC2 = "http://ec2.amazonaws.com/doc/2016-11-15/"
Answer = Callable[[Mapping[str, list[str]]], Reply]


def xml(action: str, inner: str) -> Reply:
    body = f'<?xml version="1.0"?><{action}Response xmlns="{EC2}">{inner}</{action}Response>'
    return Reply(body=body.encode(), headers={"content-type": "text/xml"})


def listed(tag: str, *rows: Mapping[str, Any], token: str = "") -> str:
    """A list of EC2's, whose fields begin in lower case."""

    def one(value: Any) -> str:
        if isinstance(value, Mapping):
            return "".join(f"<{key}>{one(inner)}</{key}>" for key, inner in value.items())
        return escape(str(value))

    items = "".join(f"<item>{one(row)}</item>" for row in rows)
    return f"<{tag}>{items}</{tag}>" + (f"<nextToken>{token}</nextToken>" if token else "")


def failing(code: str, status: int = 400) -> Reply:
    """An error of EC2, with a message that must not be told."""
    body = f"<Response><Errors><Error><Code>{code}</Code><Message>account 123456789012 {SECRET}</Message>"
    return Reply(status=status, body=f"{body}</Error></Errors></Response>".encode())


TYPES = listed("instanceTypeSet", {
    "instanceType": "m5.large", "vCpuInfo": {"defaultVCpus": 2}, "memoryInfo": {"sizeInMiB": 8192},
})  # fmt: skip
BLOCK = {
    "capacityBlockOfferingId": "cb-1", "instanceType": "p5.48xlarge", "availabilityZone": "eu-west-1a",
    "instanceCount": 1, "startDate": "2026-09-01T11:30:00.000Z", "endDate": "2026-09-02T11:30:00.000Z",
    "capacityBlockDurationHours": 24, "upfrontFee": "960.0", "currencyCode": "USD", "tenancy": "default",
}  # fmt: skip


def event(zone: str, amount: str) -> dict[str, str]:
    return {
        "instanceType": "m5.large", "productDescription": "Linux/UNIX", "spotPrice": amount,
        "timestamp": "2026-08-01T00:00:00.000Z", "availabilityZone": zone,
    }  # fmt: skip


def _spot(asked: Mapping[str, list[str]]) -> Reply:
    if "NextToken" in asked:
        return xml("DescribeSpotPriceHistory", listed("spotPriceHistorySet", event("eu-west-1b", "0.05")))
    first = listed("spotPriceHistorySet", event("eu-west-1a", "0.03"), token="more")
    return xml("DescribeSpotPriceHistory", first)


def _blocks(asked: Mapping[str, list[str]]) -> Reply:
    if asked.get("InstanceType") != ["p5.48xlarge"]:
        return failing("InvalidParameterValue")
    rows = [BLOCK] if asked["CapacityDurationHours"] == ["24"] else []
    return xml("DescribeCapacityBlockOfferings", listed("capacityBlockOfferingSet", *rows))


@dataclass
class Amazon:
    """Answers by action; set `answers[action]` to change one. `asked` is what came, in order."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Reply:
        assert SECRET not in repr(seen)
        if seen.path.startswith("/DescribeSavingsPlansOfferingRates"):
            return self._answer("Rates", seen.json())
        target = seen.headers.get("x-amz-target", "")
        if target:
            return self._answer("GetProducts", seen.json())
        form = parse_qs(seen.body.decode())
        return self._answer(form["Action"][0], form)

    def _answer(self, action: str, asked: Mapping[str, Any]) -> Reply:
        self.asked.append(action)
        usual: dict[str, Answer] = {
            "GetProducts": _products,
            "Rates": lambda _: Reply.of_json({"searchResults": [rate()], "nextToken": ""}),
            "DescribeInstanceTypes": lambda _: xml("DescribeInstanceTypes", TYPES),
            "DescribeSpotPriceHistory": _spot,
            "DescribeCapacityBlockOfferings": _blocks,
        }
        return {**usual, **self.answers}[action](asked)


def _products(asked: Mapping[str, Any]) -> Reply:
    if asked["ServiceCode"] != "AmazonEC2":
        return Reply.of_json({"FormatVersion": "aws_v1", "PriceList": []})
    if asked.get("NextToken"):
        second = item(instanceType="m5.xlarge", usagetype="EUW1-BoxUsage:m5.xlarge")
        return Reply.of_json({"FormatVersion": "aws_v1", "PriceList": [json.dumps(second)]})
    page = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(item())], "NextToken": "more"}
    return Reply.of_json(page)


@cache  # it takes half a second to read what EC2 is
def _session() -> Session:
    return Session(aws_access_key_id="AKIDNOTREAL", aws_secret_access_key=SECRET, aws_session_token="token")


def source(url: str, **options: Any) -> AwsSource:
    """A source with credentials that asks only `url`, quickly."""
    usual = {
        "regions": ["eu-west-1"],
        "session": _session(),
        "endpoints": dict.fromkeys(("pricing", "ec2", "savingsplans"), url),
        "block_machines": ["p5.48xlarge"],
        "bounds": Bounds(call_seconds=5, tries=2),
    }
    return AwsSource(**{**usual, **options})


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


def forget_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials and profiles of whoever runs the tests, and no waits between tries."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    without_waits = SimpleNamespace(sleep=lambda _: None, time=time.time)
    monkeypatch.setattr("botocore.endpoint.time", without_waits)
