"""A recommendation as text for a terminal: the figures of the result, rounded, nothing else."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from advisor.catalog import words as catalogue_words
from advisor.catalog.pricing import hours_of
from advisor.planning.commitment_words import commitment_terms, committed, is_commitment, per_hour, plan_name
from advisor.planning.result import Result
from advisor.planning.result_rows import Baseline, Purchase, Totals
from advisor.planning.risk_words import risk_figures, risk_sentence
from advisor.planning.savings import NO_DIFFERENCE, TOO_LITTLE, is_proven, saving_words
from advisor.planning.sentence import PROVEN_BASELINE_GAP, sentence
from advisor.planning.summary_end import ending
from advisor.planning.summary_explain import explained, more_time, way_out
from advisor.planning.text_tables import Column, bullet, paragraph, table
from advisor.planning.words import MISSING, amount, money, percent
from providers.tiers import least_in

_ROWS = 30  # purchases shown before the rest is summed up
KINDS = {
    "on_demand": "on demand",
    "spot": "spot",
    "reserved": "reserved",
    "spend_commitment": "spend commitments",
    "capacity_block": "capacity blocks",
    "partner": "partners",
    "self_hosted": "own servers",
    "owned": "already owned",
    "site": "sites and people",
    "carbon": "charge on carbon",
    "risk": "charge for risk",
}
BASELINES = {
    "all_on_demand": "everything on demand",
    "best_single_commitment": "one commitment for all",
    "all_self_hosted": "only own servers",
    "all_cloud": "only cloud",
    "no_partner": "without partners",
    "cheapest_single_provider": "one provider for all",
}


def summary(result: Result, *, now: datetime) -> list[str]:
    """Lines of at most 100 columns; `now` is what prices age against."""
    lines = paragraph(sentence(result))
    if result.totals is None:
        lines += _clash(result)
    else:
        lines += _purchases(result, now)
        lines += _kinds(result, result.totals)
        lines += _years(result, result.totals)
        lines += _risk(result)
        lines += _baselines(result)
        lines += explained(result)
        lines += _unit_costs(result)
    return [*lines, *ending(result, now)]


def _clash(result: Result) -> Iterator[str]:
    """Each set of limits that clash; giving way in any one of a set is enough for that set."""
    for _, group in groupby(result.conflicts or (), key=lambda row: row.group):
        rows = list(group)
        yield "These cannot hold together:" if len(rows) > 1 else "This cannot hold:"
        for row in rows:
            yield from bullet(row.relaxation)
            yield from way_out(row, result.currency)
    yield from more_time(result)


def _purchases(result: Result, now: datetime) -> Iterator[str]:
    rows = result.purchases
    if not rows:
        return
    shown = rows
    if len(rows) > _ROWS:
        dear = sorted(rows, key=lambda row: -row.npv)[:_ROWS]
        shown = tuple(row for row in rows if row in dear)
    yield ""
    yield "What to get"
    yield from table(
        [
            Column(title="number", cells=[_number(row, result.currency) for row in shown], is_figure=True),
            Column(title="machine", cells=[_what(row) for row in shown]),
            Column(title="accelerators", cells=[_accelerators(row) for row in shown]),
            Column(title="where", cells=[_where(row) for row in shown]),
            Column(title="terms", cells=[terms(row) for row in shown]),
            Column(title="from", cells=[row.start for row in shown]),
            Column(title=f"NPV {result.currency}", cells=[money(r.npv) for r in shown], is_figure=True),
            Column(title="price age", cells=[_age(row, now) for row in shown]),
        ]
    )
    if len(rows) > len(shown):
        rest = sum(row.npv for row in rows) - sum(row.npv for row in shown)
        more = f"and {len(rows) - len(shown)} more, together {money(rest)} {result.currency}"
        yield f"  {more} (--json has all)"
    if any(row.quantity_unit == "machines_at_once" for row in rows):
        yield "  ≤: the largest number at once, paid by the hour"
    for row in shown:
        if is_commitment(row) and row.purchase != "owned":
            yield f"  /h: {committed([row], result.currency)}, used or not"


def _what(row: Purchase) -> str:
    return plan_name(row) if is_commitment(row) else row.instance_type


def _number(row: Purchase, currency: str) -> str:
    if is_commitment(row):
        return per_hour(row, currency)
    return f"{'≤ ' if row.quantity_unit == 'machines_at_once' else ''}{row.quantity:,}"


def _accelerators(row: Purchase) -> str:
    if row.accelerator is None or row.accelerator_count is None:
        return MISSING
    return f"{row.accelerator_count:g} × {row.accelerator}"


def _where(row: Purchase) -> str:
    """`US aws us-east-1`, `DE Frankfurt colo`: country, whose, and which of theirs."""
    own = row.site is not None or row.partner is not None
    if is_commitment(row):
        return " ".join(part for part in (row.country, row.provider, row.region) if part != "*")
    return f"{row.country} {row.region}" if own else f"{row.country} {row.provider} {row.region}"


def terms(row: Purchase) -> str:
    """`36 months, no upfront`, `on demand, 16 or more`, `own server`."""
    least = least_in(row.offer)
    return _terms(row) if least is None else f"{_terms(row)}, {least:,} or more"


def _terms(row: Purchase) -> str:
    if row.purchase == "reserved" and row.term_months:
        upfront = {"none": ", no upfront", "partial": ", part upfront", "all": ", all upfront"}
        return f"{row.term_months} months{upfront.get(row.payment or '', '')}"
    if row.purchase == "self_hosted":
        return "own server"
    if row.purchase == "spend_commitment":
        return commitment_terms(row)
    return {"partner": "partner", "capacity_block": "capacity block"}.get(row.purchase, KINDS[row.purchase])


def _age(row: Purchase, now: datetime) -> str:
    if row.purchase == "owned":
        return MISSING
    if row.site is not None or row.partner is not None:
        return "yours"
    if row.price_observed_at is None:
        return "unknown"
    age = hours_of(now - datetime.fromisoformat(row.price_observed_at))
    return catalogue_words.age(age)


def _kinds(result: Result, totals: Totals) -> Iterator[str]:
    whole = totals.npv
    rows = totals.by_kind
    names = [*(KINDS.get(row.kind, row.kind) for row in rows), "together"]
    shares = [*(percent(row.npv / whole) if whole else MISSING for row in rows), ""]
    yield ""
    yield "Cost by kind of capacity"
    yield from table(
        [
            Column(title="", cells=names),
            Column(
                title=f"NPV {result.currency}",
                cells=[*(money(row.npv) for row in rows), money(totals.npv)],
                is_figure=True,
            ),
            Column(title="share", cells=shares, is_figure=True),
            Column(
                title=f"cash {result.currency}",
                cells=[*(money(row.cash) for row in rows), money(totals.cash)],
                is_figure=True,
            ),
        ]
    )
    extra = [
        (totals.residual, f"worth {money(totals.residual)} {result.currency} at the end (credited in NPV)"),
        (
            totals.lock_in,
            f"{money(totals.lock_in)} {result.currency} still owed after the plan (in NPV under run_off)",
        ),
        (totals.carbon_tonnes, f"{amount(totals.carbon_tonnes)} t CO2e emitted"),
    ]
    yield from (f"  {text}" for figure, text in extra if figure)


def _risk(result: Result) -> Iterator[str]:
    rows = risk_figures(result)
    if not rows:
        return
    yield ""
    yield "Uncertain demand and prices"
    names, figures = zip(*rows, strict=True)
    yield from table(
        [Column(title="", cells=list(names)), Column(title="", cells=list(figures), is_figure=True)]
    )
    yield from bullet(risk_sentence(result))


def _years(result: Result, totals: Totals) -> Iterator[str]:
    years: dict[str, list[float]] = {}
    for row in totals.by_month:
        sums = years.setdefault(row.month[:4], [0.0, 0.0, 0.0])
        for n, figure in enumerate((row.cash, row.capex, row.carbon_tonnes)):
            sums[n] += figure
    titles = (f"cash {result.currency}", "of it capex", "t CO2e")
    yield ""
    yield "By year"
    yield from table(
        [
            Column(title="", cells=list(years)),
            *(
                Column(title=title, cells=[money(sums[n]) for sums in years.values()], is_figure=True)
                for n, title in enumerate(titles)
            ),
        ]
    )


def _baselines(result: Result) -> Iterator[str]:
    rows = result.baselines
    if not rows:
        return
    yield ""
    yield "Instead"
    notes = [baseline_note(row) for row in rows]
    told = [saving_words(row) for row in rows]
    saved = [words.npv if words else MISSING for words in told]
    parts = [words.fraction if words else MISSING for words in told]
    yield from table(
        [
            Column(title="", cells=[BASELINES.get(row.name, row.name) for row in rows]),
            Column(title=f"NPV {result.currency}", cells=[money(row.npv) for row in rows], is_figure=True),
            Column(title="saved here", cells=saved, is_figure=True),
            Column(title="", cells=parts, is_figure=True),
            Column(title="", cells=notes),
        ]
    )


def baseline_note(row: Baseline) -> str:
    """Why there is no figure, how far a cost that is not proven may fall, and what was chosen."""
    if row.npv is None:
        return row.note or row.status.replace("_", " ")
    notes = []
    if not is_proven(row):
        notes.append(NO_DIFFERENCE)
    elif saving_words(row) is None:
        notes.append(TOO_LITTLE)
    if row.gap is not None and row.gap > PROVEN_BASELINE_GAP:
        notes.append(f"could be {percent(row.gap)} less: time ran out")
    return "; ".join([*notes, row.note] if row.note else notes)


def _unit_costs(result: Result) -> Iterator[str]:
    rows = result.unit_costs
    if not rows:
        return
    yield ""
    yield "What a unit costs"
    yield from table(
        [
            Column(title="", cells=[row.workload for row in rows]),
            Column(title="NPV", cells=[_price(row.npv_per_unit) for row in rows], is_figure=True),
            Column(title="cash", cells=[_price(row.cash_per_unit) for row in rows], is_figure=True),
            Column(title="", cells=[row.unit for row in rows]),
        ]
    )


def _price(figure: float) -> str:
    return f"{figure:,.4f}" if abs(figure) < 10 else f"{figure:,.2f}"
