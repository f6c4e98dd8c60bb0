"""Which of the prices an answer rests on are stale."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from advisor.catalog import words
from advisor.catalog.pricing import hours_of
from advisor.planning.case import Case
from advisor.planning.result_rows import ResultWarning
from providers import Offer, PriceState


def stale_warnings(case: Case, offers: Sequence[Offer]) -> Iterator[ResultWarning]:
    """Of the offers bought: how many rest on stale prices and how old these are, then each by its name."""
    stale = [offer for offer in offers if _is_stale(case, offer)]
    ages = sorted(age for offer in stale if (age := _age_hours(case, offer)) is not None)
    if len(stale) > 1:
        which = "All" if len(stale) == len(offers) else f"{len(stale):,} of the"
        yield _warning(
            "stale_prices", f"{which} {len(offers):,} offers bought rest on stale prices{_span(ages)}."
        )
    for offer in stale:
        age = _age_hours(case, offer)
        told = "of unknown age" if age is None else words.old(age)
        why = ", marked stale by its source" if offer.state is PriceState.STALE else ""
        yield _warning("stale_price", f"Old price: {offer.offer_id}, {told}{why}.")


def _is_stale(case: Case, offer: Offer) -> bool:
    if offer.state is PriceState.STALE:
        return True
    return offer.observed_at is not None and case.now - offer.observed_at > timedelta(
        hours=case.max_age_hours
    )


def _age_hours(case: Case, offer: Offer) -> Decimal | None:
    return hours_of(case.now - offer.observed_at) if offer.observed_at is not None else None


def _span(ages: Sequence[Decimal]) -> str:
    """`, 4 months old`, `, 95 days to 14 months old`, of ages from the least; nothing where none is known."""
    if not ages:
        return ""
    ends = dict.fromkeys(words.age(age) for age in (ages[0], ages[-1]))
    return f", {' to '.join(ends)} old"


def _warning(code: str, message: str) -> ResultWarning:
    return ResultWarning(code=code, severity="warning", message=message)
