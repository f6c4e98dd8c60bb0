"""Near-best plans that differ in substance: what they do without, cost, and buy."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from advisor.planning.case import Solved
from advisor.planning.explain.trials import closer, compared, is_decided
from advisor.planning.purchases import purchase_rows
from advisor.planning.result_explain import Alternative, Bought
from optimizer.explain.again import Again, Finding
from optimizer.explain.alternatives import (
    cheapest_country,
    countries,
    without_capex,
    without_commitments,
    without_provider,
)
from optimizer.problem import Problem
from optimizer.verify import verify


def alternatives(solved: Solved, again: Again, known: Sequence[Alternative] = ()) -> tuple[Alternative, ...]:
    """Those that the answer does not already are; most telling first. Of those known, the undecided again."""
    rows = tuple(_rows(solved, again, {row.name: row for row in known}))
    return tuple(map(closer, known, rows)) if known else rows


def _rows(solved: Solved, again: Again, known: Mapping[str, Alternative]) -> Iterator[Alternative]:
    problem, account = solved.case.problem, solved.account
    decided = {name: row for name, row in known.items() if is_decided(row)}
    main = main_provider(solved)
    changes: list[tuple[str, str, Problem]] = []
    if main is not None:
        words = f"without {main}, from whom most is bought"
        changes.append(("without_main_provider", words, without_provider(problem, main)))
    if sum(account.capex) > 0:
        changes.append(("no_capex", "without capex", without_capex(problem)))
    if any(line.kind in ("reserved", "capacity_block") for line in account.lines if line.quantity > 0):
        changes.append(("no_commitments", "without commitments", without_commitments(problem)))
    for name, words, changed in changes:
        names = {"name": name, "words": words}
        yield decided.get(name) or _row(solved, again, names, again.restricted(changed, close=bool(known)))
    if len(_countries_used(solved)) > 1:
        yield decided.get("one_country") or _one_country(solved, again)


def main_provider(solved: Solved) -> str | None:
    """The provider of the catalogue on whom most is spent (npv); None when nothing is bought from one."""
    offers, spent = solved.case.translation.offers, defaultdict[str, float](float)
    for line in solved.account.lines:
        if line.option in offers and line.quantity > 0:
            spent[offers[line.option].provider] += line.npv
    return max(sorted(spent), key=lambda name: spent[name]) if spent else None


def _countries_used(solved: Solved) -> set[str]:
    return {row.country for row in purchase_rows(solved)}


def _one_country(solved: Solved, again: Again) -> Alternative:
    found = cheapest_country(again, countries(solved.case.problem))
    if isinstance(found, str):
        words = {"name": "one_country", "words": "all in one country"}
        return Alternative.model_validate(words | {"status": "impossible", "note": found})
    country = f", {found[0]}" if found is not None else ""
    words = {"name": "one_country", "words": f"all in one country{country}"}
    return _row(solved, again, words, found[1] if found is not None else None)


def _row(solved: Solved, again: Again, words: dict[str, Any], found: Finding | None) -> Alternative:
    row = words | compared(again, found)
    if found is not None and found.plan is not None:
        row["purchases"] = _bought(solved, found)
    return Alternative.model_validate(row)


def _bought(solved: Solved, found: Finding) -> tuple[Bought, ...]:
    """The purchases of a plan that holds, as its own account adds them up."""
    if found.plan is None or found.npv is None:
        return ()
    account = verify(found.problem, found.plan, objective_npv=found.npv)
    case = replace(solved.case, translation=replace(solved.case.translation, problem=found.problem))
    rows = purchase_rows(replace(solved, case=case, decisions=found.plan, account=account))
    return tuple(Bought(offer=r.offer, quantity=r.quantity, start=r.start, npv=r.npv) for r in rows)
