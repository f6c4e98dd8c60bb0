"""Commitments of one machine work as one pool; here its work goes back to the names it was bought by."""

from collections import defaultdict
from functools import cached_property

from advisor.planning.case import Solved
from advisor.planning.covered import Covered, Parts
from advisor.planning.options import window_of
from optimizer.index import owned_in, server_begin
from optimizer.problem import Machine, ServerType, Site
from optimizer.timegrid import Slice, Window

FIRM = "firm:"
COVERED = "spend_commitment"


class Sources:
    """What the names in `Serve.source` stand for."""

    def __init__(self, solved: Solved) -> None:
        self._solved = solved
        self._shares: dict[tuple[str, int], list[tuple[str, float]]] = {}
        self._covered = Covered(solved.decisions)

    @cached_property
    def machines(self) -> dict[str, Machine]:
        """Machine of each source."""
        problem = self._solved.case.problem
        found = {elastic.key: elastic.machine for elastic in problem.elastic}
        found |= {server.key: server.machine for site in problem.sites for server in site.servers}
        return found | {f"{FIRM}{machine.key}": machine for machine in self._committed.values()}

    @cached_property
    def _committed(self) -> dict[str, Machine]:
        """Machine of each reservation, block and owned machine by its key."""
        problem = self._solved.case.problem
        found = {reservation.key: reservation.machine for reservation in problem.reservations}
        found |= {block.key: block.machine for block in problem.blocks}
        return found | {o.key: o.machine for o in problem.owned if o.machine is not None}

    @cached_property
    def _terms(self) -> dict[str, int]:
        return {r.key: r.term_months for r in self._solved.case.problem.reservations}

    @cached_property
    def _windows(self) -> dict[str, Window]:
        offers = self._solved.case.translation.offers
        plan = self._solved.case.plan
        return {b.option: window_of(plan, offers[b.option]) for b in self._solved.decisions.blocks}

    def source_of(self, option: str) -> str:
        """Source an option's capacity is drawn from: itself, or the pool of its machine."""
        machine = self._committed.get(option)
        return option if machine is None else f"{FIRM}{machine.key}"

    def holders(self, source: str, piece: Slice) -> list[tuple[str, float]]:
        """Names in results behind a source in a slice, with the share of each (by number of machines)."""
        if not source.startswith(FIRM):
            return [(source, 1.0)]
        known = (source, piece.index)
        if known not in self._shares:
            held = self._active(source, piece)
            total = sum(held.values())
            self._shares[known] = [(name, count / total) for name, count in held.items()]
        return self._shares[known]

    def paid_by(self, source: str, piece: Slice) -> Parts:
        """Spend commitments that pay for the machines of a source in a slice, with their shares; or None."""
        return self._covered.parts(source, piece.index)

    def kinds(self, source: str, piece: Slice) -> list[tuple[str, float]]:
        """Ways of buying behind a source in a slice, with the share of each (by number of machines)."""
        if source in self._elastic_kinds:
            own = self._elastic_kinds[source]
            parts = self._covered.parts(source, piece.index)
            return [(own if plan is None else COVERED, share) for plan, share in parts]
        counts: dict[str, int] = defaultdict(int)
        for _, kind, count in (
            self._firm(source, piece) if source.startswith(FIRM) else self._servers(source, piece.month)
        ):
            counts[kind] += count
        total = sum(counts.values())
        return [(kind, count / total) for kind, count in counts.items() if count]

    def held(self, piece: Slice) -> dict[str, float]:
        """Accelerators that are there in a slice by way of buying, at work or not."""
        found: dict[str, float] = defaultdict(float)
        for source, machine in self.machines.items():
            if source in self._elastic_kinds:
                count = self._running.get((source, piece.index), 0)
                for kind, share in self.kinds(source, piece):
                    found[kind] += count * share * machine.accelerators
                continue
            firm = source.startswith(FIRM)
            rows = self._firm(source, piece) if firm else self._servers(source, piece.month)
            for _, kind, count in rows:
                found[kind] += count * machine.accelerators
        return dict(found)

    @cached_property
    def _elastic_kinds(self) -> dict[str, str]:
        return {
            e.key: "partner" if e.partner else "spot" if e.spot else "on_demand"
            for e in self._solved.case.problem.elastic
        }

    @cached_property
    def _running(self) -> dict[tuple[str, int], int]:
        return {(run.option, run.slice): run.quantity for run in self._solved.decisions.runs}

    def _servers(self, source: str, month: int) -> list[tuple[str, str, int]]:
        """Own servers of a type in service in a month: name, way of buying, number."""
        case, decisions = self._solved.case, self._solved.decisions
        site, server = self._server_types[source]
        found = []
        for bought in decisions.servers:
            begin = server_begin(server, site, bought.start)
            if bought.option == source and begin <= month < begin + server.life_months:
                found.append((source, "self_hosted", bought.quantity))
        for owned in case.problem.owned:
            if owned.server is not None and owned.server.key == source:
                found.append((source, "owned", decisions.kept.get((owned.key, month), 0)))
        return found

    @cached_property
    def _server_types(self) -> dict[str, tuple[Site, ServerType]]:
        sites = self._solved.case.problem.sites
        return {server.key: (site, server) for site in sites for server in site.servers}

    def _active(self, source: str, piece: Slice) -> dict[str, int]:
        """Machines of a pool that are there in a slice, by name."""
        held: dict[str, int] = defaultdict(int)
        for name, _, count in self._firm(source, piece):
            held[name] += count
        return {name: count for name, count in held.items() if count}

    def _firm(self, source: str, piece: Slice) -> list[tuple[str, str, int]]:
        """Commitments of a pool that are there in a slice: name, way of buying, number."""
        case, decisions = self._solved.case, self._solved.decisions
        held: list[tuple[str, str, int]] = []
        for bought in decisions.reserved:
            active = bought.start <= piece.month < bought.start + self._terms[bought.option]
            if active and self.source_of(bought.option) == source:
                held.append((bought.option, "reserved", bought.quantity))
        for bought in decisions.blocks:
            active = self._windows[bought.option].covers(piece.start, piece.end)
            if active and self.source_of(bought.option) == source:
                held.append((bought.option, "capacity_block", bought.quantity))
        for owned in case.problem.owned:
            if self.source_of(owned.key) == source and owned_in(owned, piece.month):
                held.append((case.owned_name(owned.key), "owned", owned.quantity))
        return held
