"""The answer as text for a terminal."""

from collections.abc import Iterator

from advisor.breakeven.answer import Answer, BuyAnswer
from advisor.planning.text_tables import Column, bullet, paragraph, table
from advisor.planning.words import MISSING, money, percent

_LARGEST_RATE = 100.0  # 10,000 % a year; more tells nothing

HEADS = {
    "per hour": "what a used hour costs if it is bought so",
    "hours": "hours of use until building has cost no more",
    "months": "the same in months, used as much as was asked",
    "discounted": "the same months with discounted payments",
    "from use": "share of the hours from which on building costs less, by NPV over the horizon",
    "NPV buy": "what buying costs over the horizon, discounted to its start",
    "NPV saved": "how much less building costs; below zero it costs more",
    "saved": "the same as a share of what buying costs",
    "IRR a year": "yearly return on the money for building, from what it saves each month",
}
"""What the columns of `columns` say, for whoever has not met them."""


def lines(answer: Answer) -> list[str]:
    """Sentence, own costs, one row for each rival, why figures are missing, what it rests on."""
    return [
        *paragraph(answer.sentence),
        "",
        "Own machines",
        *_own(answer),
        "",
        f"Against each way to buy, {answer.currency}, over {answer.used_hours:,.0f} used hours",
        *table(columns(answer)),
        *_reasons(answer),
        "",
        "What this rests on",
        *(line for text in answer.assumptions for line in bullet(text)),
    ]


def columns(answer: Answer) -> list[Column]:
    """The table of rivals, for terminal and page alike.

    The use from which building pays goes by NPV, as what is saved does: at rate 0 there is no difference.
    """
    later = [_number(row.discounted_break_even_months, 1) for row in answer.buy]
    return [
        Column(title="against", cells=[row.name for row in answer.buy]),
        _figures("per hour", [f"{row.price_per_used_hour:,.2f}" for row in answer.buy]),
        _figures("hours", [_number(row.break_even_hours, 0) for row in answer.buy]),
        _figures("months", [_number(row.break_even_months, 1) for row in answer.buy]),
        *([_figures("discounted", later)] if answer.discount_rate else []),
        _figures("from use", [from_use(row) for row in answer.buy]),
        _figures("NPV buy", [money(row.npv_buy) for row in answer.buy]),
        _figures("NPV saved", [money(row.saving) for row in answer.buy]),
        _figures("saved", [share(row.saving_fraction) for row in answer.buy]),
        _figures("IRR a year", [rate_of_return(row) for row in answer.buy]),
    ]


def rate_of_return(row: BuyAnswer) -> str:
    """`23 %`, or a bound where more digits would tell nothing."""
    if row.irr is None:
        return MISSING
    return f"> {_LARGEST_RATE * 100:,.0f} %" if row.irr > _LARGEST_RATE else percent(row.irr)


def from_use(row: BuyAnswer) -> str:
    """The utilisation from which building costs less by NPV: `6.2 %`, or `any`."""
    found = row.discounted_break_even_utilisation
    return "any" if found == 0 else share(found)


def share(fraction: float | None) -> str:
    return MISSING if fraction is None else percent(fraction)


def _own(answer: Answer) -> list[str]:
    build, code = answer.build, answer.currency
    rows = [("paid at the start", money(build.capex), code)]
    if build.first_month_of_use:
        rows.append(("in use from month", f"{build.first_month_of_use}", "counted from 0"))
    rows += [
        ("running, per used hour", f"{build.opex_per_used_hour:,.2f}", code),
        ("running, per month", money(build.opex_per_month), code),
    ]
    if build.capex_later:
        rows.append(("replacements within the horizon", money(build.capex_later), code))
    if build.credited:
        rows.append(("worth at the end of life or horizon", money(build.credited), code))
    rows += [
        (f"NPV over {answer.horizon_months} months", money(build.npv), code),
        ("that is, per used hour", f"{build.cost_per_used_hour:,.2f}", code),
    ]
    wide, figures = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
    return [f"  {name.ljust(wide)}  {figure.rjust(figures)} {unit}" for name, figure, unit in rows]


def _reasons(answer: Answer) -> Iterator[str]:
    for row in answer.buy:
        if row.reason:
            yield from bullet(f"{row.name}: {row.reason}")


def _figures(title: str, cells: list[str]) -> Column:
    return Column(title=title, cells=cells, is_figure=True)


def _number(figure: float | None, places: int) -> str:
    return MISSING if figure is None else f"{figure:,.{places}f}"
