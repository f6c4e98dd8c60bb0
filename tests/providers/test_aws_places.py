"""How AWS writes places: regions, zones, zone ids, Local and Wavelength Zones, locations, usage types."""

import pytest

from providers.aws.fields import Unusable
from providers.aws.places import place_of, place_of_location, place_of_usage, region_in
from providers.places import REGIONS
from tests.providers.aws_replies import item, only_offer


@pytest.mark.parametrize(
    ("code", "region", "zone", "country", "apart"),
    [
        ("us-east-1", "us-east-1", None, "US", False),
        ("us-east-1a", "us-east-1", "us-east-1a", "US", False),
        ("use1-az1", "us-east-1", "use1-az1", "US", False),
        ("apne1-az4", "ap-northeast-1", "apne1-az4", "JP", False),
        ("usgw1-az2", "us-gov-west-1", "usgw1-az2", "US", False),
        ("cnnw1-az1", "cn-northwest-1", "cnnw1-az1", "CN", False),
        ("eusc-de-east-1a", "eusc-de-east-1", "eusc-de-east-1a", "DE", False),
        ("us-east-1-atl-2a", "us-east-1", "us-east-1-atl-2a", "US", True),
        ("use1-atl2-az1", "us-east-1", "use1-atl2-az1", "US", True),
        ("us-east-1-scl-1a", "us-east-1", "us-east-1-scl-1a", "CL", True),
        ("eu-central-1-waw-1a", "eu-central-1", "eu-central-1-waw-1a", "PL", True),
        ("us-west-2-den-1", "us-west-2", "us-west-2-den-1", "US", True),
        ("us-east-1-wl1-bos-wlz-1", "us-east-1", "us-east-1-wl1-bos-wlz-1", "US", True),
        ("use1-wl1-bos-wlz1", "us-east-1", "use1-wl1-bos-wlz1", "US", True),
        ("eu-west-3-wl1-cmn-wlz-1", "eu-west-3", "eu-west-3-wl1-cmn-wlz-1", "MA", True),
    ],
)
def test_codes(code: str, region: str, zone: str | None, country: str, apart: bool) -> None:
    place = place_of(code, field="zone")
    assert (place.region, place.zone, place.country, place.city_zone) == (region, zone, country, apart)
    assert place_of(zone or region, field="zone") == place  # what is written down is read back as it was


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "zone: missing"),
        ("us-east", "no region or zone of AWS"),
        ("US", "no region or zone of AWS"),
        ("global", "no region or zone of AWS"),
        ("us-central2-b", "no region or zone of AWS"),
        ("us-iso-east-1", "a region whose country we do not know"),
        ("us-east-9", "a region whose country we do not know"),
        ("us-east-1-qqq-1a", "a Local or Wavelength Zone whose country we do not know"),
        ("eu-west-2-wl1", "a Local or Wavelength Zone whose country we do not know"),
    ],
)
def test_codes_of_no_place(code: str, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        place_of(code, field="zone")


@pytest.mark.parametrize(
    ("code", "currency", "note"),
    [
        ("us-east-1", "USD", ""),
        ("us-east-1a", "USD", ""),
        ("us-gov-west-1", "USD", "AWS GovCloud, for vetted US customers only"),
        ("us-gov-east-1a", "USD", "AWS GovCloud, for vetted US customers only"),
        ("cn-north-1", "CNY", "AWS China, separate account and operator"),
        ("cnnw1-az1", "CNY", "AWS China, separate account and operator"),
        ("eusc-de-east-1", "EUR", "AWS European Sovereign Cloud, separate account"),
        ("us-east-1-atl-2a", "USD", "Local or Wavelength Zone, not capacity of its region"),
    ],
)
def test_a_place_says_what_is_billed_there_and_who_may_use_it(code: str, currency: str, note: str) -> None:
    place = place_of(code, field="zone")
    assert (place.currency, place.note) == (currency, note)


def test_an_offer_of_a_closed_region_says_so() -> None:
    offer = only_offer(item(regionCode="us-gov-west-1", location="AWS GovCloud (US-West)"))
    assert (offer.region, offer.country) == ("us-gov-west-1", "US")
    assert "AWS GovCloud, for vetted US customers only" in (offer.note or "")


@pytest.mark.parametrize("code", [" us-east-1 ", "US-EAST-1", "Us-East-1"])
def test_a_region_is_read_in_any_case(code: str) -> None:
    assert place_of(code, field="region").region == "us-east-1"
    assert place_of_location(" EU (Frankfurt) ").region == "eu-central-1"


def test_what_is_no_place_is_said_with_field_and_value() -> None:
    for code in ("mars-1", "xxx1-az1", ""):
        with pytest.raises(Unusable, match=rf"^zone: {code or 'missing'}: no region or zone of AWS"):
            place_of(code, field="zone")
    with pytest.raises(Unusable, match=r"^location: missing: a place we do not know"):
        place_of_location("  ")
    with pytest.raises(Unusable, match=r"^location: Mars \(North\): a place we do not know"):
        place_of_location("Mars (North)")
    with pytest.raises(Unusable, match=r"^usageType: QQQ9-BoxUsage: of a region we do not know"):
        place_of_usage("QQQ9-BoxUsage")


def test_every_region_of_ours_is_told_by_its_zone_ids() -> None:
    ids = {
        "us-east-2": "use2-az1", "eu-south-2": "eus2-az3", "ap-southeast-5": "apse5-az1",
        "mx-central-1": "mxc1-az1", "il-central-1": "ilc1-az2", "ca-west-1": "caw1-az1",
        "sa-east-1": "sae1-az1",
        "af-south-1": "afs1-az1",
        "me-south-1": "mes1-az1", "ap-east-2": "ape2-az1", "us-gov-east-1": "usge1-az1",
        "eu-north-1": "eun1-az1",
    }  # fmt: skip
    assert {name: place_of(code, field="zone").region for name, code in ids.items()} == {n: n for n in ids}


def test_locations_and_usage_types() -> None:
    assert place_of_location("EU (Frankfurt)") == place_of_location("Europe (Frankfurt)")
    assert place_of_location("Asia Pacific (Osaka-Local)").region == "ap-northeast-3"
    assert place_of_usage("BoxUsage:m5.large").region == "us-east-1"
    assert place_of_usage("EU-BoxUsage:m5.large").region == "eu-west-1"
    assert place_of_usage("APS3-BoxUsage:m5.large").region == "ap-south-1"
    with pytest.raises(Unusable, match="of a region we do not know"):
        place_of_usage("QQQ9-BoxUsage")


def test_the_one_region_in_the_name_of_a_file() -> None:
    assert region_in("aws-products-AmazonEC2-us-east-1-0001.json") == "us-east-1"
    assert region_in("Reserved_EU-WEST-1.json") == "eu-west-1"
    assert region_in("us-east-1-and-us-west-2.json") == ""
    assert region_in("us-east-11.json") == ""
    assert region_in("reply.json") == ""
    for provider, name in REGIONS:
        if provider == "aws":
            assert region_in(f"reserved-{name}.json") == name
