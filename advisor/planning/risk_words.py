"""What a result says of uncertain demand and prices, in words and rows; and a scenario in words."""

from collections.abc import Mapping

from advisor.planning.result import Result
from advisor.planning.words import money, percent

EVEN = 0.005  # a factor nearer to 1 than this is no news


def scenario_words(demand_factors: Mapping[str, float], price_factor: float) -> str:
    """`1.63 times the demand of chat and 1.05 times the prices by the hour`; empty where nothing moves."""
    parts = [
        f"{factor:.2f} times the demand of {name}"
        for name, factor in demand_factors.items()
        if abs(factor - 1.0) >= EVEN
    ]
    if abs(price_factor - 1.0) >= EVEN:
        parts.append(f"{price_factor:.2f} times the prices by the hour")
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1] if parts else "") if part)


def risk_figures(result: Result) -> list[tuple[str, str]]:
    """Name and figure of each measure; empty where nothing is uncertain."""
    risk = result.risk
    if risk is None:
        return []
    rows = [
        ("expected cost", risk.expected_npv),
        (f"mean of the worst {percent(1.0 - risk.tail)}", risk.cvar_npv),
        ("best scenario", risk.best_npv),
        ("worst scenario", risk.worst_npv),
    ]
    if risk.value_of_planning_npv is not None:
        rows.append(("saved by planning for it", risk.value_of_planning_npv))
    return [(name, f"{money(figure)} {result.currency} NPV") for name, figure in rows]


def risk_sentence(result: Result) -> str:
    """What the figures of the answer stand for; empty where nothing is uncertain."""
    risk = result.risk
    if risk is None:
        return ""
    count, weighed = len(risk.scenarios), ""
    if risk.weight > 0:
        tail = percent(1.0 - risk.tail)
        weighed = f" The worst {tail} of them count {percent(risk.weight)}, their mean the rest."
    note = f" What planning for them saves is not known: {risk.value_note}." if risk.value_note else ""
    scenarios = "1 scenario" if count == 1 else f"{count} equally likely scenarios"
    return (
        f"Sums, usage and cost of what runs by the hour are means over {scenarios} of demand and prices; "
        f"purchases serve every one of them.{weighed}{note}"
    )
