"""Asking Baidu AI Cloud, through its own SDK, at a fake of it: signed, bounded, and silent about keys."""

import hmac
import json
import logging
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from providers.baidu.source import BaiduSource
from providers.base import Document, Refused
from providers.errors import (
    ProviderError,
    ReplyTooLarge,
    SourceFormatChanged,
    SourceRefused,
    SourceUnavailable,
)
from providers.http import Door
from providers.offers import Offer
from providers.registry import source_class
from tests.providers.fakes import FakeServer, Reply, Seen, Step, Waits, fake_server, routed

KEY, SECRET = "canary-key-1f", "canary-secret-9c"
A100 = "bcc.hgn5IB.c116m978.8A100-80g"
FLAVOR = {
    "specId": "hgn5IB", "spec": A100, "cpuCount": 116, "memoryCapacityInGB": 978, "gpuCardType": "A100-80g",
    "gpuCardCount": 8,
}  # fmt: skip
PLAIN = {"specId": "g5", "spec": "bcc.g5.c2m8", "cpuCount": 2, "memoryCapacityInGB": 8, "gpuCardCount": 0}
FLAVORS = {
    "zoneResources": [
        {"zoneName": "cn-bj-a", "bccResources": {"flavorGroups": [{"flavors": [FLAVOR, PLAIN]}]}},
    ]
}
BIDS = {
    "zoneResources": [
        {"zoneName": "cn-bj-a", "bccResources": [{"instanceType": "G", "flavors": [FLAVOR, PLAIN]}]}
    ]
}


def prices(seen: Seen) -> Reply:
    asked = seen.json()
    total = 5.5 if asked["paymentTiming"] == "Postpaid" else 146000 * asked["purchaseLength"]
    row = {"spec": asked["spec"], "specPrice": total, "status": "available"}
    return Reply.of_json({"price": [{"specId": "hgn5IB", "specPrices": [row]}]})


ROUTES: dict[str, Step] = {
    "/v2/instance/flavorSpec": Reply.of_json(FLAVORS),
    "/v2/instance/price": prices,
    "/v2/instance/bidFlavor": Reply.of_json(BIDS),
    "/v2/instance/bidPrice": Reply.of_json({"money": "1.1", "count": "1", "perMoney": "1.1"}),
    "/v2/reservedInstance/price": Reply.of_json(
        {"spec": A100, "prePaidSpecPrice": 0, "postPaidSpecTimeUnitPrice": 150.5}
    ),
}


def cloud(**changes: Step) -> Step:
    """Baidu's answers with some changed, by the last word of their path; `vouchers` are of reservations."""
    named = {name: path for path in ROUTES if (name := path.rsplit("/", 1)[1]) != "price"}
    named |= {"price": "/v2/instance/price", "vouchers": "/v2/reservedInstance/price"}
    return routed(ROUTES | {named[name]: step for name, step in changes.items()})


def source(fake: FakeServer, **options: Any) -> BaiduSource:
    usual: dict[str, Any] = {
        "access_key_id": KEY,
        "secret_access_key": SECRET,
        "regions": ["bj"],
        "endpoint": fake.url,
        "terms_months": (1, 12),
        "door": Door(sleep=Waits(), timeout_seconds=5, total_seconds=20),
    }
    return BaiduSource(**(usual | options))


def test_what_is_fetched_is_what_is_parsed(tmp_path: Path) -> None:
    with fake_server(cloud()) as fake:
        found = list(BaiduSource.parse(list(source(fake).fetch(tmp_path))))
    offers = {one.offer_id: one for one in found if isinstance(one, Offer)}
    assert [one for one in found if isinstance(one, Refused)] == []
    told = {
        name.removeprefix(f"baidu/bj/{A100}/"): [o.price_per_hour, o.upfront] for name, o in offers.items()
    }
    assert told == {
        "on_demand@cn-bj-a": [330, None],  # 5.5 a minute: 146,000 a month is 200 an hour
        "reserved/1m-all@cn-bj-a": [0, 146000],
        "reserved/12m-all@cn-bj-a": [0, 1752000],
        "reserved/12m-none@cn-bj-a": [150.5, None],
        "spot@cn-bj-a": [66, None],  # 1.1 a minute
    }
    assert all(offer.observed_at is not None for offer in offers.values())


def test_requests_are_those_of_the_documentation_signed(tmp_path: Path) -> None:
    with fake_server(cloud()) as fake:
        list(source(fake).fetch(tmp_path))
    assert [(seen.method, seen.path) for seen in fake.seen] == [
        ("GET", "/v2/instance/flavorSpec"),
        ("POST", "/v2/instance/bidFlavor"),
        *[("POST", "/v2/instance/price")] * 3,
        ("POST", "/v2/reservedInstance/price"),
        ("POST", "/v2/instance/bidPrice"),
    ]
    assert fake.seen[2].json() == {
        "spec": A100, "paymentTiming": "Postpaid", "zoneName": "cn-bj-a", "purchaseCount": 1,
        "purchaseLength": 1,
    }  # fmt: skip
    for seen in fake.seen:
        assert_signed(seen)


def assert_signed(seen: Seen) -> None:
    """The signature recomputed as the documentation of "bce-auth-v1" says."""
    version, key, date, seconds, names, signature = seen.headers["authorization"].split("/")
    assert (version, key, names) == ("bce-auth-v1", KEY, "host;x-bce-date")
    signing_key = hmac.new(SECRET.encode(), f"{version}/{key}/{date}/{seconds}".encode(), sha256).hexdigest()
    query = "&".join(sorted(f"{name}={values[0]}" for name, values in seen.query.items()))
    host = seen.headers["host"].replace(":", "%3A")
    signed = f"host:{host}\nx-bce-date:{seen.headers['x-bce-date'].replace(':', '%3A')}"
    text = "\n".join([seen.method, seen.path, query, signed])
    assert hmac.new(signing_key.encode(), text.encode(), sha256).hexdigest() == signature


def test_machines_without_accelerators_are_asked_for_when_wanted(tmp_path: Path) -> None:
    with fake_server(cloud()) as fake:
        list(source(fake, accelerated_only=False).fetch(tmp_path))
    assert {seen.json().get("spec") for seen in fake.seen if seen.path == "/v2/instance/price"} == {
        A100, "bcc.g5.c2m8",
    }  # fmt: skip


def test_throttling_and_errors_of_the_server_are_sat_out(tmp_path: Path) -> None:
    bad = [
        Reply(status=429, headers={"retry-after": "3"}),
        Reply(status=503),
        Reply(body=b"{", stated_length=9),
    ]
    calls = iter(bad)
    waits = Waits()
    door = Door(sleep=waits, timeout_seconds=5)
    with fake_server(cloud(price=lambda seen: next(calls, None) or prices(seen))) as fake:
        documents = list(source(fake, door=door).fetch(tmp_path))
    assert (len(documents), waits[0]) == (7, 3.0)


def test_one_question_refused_is_said_in_its_document(tmp_path: Path) -> None:
    refusal = Reply.of_json({"code": "NoSuchSpec", "message": "no", "requestId": "r"}, status=400)
    with fake_server(cloud(bidPrice=refusal)) as fake:
        found = list(BaiduSource.parse(list(source(fake).fetch(tmp_path))))
    (refused,) = [one for one in found if isinstance(one, Refused)]
    assert refused.where == f"baidu 00005 bid cn-bj-a {A100}.json"
    assert "/v2/instance/bidPrice: HTTP 400 Bad Request" in refused.reason


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"flavorSpec": Reply(status=401)}, SourceRefused),
        ({"flavorSpec": Reply(status=403, body=SECRET.encode())}, SourceRefused),
        ({"flavorSpec": Reply(status=500)}, SourceUnavailable),
        ({"flavorSpec": Reply(status=429, headers={"retry-after": "3600"})}, SourceUnavailable),
        ({"flavorSpec": Reply(body=b'{"zoneResources": [')}, SourceFormatChanged),
        ({"flavorSpec": Reply(body=b"[]")}, SourceFormatChanged),
        ({"flavorSpec": Reply(body=b"{}")}, SourceFormatChanged),
        ({"flavorSpec": Reply(body=b'{"zoneResources": 7}')}, SourceFormatChanged),
        ({"flavorSpec": Reply(body=b"x" * 2**20, repeat=2048)}, ReplyTooLarge),
        ({"price": Reply(body=b"<html>")}, SourceFormatChanged),
        ({"price": Reply(body=b"{}", cut_after=1)}, SourceUnavailable),
        ({"bidFlavor": Reply(body=b"{}")}, SourceFormatChanged),
        ({"bidFlavor": Reply(status=503)}, SourceUnavailable),
    ],
)
def test_bad_days_end_in_errors_without_keys(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, changes: dict[str, Reply], error: type[ProviderError]
) -> None:
    caplog.set_level(logging.DEBUG)
    with fake_server(cloud(**changes)) as fake, pytest.raises(error) as caught:
        list(source(fake).fetch(tmp_path))
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert_silent(f"{caught.value!r}{caught.value}{caplog.text}{written}")


def assert_silent(text: str) -> None:
    assert KEY not in text
    assert SECRET not in text
    assert "bce-auth-v1" not in text


def test_keys_refused_on_the_way_end_it(tmp_path: Path) -> None:
    many = [
        FLAVOR | {"spec": f"bcc.gn{n}.c12m40.1p40", "gpuCardType": "P40", "gpuCardCount": 1} for n in range(9)
    ]
    flavors = {
        "zoneResources": [{"zoneName": "cn-bj-a", "bccResources": {"flavorGroups": [{"flavors": many}]}}]
    }
    with (
        fake_server(cloud(flavorSpec=Reply.of_json(flavors), price=Reply(status=403))) as fake,
        pytest.raises(SourceRefused, match="HTTP 403"),
    ):
        list(source(fake).fetch(tmp_path))
    assert len(fake.seen) == 2 + 20


def test_the_number_of_questions_is_bounded(tmp_path: Path) -> None:
    with fake_server(cloud()) as fake, pytest.raises(ReplyTooLarge, match="more than 3 prices"):
        list(source(fake, most_questions=3).fetch(tmp_path))
    assert len(fake.seen) == 2 + 3


def test_who_may_not_bid_gets_the_other_prices(tmp_path: Path) -> None:
    with fake_server(cloud(bidFlavor=Reply(status=403))) as fake:
        found = list(BaiduSource.parse(list(source(fake).fetch(tmp_path))))
    assert len([one for one in found if isinstance(one, Offer)]) == 4
    (refused,) = [one for one in found if isinstance(one, Refused)]
    assert refused.where == "baidu bj bid flavors.json"


def test_names_that_are_none_make_neither_questions_nor_files(tmp_path: Path) -> None:
    groups = {"flavorGroups": [{"flavors": [FLAVOR, FLAVOR | {"spec": "../../spec"}]}]}
    flavors = {"zoneResources": [{"zoneName": "../../../zone", "bccResources": groups}]}
    with fake_server(cloud(flavorSpec=Reply.of_json(flavors))) as fake:
        list(source(fake).fetch(tmp_path))
    assert len(fake.seen) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "baidu bj bid flavors.json", "baidu bj flavors.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "missing"),
    [
        ({}, "set BCE_ACCESS_KEY_ID and BCE_SECRET_ACCESS_KEY"),
        ({"access_key_id": KEY}, "set BCE_SECRET_ACCESS_KEY"),
        ({"secret_access_key": SECRET}, "set BCE_ACCESS_KEY_ID"),
    ],
)
def test_without_keys_it_is_not_configured_and_asks_nobody(
    tmp_path: Path, keys: dict[str, str], missing: str
) -> None:
    made = BaiduSource(**keys)  # type: ignore[arg-type]  # only strings are given
    assert made.not_configured().startswith(missing)
    with pytest.raises(SourceRefused, match=missing):
        list(made.fetch(tmp_path))


def test_with_keys_it_is_configured_and_does_not_print_them() -> None:
    made = BaiduSource(access_key_id=KEY, secret_access_key=SECRET)
    assert made.not_configured() == ""
    assert_silent(repr(made))


def test_it_is_the_source_of_its_name() -> None:
    assert source_class("baidu") is BaiduSource
    assert (BaiduSource.name, BaiduSource.title) == ("baidu", "Baidu AI Cloud")


def test_the_sdk_is_not_imported_before_it_is_used() -> None:
    code = (
        "import sys; from providers.registry import source_class; made = source_class('baidu')();"
        "made.not_configured(); print([name for name in sys.modules if name.startswith('baidubce')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_documents_are_named_for_people(tmp_path: Path) -> None:
    with fake_server(cloud()) as fake:
        documents: list[Document] = list(source(fake).fetch(tmp_path))
    assert documents[0].name == "baidu bj flavors.json"
    assert documents[1].name == "baidu bj bid flavors.json"
    assert documents[2].name == f"baidu 00001 price Postpaid 1m cn-bj-a {A100}.json"
    with documents[2].open() as stream:
        assert json.load(stream)["request"]["paymentTiming"] == "Postpaid"
