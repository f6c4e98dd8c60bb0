"""Only machines near enough to its users serve a workload; the result tells what that leaves out."""

from decimal import Decimal
from math import acos, cos, radians, sin
from typing import Any

import pytest

from advisor.planning.result import Result
from tests.advisor.planning_cases import PARTNER, SITE, case_of, near, plan_data, result_of
from tests.factories import make_offer

HOUR = 730
# centres of population and places of regions, as the tables have them
GERMANY, FRANCE, JAPAN = (51.1, 9.8), (47.1, 2.8), (35.6, 137.2)
FRANKFURT, VIRGINIA = (50.11, 8.68), (39.04, -77.49)
P5 = "p5.48xlarge/on_demand"


def round_trip_ms(a: tuple[float, float], b: tuple[float, float]) -> float:
    """5 ms, and 2 x 1.5 / 200 ms for each km of great circle (by the rule of cosines)."""
    p, q, turn = radians(a[0]), radians(b[0]), radians(a[1] - b[1])
    return 5 + 6371 * acos(sin(p) * sin(q) + cos(p) * cos(q) * cos(turn)) * 2 * 1.5 / 200


def chat(*users: str, max_ms: float, **changes: Any) -> dict[str, Any]:
    return {
        "name": "chat",
        "kind": "inference",
        "demand": {"unit": "tokens_per_second", "constant": 800},
        "throughput": {"H100": 100},
        "latency": {"users_in": list(users), "max_ms": max_ms},
    } | changes


def virginia(**changes: Any) -> Any:
    values = {"region": "us-east-1", "country": "US", "price_per_hour": Decimal(20)}
    return make_offer(**(values | changes))


def told(result: Result) -> dict[str, tuple[str, str]]:
    return {w.code: (w.severity, w.message) for w in result.warnings if w.code.startswith("latency")}


def served(case: Any) -> set[str]:
    return set(case.problem.workloads[0].units_per_hour)


def test_a_dear_machine_near_by_beats_a_cheap_one_too_far_away() -> None:
    offers = [make_offer(), virginia()]
    free = chat("DE", max_ms=60)
    del free["latency"]
    assert result_of(plan_data(free), offers).objective_npv == near(20 * HOUR)
    result = result_of(plan_data(chat("DE", max_ms=60)), offers)
    assert result.objective_npv == near(50 * HOUR)
    assert {row.offer for row in result.purchases} == {f"aws/eu-central-1/{P5}"}


@pytest.mark.parametrize(("margin", "admitted"), [(1e-3, True), (-1e-3, False)])
def test_the_bound_is_five_ms_and_fifteen_for_each_thousand_km(margin: float, admitted: bool) -> None:
    estimate = round_trip_ms(GERMANY, VIRGINIA)
    assert 100 < estimate < 110  # 6,800 km
    case = case_of(plan_data(chat("DE", max_ms=estimate + margin)), [virginia()])
    assert bool(served(case)) is admitted


def test_every_country_of_the_users_must_be_near_enough() -> None:
    offers = [make_offer()]
    assert served(case_of(plan_data(chat("DE", "FR", max_ms=60)), offers))
    far = round_trip_ms(JAPAN, FRANKFURT)
    assert not served(case_of(plan_data(chat("DE", "JP", max_ms=far - 0.1)), offers))
    assert served(case_of(plan_data(chat("DE", "JP", max_ms=far + 0.1)), offers))


def test_a_group_of_countries_means_each_of_them() -> None:
    # from Frankfurt Germany is 8 ms away, Cyprus (EU) 2,500 km and more
    assert served(case_of(plan_data(chat("DACH", max_ms=25)), [make_offer()]))
    assert not served(case_of(plan_data(chat("EU", max_ms=25)), [make_offer()]))
    assert served(case_of(plan_data(chat("EU", max_ms=60)), [make_offer()]))


def test_sites_and_partners_stand_in_the_centre_of_their_country() -> None:
    data = chat("FR", max_ms=round_trip_ms(GERMANY, FRANCE) + 1e-3)
    capacity = {"offers": "none", "sites": [SITE], "partners": [PARTNER | {"country": "JP"}]}
    case = case_of(plan_data(data, capacity=capacity), [])
    assert served(case) == {"own/colo/HGX"}
    nearer = chat("FR", max_ms=round_trip_ms(GERMANY, FRANCE) - 1e-3)
    assert not served(case_of(plan_data(nearer, capacity=capacity), []))


def test_a_bound_is_of_its_workload_alone() -> None:
    other = chat("DE", max_ms=60, name="other")
    del other["latency"]
    case = case_of(plan_data(chat("DE", max_ms=60), other), [make_offer(), virginia()])
    first, second = case.problem.workloads
    assert len(first.units_per_hour) == 1
    assert len(second.units_per_hour) == 2


def test_the_result_counts_what_was_too_far_and_says_how_far_what_is_used_is() -> None:
    offers = [make_offer(), virginia(), virginia(instance_type="b"), virginia(region="us-west-2")]
    capacity = {"partners": [PARTNER | {"country": "JP"}]}
    result = result_of(plan_data(chat("DE", "FR", max_ms=60), capacity=capacity), offers)
    used = round_trip_ms(FRANCE, FRANKFURT)
    farther = round_trip_ms(GERMANY, VIRGINIA)
    assert used > round_trip_ms(GERMANY, FRANKFURT)
    assert farther > round_trip_ms(FRANCE, VIRGINIA)
    assert told(result) == {
        "latency_left_out": (
            "info",
            "chat: 3 offers in 2 regions and 1 of the sites and partners left out, with an estimated round "
            f"trip above 60 ms to users in DE, FR; the nearest is aws/us-east-1, {farther:.0f} ms from DE.",
        ),
        "latency_estimated": (
            "info",
            f"chat: estimated round trip, at most 60 ms wanted: aws/eu-central-1 {used:.0f} ms from FR.",
        ),
    }
    assert [line for line in result.assumptions if line.startswith("Round trips are estimated: 5 ms + 15 ms")]


def test_what_the_plan_s_filters_take_away_is_not_counted_as_too_far() -> None:
    offers = [make_offer(), virginia(), virginia(provider="gcp"), virginia(accelerator="A100-80GB")]
    capacity = {"offers": {"providers": ["aws"]}}
    data = chat("DE", max_ms=60, residency={"allow": ["EU"]})
    assert set(told(result_of(plan_data(data, capacity=capacity), offers))) == {"latency_estimated"}


def test_a_region_of_unknown_place_counts_as_its_country_and_is_named() -> None:
    offer = make_offer(provider="newcloud", region="nowhere-1", country="FR")
    bound = round_trip_ms(GERMANY, FRANCE)
    assert not served(case_of(plan_data(chat("DE", max_ms=bound - 1e-3)), [offer]))
    result = result_of(plan_data(chat("DE", max_ms=bound + 1e-3)), [offer])
    severity, message = told(result)["latency_place_unknown"]
    assert severity == "warning"
    assert "chat: 1 region of unknown place" in message
    assert message.endswith(": newcloud/nowhere-1.")
    assert f"newcloud/nowhere-1 {bound:.0f} ms from DE" in told(result)["latency_estimated"][1]


def test_own_sites_are_not_called_regions_of_unknown_place() -> None:
    result = result_of(plan_data(chat("DE", max_ms=60), capacity={"sites": [SITE]}), [make_offer()])
    assert set(told(result)) == {"latency_estimated"}


def test_without_a_bound_nothing_is_said_of_latency() -> None:
    data = chat("DE", max_ms=60)
    del data["latency"]
    result = result_of(plan_data(data), [make_offer()])
    assert told(result) == {}
    assert not [line for line in result.assumptions if "ound trip" in line]


def test_when_nothing_is_near_enough_the_conflict_names_the_nearest_and_its_need() -> None:
    result = result_of(plan_data(chat("DE", max_ms=60)), [virginia(), virginia(region="us-west-2")])
    need = round_trip_ms(GERMANY, VIRGINIA)
    assert result.status == "infeasible"
    assert result.conflicts is not None
    (row,) = result.conflicts
    assert (row.limit, row.where, row.unit) == ("workloads[0].latency.max_ms", "chat", "ms")
    assert row.needed == near(need, within=1e-3)
    assert row.available == 60
    whole = int(need) + 1
    assert row.relaxation == (
        f"workloads[0].latency.max_ms: needed at least {whole} ms, limit 60 ms; the nearest that could serve "
        f"chat is aws/us-east-1, an estimated {need:.0f} ms away from DE."
    )
    assert result_of(plan_data(chat("DE", max_ms=whole)), [virginia()]).objective_npv == near(20 * HOUR)


def test_a_want_of_machines_is_not_blamed_on_latency() -> None:
    result = result_of(plan_data(chat("DE", max_ms=60)), [make_offer(accelerator="L4")])
    assert result.conflicts is not None
    assert [row.limit for row in result.conflicts] == ["workloads[0].demand"]
