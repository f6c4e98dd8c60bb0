"""A sweep as text for a terminal: the figures of its report, rounded, nothing else."""

from collections.abc import Iterator

from advisor.planning.summary import KINDS
from advisor.planning.text_tables import Column, bullet, paragraph, table
from advisor.planning.words import MISSING, count, money, percent
from advisor.sweeps.design import AS_IT_IS
from advisor.sweeps.drivers import DRIVERS
from advisor.sweeps.report import DistributionOut, PointOut, SummaryOut, SweepReport
from advisor.sweeps.sentence import sentence_of, unproven_words
from advisor.sweeps.summary import difference

_ROWS = 60
_WIDEST_BAR = 30


def lines_of(report: SweepReport) -> list[str]:
    """Lines of at most 100 columns."""
    currency = next((point.currency for point in report.points if point.currency), "")
    said = sentence_of(report.kind, report.summary, report.points)
    lines = paragraph(said or f"{report.name}: {count(len(report.points), 'plan')}.")
    if report.kind == "sensitivity":
        lines += _effects(report.summary, currency)
    elif report.summary.distribution is not None:
        lines += _distribution(report.summary.distribution, currency)
    else:
        lines += _sides(report)
    loose = unproven_words(report.summary, report.gap_asked)
    return [*lines, *_without_answer(report), *(["", *paragraph(loose)] if loose else [])]


def _effects(summary: SummaryOut, currency: str) -> Iterator[str]:
    rows = summary.effects
    yield ""
    yield f"More than the plan as it is, {money(summary.base_npv)} {currency} NPV"
    yield from table(
        [
            Column(title="", cells=[DRIVERS[one.driver] for one in rows]),
            Column(title="at", cells=[f"× {one.low_factor:g}" for one in rows], is_figure=True),
            Column(title=currency, cells=[_signed(one.low) for one in rows], is_figure=True),
            Column(title="at", cells=[f"× {one.high_factor:g}" for one in rows], is_figure=True),
            Column(title=currency, cells=[_signed(one.high) for one in rows], is_figure=True),
        ]
    )


def _distribution(found: DistributionOut, currency: str) -> Iterator[str]:
    figures = ("mean", "standard_deviation", "least", "p10", "p50", "p90", "most")
    yield ""
    yield f"Cost of the best plan, {currency} NPV, over {found.answered:,} of {count(found.draws, 'draw')}"
    yield from table(
        [
            Column(title="", cells=[name.replace("_", " ") for name in figures]),
            Column(title="", cells=[money(getattr(found, name)) for name in figures], is_figure=True),
        ]
    )
    most = max(one.count for one in found.bins)
    yield ""
    yield from table(
        [
            Column(title="from", cells=[money(one.low) for one in found.bins], is_figure=True),
            Column(title="draws", cells=[f"{one.count:,}" for one in found.bins], is_figure=True),
            Column(title="", cells=["█" * round(_WIDEST_BAR * one.count / most) for one in found.bins]),
        ]
    )
    yield ""
    yield "In the best plan of so many draws"
    for kind, part in found.in_best_plan.items():
        yield f"  {KINDS.get(kind, kind)}: {percent(part)}"


def _sides(report: SweepReport) -> Iterator[str]:
    rows = report.points[:_ROWS]
    base = rows[0] if rows else None
    yield ""
    yield from table(
        [
            Column(title="", cells=[row.label for row in rows]),
            Column(title="answer", cells=[row.status or row.state for row in rows]),
            Column(title="NPV", cells=[f"{money(row.npv)} {row.currency}" for row in rows], is_figure=True),
            Column(title=f"more than {AS_IT_IS}", cells=[_more(row, base) for row in rows], is_figure=True),
            Column(title="capex", cells=[money(row.capex) for row in rows], is_figure=True),
        ]
    )


def _without_answer(report: SweepReport) -> Iterator[str]:
    """Plans without a cost, the first of them with the reason."""
    left = [point for point in report.points if point.npv is None]
    if left:
        yield ""
        yield f"Without a cost: {len(left):,} of {count(len(report.points), 'plan')}"
        for point in left[:10]:
            reason = point.words[0] if point.words else point.status or point.state
            yield from bullet(f"{point.label}: {reason}")


def _more(row: PointOut, base: PointOut | None) -> str:
    return MISSING if base is None or row is base else _signed(difference(row, base))


def _signed(figure: float | None) -> str:
    return MISSING if figure is None else f"{figure:+,.0f}"
