"""A stored result as short rows for a terminal and a page; every figure is the stored one, only rounded."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from advisor.catalog import words
from advisor.catalog.pricing import hours_of

KINDS = {
    "on_demand": "On demand",
    "spot": "Spot",
    "reserved": "Reserved",
    "spend_commitment": "Spend commitment",
    "capacity_block": "Capacity block",
    "partner": "Partner",
    "self_hosted": "Own servers",
    "owned": "Already owned",
    "site": "Sites",
    "carbon": "Carbon charge",
}
BASELINES = {
    "all_on_demand": "Everything on demand",
    "best_single_commitment": "One commitment for all",
    "all_self_hosted": "Only own servers",
    "all_cloud": "Only cloud",
    "no_partner": "Without partners",
    "cheapest_single_provider": "One provider for all",
}
Result = Mapping[str, Any]


def money(amount: float | None) -> str:
    """Whole units with thousands separators; a missing figure is an en dash."""
    return words.MISSING if amount is None else f"{amount:,.0f}"


def share(part: float | None) -> str:
    return words.MISSING if part is None else f"{part:.1%}"


def sentence(result: Result) -> str:
    """The answer in one sentence."""
    name, months = result["name"], result["months"]
    if result["status"] == "infeasible":
        return f"{name}: no plan can hold all limits."
    currency = result["currency"]
    proof = "proven optimal" if result["status"] == "optimal" else "verified"
    gap = f"within {result['gap']:.2%} of the best possible" if result["gap"] else "the best possible"
    return (
        f"{name}: {money(result['objective_npv'])} {currency} over {months} months (present value), "
        f"{proof}, {gap}."
    )


def figures(result: Result) -> list[dict[str, str]]:
    """The headline sums, each with its unit; none for an impossible plan."""
    totals = result["totals"]
    if totals is None:
        return []
    currency = result["currency"]
    named = [
        ("Present value", "npv"),
        ("Cash", "cash"),
        ("Capex", "capex"),
        ("Still owed at the end", "lock_in"),
    ]
    rows = [{"name": name, "amount": money(totals[key]), "unit": currency} for name, key in named]
    carbon = totals["carbon_tonnes"]
    return [*rows, {"name": "Carbon", "amount": f"{carbon:,.1f}", "unit": "t CO₂e"}]


def purchase_rows(result: Result) -> list[dict[str, str]]:
    return [
        {
            "quantity": str(row["quantity"]),
            "machine": row["instance_type"],
            "accelerators": _accelerators(row),
            "where": f"{row['provider']} {row['region']}",
            "country": row["country"],
            "terms": _terms(row),
            "start": row["start"],
            "months": str(row["months"]),
            "npv": money(row["npv"]),
            "age": price_age(row["price_observed_at"], result, stale=row["price_state"] == "stale"),
        }
        for row in result["purchases"]
    ]


def _accelerators(row: Mapping[str, Any]) -> str:
    if not row["accelerator"]:
        return words.MISSING
    count = row["accelerator_count"]
    return f"{words.MISSING if count is None else f'{count:g}'} × {row['accelerator']}"


def _terms(row: Mapping[str, Any]) -> str:
    name: str = KINDS.get(row["purchase"], row["purchase"])
    if not row["term_months"]:
        return name
    upfront = f", {row['payment']} upfront" if row["payment"] else ""
    return f"{name} {row['term_months']} months{upfront}"


def price_age(observed_at: str | None, result: Result, *, stale: bool = False) -> str:
    """Age of a price at the moment the catalogue of the result describes."""
    if observed_at is None:
        return words.age(None, stale=stale)
    age = _moment(result["catalogue"]["as_of"]) - _moment(observed_at)
    return words.age(hours_of(age), stale=stale)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def kind_rows(result: Result) -> list[dict[str, str]]:
    totals = result["totals"]
    if totals is None:
        return []
    whole = totals["npv"] or 1.0
    return [
        {
            "kind": KINDS.get(row["kind"], row["kind"]),
            "npv": money(row["npv"]),
            "cash": money(row["cash"]),
            "share": share(row["npv"] / whole),
        }
        for row in totals["by_kind"]
    ]


def baseline_rows(result: Result) -> list[dict[str, str]]:
    return [
        {
            "name": BASELINES.get(row["name"], row["name"].replace("_", " ")),
            "npv": money(row["npv"]),
            "saved": money(row["regret_npv"]),
            "fraction": share(row["regret_fraction"]),
            "note": row["note"] or ("" if row["npv"] is not None else row["status"].replace("_", " ")),
        }
        for row in result["baselines"]
    ]


def summary(result: Result) -> list[str]:
    """The few lines `up` prints."""
    lines = [sentence(result)]
    lines += [
        f"  {row['quantity']:>4} × {row['machine']} ({row['accelerators']}) {row['where']} {row['country']}, "
        f"{row['terms']}, from {row['start']}: {row['npv']} {result['currency']}"
        for row in purchase_rows(result)
    ]
    lines += [f"  {row['relaxation']}" for row in result["conflicts"] or []]
    best = [row for row in baseline_rows(result) if row["npv"] != words.MISSING]
    lines += [f"  Instead, {row['name'].lower()}: {row['npv']} {result['currency']}" for row in best]
    count = len(result["warnings"])
    if count:
        lines.append(f"  {count} {'warning' if count == 1 else 'warnings'}, shown on the page.")
    return lines
