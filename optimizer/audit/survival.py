"""The loss of any one region or provider is survived: capacity held elsewhere is counted, hour by hour."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ..survival import Survival
from ..timegrid import Slice
from .facts import Facts, load, number
from .takeover import Pool, can_take_over

NOWHERE = ""  # a place the plan has nothing in: all that is lost with it is spot


def check_survival(facts: Facts, tolerance: float) -> Iterator[str]:
    """Without any one domain, every rate demand of every slice is met by what is held outside it, by what
    runs on demand for it outside, and by new machines up to the surge fraction of what the domain served.
    """
    rule = facts.problem.limits.survival
    if rule is None:
        return
    domains = {key: _domain(facts, key, rule.loss_of) for key in facts.sources}
    serving: dict[int, dict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    for serve in facts.plan.serves:
        serving[serve.slice][serve.workload, serve.source] += serve.machines
    fastest = {
        name: max((w.units_per_hour.get(s.machine.key, 0.0) for s in facts.sources.values()), default=0.0)
        for name, w in facts.workloads.items()
    }
    for i, piece in facts.slices.items():
        needs = {name: load(w, piece) for name, w in facts.workloads.items() if load(w, piece) > 0}
        if not needs:
            continue
        hour = _Hour(facts, piece, domains, serving[i], needs)
        for domain in sorted({*domains.values(), NOWHERE}):
            if domain != NOWHERE and not rule.counts(domain):
                continue
            missing = hour.missing_without(domain, rule)
            least = {n: max(0.0, missing[n] - tolerance * (needs[n] + fastest[n])) for n in needs}
            share = can_take_over(least, hour.pools_without(domain))
            if share is not None:
                names = ", ".join(f"{name!r} {number(missing[name])} units per hour" for name in needs)
                yield (
                    f"survive_loss_of in slice {i} (month {piece.month}): without "
                    f"{domain or 'spot machines'}, held machines must take over of {names}; "
                    f"they can do {share:.4g} of it"
                )


def _domain(facts: Facts, key: str, loss_of: str) -> str:
    """The place a source fails with: an own site, a partner, else its provider or its region there."""
    source = facts.sources[key]
    if source.server is not None:
        return f"own/{facts.servers[key][1].key}"
    machine = source.machine
    if loss_of == "provider" or machine.provider.endswith("/" + machine.region):
        return machine.provider
    return f"{machine.provider}/{machine.region}"


@dataclass(frozen=True, slots=True)
class _Hour:
    """One slice: who serves what, and what is held where."""

    facts: Facts
    piece: Slice
    domains: dict[str, str]
    serving: dict[tuple[str, str], float]  # (workload, source) -> machines at work
    needs: dict[str, float]

    def missing_without(self, domain: str, rule: Survival) -> dict[str, float]:
        """Units per hour of each demand that held machines must take over."""
        left = dict(self.needs)
        for (name, key), machines in self.serving.items():
            if name not in left:
                continue
            source = self.facts.sources[key]
            done = machines * self.facts.workloads[name].units_per_hour.get(source.machine.key, 0.0)
            if self.domains[key] == domain:
                left[name] -= rule.surge(name, domain) * done
            elif source.elastic is not None and not source.elastic.spot and not source.elastic.partner:
                left[name] -= done
        return left

    def pools_without(self, domain: str) -> list[Pool]:
        """Held machines outside the domain, each with what it can do for the demands of the hour."""
        found = []
        for key in self.facts.sources:
            machines = self._held(key) if self.domains[key] != domain else 0.0
            if machines > 0:
                machine = self.facts.sources[key].machine.key
                able = {n: self.facts.workloads[n].units_per_hour.get(machine, 0.0) for n in self.needs}
                speeds = {name: units for name, units in able.items() if units > 0}
                if speeds:
                    found.append(Pool(machines, speeds))
        return found

    def _held(self, key: str) -> float:
        """Machines that are paid whether they work or not, as far as they can be used."""
        source = self.facts.sources[key]
        if source.elastic is not None:
            paid = self.facts.running.get(key, {}).get(self.piece.index, 0) if source.elastic.partner else 0
            return float(paid)
        if source.server is None:
            return float(self.facts.firm_in(source.machine.key, self.piece))
        in_service = self.facts.serving[key, self.piece.month]
        return source.server.utilisation_cap_fraction * in_service
