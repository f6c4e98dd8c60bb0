"""Question in, answer out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import accumulate

from advisor.breakeven.answer import Answer, BuildAnswer, BuyAnswer
from advisor.breakeven.costs import ZERO, Side, build_side, exact, rival_side
from advisor.breakeven.finance import DIGITS, discount_factors, internal_rate, present_worth
from advisor.breakeven.meeting import payback, use_to_meet
from advisor.breakeven.question import Question, Rival
from advisor.breakeven.sentences import assumptions_of, sentence_of

STEPS = 20  # of the curve of cost against utilisation


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What both sides share. `factors` discount, `ones` do not."""

    hours: Decimal
    used: Decimal
    rate: Decimal
    cap: Decimal
    factors: tuple[Decimal, ...]
    ones: tuple[Decimal, ...]
    uses: tuple[Decimal, ...]

    @classmethod
    def of(cls, question: Question) -> "_Frame":
        hours, rate = exact(question.hours_per_month), exact(question.discount_rate)
        cap, months = exact(question.utilisation_cap), question.horizon_months
        steps = (Decimal(n) / STEPS for n in range(1, STEPS + 1))
        return cls(
            hours=hours,
            used=hours * exact(question.utilisation),
            rate=rate,
            cap=cap,
            factors=discount_factors(rate, months),
            ones=discount_factors(ZERO, months),
            uses=(*(step for step in steps if step < cap), cap),
        )

    def per_used_hour(self, side: Side, uses: Sequence[Decimal]) -> list[Decimal]:
        """Present worth of the side at each utilisation, over its used hours discounted alike."""
        fixed, months = present_worth(side.fixed, self.factors), sum(self.factors[side.begin :], ZERO)
        return [side.steady.per_used_hour + fixed / (self.hours * use * months) for use in uses]


def answer(question: Question) -> Answer:
    """Everything the file asks for; the same question always has the same answer."""
    with localcontext(prec=DIGITS):
        frame = _Frame.of(question)
        build = build_side(question)
        rivals = [(rival, rival_side(question, rival, build.begin)) for rival in question.buy]
        buy = tuple(_buy(frame, build, rival, side) for rival, side in rivals)
        return Answer(
            name=question.name,
            currency=question.currency,
            exchange_rates={code: float(rate) for code, rate in sorted(question.exchange_rates.items())},
            sentence=sentence_of(question, buy),
            hours_per_month=question.hours_per_month,
            utilisation=question.utilisation,
            discount_rate=question.discount_rate,
            horizon_months=question.horizon_months,
            used_hours=float(frame.used * (question.horizon_months - build.begin)),
            utilisations=_floats(frame.uses),
            build=_build(frame, build),
            buy=buy,
            assumptions=assumptions_of(question, begin=build.begin),
        )


def _build(frame: _Frame, side: Side) -> BuildAnswer:
    cash = side.cash(frame.used)
    return BuildAnswer(
        capex=float(side.capex[0]),
        capex_later=float(sum(side.capex[1:], ZERO)),
        credited=float(sum(side.credits, ZERO)),
        opex_per_used_hour=float(side.steady.per_used_hour),
        opex_per_month=float(side.steady.per_month),
        first_month_of_use=side.begin,
        cash=float(sum(cash, ZERO)),
        npv=float(present_worth(cash, frame.factors)),
        cost_per_used_hour=float(frame.per_used_hour(side, [frame.used / frame.hours])[0]),
        cash_by_month=_floats(cash),
        cumulative=_cumulative(side, cash),
        cost_by_utilisation=_floats(frame.per_used_hour(side, frame.uses)),
    )


def _buy(frame: _Frame, build: Side, rival: Rival, side: Side) -> BuyAnswer:
    own, other = build.cash(frame.used), side.cash(frame.used)
    npv_build, npv_buy = present_worth(own, frame.factors), present_worth(other, frame.factors)
    back = payback(build, side, used_hours=frame.used, rate=frame.rate)
    plain = use_to_meet(build, side, hours=frame.hours, factors=frame.ones, cap=frame.cap)
    discounted = use_to_meet(build, side, hours=frame.hours, factors=frame.factors, cap=frame.cap)
    rate = internal_rate([paid - spent for paid, spent in zip(other, own, strict=True)])
    lasting = min(build.first_end or len(own), len(own))
    reasons = _payback_reasons(frame, build, side, back.months, back.discounted_months, lasting) | {
        "break_even_utilisation": plain.reason,
        "discounted_break_even_utilisation": discounted.reason,
        "irr": rate.reason,
    }
    told = {name: reason for name, reason in reasons.items() if reason}
    return BuyAnswer(
        name=rival.name,
        note=rival.note,
        price_per_used_hour=float(_hourly(frame, side)),
        break_even_hours=_float(back.hours),
        break_even_months=_float(back.months),
        discounted_break_even_months=_float(back.discounted_months),
        break_even_in_time=None if back.months is None else back.months <= lasting,
        break_even_utilisation=_float(plain.utilisation),
        discounted_break_even_utilisation=_float(discounted.utilisation),
        npv_build=float(npv_build),
        npv_buy=float(npv_buy),
        saving=float(npv_buy - npv_build),
        saving_fraction=float((npv_buy - npv_build) / npv_buy) if npv_buy else None,
        irr=rate.annual,
        irr_monthly=rate.monthly,
        cash=float(sum(other, ZERO)),
        cost_per_used_hour=float(frame.per_used_hour(side, [frame.used / frame.hours])[0]),
        cash_by_month=_floats(other),
        cumulative=_cumulative(side, other),
        cost_by_utilisation=_floats(frame.per_used_hour(side, frame.uses)),
        reason=_reason(told),
        reasons=told,
    )


def _reason(told: dict[str, str]) -> str | None:
    """All of them in one line; where building never pays back, that alone: the others follow from it."""
    if "break_even_hours" in told:
        return told["break_even_hours"]
    return "; ".join(dict.fromkeys(told.values())) or None


def _hourly(frame: _Frame, side: Side) -> Decimal:
    """Running costs of a month over its used hours."""
    return side.steady.per_used_hour + side.steady.per_month / frame.used


def _payback_reasons(
    frame: _Frame,
    build: Side,
    side: Side,
    months: Decimal | None,
    discounted: Decimal | None,
    lasting: int,
) -> dict[str, str | None]:
    if months is None:
        own, other = _hourly(frame, build), _hourly(frame, side)
        never = f"never: a used hour costs {own:,.2f} to run, and {other:,.2f} to buy"
        return dict.fromkeys(("break_even_hours", "break_even_months", "discounted_break_even_months"), never)
    reasons: dict[str, str | None] = {}
    if months > lasting:
        reasons["break_even_months"] = f"after {months:,.1f} months the machines or the horizon have ended"
    if discounted is None:
        reasons["discounted_break_even_months"] = (
            "never: discounted savings do not add up to what is laid out"
        )
    return reasons


def _cumulative(side: Side, cash: Sequence[Decimal]) -> tuple[float, ...]:
    """Cost after 0, 1, 2 … months: running costs when their month is over, the rest when it is paid."""
    nothing = (ZERO,) * len(cash)
    bought = [c - r for c, r in zip(side.capex or nothing, side.credits or nothing, strict=True)]
    running = accumulate((paid - b for paid, b in zip(cash, bought, strict=True)), initial=ZERO)
    at_once = list(accumulate(bought))
    return _floats([r + b for r, b in zip(running, [*at_once, at_once[-1]], strict=True)])


def _float(figure: Decimal | None) -> float | None:
    return None if figure is None else float(figure)


def _floats(figures: Sequence[Decimal]) -> tuple[float, ...]:
    return tuple(map(float, figures))
