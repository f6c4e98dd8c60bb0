"""Explanations in words, the same in text, on pages and in documents."""

from collections.abc import Callable
from operator import neg

from advisor.planning.explain.trials import NO_DIFFERENCE
from advisor.planning.result_explain import Alternative, Compared, RulePrice, SensitivityCase, WhyNot
from advisor.planning.result_rows import BuildVsBuy
from advisor.planning.words import MISSING, four_digits, listed, money, percent

FACTORS = {
    "demand": "demand",
    "cloud_prices": "cloud prices",
    "power_price": "power price",
    "capex": "capex",
    "discount_rate": "discount rate",
}
MOST_PURCHASES = 4
_WIDE = 0.1  # of a difference: a wider range of what it can be is told beside it


def signed_money(figure: float) -> str:
    """`+1,200`, `−300`, `0`."""
    if round(figure) == 0:
        return "0"
    return f"{'+' if figure > 0 else '−'}{money(abs(figure))}"


def change_words(factor: str, case: SensitivityCase) -> str:
    """`−20 %`, `+20 %`; a discount rate itself: `6 %`."""
    if factor == "discount_rate":
        return percent(round(case.change, 6))
    return f"{'+' if case.change > 1 else '−'}{percent(abs(case.change - 1))}"


def between(row: Compared, turned: Callable[[float], float] = float) -> str:
    """`between 263,323 and 492,443`: what the two proofs leave, where it is wide beside the difference.

    `turned` is what is told of the difference: as it is, its size, or the other way round.
    """
    point, low, high = row.difference_npv, row.difference_low, row.difference_high
    if point is None or low is None or high is None or high - low <= _WIDE * abs(point):
        return ""
    least, most = sorted((turned(low), turned(high)))
    return f"between {money(least)} and {money(most)}"


def _in_brackets(words: str) -> str:
    return f" ({words})" if words else ""


def rule_words(row: RulePrice) -> str:
    """What the rule costs: what would be saved without it; a dash where that is not known."""
    if row.status == "no_difference" and row.difference_low is not None:
        return f"at most {money(-row.difference_low)}" if row.difference_low < 0 else "0"
    return MISSING if row.difference_npv is None else money(-row.difference_npv)


def rule_note(row: RulePrice) -> str:
    """How far the cost of a rule may be off, and what else to know of it."""
    if row.status == "no_difference":
        return row.note.removeprefix(NO_DIFFERENCE).removeprefix("; ")
    return "; ".join(filter(None, (between(row, neg), row.note)))


def against_words(row: Compared) -> str:
    """`+484,245 (between 263,323 and 492,443)`; a dash where no difference is proven."""
    if row.status != "proven" or row.difference_npv is None:
        return MISSING
    return f"{signed_money(row.difference_npv)}{_in_brackets(between(row))}"


def case_note(case: SensitivityCase) -> str:
    """How far the change of a case may be off, and what else to know of it."""
    room = between(case)
    return "; ".join(filter(None, (f"change {room}" if room else "", case.note)))


def difference_words(row: Compared, currency: str) -> str:
    """`1,234 USD more`, `no difference beyond the gap`, or why it is not known."""
    if row.status == "no_difference":
        return f"{row.note}{_in_brackets(between(row))}"
    if row.status != "proven" or row.difference_npv is None:
        return row.note or row.status.replace("_", " ")
    than = "more" if row.difference_npv > 0 else "less"
    return f"{money(abs(row.difference_npv))} {currency} {than}{_in_brackets(between(row, abs))}"


def bought_words(row: Alternative) -> str:
    """`; buys 2 × offer from 2027-01`, the dearest first."""
    if not row.purchases or row.npv is None:
        return ""
    dear = sorted(row.purchases, key=lambda bought: -bought.npv)
    words = [f"{bought.quantity} × {bought.offer} from {bought.start}" for bought in dear]
    return f"; gets {listed(words, MOST_PURCHASES)}"


def entering_words(row: WhyNot, currency: str) -> str:
    """Why an offer is in the plan or not, in a sentence or two."""
    if row.status == "impossible" and row.npv is None and not row.unit:
        return row.note
    begin = "in the plan" if row.in_plan else "not in the plan"
    forced = f"; at least {row.unit}: {difference_words(row, currency)}" if row.unit else f"; {row.note}"
    words = begin if row.in_plan and row.status == "no_difference" else f"{begin}{forced}"
    if row.enters_at_price is None or row.price is None:
        return f"{words}; {row.entering_note}" if row.entering_note else words
    verb = "it stays below" if row.in_plan else "it would enter below"
    price = f"{four_digits(row.enters_at_price)} {row.price_unit} (its price is {four_digits(row.price)})"
    return f"{words}; {verb} {price}{_room(row, currency)}"


def _room(row: WhyNot, currency: str) -> str:
    if not row.most_saved_above or round(row.most_saved_above) <= 0:
        return ""
    return f"; above that it saves at most {money(row.most_saved_above)} {currency} (the gap)"


def undecided_words(rows: int) -> str:
    """What closer proof may still tell."""
    if rows == 1:
        return "Of one it is not decided whether it makes a difference."
    return f"Of {rows} it is not decided whether they make a difference."


def even_words(row: BuildVsBuy) -> list[str]:
    """Where own servers break even, in sentences; why they do not."""
    words = []
    since = f", demand from {row.compared_from} on" if row.compared_from else ""
    if row.break_even_utilisation is not None:
        use = f"; the plan uses {percent(row.utilisation)}" if row.utilisation is not None else ""
        words.append(
            f"Own servers cost less than the cloud where they are in use "
            f"{percent(row.break_even_utilisation)} of the time or more{use}{since}."
        )
    if row.break_even_month is not None:
        words.append(f"They have cost less so far from the end of {row.break_even_month} on{since}.")
    if row.reason:
        words.append(row.reason)
    return words
