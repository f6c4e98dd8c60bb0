"""`parse_prices`: recorded replies to offers, as the command line gives them."""

import gzip
import json
from pathlib import Path

from tests.advisor.commands import call
from tests.providers.azure_replies import item, page, priced


def _parsed(path: Path) -> dict[str, list[dict[str, object]]]:
    said = call("parse_prices", "azure", str(path), "--json", "-")
    assert said.code == 0, said.err
    found: dict[str, list[dict[str, object]]] = json.loads(said.out)
    return found


def test_offers_and_refusals_as_json(tmp_path: Path) -> None:
    path = tmp_path / "retail.json"
    path.write_text(json.dumps(page([item(), priced(0, armSkuName="Standard_D4_v4")])))
    found = _parsed(path)
    (offer,) = found["offers"]
    assert offer["offer_id"] == "azure/westeurope/Standard_D8_v4/on_demand"
    assert (offer["price_per_hour"], offer["currency"], offer["country"]) == (0.46, "USD", "NL")
    assert found["refused"] == [
        {
            "where": "retail.json: Items[1] Standard_D4_v4 D8 v4 westeurope",
            "reason": "retailPrice: 0: no price, which must be above 0",
        }
    ]


def test_a_price_that_begins_after_today_is_no_offer(tmp_path: Path) -> None:
    path = tmp_path / "retail.json"
    path.write_text(json.dumps(page([item(effectiveStartDate="2199-01-01T00:00:00Z")])))
    found = _parsed(path)
    assert found["offers"] == []
    assert [one["reason"] for one in found["refused"]] == ["effectiveStartDate: 2199-01-01: not yet in force"]


def test_a_reply_kept_packed_is_read(tmp_path: Path) -> None:
    path = tmp_path / "retail.json.gz"
    path.write_bytes(gzip.compress(json.dumps(page([item()])).encode()))
    assert [one["price_per_hour"] for one in _parsed(path)["offers"]] == [0.46]


def test_a_reply_of_somebody_else_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<!DOCTYPE html><html><body>Service Unavailable</body></html>")
    said = call("parse_prices", "azure", str(path))
    assert said.code == 2
    assert "page.html: no reply of Azure" in said.first
