"""The answer in words, and what it rests on."""

from collections.abc import Iterator, Sequence

from advisor.breakeven.answer import BuyAnswer
from advisor.breakeven.build import Figures
from advisor.breakeven.question import Question
from advisor.planning.words import count, percent, short_money


def sentence_of(question: Question, buy: Sequence[BuyAnswer]) -> str:
    """Against the cheapest rival first, then how many of the others building beats."""
    best = min(buy, key=lambda row: row.npv_buy)
    span = f"over {count(question.horizon_months, 'month')} at {percent(question.utilisation)} use"
    cost = f"{short_money(best.npv_build)} {question.currency}{' NPV' if question.discount_rate else ''}"
    if best.saving > 0:
        what = f"Build: it costs {cost} {span}, {short_money(best.saving)}{_less(best)} less than {best.name}"
        return f"{what}, {'the cheapest way to buy' if len(buy) > 1 else 'the way to buy'}; {_when(best)}."
    if best.saving == 0:
        return f"Build or buy: both cost {cost} {span} against {best.name}."
    excess = f"{short_money(-best.saving)} {question.currency}"
    beaten = [row.name for row in buy if row.saving > 0]
    rest = f" It costs less than {_listed(beaten)}." if beaten else ""
    return f"Buy ({best.name}): building costs {cost} {span}, {excess} more.{rest}"


def _less(row: BuyAnswer) -> str:
    return f" ({percent(row.saving_fraction)})" if row.saving_fraction is not None else ""


def _when(row: BuyAnswer) -> str:
    if row.break_even_hours is None or row.break_even_months is None:
        return "the machines' worth at the end decides, running them costs no less"
    return f"it pays back after {row.break_even_hours:,.0f} used hours ({row.break_even_months:,.1f} months)"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def assumptions_of(question: Question, *, begin: int) -> tuple[str, ...]:
    """What the figures rest on; only what bears on this question."""
    return tuple(_assumptions(question, begin))


def _assumptions(question: Question, begin: int) -> Iterator[str]:
    yield "Prices stay as they are for the whole horizon, also for machines that are replaced in it."
    yield "Own machines do the same work in an hour as what is bought, and what is bought can be had."
    if isinstance(question.build, Figures) and question.build.opex_hours == "used":
        yield "Own running costs per hour come with used hours only; an idle machine draws nothing."
    yield (
        "Break-even hours and months count no residual value and no replacement; NPV, saving and IRR "
        "count both."
    )
    if any(not rival.always_on for rival in question.buy):
        yield "What is bought by the hour or unit is billed for used hours only, and stopped in all others."
    if begin:
        yield f"Until month {begin} own machines do not serve; no use is counted for either side before."
    if question.exchange_rates:
        yield "Exchange rates are those of the question and stay as they are."
    yield "Tax, financing, insurance and the cost of moving are not counted."
