"""Largest shares of delivered capacity-hours: one provider, one country, spot, partners."""

from collections import defaultdict
from collections.abc import Iterator

from pulp import LpVariable

from ..index import ElasticSource, Index, ServerSource, Source
from ..model import Model, Terms, add_term
from ..problem import Limits
from ..variables import Variables


def add_shares(model: Model, index: Index, v: Variables) -> int:
    """hours[g,t] <= share_max * hours[t] for each bounded group g and month t.

    Hours are accelerator-hours that do work (hours * accelerators * serve), in hundreds of accelerators for
    a month. Own servers belong to no provider: the provider limit is about dependence on a vendor.
    """
    limits = index.problem.limits
    if not any(_bounds(limits)):
        return 0
    total: dict[int, Terms] = defaultdict(dict)
    groups: dict[tuple[str, float, int], Terms] = defaultdict(dict)
    for w, q, i in index.serves:
        source, piece = index.sources[q], index.slices[i]
        hours = capacity_hours(index, q, i)
        add_term(total[piece.month], v.serve[w, q, i], hours)
        for name, most in groups_of(source, limits):
            add_term(groups[name, most, piece.month], v.serve[w, q, i], hours)
    v.month_sums |= {month: v.real() for month in total}
    for month, terms in total.items():
        model.share_rows["", month] = model.rows
        model.equal({**terms, v.month_sums[month]: -1.0}, 0.0)
    for (name, most, month), terms in groups.items():
        model.slack(name, "of the month's capacity-hours", 1.0, v)
        model.share_rows[name, month] = model.rows
        _share_row(model, terms, v.month_sums[month], most, name)
    return len(total) + len(groups)


def capacity_hours(index: Index, q: int, i: int) -> float:
    """Accelerator-hours of one machine at work in a slice, in hundreds of accelerators for a month."""
    return index.slices[i].hours / 730.0 * index.sources[q].machine.accelerators / 100.0


def _share_row(model: Model, terms: Terms, total: LpVariable, most: float, name: str) -> None:
    model.at_most({**terms, total: -most}, 0.0, name)


def _bounds(limits: Limits) -> Iterator[bool]:
    for most in (
        limits.provider_share_max,
        limits.country_share_max,
        limits.spot_share_max,
        limits.partner_share_max,
    ):
        yield most is not None


def groups_of(source: Source, limits: Limits) -> Iterator[tuple[str, float]]:
    """Named share limits that a source counts towards, with their bound."""
    if limits.provider_share_max is not None and not isinstance(source, ServerSource):
        yield f"share:provider:{source.machine.provider}", limits.provider_share_max
    if limits.country_share_max is not None:
        yield f"share:country:{source.machine.country}", limits.country_share_max
    if not isinstance(source, ElasticSource):
        return
    if limits.spot_share_max is not None and source.elastic.spot:
        yield "share:spot", limits.spot_share_max
    if limits.partner_share_max is not None and source.elastic.partner:
        yield "share:partner", limits.partner_share_max
