"""Changed plans translated and solved, and how they compare, as fields of a result's rows."""

from typing import Any, TypeVar

from advisor.planning.baselines import FARTHEST_GAP
from advisor.planning.case import Case
from advisor.planning.explain.variations import Variation
from advisor.planning.problem import offers_for, translate
from advisor.planning.result_explain import Compared
from optimizer.explain.again import Again, Difference, Finding, difference
from optimizer.problem import Problem
from optimizer.result import Status

NOT_REACHED = "the time for explanations ran out before it"
COST_NOT_REACHED = "not reached in the time for explanations"
TOO_FAR = "no plan near the best was found in the time for it"
NO_DIFFERENCE = "no difference beyond the gap"
ComparedRow = TypeVar("ComparedRow", bound=Compared)

IMPOSSIBLE = "no plan can hold all limits then"


def translated(case: Case, varied: Variation) -> tuple[Problem, str]:
    """The problem of a changed plan over the same catalogue, and what to know of it.

    Offers that only the change lets in and whose currency has no rate are left out, and told. Raises
    PlanError where the changed plan cannot be translated.
    """
    plan = varied.plan
    owned = [case.catalogue.offer(owned.offer) for owned in plan.capacity.owned]
    known = {offer.offer_id: offer for offer in owned if offer is not None} | dict(case.translation.offers)
    offers = offers_for(plan, case.catalogue) if varied.opens else tuple(known.values())
    rated = [offer for offer in offers if plan.rate(offer.currency) is not None]
    problem = translate(plan, rated, now=case.now, max_age_hours=case.max_age_hours).problem
    unrated = {offer.currency for offer in offers} - {offer.currency for offer in rated}
    note = f"offers in {', '.join(sorted(unrated))} are not counted: no exchange rate" if unrated else ""
    return problem, note


def not_computed() -> dict[str, Any]:
    """Fields of a comparison that was not reached."""
    return {"status": "not_computed", "note": NOT_REACHED}


def compared(again: Again, found: Finding | None) -> dict[str, Any]:
    """Fields of the comparison of a changed problem with the answer."""
    if found is None:
        return not_computed()
    if found.status is Status.INFEASIBLE:
        return {"status": "impossible", "note": IMPOSSIBLE}
    gone = difference(again.base, found)
    if gone is None or found.gap is None or found.gap > FARTHEST_GAP:
        return {"status": "not_computed", "note": TOO_FAR}
    return {"npv": found.npv, "gap": found.gap} | _difference(gone)


def _difference(gone: Difference) -> dict[str, Any]:
    return {
        "status": "proven" if gone.is_proven else "no_difference",
        "difference_npv": gone.npv,
        "difference_low": gone.low,
        "difference_high": gone.high,
        "note": "" if gone.is_proven else NO_DIFFERENCE,
    }


def is_decided(row: Compared) -> bool:
    """Whether more proof would change no more than the digits."""
    return row.status in ("proven", "impossible", "not_defined") or row.difference_low == 0


def closer(old: ComparedRow | None, new: ComparedRow) -> ComparedRow:
    """Of two rows about the same the one that says more: of two with figures the one closer proven."""
    if old is None or old.status == "not_computed":
        return new
    if new.status == "not_computed":
        return old
    if old.gap is None or new.gap is None:
        return new
    return new if new.gap <= old.gap else old
