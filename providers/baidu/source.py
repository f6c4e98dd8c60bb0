"""Prices of Baidu AI Cloud, asked one machine family after the other: it publishes no list."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from providers.baidu.client import Keys, make_client
from providers.baidu.machines import flavors_in
from providers.baidu.parse import parse
from providers.base import Document, PriceSource, Refused
from providers.errors import ReplyTooLarge, SourceFormatChanged, SourceRefused
from providers.http import Door
from providers.offers import Offer

REGIONS = ("bj", "bd", "gz", "su", "hkg", "sin")
TERMS = (1, 12, 36)
MOST_QUESTIONS = 5000
_REFUSALS_IN_A_ROW = 20


@dataclass(frozen=True, slots=True)
class _Question:
    name: str
    asked: Mapping[str, Any]
    ask: Callable[[], bytes] = field(repr=False)


@dataclass(kw_only=True)
class BaiduSource(PriceSource):
    """Needs an access key (BCE_ACCESS_KEY_ID, BCE_SECRET_ACCESS_KEY of the caller's environment).

    `regions`, by default those open to everybody (the finance zones fwh and fsh are not), are asked at
    `endpoint`, where {} is the region. Unless `accelerated_only` is unset, prices of machines without
    accelerators are not asked for: one question each, they are many.
    """

    name: ClassVar[str] = "baidu"
    title: ClassVar[str] = "Baidu AI Cloud"

    access_key_id: str = field(default="", repr=False)
    secret_access_key: str = field(default="", repr=False)
    regions: Sequence[str] = REGIONS
    endpoint: str = "https://bcc.{}.baidubce.com"
    terms_months: Sequence[int] = TERMS
    accelerated_only: bool = True
    most_questions: int = MOST_QUESTIONS
    door: Door = field(default_factory=Door, repr=False)

    def not_configured(self) -> str:
        missing = [
            name
            for name, value in (
                ("BCE_ACCESS_KEY_ID", self.access_key_id),
                ("BCE_SECRET_ACCESS_KEY", self.secret_access_key),
            )
            if not value
        ]
        return f"set {' and '.join(missing)} to an access key of Baidu AI Cloud" if missing else ""

    def fetch(self, folder: Path) -> Iterator[Document]:
        """The flavors of every region, then its prices; each answer is kept beside its question.

        A single question may be refused (a family not sold that way in a zone); that is said in its
        document. Refused keys, or many refusals in a row, end it with SourceRefused.
        """
        if reason := self.not_configured():
            raise SourceRefused(reason)
        number = refusals = 0
        for region in self.regions:
            keys = Keys(access_key_id=self.access_key_id, secret_access_key=self.secret_access_key)
            client = make_client(self.endpoint.format(region), keys, self.door)
            flavors = client.list_flavor_spec()
            yield _kept(folder, f"{region} flavors", {}, {"response": _json(flavors, f"{region} flavors")})
            bids, bidding = self._bids(region, client)
            yield _kept(folder, f"{region} bid flavors", {}, bids)
            for question in self._questions(client, region, _json(flavors, f"{region} flavors"), bidding):
                number += 1
                if number > self.most_questions:
                    raise ReplyTooLarge(f"more than {self.most_questions:,} prices to ask for")
                answer: dict[str, Any]
                try:
                    answer = {"response": _json(question.ask(), question.name)}
                    refusals = 0
                except SourceRefused as error:
                    refusals += 1
                    if refusals >= _REFUSALS_IN_A_ROW:
                        raise
                    answer = {"error": str(error)}
                yield _kept(folder, f"{number:05} {question.name}", question.asked, answer)

    @staticmethod
    def _bids(region: str, client: Any) -> tuple[dict[str, Any], set[tuple[str, str]]]:
        """The list of flavors that can be bid for, and (zone, spec) of each; not everybody may ask for it."""
        try:
            found = _json(client.list_bid_flavor(), f"{region} bid flavors")
        except SourceRefused as error:
            return {"error": str(error)}, set()
        if not isinstance(found.get("zoneResources"), list):
            raise SourceFormatChanged(f"{region} bid flavors: not a list of flavors")
        return {"response": found}, {(zone, spec) for zone, _, spec, _ in flavors_in(found)}

    def _questions(
        self, client: Any, region: str, flavors: Any, bidding: set[tuple[str, str]]
    ) -> Iterator[_Question]:
        try:
            found = sorted(set(flavors_in(flavors)))
        except (KeyError, TypeError, AttributeError):
            raise SourceFormatChanged(f"{region} flavors: not a list of flavors") from None
        wanted = [(zone, spec) for zone, _, spec, fast in found if fast or not self.accelerated_only]
        for zone, spec in wanted:
            yield self._price(client, spec, zone, "Postpaid", 1)
            for months in self.terms_months:
                yield self._price(client, spec, zone, "Prepaid", months)
        for months in self.terms_months:
            for zone, spec in wanted if months > 1 else ():
                yield self._voucher(client, found, spec, zone, months)
        for zone, spec in wanted:
            if (zone, spec) in bidding:
                asked = {"spec": spec, "zoneName": zone}
                yield _Question(f"bid {zone} {spec}", asked, partial(client.bid_price, **asked))

    @staticmethod
    def _price(client: Any, spec: str, zone: str, timing: str, months: int) -> _Question:
        asked = {"spec": spec, "zoneName": zone, "paymentTiming": timing, "purchaseLength": months}
        return _Question(
            f"price {timing} {months}m {zone} {spec}",
            asked | {"purchaseCount": 1},
            lambda: client.get_price_by_spec(
                spec=spec, payment_timing=timing, zone_name=zone, purchase_num=1, purchase_length=months
            ),
        )

    @staticmethod
    def _voucher(
        client: Any, found: Sequence[tuple[str, str, str, bool]], spec: str, zone: str, months: int
    ) -> _Question:
        family = next((name for at, name, other, _ in found if (at, other) == (zone, spec)), "")
        asked = {
            "spec": spec, "specId": family, "zoneName": zone, "offeringType": "NoPrepay",
            "reservedInstanceTime": months, "reservedInstanceCount": 1, "priceTimeUnit": "hour",
        }  # fmt: skip
        return _Question(
            f"voucher {months}m {zone} {spec}",
            asked,
            lambda: client.query_reserved_instance_price(
                family, spec, "NoPrepay", zone, reserved_instance_count=1, price_time_unit="hour",
                reserved_instance_time=months,
            ),
        )  # fmt: skip

    @staticmethod
    def parse(documents: Sequence[Document]) -> Iterator[Offer | Refused]:
        """See `providers.baidu.parse`."""
        return parse(documents)


def _json(data: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SourceFormatChanged(f"{name}: the answer is not a JSON object")
    return found


def _kept(folder: Path, name: str, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> Document:
    path = folder / f"baidu {name}.json"
    path.write_text(json.dumps({"request": dict(asked), **answer}), encoding="utf-8")
    return Document.of_file(path, received_at=datetime.now(UTC))
