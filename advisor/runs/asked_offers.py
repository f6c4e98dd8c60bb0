"""Offers that a run is asked to explain: each must be known before the run is made."""

from datetime import UTC, datetime

from advisor.books.pricing import booked_snapshot
from advisor.books.queries import in_force
from advisor.catalog.rows import Rows
from advisor.catalog.snapshot import current_snapshot
from advisor.demand.hints import nearest
from advisor.demand.plan import Plan
from advisor.errors import BadInput
from advisor.models import Organisation
from advisor.planning.explain.why import unknown_offer
from advisor.planning.options import partner_key, server_key

_PARTS = ("provider", "region", "instance_type")
_MOST_COMPARED = 2000  # ids, of machines like the one that was meant


def refuse_unknown_offers(plan: Plan, names: tuple[str, ...], organisation: Organisation) -> None:
    """Raises BadInput for a name that is neither an offer of now nor of the plan's own, with the nearest
    that is; CatalogueEmpty where names are asked about and there are no prices."""
    own = {partner_key(partner) for partner in plan.capacity.partners}
    own |= {server_key(site, server) for site in plan.capacity.sites for server in site.servers}
    asked = [name for name in names if name not in own]
    if not asked:
        return
    snapshot, book = current_snapshot(), in_force(organisation)
    if book is not None:
        snapshot = booked_snapshot(snapshot, book, datetime.now(UTC).date())
    for name in asked:
        if snapshot.rows.place_of(name) is None:
            known = [*own, *_alike(snapshot.rows, name)]
            near = nearest(name, known) or [one for one in known if name.casefold() in one.casefold()][:1]
            raise BadInput(unknown_offer(name, near, known[0] if known else ""), field="why")


def _alike(rows: Rows, name: str) -> list[str]:
    """Ids of offers whose provider, region and machine are nearest to those written: an id has three parts
    and more, and comparing it with all there are would take seconds. Of a part alone, those that have it."""
    machines = [tuple(map(str, machine)) for machine in rows.fact("machine").values]
    folded = name.casefold()
    machines = [one for one in machines if any(folded in part.casefold() for part in one)] or machines
    for place, part in enumerate(name.split("/")[: len(_PARTS)]):
        near = nearest(part, {machine[place] for machine in machines})
        machines = [machine for machine in machines if machine[place] in near] or machines
    found: list[str] = []
    for provider, region, instance_type in machines[:_MOST_COMPARED]:
        places = rows.of_machine(provider, region, instance_type)
        found += [rows.offer(int(place)).offer_id for place in places]
        if len(found) >= _MOST_COMPARED:
            break
    return found
