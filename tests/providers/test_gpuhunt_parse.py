"""Catalogues of gpuhunt to offers; the figures are recomputed here by hand."""

import io
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import Document, Refused
from providers.errors import ProviderError, SourceFormatChanged
from providers.gpuhunt.places import country_of, provider_in
from providers.gpuhunt.source import GpuhuntSource
from providers.offers import Offer, Purchase
from tests.providers.damage import assert_sound, damaged_bytes

PAGES = Path(__file__).parent / "pages" / "gpuhunt"
HEADER = (
    "instance_name,location,price,cpu,memory,gpu_count,gpu_name,gpu_memory,spot,disk_size,gpu_vendor,flags"
)
ROW = {
    "instance_name": "gpu-l40s 1gpu", "location": "eu-north1", "price": "1.5", "cpu": "8", "memory": "32.0",
    "gpu_count": "1", "gpu_name": "L40S", "gpu_memory": "48.0", "spot": "False", "disk_size": "",
    "gpu_vendor": "nvidia", "flags": "",
}  # fmt: skip


def read(*documents: Document) -> tuple[dict[str, Offer], list[Refused]]:
    found = list(GpuhuntSource.parse(documents))
    offers = {one.offer_id: one for one in found if isinstance(one, Offer)}
    return offers, [one for one in found if isinstance(one, Refused)]


def page(name: str) -> tuple[dict[str, Offer], list[Refused]]:
    return read(Document.of_file(PAGES / name))


def sheet(*rows: dict[str, str], name: str = "nebius.csv", received_at: datetime | None = None) -> Document:
    lines = [HEADER, *(",".join((ROW | row)[column] for column in HEADER.split(",")) for row in rows)]
    return Document.of_bytes("\n".join(lines).encode(), name=name, received_at=received_at)


def test_lambda_memory_and_disk_lose_the_factor_gpuhunt_gives_them() -> None:
    offers, _ = page("lambdalabs.csv")
    offer = offers["lambda/us-south-1/gpu_8x_h100_sxm5/on_demand"]
    assert (offer.price_per_hour, offer.currency, offer.country) == (Decimal("23.92"), "USD", "US")
    assert offer.memory_gib == 1800  # 1,933.2 / 1.074
    assert offer.local_storage_gib == 22497  # 24,161.78 / 1.074 = 22,497.0
    assert (offer.accelerator, offer.accelerator_count) == ("H100", Decimal(8))
    assert "no sign that it can be had there" in (offer.note or "")


def test_the_slot_of_a_card_is_read_from_the_name_of_the_machine() -> None:
    offers = {**page("lambdalabs.csv")[0], **page("runpod.csv")[0]}
    assert {
        name: offer.accelerator for name, offer in offers.items() if "H100" in (offer.accelerator or "")
    } == {
        "lambda/us-south-1/gpu_8x_h100_sxm5/on_demand": "H100",
        "lambda/us-west-3/gpu_1x_h100_pcie/on_demand": "H100-PCIE",
        "runpod/US-KS-2/1x NVIDIA H100 80GB HBM3/on_demand": "H100",
        "runpod/US-KS-2/3x NVIDIA H100 80GB HBM3/on_demand": "H100",
        "runpod/EU-RO-1/1x NVIDIA H100 PCIe/on_demand": "H100-PCIE",
    }


def test_memory_tells_which_a100_it_is() -> None:
    offer = page("lambdalabs.csv")[0]["lambda/europe-central-1/gpu_8x_a100/on_demand"]
    assert (offer.accelerator, offer.accelerator_memory_gib) == ("A100-40GB", Decimal(40))
    assert (offer.country, offer.price_per_hour) == ("DE", Decimal("10.32"))


def test_runpod_names_the_card_only_so_the_count_becomes_part_of_the_name() -> None:
    offers, _ = page("runpod.csv")
    assert {name: offer.price_per_hour for name, offer in offers.items()} == {
        "runpod/US-KS-2/1x NVIDIA H100 80GB HBM3/on_demand": Decimal("2.99"),
        "runpod/US-KS-2/3x NVIDIA H100 80GB HBM3/on_demand": Decimal("8.97"),  # float noise taken off
        "runpod/EU-RO-1/1x NVIDIA H100 PCIe/on_demand": Decimal("2.39"),
        "runpod/EUR-IS-1/8x NVIDIA H200 cluster/on_demand": Decimal("28.72"),
        "runpod/EUR-IS-1/8x NVIDIA H200/on_demand": Decimal("28.72"),
        "runpod/SE/1x NVIDIA A100-SXM4-80GB/on_demand": Decimal("1.19"),
        "runpod/EU-RO-1/1x AMD Instinct MI300X OAM/spot": Decimal("2.49"),
    }
    assert offers["runpod/EUR-IS-1/8x NVIDIA H200 cluster/on_demand"].min_quantity == 2
    assert [offers[name].country for name in offers] == ["US", "US", "RO", "IS", "IS", "SE", "RO"]


def test_refusals_name_the_line_and_the_reason() -> None:
    refused = {one.where: one.reason for name in ("lambdalabs.csv", "runpod.csv") for one in page(name)[1]}
    assert refused == {
        "lambdalabs.csv": "1 rows without accelerator (lines 6)",
        "lambdalabs.csv, line 7": "price 0.0 is no price",
        "lambdalabs.csv, line 8": "gpu_count 0, but of no stated name",
        "lambdalabs.csv, line 9": "A10: gpu_count empty is no number of accelerators",
        "lambdalabs.csv, line 10": "location mars-north-1: its country is not known",
        "lambdalabs.csv, line 11": "A100 of unknown GiB is none of A100-40GB, A100-80GB",
        "runpod.csv": "1 rows without accelerator (lines 10)",
        "runpod.csv, line 7": "runpod/SE/1x NVIDIA A100-SXM4-80GB/on_demand: stated again in"
        " runpod.csv, line 8; the later, else the cheaper one is taken",
        "runpod.csv, line 11": "location GLOBAL: its country is not known",
    }


def test_a_share_of_a_card_is_a_share() -> None:
    offers, refused = page("vultr.csv")
    share = offers["vultr/ewr/vcg-a16-2c-8g-2vram/on_demand"]
    assert (share.accelerator_count, share.accelerator_memory_gib) == (Decimal("0.125"), Decimal(2))  # 2 / 16
    assert "share of the accelerator" in (share.note or "")
    assert "A100 of 4 GiB is none of" in refused[0].reason
    unknown = offers["vultr/lhr/vbm-n300/on_demand"]
    assert (unknown.accelerator, unknown.note) == ("n300", "accelerator named as gpuhunt names it")


@pytest.mark.parametrize("name", ["aws", "azure", "gcp", "oci", "vastai", "lium", "daytona"])
def test_catalogues_that_are_not_taken_say_why_and_how_many(name: str) -> None:
    offers, (refused,) = read(sheet({}, {}, name=f"{name}.csv"))
    assert not offers
    assert refused.reason.startswith(f"2 rows not taken: {name} ")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"price": ""}, "price empty is no price"),
        ({"price": "-1"}, "price -1 is no price"),
        ({"price": "nan"}, "price nan is no price"),
        ({"price": "1e400"}, "price 1e400 is no price"),
        ({"price": "99999999"}, "price_per_hour"),
        ({"gpu_count": "0"}, "gpu_count 0 is no number"),
        ({"gpu_count": "1.5"}, "gpu_count 1.5 is no number"),
        ({"gpu_count": "None"}, "gpu_count None is no number"),
        ({"gpu_name": ""}, "gpu_count 1, but of no stated name"),
        ({"gpu_name": "", "gpu_memory": "", "gpu_count": "0"}, "gpu_count 0, but of no stated name"),
        ({"spot": ""}, "spot empty is neither True nor False"),
        ({"spot": "maybe"}, "spot maybe is neither True nor False"),
        ({"location": ""}, "location empty cannot be used"),
        ({"location": "eu-north9"}, "its country is not known"),
        ({"location": "me-east1"}, "its country is not known"),
        ({"instance_name": ""}, "instance_name empty cannot be used"),
    ],
)
def test_a_row_without_its_facts_is_refused(change: dict[str, str], reason: str) -> None:
    offers, refused = read(sheet(change))
    assert not offers
    assert [(one.where, reason in one.reason) for one in refused] == [("nebius.csv, line 2", True)]


def test_a_plain_machine_is_counted_not_taken() -> None:
    plain = {
        "instance_name": "cpu-d3 4vcpu-16gb",
        "gpu_count": "0",
        "gpu_name": "",
        "gpu_memory": "",
        "gpu_vendor": "",
    }
    offers, refused = read(sheet(*[plain] * 7, {}))
    assert list(offers) == ["nebius/eu-north1/gpu-l40s 1gpu/on_demand"]
    assert [one.reason for one in refused] == ["7 rows without accelerator (lines 2, 3, 4, 5, 6, …)"]


def test_a_region_not_open_to_all_says_so() -> None:
    (offer,) = read(sheet({"location": "eu-north2"}))[0].values()
    assert (offer.country, offer.note) == ("IS", "open only to those who have deployments there")


def test_spot_rows_are_spot() -> None:
    (offer,) = read(sheet({"spot": "True"}))[0].values()
    assert (offer.purchase, offer.price_per_hour) == (Purchase.SPOT, Decimal("1.5"))


def test_an_estimate_of_gpuhunt_is_no_price() -> None:
    row = {
        "location": "us-east1-a",
        "gpu_name": "B200",
        "gpu_memory": "180",
        "price": "58.0",
        "gpu_count": "8",
    }
    assert "gpuhunt's estimate" in read(sheet(row, name="crusoe.csv"))[1][0].reason


def test_the_day_of_the_version_is_when_the_price_was_stated() -> None:
    received = datetime(2026, 11, 25, 20, tzinfo=UTC)
    for name, day in (
        ("nebius 20261120-7.csv", datetime(2026, 11, 20, tzinfo=UTC)),
        ("nebius.csv", received),
    ):
        (offer,) = read(sheet({}, name=name, received_at=received))[0].values()
        assert offer.observed_at == day


def test_the_later_catalogue_wins() -> None:
    old, new = (
        sheet({"price": "1"}, name="nebius 20260101.csv"),
        sheet({"price": "2"}, name="nebius 20260201.csv"),
    )
    for pair in ((old, new), (new, old)):
        offers, refused = read(*pair)
        assert [offer.price_per_hour for offer in offers.values()] == [2]
        assert [one.where for one in refused] == ["nebius 20260101.csv, line 2"]


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_csv", ".csv"), data)
    return buffer.getvalue()


def test_a_published_zip_holds_the_catalogue() -> None:
    data = zipped(lambdalabs_csv=(PAGES / "lambdalabs.csv").read_bytes())
    offers, refused = read(Document.of_bytes(data, name="catalog.zip"))
    assert (set(offers), len(refused)) == (set(page("lambdalabs.csv")[0]), 6)
    assert refused[0].where.startswith("catalog.zip, lambdalabs.csv")


def test_a_bomb_is_not_unpacked() -> None:
    data = zipped(runpod_csv=HEADER.encode() + b"\n" + b" " * 80 * 1024**2)
    with pytest.raises(SourceFormatChanged, match="larger than 67,108,864 bytes when unpacked"):
        list(GpuhuntSource.parse([Document.of_bytes(data, name="catalog.zip")]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1]",
        b"a,b,c\n1,2,3\n",
        b"PK\x03\x04broken",
        b"PK",
        b"\xff\x00",
        zipped(),
        zipped(a=b"x"),
    ],
)
def test_files_of_nobody_we_know_are_a_changed_format(data: bytes) -> None:
    with pytest.raises(SourceFormatChanged, match="no catalogue of gpuhunt: x"):
        list(GpuhuntSource.parse([Document.of_bytes(data, name="x")]))


def test_a_catalogue_that_does_not_say_whose_it_is_is_refused() -> None:
    with pytest.raises(SourceFormatChanged, match="does not say whose catalogue it is"):
        list(GpuhuntSource.parse([sheet({}, name="prices.csv")]))


def test_a_byte_order_mark_other_line_ends_and_blanks_are_no_matter() -> None:
    text = (PAGES / "lambdalabs.csv").read_text(encoding="utf-8").replace("\n", "\r\n").replace(",", ", ")
    assert (
        read(Document.of_bytes(b"\xef\xbb\xbf" + text.encode(), name="lambdalabs.csv"))[0]
        == page("lambdalabs.csv")[0]
    )


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("lambdalabs.csv", "lambdalabs"),
        ("runpod 20261120-1.zip", "runpod"),
        ("aws_runpod.csv", None),
        ("x", None),
    ],
)
def test_whose_catalogue_a_file_is(name: str, provider: str | None) -> None:
    assert provider_in(name) == provider


@pytest.mark.parametrize(
    ("provider", "location", "country"),
    [
        ("verda", "FIN-01", "FI"), ("verda", "ICE-01", "IS"), ("nebius", "uk-south1", "GB"),
        ("runpod", "CA-MTL-1", "CA"), ("runpod", "OC-AU-1", "AU"), ("runpod", "US", "US"),
        ("runpod", "EU", None), ("runpod", "XX-YY-1", None), ("digitalocean", "tor1", "CA"),
        ("vultr", "FRA", "DE"), ("vultr", "xyz", None), ("crusoe", "eu-iceland1-a", "IS"),
        ("crusoe", "eu-mars1-a", None), ("cudo", "gb-london-1", "GB"), ("seeweb", "it-fr2", "IT"),
        ("cloudrift", "us-east-nc-nr-1", "US"), ("cloudrift", "me-1", None),
        ("hotaisle", "us-michigan-1", "US"),
        ("jarvis-labs", "india-noida-01", "IN"), ("jarvis-labs", "europe-01", None),
        ("lambda", "us-east-3", "US"),
    ],
)  # fmt: skip
def test_in_which_country_a_location_is(provider: str, location: str, country: str | None) -> None:
    assert country_of(provider, location) == country


RECORDED = [path.read_bytes() for path in sorted(PAGES.glob("*.csv"))]


@given(st.lists(damaged_bytes([*RECORDED, zipped(runpod_csv=RECORDED[2])]), min_size=1, max_size=3))
def test_damaged_catalogues_give_sound_offers_refusals_or_a_known_error(files: list[bytes]) -> None:
    documents = [Document.of_bytes(data, name=f"runpod{number}.csv") for number, data in enumerate(files)]
    with suppress(ProviderError):
        assert_sound(list(GpuhuntSource.parse(documents)))
