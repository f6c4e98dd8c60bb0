"""The price in a SKU of Google's: exact, in force, of one unit; or refused."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from providers.base import Document
from providers.gcp import skus
from tests.providers.gcp_replies import N2, N2_4, N2_PRICE, document, of_skus, parsed, reasons


def _changed(**change: Any) -> dict[str, Any]:
    """The core's SKU with another price: keys of `unitPrice`, `tier`, `expression` or the SKU itself."""
    made: dict[str, Any] = json.loads(json.dumps(N2[0]))
    expression = made["pricingInfo"][0]["pricingExpression"]
    expression["tieredRates"][0]["unitPrice"] |= change.pop("money", {})
    expression |= change.pop("expression", {})
    made["pricingInfo"][0] |= change.pop("info", {})
    return made | change


@pytest.mark.parametrize(
    ("core", "reason"),
    [
        (_changed(money={"units": "0", "nanos": 0}), "has price 0"),
        (_changed(money={"units": None, "nanos": None}), "has no unit price"),
        (_changed(money={"units": "-1", "nanos": 0}), "has price -1"),
        (_changed(money={"units": "1.5"}), "units 1.5: must be a whole number"),
        (_changed(money={"nanos": 0.031611}), "nanos 0.031611: must be a whole number"),
        (_changed(money={"nanos": 1_000_000_000}), "must be less than one unit"),
        (_changed(money={"units": "-1", "nanos": 5}), "of the sign of units"),
        (_changed(money={"currencyCode": ""}), "currency none: must be an ISO 4217 code"),
        (_changed(money={"currencyCode": "dollars"}), "currency dollars"),
        (_changed(expression={"usageUnit": "GiBy"}), "priced per GiBy, not per hour"),
        (_changed(expression={"usageUnit": ""}), "priced per unknown unit"),
        (_changed(expression={"usageUnit": "GiBy.h"}), "which is no unit of N2 Instance Core"),
        (_changed(expression={"tieredRates": []}), "has no rate"),
        (_changed(pricingInfo=[]), "has no pricingInfo"),
        (_changed(info={"effectiveTime": "yesterday"}), "time yesterday"),
        (_changed(info={"effectiveTime": "Thu Jul 30 06:13:17 2026"}), "time Thu Jul 30 06:13:17 2026"),
        (_changed(info={"effectiveTime": "23 Jun 22 07:35 -0500"}), "must be a time from 2000 to 2200"),
        (_changed(info={"effectiveTime": "1969-12-31T16:00:00.000-08:00"}), "time 1969-12-31"),
        (_changed(info={"effectiveTime": "1970-01-01T00:00:00Z"}), "time 1970-01-01"),
        (_changed(info={"effectiveTime": "9999-12-31T23:59:59-12:00"}), "time 9999-12-31"),
        (_changed(serviceRegions=[]), "names no region"),
        (_changed(description=""), "has no description"),
        (
            _changed(name="services/152E-C115-5142/skus/X"),
            "is of service Compute Engine 152E-C115-5142, not of Compute Engine or Cloud TPU",
        ),
    ],
)
def test_a_sku_without_a_sound_price_is_refused_and_its_machine_with_it(
    core: dict[str, Any], reason: str
) -> None:
    offers, refused = of_skus(core, N2[1], machines=[N2_4])
    assert offers == []
    assert reason in reasons(refused)
    assert "no SKU for N2 Instance Core" in reasons(refused)


def test_a_price_that_changes_with_use_is_refused() -> None:
    tiers = [{"startUsageAmount": 0, "unitPrice": {"currencyCode": "USD", "units": "0", "nanos": 0}}]
    tiers.append(
        {"startUsageAmount": 744, "unitPrice": {"currencyCode": "USD", "units": "0", "nanos": 7600000}}
    )
    _, refused = of_skus(_changed(expression={"tieredRates": tiers}), N2[1], machines=[N2_4])
    assert "changes with use (tiers from 0, 744)" in reasons(refused)


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        # protobuf leaves zeros out; units is a string, or a number in dumps of other tools
        ({"units": "2"}, "2"),
        ({"nanos": 31611000}, "0.031611"),
        ({"units": 1, "nanos": 1}, "1.000000001"),
        ({"units": "508", "nanos": 934997455}, "508.934997455"),
    ],
)
def test_units_and_nanos_are_exact(money: dict[str, Any], expected: str) -> None:
    assert skus._amount(money) == Decimal(expected)


def test_of_a_timeline_the_price_in_force_is_taken() -> None:
    entries = []
    for since, nanos in (("2026-01-01", 10), ("2026-11-01", 20), ("2027-01-01", 30)):
        entry = json.loads(json.dumps(N2[0]["pricingInfo"][0])) | {"effectiveTime": f"{since}T00:00:00Z"}
        entry["pricingExpression"]["tieredRates"][0]["unitPrice"]["nanos"] = nanos * 1_000_000
        entries.append(entry)
    page = json.dumps({"skus": [N2[0] | {"pricingInfo": entries}, N2[1]]}).encode()
    machines = document([N2_4])
    received = datetime(2026, 11, 25, tzinfo=UTC)
    offers, _ = parsed(Document.of_bytes(page, name="p", received_at=received), machines)
    # 4 x 0.02 + 16 x 0.004237, as old as its oldest part
    assert offers[0].price_per_hour == Decimal("0.147792")
    assert offers[0].observed_at == datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2026-11-24T08:00:00Z", 8),
        ("2026-11-24T08:00:00.999999999Z", 8),
        ("2026-11-24T00:00:00-08:00", 8),
        ("2026-11-24 08:00:00 UTC", 8),
        ("2026-11-24", 0),
    ],
)
def test_times_are_read_in_utc(written: str, hour: int) -> None:
    moment = skus._moment(written)
    assert moment.replace(microsecond=0) == datetime(2026, 11, 24, hour, tzinfo=UTC)
    assert moment.utcoffset() == timedelta(0)


def test_a_reply_without_dates_is_as_old_as_its_receipt() -> None:
    undated = [one | {"pricingInfo": [one["pricingInfo"][0] | {"effectiveTime": ""}]} for one in N2]
    received = datetime(2026, 11, 25, tzinfo=UTC)
    page = Document.of_bytes(json.dumps({"skus": undated}).encode(), name="p", received_at=received)
    offers, _ = parsed(page, document([N2_4]))
    assert offers[0].observed_at == received


def _row(description: str, price: str, unit: str) -> dict[str, Any]:
    return {
        "pricing_as_of_time": "2026-11-24 08:00:00 UTC",
        "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
        "sku": {"id": f"ROW-{unit}", "description": description},
        "geo_taxonomy": {"type": "MULTI_REGIONAL", "regions": ["us-central1"]},
        "pricing_unit": unit,
        "account_currency_code": "EUR",
        "list_price": {
            "tiered_rates": [
                {
                    "pricing_unit_quantity": "1",
                    "start_usage_amount": "0",
                    "usd_amount": price,
                    "account_currency_amount": "9",
                }
            ]
        },
    }


def test_rows_of_the_pricing_export_read_like_skus() -> None:
    rows = [_row("N2 Instance Core running in Americas", "0.031611", "h")]
    rows.append(_row("N2 Instance Ram running in Americas", "0.004237", "GiBy.h"))
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    offers, refused = parsed(Document.of_bytes(lines, name="export.json"), document([N2_4]))
    assert [(o.price_per_hour, o.currency) for o in offers] == [(N2_PRICE, "USD")]
    assert offers[0].observed_at == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert refused == []
