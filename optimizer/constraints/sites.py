"""Own data centres: opened or not, bounded by power and racks, run by people."""

from ..index import Index, ServerSource
from ..model import Model, Terms
from ..problem import Site
from ..variables import Variables
from .capacity import servers_in_service


def add_sites(model: Model, index: Index, v: Variables) -> int:
    """For each site and month: sum of power_kw in service <= limit_kw * opened; the same for racks; and
    servers of a type in service <= max_quantity * opened, so that nothing runs at a site not opened.
    """
    rows = 0
    for site in index.problem.sites:
        sources = site_sources(index, site)
        rows += _bounded(model, index, v, site, sources, "power_kw", site.limit_kw, "kW of IT load")
        rows += _bounded(model, index, v, site, sources, "racks", site.limit_racks, "racks")
        for source in sources:
            rows += _servers_of_type(model, index, v, source)
    return rows


def site_sources(index: Index, site: Site) -> list[ServerSource]:
    """Server sources of one site."""
    return [s for s in index.sources if isinstance(s, ServerSource) and s.site is site]


def _bounded(
    model: Model,
    index: Index,
    v: Variables,
    site: Site,
    sources: list[ServerSource],
    measure: str,
    most: float | None,
    unit: str,
) -> int:
    if most is None:
        return 0
    limit = f"{measure}:{site.key}"
    scale = max([getattr(source.server, measure) for source in sources], default=0.0) or 1.0
    model.slack(limit, unit, scale, v)
    rows = 0
    for month in range(index.problem.horizon.months):
        terms: Terms = {}
        for source in sources:
            size = getattr(source.server, measure) / scale
            terms |= {variable: size for variable in servers_in_service(v, source, month) if size > 0}
        if terms:
            terms[v.opened[site.key]] = -most / scale
            model.at_most(terms, 0.0, limit)
            rows += 1
    return rows


def _servers_of_type(model: Model, index: Index, v: Variables, source: ServerSource) -> int:
    rows = 0
    for month in range(index.problem.horizon.months):
        terms = servers_in_service(v, source, month)
        if terms:
            most = source.server.max_quantity
            bound = sum(variable.upBound for variable in terms) if most is None else most
            terms[v.opened[source.site.key]] = -float(bound)
            model.at_most(terms, 0.0)
            rows += 1
    return rows


def add_staff(model: Model, index: Index, v: Variables) -> int:
    """staff[site,t] * servers_per_person >= servers in service, in whole people, for each month."""
    rows = 0
    for site in index.problem.sites:
        if site.servers_per_person is None or site.staff_per_month <= 0:
            continue
        for month in range(index.problem.horizon.months):
            terms: Terms = {}
            for source in site_sources(index, site):
                terms |= dict.fromkeys(servers_in_service(v, source, month), -1.0)
            if terms:
                people = v.staff[site.key, month] = v.whole()
                terms[people] = site.servers_per_person
                model.at_least(terms, 0.0)
                rows += 1
    return rows
