"""What an answer does not know, one sentence each; only what bears on the plan at hand."""

from collections.abc import Iterator
from datetime import timedelta

from advisor.planning.case import Case
from advisor.planning.flops import flops_assumptions
from advisor.planning.interruption_notes import interruption_assumptions
from advisor.planning.latency_notes import latency_assumptions
from advisor.planning.losses import loss_assumptions
from advisor.planning.machines import (
    CLOUD_PUE,
    HOST_POWER_FACTOR,
    WATTS_PER_GIB,
    WATTS_PER_VCPU,
    WORLD_GRID_G_PER_KWH,
)
from advisor.planning.words import count


def assumptions_of(case: Case) -> tuple[str, ...]:
    """Assumptions behind the figures of this plan."""
    return (*_always(case), *_of_risk(case), *_of_options(case), *_of_carbon())


def _always(case: Case) -> Iterator[str]:
    yield "Prices stay as they are for the whole plan, also for what is bought in later months."
    yield (
        "A month has 730 hours, 5/7 of them on weekdays, spread evenly over the hours of the day (UTC); "
        "everything of a month is paid at its start."
    )
    yield "The machines are to be had in the quantities and months named; listings do not promise that."
    yield from _of_prices(case)
    yield "Only machines are counted: no network traffic, storage, support, software, tax or discounts."
    yield "Throughput is as the plan states, proportional to machines, and shared without loss."
    yield from flops_assumptions(case)
    yield from latency_assumptions(case)
    yield from loss_assumptions(case)
    if case.rates_from:
        yield "Exchange rates are those of the plan, else those in force then, and stay as they are."
    elif case.plan.exchange_rates:
        yield "Exchange rates are those of the plan and stay as they are."


def _of_prices(case: Case) -> Iterator[str]:
    """What the price list leaves open: quotas, and what old prices are by now."""
    offers = case.translation.offers.values()
    if not offers:
        return
    yield "How much your accounts with the providers may use (their quotas) is not known."
    oldest = case.now - timedelta(hours=case.max_age_hours)
    old = sum(1 for offer in offers if offer.observed_at is None or offer.observed_at < oldest)
    if old:
        verb = "has a price" if old == 1 else "have prices"
        yield (
            f"{old:,} of the {count(len(offers), 'offer')} weighed {verb} older than "
            f"{case.max_age_hours / 24:g} days or of unknown age; what they cost by now is not known."
        )


def _of_risk(case: Case) -> Iterator[str]:
    if case.problem.risk is not None:
        yield (
            "Everything that is bought, also in later months, is decided before it is known which scenario "
            "comes; each workload's demand moves on its own, by one factor for the whole plan."
        )


def _of_options(case: Case) -> Iterator[str]:
    problem = case.problem
    yield from interruption_assumptions(case)
    if problem.reservations:
        yield "Reserved machines can be started and stopped freely, and cost the same whether used or not."
    if case.plan.end_of_horizon == "run_off":
        yield "Commitments are paid to their end, also after the plan, where nothing uses them."
    else:
        yield "Commitments go on being useful after the plan: nothing is charged for them beyond it."
    if problem.sites:
        yield "Own servers never fail, and lose their value in a straight line until the end of their life."


def _of_carbon() -> Iterator[str]:
    yield (
        "Power of rented machines is estimated: rated power of the accelerators × "
        f"{HOST_POWER_FACTOR:g} for the host (without accelerators {WATTS_PER_VCPU:g} W per vCPU and "
        f"{WATTS_PER_GIB:g} W per GiB), × {CLOUD_PUE:g} for the building."
    )
    yield (
        "Carbon follows the mean intensity of the grid of the region, else of the country, else "
        f"{WORLD_GRID_G_PER_KWH:g} g/kWh; the making of machines is not counted."
    )
    yield "Committed cloud machines count as running in every hour they are held, at work or not."
