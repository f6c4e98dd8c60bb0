"""AWS's offers fit our own price file, and the machines of a server of AWS's API are all known."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from boto3.session import Session  # type: ignore[import-untyped]  # ships no types
from moto.server import ThreadedMotoServer

from providers.aws.client import Bounds
from providers.aws.source import AwsSource
from providers.base import Document
from providers.offers import Offer, Purchase
from providers.pricefile import read_price_file, write_price_file
from tests.providers.aws_replies import block, item, on_demand, parsed, rate, reservation, reserved, spot
from tests.providers.aws_server import Amazon, forget_this_machine
from tests.providers.fakes import fake_server
from tests.providers.test_aws_offer_file import _emr, _ml
from tests.providers.test_aws_spot_and_blocks import blocks, history


def test_every_kind_of_offer_survives_the_price_file() -> None:
    terms = {
        "OnDemand": on_demand(),
        "Reserved": {
            "a": reserved("0", "549", option="All Upfront"),
            "b": reserved("0.03", "280", option="Partial Upfront", years=3),
        },
    }
    zones = [spot(f"us-east-1{zone}", "0.0412345", "2026-08-01T00:00:00Z") for zone in "abcdefghij"]
    offers, _ = parsed(
        item(terms=terms), item(regionCode="us-east-1-scl-1"), _emr("0.024"), _ml("Training", "63.296"),
        history(*zones, spot("us-east-1-atl-2a", "0.03", "2026-08-01T00:00:00Z")),
        blocks(block(), block(InstanceCount=3, UpfrontFee="1000")), {"searchResults": [rate()]},
        {"ReservedInstancesOfferings": [reservation()]},
    )  # fmt: skip
    assert {one.purchase for one in offers} == set(Purchase) - {Purchase.PARTNER}
    assert len(offers) == 11
    read = read_price_file(write_price_file(offers).encode(), source="round trip")
    assert list(read.refused) == []
    assert sorted(map(repr, read.offers)) == sorted(map(repr, offers))


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    forget_this_machine(monkeypatch, tmp_path)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_all_machines_of_the_api_are_read_and_their_spot_prices_placed(moto: str, tmp_path: Path) -> None:
    with fake_server(Amazon()) as others:
        source = AwsSource(
            regions=["us-east-1"],
            session=Session(aws_access_key_id="AKIDNOTREAL", aws_secret_access_key="x"),
            endpoints={"ec2": moto, "pricing": others.url, "savingsplans": others.url},
            block_machines=[],
            bounds=Bounds(call_seconds=30, tries=1),
        )
        documents: list[Document] = []
        for one in source.fetch(tmp_path):
            documents.append(one)
            if one.name.startswith("aws-spot"):
                break  # moto knows no Capacity Blocks
    types = [
        machine
        for one in documents
        if one.name.startswith("aws-types")
        for machine in json.loads(one.open().read())["InstanceTypes"]
    ]
    offers = [found for found in AwsSource.parse(documents) if isinstance(found, Offer)]
    by_machine = {one.instance_type: one for one in offers if one.purchase is Purchase.SPOT and not one.zone}
    assert len(types) > 1000
    assert len(by_machine) > 500
    stated = {machine["InstanceType"]: machine["VCpuInfo"]["DefaultVCpus"] for machine in types}
    assert {one.vcpus == stated[name] for name, one in by_machine.items()} == {True}
    p5 = by_machine["p5.48xlarge"]
    assert (p5.accelerator, p5.accelerator_count, p5.accelerator_memory_gib) == (
        "H100", Decimal(8), Decimal(80),
    )  # fmt: skip
