"""Own data centres: opened or not, bounded by power and racks, run by people."""

from ..index import Index, ServerSource
from ..model import Model, Terms
from ..problem import Site
from ..variables import Variables


def add_sites(model: Model, index: Index, v: Variables) -> int:
    """For each site and month: sum of power_kw in service <= limit_kw * opened; the same for racks; and
    servers of a type in service <= max_quantity * opened, so that nothing runs at a site not opened.
    """
    rows = 0
    for site in index.problem.sites:
        sources = site_sources(index, site)
        for month in range(index.problem.horizon.months):
            held = {v.held[q, month]: source for q, source in sources.items() if (q, month) in v.held}
            power = {x: source.server.power_kw for x, source in held.items()}
            racks = {x: source.server.racks for x, source in held.items()}
            rows += _bounded(model, v, site, power, site.limit_kw, f"power:{site.key}", "kW of IT load")
            rows += _bounded(model, v, site, racks, site.limit_racks, f"racks:{site.key}", "racks")
            for x, source in held.items():
                model.at_most({x: 1.0, v.opened[site.key]: -_most_servers(v, source)}, 0.0)
            rows += len(held)
    return rows


def site_sources(index: Index, site: Site) -> dict[int, ServerSource]:
    """Server sources of one site by position."""
    sources = enumerate(index.sources)
    return {q: s for q, s in sources if isinstance(s, ServerSource) and s.site.key == site.key}


def _bounded(
    model: Model, v: Variables, site: Site, sizes: Terms, most: float | None, limit: str, unit: str
) -> int:
    scale = max(sizes.values(), default=0.0)
    if most is None or scale <= 0:
        return 0
    model.slack(limit, unit, scale, v)
    terms = {x: size / scale for x, size in sizes.items() if size > 0}
    terms[v.opened[site.key]] = -most / scale
    model.at_most(terms, 0.0, limit)
    return 1


def _most_servers(v: Variables, source: ServerSource) -> float:
    """Most servers of a type at one time: its maximum, or all that could be of use."""
    if source.server.max_quantity is not None:
        return float(source.server.max_quantity)
    bought = [x.upBound for (key, _), x in v.servers.items() if key == source.server.key]
    return float(max(bought, default=0) + sum(owned.quantity for owned in source.owned))


def add_staff(model: Model, index: Index, v: Variables) -> int:
    """staff[site,t] * servers_per_person >= servers in service, in whole people, for each month."""
    rows = 0
    for site in index.problem.sites:
        if site.servers_per_person is None or site.staff_per_month <= 0:
            continue
        sources = site_sources(index, site)
        for month in range(index.problem.horizon.months):
            terms: Terms = {v.held[q, month]: -1.0 for q in sources if (q, month) in v.held}
            if terms:
                people = v.staff[site.key, month] = v.whole()
                terms[people] = site.servers_per_person
                model.at_least(terms, 0.0)
                rows += 1
    return rows
