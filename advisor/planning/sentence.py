"""A recommendation in one sentence that answers the question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from advisor.planning.commitment_words import committed, is_commitment
from advisor.planning.result import Result
from advisor.planning.result_rows import Purchase
from advisor.planning.savings import saving_words
from advisor.planning.words import count, gap_asked, proof, short_money
from providers import region

PROVEN_BASELINE_GAP = 0.01
"""A strategy whose cost is proven less closely is not held against the answer without saying so."""
_NAMED = 3  # things to get that the sentence names before "and N more"


def sentence(result: Result) -> str:
    """What to do, what it costs, what it saves, and how sure that is."""
    if result.objective_npv is None or result.gap is None:
        return f"{result.name}: no plan can hold all its limits together."
    actions = _actions(result.purchases, result.currency)
    named = [action.text for action in actions[:_NAMED]]
    if len(actions) > _NAMED:
        named.append(f"{len(actions) - _NAMED} more (below)")
    what = _joined(named) or "nothing needs to be bought"
    cost = f"{short_money(result.objective_npv)} {result.currency} NPV over {count(result.months, 'month')}"
    return f"{what[:1].upper()}{what[1:]}: {cost}{_saving(result)}; {_proof(result)}."


def _saving(result: Result) -> str:
    """Against everything on demand, where that would do; no more than is proven."""
    for row in result.baselines:
        saved, close = saving_words(row), (row.gap or 0.0) <= PROVEN_BASELINE_GAP
        if row.name == "all_on_demand" and close and saved is not None:
            return f", {saved.fraction} less than all on demand"
    return ""


def _proof(result: Result) -> str:
    seconds = (
        f"{result.solved_in_seconds:.0f} s"
        if result.solved_in_seconds >= 10
        else (f"{result.solved_in_seconds:.1f} s")
    )
    gap = result.gap or 0.0
    if result.status == "feasible":
        asked = gap_asked(result.solver.gap_asked)
        return f"verified, and proven within {proof(gap)} ({asked} was asked) in {seconds}"
    return f"proven {'to be the best' if gap == 0 else f'within {proof(gap)}'} in {seconds}"


@dataclass(frozen=True, slots=True)
class _Action:
    npv: float
    text: str


def _actions(purchases: Sequence[Purchase], currency: str) -> list[_Action]:
    """Things to do, the dearest first; purchases of one offer, or of one site, are one thing."""
    groups: dict[tuple[str, str], list[Purchase]] = {}
    for row in purchases:
        name = row.site if row.site is not None and row.purchase == "self_hosted" else row.offer
        groups.setdefault((row.purchase, name), []).append(row)
    running = {row.site for row in purchases if row.purchase == "owned"}
    actions = [
        _Action(sum(row.npv for row in rows), text)
        for rows in groups.values()
        for text in _texts(rows, running, currency)
    ]
    return sorted(actions, key=lambda action: -action.npv)


def _texts(rows: Sequence[Purchase], running: set[str | None], currency: str) -> Iterator[str]:
    first, kind = rows[0], rows[0].purchase
    total = sum(row.quantity for row in rows)
    machines = f"{total:,} × {_machine(first)}"
    if kind == "self_hosted":
        servers = _joined(_servers(rows))
        what = (
            f"add {servers} to {first.site}" if first.site in running else f"open {first.site} with {servers}"
        )
        yield f"{what}, bought {_when(rows)}"
    elif kind == "reserved":
        term = count(first.term_months or 0, "month")
        yield f"reserve {machines} {_place(first)} for {term} {_from(rows)}"
    elif kind == "spend_commitment" and is_commitment(first):
        yield f"{committed(rows, currency)} {_from(rows)}"
    elif kind == "spend_commitment":
        yield f"run up to {machines} under spend commitments {_place(first)}"
    elif kind == "capacity_block":
        yield f"book {machines} as a capacity block {_place(first)} {_from(rows)}"
    elif kind == "partner":
        yield f"take up to {machines} of {first.partner or first.provider}"
    elif kind in ("on_demand", "spot"):
        how = "on demand" if kind == "on_demand" else "spot"
        yield f"rent up to {machines} {how} {_place(first)}"


def _servers(rows: Sequence[Purchase]) -> list[str]:
    totals: dict[str, int] = {}
    for row in rows:
        totals[_machine(row)] = totals.get(_machine(row), 0) + row.quantity
    return [f"{total:,} × {name}" for name, total in totals.items()]


def _machine(row: Purchase) -> str:
    """`p5.48xlarge (8 × H100)`."""
    if row.accelerator is None or row.accelerator_count is None:
        return row.instance_type
    return f"{row.instance_type} ({row.accelerator_count:g} × {row.accelerator})"


def _place(row: Purchase) -> str:
    """`in Frankfurt (aws)`, or the region's own name where no place is known."""
    known = region(row.provider, row.region)
    place = known.place if known is not None and known.place else row.region
    return f"in {place} ({row.provider})"


def _from(rows: Sequence[Purchase]) -> str:
    starts = {row.start for row in rows}
    return f"from {min(starts)}" if len(starts) == 1 else _when(rows)


def _when(rows: Sequence[Purchase]) -> str:
    starts = sorted({row.start for row in rows})
    if len(starts) == 1:
        return f"in {starts[0]}"
    return f"in {len(starts)} steps from {starts[0]} to {starts[-1]}"


def _joined(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
