"""Commitments of one machine work as one pool; here its work goes back to the names it was bought by."""

from collections import defaultdict
from functools import cached_property

from advisor.planning.case import Solved
from advisor.planning.options import window_of
from optimizer.index import owned_in
from optimizer.problem import Machine
from optimizer.timegrid import Slice, Window

FIRM = "firm:"


class Sources:
    """What the names in `Serve.source` stand for."""

    def __init__(self, solved: Solved) -> None:
        self._solved = solved
        self._shares: dict[tuple[str, int], list[tuple[str, float]]] = {}

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

    def _active(self, source: str, piece: Slice) -> dict[str, int]:
        """Machines of a pool that are there in a slice, by name."""
        case, decisions = self._solved.case, self._solved.decisions
        held: dict[str, int] = defaultdict(int)
        for bought in decisions.reserved:
            active = bought.start <= piece.month < bought.start + self._terms[bought.option]
            if active and self.source_of(bought.option) == source:
                held[bought.option] += bought.quantity
        for bought in decisions.blocks:
            active = self._windows[bought.option].covers(piece.start, piece.end)
            if active and self.source_of(bought.option) == source:
                held[bought.option] += bought.quantity
        for owned in case.problem.owned:
            if self.source_of(owned.key) == source and owned_in(owned, piece.month):
                held[case.owned_name(owned.key)] += owned.quantity
        return {name: count for name, count in held.items() if count}
