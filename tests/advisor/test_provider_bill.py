"""What the model promised is what the provider charges: the two pinned together on random plans."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.planning.bill import make_bill
from advisor.planning.provider_bill import ProviderBill, provider_bill
from advisor.planning.provider_notes import provider_warnings
from providers.offers import Offer, Payment, Purchase
from tests.advisor.planning_cases import TEAM, make_reservation, plan_data, result_of, solved_case
from tests.factories import make_offer

CENT = Decimal("0.005")
levels = st.sampled_from([0.0, 0.4, 0.7, 1.0])
days = st.tuples(levels, levels, st.just(1.0)).map(lambda three: [level for level in three for _ in range(8)])


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    profile = {"weekday": draw(days), "weekend": draw(days)}
    load = TEAM | {
        "demand": {
            "unit": "accelerators",
            "peak": draw(st.integers(8, 60)),
            "profile": profile,
            "growth_per_month": draw(st.sampled_from([0.0, 0.2, -0.2])),
        }
    }
    end = draw(st.sampled_from(["run_off", "going_concern"]))
    return plan_data(load, months=draw(st.integers(1, 4)), end_of_horizon=end, exchange_rates={"EUR": "1.09"})


@st.composite
def price_lists(draw: st.DrawFn) -> list[Offer]:
    place: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"provider": "aws"},
                {"provider": "azure", "region": "westeurope", "instance_type": "Standard_ND96isr_H100_v5"},
                {"provider": "gcp", "region": "europe-west4", "instance_type": "a3-highgpu-8g"},
            ]
        )
    )
    price = Decimal(draw(st.integers(20, 80)))
    currency = draw(st.sampled_from(["USD", "EUR"]))
    return [
        make_offer(price_per_hour=price, currency=currency, **place),
        make_reservation(
            price_per_hour=price * draw(st.sampled_from([Decimal("0.35"), Decimal("0.6")])),
            upfront=Decimal(draw(st.sampled_from([0, 3000]))),
            term_months=draw(st.integers(1, 5)),
            payment=Payment.PARTIAL,
            currency=currency,
            **place,
        ),
    ]


@pytest.mark.timeout(240)
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=plans(), offers=price_lists())
def test_the_provider_charges_what_was_promised_month_by_month(
    data: dict[str, Any], offers: list[Offer]
) -> None:
    solved = solved_case(data, offers)
    bill = make_bill(solved)
    found = provider_bill(solved, bill)
    for charged, cash, account in zip(found.charged, bill.cash, solved.account.cash, strict=True):
        assert abs(charged - cash) < CENT
        assert float(charged) == pytest.approx(account, abs=0.005)
    assert abs(found.difference) < CENT


def test_reserved_and_on_demand_by_hand() -> None:
    # 16 H100 in 12 of 24 hours, else 8. One machine reserved: 1000 + 730 x 10; another by the hour, 365 x 50
    day = [1.0] * 12 + [0.5] * 12
    load = TEAM | {
        "demand": {"unit": "accelerators", "peak": 16, "profile": {"weekday": day, "weekend": day}}
    }
    reserved = make_reservation(term_months=1, max_quantity=1)
    solved = solved_case(plan_data(load), [make_offer(), reserved])
    found = provider_bill(solved, make_bill(solved))
    assert float(found.charged[0]) == pytest.approx(1000 + 7300 + 365 * 50)
    assert abs(found.difference) < CENT
    assert list(provider_warnings(found, "USD")) == []


def test_a_reservation_that_covers_other_sizes_is_seen() -> None:
    # Azure: the model reserves one ND96 (96 units) and rents ND48 (48 units) beside it by the hour; the
    # provider covers the small ones first, and half of the large one is then charged on demand
    azure: dict[str, Any] = {"provider": "azure", "region": "westeurope"}
    large = azure | {"instance_type": "Standard_ND96isr_H100_v5"}
    small = azure | {"instance_type": "Standard_ND48isr_H100_v5", "accelerator_count": Decimal(4)}
    offers = [
        make_offer(price_per_hour=Decimal(90), **large),
        make_offer(price_per_hour=Decimal(30), **small),
        make_reservation(price_per_hour=Decimal(10), upfront=Decimal(0), max_quantity=1, **large),
    ]
    load = TEAM | {"demand": {"unit": "accelerators", "constant": 12}}
    data = plan_data(load)
    solved = solved_case(data, offers)
    assert [run.option for run in solved.decisions.runs] == [offers[1].offer_id]
    found = provider_bill(solved, make_bill(solved))
    # promised 730 x (10 + 30); charged 730 x (10 + 45): half of the large machine in place of the small one
    assert found.promised == pytest.approx(Decimal(730 * 40))
    assert float(sum(found.charged)) == pytest.approx(730 * 55)
    assert float(found.difference) == pytest.approx(730 * 15)
    (warning,) = (w for w in result_of(data, offers).warnings if w.code == "provider_bills_otherwise")
    assert warning.severity == "warning"
    assert "10,950 USD (38 %) more than this plan says" in warning.message  # 10,950 of 29,200


def test_a_smaller_bill_is_told_too_without_alarm() -> None:
    found = ProviderBill(charged=(Decimal(90),), promised=Decimal(100))
    (info,) = provider_warnings(found, "EUR")
    assert (info.severity, "10 EUR (10 %) less than this plan says" in info.message) == ("info", True)


def test_spot_and_other_providers_are_left_out() -> None:
    offers = [make_offer(provider="nebius", price_per_hour=Decimal(10))]
    spot = make_offer(purchase=Purchase.SPOT, price_per_hour=Decimal(5))
    load = TEAM | {"interruptible_fraction": 0.5, "demand": {"unit": "accelerators", "constant": 16}}
    solved = solved_case(plan_data(load), [*offers, spot])
    found = provider_bill(solved, make_bill(solved))
    assert (found.charged, found.promised) == ((Decimal(0),), Decimal(0))


def test_a_reservation_whose_machine_has_no_price_by_the_hour_is_charged_alone() -> None:
    solved = solved_case(plan_data(), [make_reservation(term_months=1)])
    found = provider_bill(solved, make_bill(solved))
    assert found.charged == (Decimal(8300),)
    assert found.difference == 0
