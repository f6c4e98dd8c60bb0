"""What a sweep shows, in one sentence; the figures are those of its summary, rounded."""

from collections.abc import Sequence

from advisor.planning import words
from advisor.planning.words import count, percent, proof, short_money
from advisor.sweeps.drivers import DRIVERS
from advisor.sweeps.report import DistributionOut, EffectOut, SummaryOut
from advisor.sweeps.summary import Answered, proven_npv


def sentence_of(kind: str, summary: SummaryOut, points: Sequence[Answered]) -> str:
    """Empty where the answers there are show nothing yet."""
    currency = next((point.currency for point in points if point.currency), "")
    if kind == "sensitivity":
        return _sensitivity(summary, currency)
    if kind == "monte_carlo":
        return _distribution(summary.distribution, currency) if summary.distribution else ""
    return _comparison(points)


def _sensitivity(summary: SummaryOut, currency: str) -> str:
    known = [one for one in summary.effects if one.low is not None or one.high is not None]
    moving = [one for one in known if one.low or one.high]
    if summary.base_npv is None or not known:
        return ""
    base = f"{short_money(summary.base_npv)} {currency}"
    if not moving:
        return f"None of these moves the cost of {base} NPV."
    first = moving[0]
    verb = "move" if DRIVERS[first.driver].endswith("s") else "moves"
    return f"{_named(first)} {verb} the cost of {base} NPV most: {_ends(first, summary.base_npv, currency)}."


def _named(effect: EffectOut) -> str:
    name = DRIVERS[effect.driver]
    return name[:1].upper() + name[1:]


def _ends(effect: EffectOut, base: float, currency: str) -> str:
    """`1.30 M USD at × 0.8, 1.95 M USD at × 1.2`."""
    ends = ((effect.low_factor, effect.low), (effect.high_factor, effect.high))
    told = [
        f"{short_money(base + difference)} {currency} at × {factor:g}"
        if difference is not None
        else f"not known at × {factor:g}"
        for factor, difference in dict(ends).items()
        if factor != 1
    ]
    return ", ".join(told)


def _distribution(found: DistributionOut, currency: str) -> str:
    text = (
        f"Half of the draws cost less than {short_money(found.p50)} {currency} NPV, eight in ten between "
        f"{short_money(found.p10)} and {short_money(found.p90)} {currency}"
    )
    if found.impossible:
        text += f"; in {percent(found.impossible / found.draws)} of them no plan holds all limits"
    return f"{text}."


def _comparison(points: Sequence[Answered]) -> str:
    currency = next((point.currency for point in points if point.currency), "")
    costs = [
        (npv, point)
        for point in points
        if (npv := proven_npv(point)) is not None and point.currency == currency
    ]
    if len(costs) < 2:
        return ""
    least, cheapest = min(costs, key=lambda pair: pair[0])
    text = f"Cheapest: {cheapest.label}, {short_money(least)} {cheapest.currency} NPV"
    base = next((npv for npv, point in costs if point.index == 0), None)
    if base is None or cheapest.index == 0 or base <= 0:
        return f"{text}."
    return f"{text}, {percent((base - least) / base)} less than the plan as it is."


def unproven_words(summary: SummaryOut, gap_asked: float) -> str:
    """What to think of costs that are not proven within the gap asked; empty where all are."""
    if not summary.unproven:
        return ""
    verb = "is" if summary.unproven == 1 else "are"
    asked = words.gap_asked(gap_asked)
    return (
        f"The cost of {count(summary.unproven, 'plan')} {verb} not proven within {asked} (gap up "
        f"to {proof(summary.loosest_gap or 0.0)}): it may be far too high. Differences to it are left out; "
        "search longer, or make the plan smaller."
    )
