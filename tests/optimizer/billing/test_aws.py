"""AWS's own worked examples, each figure worked out by hand.

"How Savings Plans apply to your AWS usage" (Savings Plans User Guide) and "How Reserved Instance discounts
are applied" (EC2 User Guide). The documents round to the cent; here nothing is rounded.
"""

import pytest

from optimizer.billing import Usage
from tests.optimizer.billing.cases import D, bill_of, covered, plan, reserve, use

EXAMPLE = [
    use("r5", "4", "1.00", "r5.4xlarge", rates={"compute_sp": "0.70", "ec2_sp": "0.60"}),
    use("vcpu", "400", "0.04", service="fargate", region="us-west-1", rates={"compute_sp": "0.03"}),
    use("gb", "1600", "0.004", service="fargate", region="us-west-1", rates={"compute_sp": "0.003"}),
    use(
        "m5", "1", "10", "m5.24xlarge", platform="windows", tenancy="dedicated",
        rates={"compute_sp": "8.20", "ec2_sp": "7.80"},
    ),
    # one million requests of 0.5 GB for 3 s: 1,500,000 GB-seconds
    use("duration", "1500000", "0.000015", service="lambda", region="us-east-2",
        rates={"compute_sp": "0.00001275"}),
    use("requests", "1", "0.20", service="lambda", region="us-east-2", rates={"compute_sp": "0.20"}),
]  # fmt: skip


def test_scenario_1_a_plan_covers_all_usage_and_the_rest_of_it_is_lost() -> None:
    # 4 x 0.70 + 400 x 0.03 + 1600 x 0.003 + 8.20 + 1,500,000 x 0.00001275 + 0.20 = 47.125
    bill = bill_of(EXAMPLE, [plan("sp", "compute_sp", "50")])
    (sp,) = bill.commitments
    assert (sp.charged, sp.used, sp.unused) == (D("50"), D("47.125"), D("2.875"))
    assert (bill.total, bill.on_demand) == (D("50"), D(0))
    # 4 + 16 + 6.40 + 10 + 22.50 + 0.20
    assert bill.all_on_demand == D("59.10")


def test_scenario_2_the_highest_saving_comes_first_and_is_covered_in_part() -> None:
    # 2 / 0.70 = 2.857... of 4; the other 1.142857... at 1.00; the rest 16 + 6.40 + 10 + 22.50 + 0.20 = 55.10
    bill = bill_of(EXAMPLE, [plan("sp", "compute_sp", "2")])
    assert covered(bill) == {"r5": {"sp": D("2.857142857142")}}
    assert bill.on_demand == D("1.142857142858") + D("55.10")
    assert bill.total == D("58.242857142858")
    assert bill.commitments[0].unused == 0


def test_scenario_3_at_equal_savings_the_lower_rate_comes_first() -> None:
    # 19.60 = 4 x 0.70 + 1600 x 0.003 + 400 x 0.03; m5 and Lambda on demand: 10 + 22.50 + 0.20
    bill = bill_of(EXAMPLE, [plan("sp", "compute_sp", "19.60")])
    assert covered(bill) == {"r5": {"sp": 4}, "gb": {"sp": 1600}, "vcpu": {"sp": 400}}
    assert bill.on_demand == D("32.70")
    # with 1 less, it is the vCPUs that go without: 11 / 0.03 = 366.67 of 400
    short = covered(bill_of(EXAMPLE, [plan("sp", "compute_sp", "18.60")]))
    assert short == {"r5": {"sp": 4}, "gb": {"sp": 1600}, "vcpu": {"sp": D("366.666666666666")}}


def test_scenario_4_reservations_come_before_plans() -> None:
    # two r5 by the reservation; 2 x 0.70 + 4.80 + 12 = 18.20
    bill = bill_of(EXAMPLE, [plan("sp", "compute_sp", "18.20"), reserve("ri", 2, "r5.4xlarge", "0.5")])
    assert covered(bill)["r5"] == {"ri": 2, "sp": 2}
    assert bill.on_demand == D("32.70")
    assert bill.total == D("32.70") + D("18.20") + 2 * D("0.5")


def test_scenario_5_ec2_instance_plans_come_before_compute_plans() -> None:
    # r5: 4 x 0.60 = 2.40 of 3.00; then 4.80 + 12 = 16.80
    family = plan("r5-plan", "ec2_sp", "3", family="r5", region="us-east-1")
    bill = bill_of(EXAMPLE, [plan("compute", "compute_sp", "16.80"), family])
    assert covered(bill) == {"r5": {"r5-plan": 4}, "gb": {"compute": 1600}, "vcpu": {"compute": 400}}
    used = {row.id: (row.used, row.unused) for row in bill.commitments}
    assert used == {"compute": (D("16.80"), 0), "r5-plan": (D("2.40"), D("0.60"))}
    assert bill.on_demand == D("32.70")


@pytest.mark.parametrize(
    ("family", "region"), [("r5", "us-east-2"), ("m5", "us-east-1"), ("r5d", "us-east-1")]
)
def test_an_ec2_instance_plan_is_for_one_family_in_one_region(family: str, region: str) -> None:
    bill = bill_of(EXAMPLE[:1], [plan("sp", "ec2_sp", "3", family=family, region=region)])
    assert covered(bill) == {}
    assert bill.total == D("7")


def test_an_ec2_instance_plan_covers_all_sizes_systems_and_tenancies_of_its_family() -> None:
    family = plan("sp", "ec2_sp", "7.80", family="m5", region="us-east-1")
    assert covered(bill_of(EXAMPLE, [family])) == {"m5": {"sp": 1}}


def test_the_owner_comes_first_whatever_the_saving() -> None:
    rates = {"compute_sp": "0.5"}
    rows = [
        use("other", "1", "1", "m5.large", account="B", rates=rates),
        use("own", "1", "0.6", "c5.large", rates=rates),
    ]
    assert covered(bill_of(rows, [plan("sp", "compute_sp", "0.75")])) == {
        "own": {"sp": 1},
        "other": {"sp": D("0.5")},
    }
    alone = bill_of(rows, [plan("sp", "compute_sp", "0.75", shared=False)])
    assert covered(alone) == {"own": {"sp": 1}}
    assert alone.commitments[0].unused == D("0.25")


def test_sagemaker_and_compute_plans_do_not_mix() -> None:
    both = {"compute_sp": "0.5", "sagemaker_sp": "0.6"}
    rows = [
        use("vm", "1", "1", "m5.large", rates=both),
        use("ml", "1", "1", "ml.m5.large", service="sagemaker", rates=both),
    ]
    bill = bill_of(rows, [plan("c", "compute_sp", "9"), plan("s", "sagemaker_sp", "9")])
    assert covered(bill) == {"vm": {"c": 1}, "ml": {"s": 1}}


def test_usage_without_a_rate_is_not_covered() -> None:
    rows = [use("none", "1", "1", "m5.large", rates={}), use("nothing said", "1", "1", "m5.large")]
    assert bill_of(rows, [plan("sp", "compute_sp", "9")]).total == D("11")


def test_reservations_scenario_1_zonal_and_regional_in_one_account() -> None:
    rows = [
        use("m3", "4", "1", "m3.large", zone="us-east-1a"),
        use("m4", "2", "1", "m4.xlarge", zone="us-east-1b"),
        use("c4", "1", "1", "c4.xlarge", zone="us-east-1c"),
    ]
    bill = bill_of(
        rows,
        [
            reserve("m3", 4, "m3.large", zone="us-east-1a"),
            reserve("m4", 4, "m4.large"),  # 4 x 4 units = 2 x 8
            reserve("c4", 1, "c4.large"),  # 4 of 8 units
        ],
    )
    assert covered(bill) == {"m3": {"m3": 4}, "m4": {"m4": 2}, "c4": {"c4": D("0.5")}}
    assert bill.on_demand == D("0.5")
    assert [row.quantity_used for row in bill.commitments] == [4, 4, 1]


def test_reservations_scenario_2_smallest_first() -> None:
    # m3.2xlarge: 16 units; 2 large take 8, one xlarge 8, the other xlarge is on demand
    rows = [use("xlarge", "2", "2", "m3.xlarge"), use("large", "2", "1", "m3.large")]
    bill = bill_of(rows, [reserve("ri", 1, "m3.2xlarge", "0.8")])
    assert covered(bill) == {"large": {"ri": 2}, "xlarge": {"ri": 1}}
    assert bill.total == D("2.8")
    # the charge is shared by units: 8 of 16 each
    assert [cover.charge for line in bill.lines for cover in line.covered] == [D("0.4"), D("0.4")]


def test_reservations_scenario_3_the_purchasing_account_first() -> None:
    rows = [
        use("b-m4", "2", "1", "m4.xlarge", account="B"),
        use("a-m4", "2", "1", "m4.xlarge"),
        use("a-m4-2", "1", "2", "m4.2xlarge"),
        use("a-c4", "2", "1", "c4.xlarge"),
        use("a-c4-2", "1", "2", "c4.2xlarge"),
    ]
    bill = bill_of(rows, [reserve("m4", 4, "m4.xlarge"), reserve("c4", 2, "c4.xlarge")])
    assert covered(bill) == {"a-m4": {"m4": 2}, "a-m4-2": {"m4": 1}, "a-c4": {"c4": 2}}
    assert bill.on_demand == D("4")


def test_reservations_scenario_4_zonal_ones_of_others_before_own_regional_ones() -> None:
    rows = [
        use("a", "1", "1", "m4.xlarge", zone="us-east-1a"),
        use("b", "1", "1", "m4.xlarge", zone="us-east-1b", account="B"),
    ]
    bill = bill_of(
        rows,
        [reserve("a-ri", 1, "m4.xlarge"), reserve("c-ri", 1, "m4.xlarge", zone="us-east-1a", account="C")],
    )
    assert covered(bill) == {"a": {"c-ri": 1}, "b": {"a-ri": 1}}
    assert bill.on_demand == 0


@pytest.mark.parametrize(
    ("reserved", "used", "units"),
    [
        ("t2.medium", "t2.small", "2"),  # in full to two t2.small
        ("t2.medium", "t2.large", "0.5"),  # half of one t2.large
        ("i3.metal", "i3.16xlarge", "1"),
        ("i3.metal", "i3.8xlarge", "2"),
        ("c4.8xlarge", "c4.large", "16"),
        ("c7i.metal-24xl", "c7i.12xlarge", "2"),
        ("m5.2xlarge", "m5.24xlarge", "0.083333333333"),  # 16 / 192
    ],
)
def test_one_reservation_covers_other_sizes_by_the_normalisation_factor(
    reserved: str, used: str, units: str
) -> None:
    bill = bill_of([use("row", "100", "1", used)], [reserve("ri", 1, reserved)])
    assert covered(bill) == {"row": {"ri": D(units)}}
    assert bill.commitments[0].unused == 0


@pytest.mark.parametrize(
    ("reservation", "row"),
    [
        (reserve("ri", 1, "p5.48xlarge"), use("row", "1", "1", "p5.4xlarge")),  # a family without flexibility
        (reserve("ri", 1, "m5.large", zone="1a"), use("row", "1", "1", "m5.xlarge", zone="1a")),
        (reserve("ri", 1, "m5.large", zone="1a"), use("row", "1", "1", "m5.large", zone="1b")),
        (reserve("ri", 1, "m5.large"), use("row", "1", "1", "m5.large", region="us-west-2")),
        (reserve("ri", 1, "m5.large"), use("row", "1", "1", "m5a.large")),
        (reserve("ri", 1, "m5.large"), use("row", "1", "1", "m5.large", platform="windows")),
        (reserve("ri", 1, "m5.large"), use("row", "1", "1", "m5.large", tenancy="dedicated")),
        (reserve("ri", 1, "m5.large"), use("row", "1", "1", "m5.large", service="sagemaker")),
        (reserve("ri", 1, "m5.large", shared=False), use("row", "1", "1", "m5.large", account="B")),
    ],
)  # fmt: skip
def test_what_does_not_match_is_not_covered(reservation: object, row: Usage) -> None:
    bill = bill_of([row], [reservation])
    assert covered(bill) == {}
    assert (bill.total, bill.commitments[0].used) == (D(2), D(0))


def test_without_an_account_usage_is_the_owners() -> None:
    rates = {"compute_sp": "0.5"}
    row = use("row", "1", "1", "m5.large", account="", rates=rates)
    assert covered(bill_of([row], [plan("sp", "compute_sp", "1", shared=False)])) == {"row": {"sp": 1}}
    other = use("row", "1", "1", "m5.large", account="B", rates=rates)
    assert covered(bill_of([other], [plan("sp", "compute_sp", "1", account="", shared=False)])) == {
        "row": {"sp": 1}
    }
