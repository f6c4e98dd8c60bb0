"""Azure's own worked examples, and Google's arithmetic, worked out by hand.

"Virtual machine size flexibility with Reserved VM Instances", "How the Azure reservation discount is applied
to virtual machines", "How saving plan discount is applied" (Microsoft); "Compute flexible committed use
discounts" (Google).
"""

from typing import Any

import pytest

from optimizer.billing import Reservation, Usage
from optimizer.billing.sizes import size_of
from tests.optimizer.billing.cases import D, bill_of, covered, flexible, plan, reserve, use


def vm(name: str, quantity: str | tuple[str, ...], size: str, on_demand: str = "1", **more: Any) -> Usage:
    return use(name, quantity, on_demand, f"standard_{size}", provider="azure", service="vm", **more)


def reserved(name: str, quantity: int, size: str, **more: Any) -> Reservation:
    return reserve(name, quantity, f"standard_{size}", provider="azure", **more)


@pytest.mark.parametrize(
    ("reservations", "rows", "on_demand"),
    [
        (1, {"ds1_v2": "8"}, "0"),  # eight of ratio 1
        (1, {"ds2_v2": "2", "ds3_v2": "1"}, "0"),  # 2 + 2 + 4
        (1, {"ds5_v2": "1"}, "0.5"),  # half of ratio 16
        (2, {"ds5_v2": "1"}, "0"),  # two reservations combine
        (1, {"ds11_v2": "1"}, "1"),  # another group
    ],
)
def test_a_reserved_ds4_v2_covers_its_size_group(
    reservations: int, rows: dict[str, str], on_demand: str
) -> None:
    usages = [vm(size, quantity, size) for size, quantity in rows.items()]
    bill = bill_of(usages, [reserved("ri", reservations, "ds4_v2")])
    assert bill.on_demand == D(on_demand)


def test_a_reserved_d2s_v3_covers_a_thirty_second_of_a_d64s_v3() -> None:
    bill = bill_of([vm("row", "1", "d64s_v3")], [reserved("ri", 1, "d2s_v3")])
    assert covered(bill) == {"row": {"ri": D("0.03125")}}


def test_hours_of_two_machines_fill_one_reservation_hour_by_hour() -> None:
    # Microsoft's drawing: 0.75 + 0.5, 1 + 1, 1 + 1, 0.5 + 1 hours; charged beside it: 0.25, 1, 1, 0.5
    rows = [
        vm("one", ("0.75", "1", "1", "0.5"), "d2s_v3"),
        vm("two", ("0.5", "1", "1", "1"), "d2s_v3"),
    ]
    bill = bill_of(rows, [reserved("ri", 1, "d2s_v3", per_hour="0.6")], hours=4)
    by_hour = [sum(line.quantity_on_demand for line in bill.lines if line.hour == hour) for hour in range(4)]
    assert by_hour == [D("0.25"), 1, 1, D("0.5")]
    assert bill.total == D("2.75") + 4 * D("0.6")


def test_what_is_not_used_in_its_hour_is_lost() -> None:
    bill = bill_of([vm("row", ("0", "2"), "d2s_v3")], [reserved("ri", 1, "d2s_v3")], hours=2)
    (ri,) = bill.commitments
    assert (ri.charged, ri.used, ri.unused, ri.quantity_unused) == (D(2), D(1), D(1), D(1))
    assert bill.on_demand == 1


def test_a_reservation_comes_before_a_savings_plan_though_the_plan_saves_more_there() -> None:
    rows = [
        vm("x", "1", "d2s_v3", rates={"savings_plan": "0.1"}),
        vm("y", "1", "e2s_v5", rates={"savings_plan": "0.8"}),
    ]
    bill = bill_of(rows, [plan("sp", "savings_plan", "0.8"), reserved("ri", 1, "d2s_v3")])
    assert covered(bill) == {"x": {"ri": 1}, "y": {"sp": 1}}


def test_a_savings_plan_goes_to_the_greatest_discount_first_in_any_account() -> None:
    rows = [
        vm("40 %", "1", "d2s_v3", rates={"savings_plan": "0.6"}),
        vm("50 %", "1", "e2s_v5", "2", rates={"savings_plan": "1"}, account="B"),
    ]
    bill = bill_of(rows, [plan("sp", "savings_plan", "1.3")])
    assert covered(bill) == {"50 %": {"sp": 1}, "40 %": {"sp": D("0.5")}}


def test_the_narrower_scope_comes_first() -> None:
    rate = {"savings_plan": "0.5"}
    rows = [vm("a", "1", "d2s_v3", rates=rate), vm("b", "1", "d2s_v3", rates=rate, account="B")]
    narrow = plan("z", "savings_plan", "0.5", account="A", shared=False)
    bill = bill_of(rows, [plan("all", "savings_plan", "0.5"), narrow])
    assert covered(bill) == {"a": {"z": 1}, "b": {"all": 1}}


def test_a_price_below_the_plans_rate_is_taken_from_the_commitment() -> None:
    bill = bill_of(
        [vm("row", "2", "d2s_v3", "0.4", rates={"savings_plan": "0.5"})], [plan("sp", "savings_plan", "1")]
    )
    assert [(row.used, row.unused) for row in bill.commitments] == [(D("0.8"), D("0.2"))]


def test_an_operating_system_does_not_matter_to_an_azure_reservation() -> None:
    bill = bill_of([vm("row", "1", "d2s_v3", platform="windows")], [reserved("ri", 1, "d2s_v3")])
    assert covered(bill) == {"row": {"ri": 1}}


@pytest.mark.parametrize(
    ("machine", "size"),
    [
        ("standard_nd96isr_h100_v5", ("nd*isr_h100_v5", 96)),
        ("standard_nc24ads_a100_v4", ("nc*ads_a100_v4", 24)),
        ("standard_b2s_v2", None),  # burstable: ratios of their own
        ("standard_e4-2s_v5", None),  # constrained cores
        ("standard_ds1", None),
    ],
)
def test_ratios_follow_the_cores_where_azure_says_so(machine: str, size: tuple[str, int] | None) -> None:
    found = size_of("azure", machine)
    assert (None if found is None else (found.group, int(found.factor))) == size


def gce(name: str, quantity: str, machine: str, on_demand: str = "1", **more: Any) -> Usage:
    return use(name, quantity, on_demand, machine, provider="gcp", service="compute", **more)


def test_a_flexible_commitment_is_charged_less_its_discount_and_covers_usage_at_list_price() -> None:
    # 50 an hour on demand at 28 % off: 36 is charged; 100 machines of 0.8 cost 80, 50 of that is covered
    bill = bill_of([gce("row", "100", "n2-standard-8", "0.8")], [flexible("cud", "50", "0.28")])
    assert covered(bill) == {"row": {"cud": D("62.5")}}
    assert (bill.on_demand, bill.total) == (D("30"), D("66"))
    assert [(row.charged, row.used, row.unused) for row in bill.commitments] == [(D("36"), D("36"), D(0))]


def test_what_a_flexible_commitment_does_not_find_is_charged_all_the_same() -> None:
    bill = bill_of([gce("row", "1", "n2-standard-8", "20")], [flexible("cud", "50", "0.28")])
    (cud,) = bill.commitments
    # 20 x 0.72 of 36
    assert (bill.total, cud.used, cud.unused) == (D("36"), D("14.4"), D("21.6"))


def test_rows_whose_rates_leave_the_flexible_commitment_out_are_not_covered() -> None:
    rows = [
        gce("gpu", "1", "a3-highgpu-8g", "88", rates={"reserved": "60"}),
        gce("cpu", "1", "n2-standard-8", "0.4", rates={"flexible_cud": "0.288"}),
        gce("unsaid", "1", "c3-standard-8", "0.4"),
    ]
    assert set(covered(bill_of(rows, [flexible("cud", "50", "0.28")]))) == {"cpu", "unsaid"}


def test_resource_commitments_come_first_in_their_series_region_and_project() -> None:
    rows = [
        gce("n2", "3", "n2-standard-4", "0.2"),
        gce("other class", "1", "n2-highmem-4", "0.3"),
        gce("other project", "1", "n2-standard-4", "0.2", account="B"),
    ]
    cud = reserve("cud", 1, "n2-standard-8", provider="gcp", shared=False)  # 8 vCPUs: two of n2-standard-4
    bill = bill_of(rows, [flexible("flex", "0.2", "0.28"), cud])
    assert covered(bill) == {"n2": {"cud": 2, "flex": 1}}


@pytest.mark.parametrize(
    ("machine", "size"),
    [
        ("a3-highgpu-8g", ("a3-highgpu", 8)),
        ("n2-standard-16", ("n2-standard", 16)),
        ("e2-medium", None),
        ("n2-custom-4-8192", None),
    ],
)
def test_machines_of_a_google_class_hold_in_proportion(machine: str, size: tuple[str, int] | None) -> None:
    found = size_of("gcp", machine)
    assert (None if found is None else (found.group, int(found.factor))) == size


def test_providers_do_not_pay_for_each_other() -> None:
    rows = [gce("row", "1", "m5.large", rates={"compute_sp": "0.5", "savings_plan": "0.5"})]
    commitments = [plan("a", "compute_sp", "1"), plan("b", "savings_plan", "1"), reserve("c", 1, "m5.large")]
    assert covered(bill_of(rows, commitments)) == {}
