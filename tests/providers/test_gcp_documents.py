"""Google's replies are found however they are wrapped; what is none of them is said."""

import json

import pytest

from providers.base import Document
from providers.errors import SourceFormatChanged
from providers.offers import Purchase
from tests.providers.gcp_replies import N2, N2_4, N2_PRICE, document, parsed, prices, reasons


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(N2),
        "\n".join(json.dumps(one) for one in N2),
        "".join(json.dumps(one, indent=2) for one in N2),
        json.dumps([{"skus": [one]} for one in N2]),
        json.dumps({"skus": N2, "next_page_token": "more"}),
        json.dumps(N2)
        .replace('"pricingInfo"', '"pricing_info"')
        .replace('"effectiveTime"', '"EffectiveTime"'),
    ],
    ids=["list", "lines", "one after the other", "pages", "page", "other spellings"],
)
def test_skus_are_found_however_they_are_wrapped(text: str) -> None:
    offers, refused = parsed(Document.of_bytes(text.encode(), name="x"), document([N2_4]))
    assert [offer.price_per_hour for offer in offers] == [N2_PRICE]
    assert refused == []


def test_aggregated_machine_types_have_their_zone_from_the_list() -> None:
    scoped = {
        "zones/us-central1-a": {"machineTypes": [{key: N2_4[key] for key in N2_4 if key != "zone"}]},
        "zones/us-east1-b": {"warning": {"code": "NO_RESULTS_ON_PAGE"}},
    }
    aggregated = document({"kind": "compute#machineTypeAggregatedList", "items": scoped})
    offers, refused = parsed(document({"skus": N2}), aggregated)
    assert prices(offers) == {("us-central1", "n2-standard-4", Purchase.ON_DEMAND, None): N2_PRICE}
    assert refused == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "{}",
        "[1, 2]",
        '"skus"',
        "not json",
        '{"products": {}, "terms": {}}',
        '{"skus": [{"name": "x"',
        "NaN",
    ],
)
def test_what_is_none_of_google_s_is_said_once_and_for_the_whole(text: str) -> None:
    with pytest.raises(SourceFormatChanged, match=r"^x\.json: "):
        parsed(Document.of_bytes(text.encode(), name="x.json"))


def test_bytes_that_are_no_text_are_said() -> None:
    with pytest.raises(SourceFormatChanged, match="is not text"):
        parsed(Document.of_bytes(b"\x80\x81\x82", name="x"))


def test_a_damaged_line_loses_only_itself() -> None:
    lines = f"{json.dumps(N2[0])}\n{{broken\n{json.dumps(N2[1])}\n".encode()
    offers, refused = parsed(Document.of_bytes(lines, name="x"), document([N2_4]))
    assert [offer.price_per_hour for offer in offers] == [N2_PRICE]
    assert [one.where for one in refused] == ["x line 2"]


def test_an_empty_page_and_an_error_are_told() -> None:
    _, refused = parsed(document({"skus": []}, "empty"))
    assert reasons(refused) == "empty: holds no SKU and no machine type"
    denied = {"error": {"code": 403, "message": "key AIzaCANARY", "status": "PERMISSION_DENIED"}}
    _, refused = parsed(document(denied, "denied"))
    assert "is an error of Google's, no prices: 403 PERMISSION_DENIED" in reasons(refused)
    assert "CANARY" not in reasons(refused)


def test_a_list_of_services_is_no_list_of_prices() -> None:
    services = {"services": [{"name": "services/6F81-5844-456A", "serviceId": "6F81-5844-456A"}]}
    offers, refused = parsed(document(services, "services.json"), document({"skus": N2}), document([N2_4]))
    assert [offer.price_per_hour for offer in offers] == [N2_PRICE]
    assert "services.json services: is a list of services, no prices" in reasons(refused)


def test_the_console_s_table_is_refused_because_it_names_areas() -> None:
    table = (
        "Service description,SKU ID,SKU description,List price ($)\nCompute Engine,X,N2 Instance Core,0.03\n"
    )
    account = "Billing account,0X0X0X\n\n"  # the console writes some lines about the account first
    bare = "SKU ID, SKU description \nX,N2 Instance Core\nY,N2 Instance Ram\n"
    for text, rows in ((table, 1), (account + table, 1), (bare, 2)):
        offers, refused = parsed(Document.of_bytes(text.encode("utf-8-sig"), name="pricing.csv"))
        assert offers == []
        assert "names areas (Americas), not regions" in reasons(refused)
        assert refused[0].where == f"pricing.csv rows 1 to {rows}"


def test_other_tables_are_none_of_google_s() -> None:
    with pytest.raises(SourceFormatChanged):
        parsed(Document.of_bytes(b"InstanceType,Price\na2-highgpu-1g,0.73948\n", name="vms.csv"))


def test_a_strange_value_among_google_s_is_refused_alone() -> None:
    values = [*N2, {"weather": "fine"}, 7]
    lines = "\n".join(json.dumps(one) for one in values).encode()
    offers, refused = parsed(Document.of_bytes(lines, name="x"), document([N2_4]))
    assert [offer.price_per_hour for offer in offers] == [N2_PRICE]
    assert [(one.where, one.reason) for one in refused] == [
        ("x line 3", "is no SKU and no machine type: it has weather"),
        ("x line 4", "is no object of Google Cloud's"),
    ]


def test_a_page_whose_list_is_none_is_said() -> None:
    _, refused = parsed(document({"skus": None, "nextPageToken": ""}, "none"))
    assert reasons(refused) == "none: holds no SKU and no machine type"
    _, refused = parsed(document({"skus": "many"}, "text"))
    assert "text skus: is no list" in reasons(refused)
