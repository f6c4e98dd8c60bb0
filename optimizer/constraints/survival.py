"""Any one region or provider may be lost: every hour's load is still met by what is held elsewhere."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from pulp import LpVariable

from ..index import ElasticSource, FirmSource, Index, ServerSource, Source, is_spot, usable
from ..model import Model, Terms, add_term
from ..survival import ELSEWHERE, LossOf, Survival, domain_of
from ..variables import Variables

Speeds = tuple[tuple[int, float], ...]  # (workload, speed relative to the first one's)


@dataclass(slots=True)
class Group:
    """Workloads of one slice that can take capacity from each other, and the classes of machines they share.

    Held machines of a class do the same workloads at speeds in the same proportion, so their capacity adds
    up, in machines of the class's fastest kind.
    """

    workloads: list[int]
    classes: list[dict[int, float]] = field(default_factory=list)  # source -> fastest machines in one of it
    speeds: list[dict[int, float]] = field(default_factory=list)  # workload -> work/h of the fastest machine


def add_survival(model: Model, index: Index, v: Variables) -> int:
    """For each slice i, domain f and rate demand w, with surge s[w,f] and recourse e:

    sum_{c} speed[w,c] * e[f,w,c,i] + sum_{q on demand, not in f} units * serve
        + s[w,f] * sum_{q in f} units * serve >= load[w,i],   sum_w e[f,w,c,i] <= held in class c outside f.

    Where one class serves a whole group of workloads, e is eliminated and one row for each f is left.
    """
    rule = index.problem.limits.survival
    if rule is None:
        return 0
    before = model.rows
    users: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))  # slice -> source -> w
    for w, q, i in index.serves:
        if (w, i) in index.loads:
            users[i][q].append(w)
    domains = [_domain(rule.loss_of, source) for source in index.sources]
    for i, by_source in users.items():
        for group in groups_of(index, by_source):
            _GroupRows(model, index, v, rule, i, group, domains, by_source).write()
    return model.rows - before


def is_held(source: Source) -> bool:
    """Whether the source's machines can take over: committed, own, or a partner's that are paid."""
    return not isinstance(source, ElasticSource) or source.elastic.partner


def _domain(loss_of: LossOf, source: Source) -> str:
    site = source.site.key if isinstance(source, ServerSource) else None
    return domain_of(loss_of, source.machine.provider, source.machine.region, site)


def groups_of(index: Index, by_source: dict[int, list[int]]) -> Iterator[Group]:
    """Workloads joined by held machines that serve several of them; each group with its classes."""
    alike: dict[Speeds, list[int]] = defaultdict(list)
    joined = {w: w for users in by_source.values() for w in users}

    def root(w: int) -> int:
        while joined[w] != w:
            w = joined[w]
        return w

    for q, users in by_source.items():
        if is_held(index.sources[q]):
            first = index.units(users[0], q)
            alike[tuple((w, round(index.units(w, q) / first, 9)) for w in users)].append(q)
            for w in users[1:]:
                joined[root(w)] = root(users[0])
    groups: dict[int, Group] = {}
    for w in sorted(joined):
        groups.setdefault(root(w), Group([])).workloads.append(w)
    for speeds, sources in alike.items():
        first, group = speeds[0][0], groups[root(speeds[0][0])]
        size = {q: index.units(first, q) * usable(index.sources[q]) for q in sources}
        largest = max(sources, key=lambda q: size[q])
        group.classes.append({q: size[q] / size[largest] for q in sources})
        fastest = {w: index.units(w, largest) * usable(index.sources[largest]) for w, _ in speeds}
        group.speeds.append(fastest)
    yield from groups.values()


@dataclass(slots=True)
class _GroupRows:
    """The rows of one group of workloads in one slice."""

    model: Model
    index: Index
    v: Variables
    rule: Survival
    i: int
    group: Group
    domains: list[str]
    by_source: dict[int, list[int]]

    def write(self) -> None:
        """All domains that hold or serve anything for the group; and elsewhere, where that says more."""
        mine = set(self.group.workloads)
        sources = [q for q, users in self.by_source.items() if mine & set(users)]
        lost = dict.fromkeys(sorted({self.domains[q] for q in sources}))
        if self.rule.surge_fraction > 0 and any(is_spot(self.index.sources[q]) for q in sources):
            lost[ELSEWHERE] = None
        counted = [domain for domain in lost if self.rule.counts(domain)]
        if not counted:
            return
        alone = len(self.group.classes) <= 1 and (
            not self.group.classes or self.group.speeds[0].keys() == mine
        )
        if alone:
            self._direct(counted)
        else:
            self._recourse(counted)

    def _direct(self, lost: list[str]) -> None:
        """One row for each domain; both sides in machines of the class."""
        group = self.group
        speeds = group.speeds[0] if group.speeds else {w: self._fastest(w) for w in group.workloads}
        everything: Terms = {}
        inside: dict[str, Terms] = defaultdict(dict)
        for q, size in group.classes[0].items() if group.classes else ():
            self._add_held(everything, inside, q, size)
        for w in group.workloads:
            self._add_serving(everything, inside, w, speeds[w])
        total = self._sum_of(everything, ("total", group.workloads[0]))
        need = {w: self.index.loads[w, self.i] / speeds[w] for w in group.workloads}
        for domain in lost:
            self._row(domain, {**inside[domain], total: 1.0}, need)

    def _recourse(self, lost: list[str]) -> None:
        """For each domain who takes over what: e, in machines of a class."""
        group = self.group
        held = []
        for c, sizes in enumerate(group.classes):
            everything: Terms = {}
            inside: dict[str, Terms] = defaultdict(dict)
            for q, size in sizes.items():
                self._add_held(everything, inside, q, size)
            held.append((self._sum_of(everything, ("class", c, group.workloads[0])), inside))
        taken: dict[tuple[str, int], Terms] = defaultdict(dict)
        fastest = {w: self._fastest(w) for w in group.workloads}
        for domain in lost:
            for c, speeds in enumerate(group.speeds):
                total, inside = held[c]
                row: Terms = {total: -1.0} | {x: -amount for x, amount in inside[domain].items()}
                for w, speed in speeds.items():
                    e = self.v.real()
                    self.v.relief[("e", domain, w, c), self.i] = e
                    row[e] = 1.0
                    taken[domain, w][e] = speed / fastest[w]
                self.model.at_most(row, 0.0)
        for w in group.workloads:
            everything, inside = {}, defaultdict(dict)
            self._add_serving(everything, inside, w, fastest[w])
            total = self._sum_of(everything, ("going on", w)) if everything else None
            for domain in lost:
                row = {**inside[domain], **taken[domain, w]} | ({total: 1.0} if total is not None else {})
                self._row(domain, row, {w: self.index.loads[w, self.i] / fastest[w]})

    def _add_held(self, everything: Terms, inside: dict[str, Terms], q: int, size: float) -> None:
        """Machines of a held source, at work or not, `size` class machines each."""
        for variable, count in takeover_machines(self.index, self.v, q, self.i).items():
            add_term(everything, variable, size * count)
            add_term(inside[self.domains[q]], variable, -size * count)

    def _add_serving(self, everything: Terms, inside: dict[str, Terms], w: int, speed: float) -> None:
        """Work on demand, which goes on outside the lost domain; and the surge for all that was inside."""
        for q, users in self.by_source.items():
            if w not in users:
                continue
            serve, amount = self.v.serve[w, q, self.i], self.index.units(w, q) / speed
            source, lost = self.index.sources[q], self.domains[q]
            if isinstance(source, ElasticSource) and not source.elastic.partner and not source.elastic.spot:
                add_term(everything, serve, amount)
                add_term(inside[lost], serve, -amount)
            surge = self.rule.surge(self.index.problem.workloads[w].name, lost)
            if surge:
                add_term(inside[lost], serve, surge * amount)

    def _fastest(self, w: int) -> float:
        return max(self.index.units(w, q) for q, users in self.by_source.items() if w in users)

    def _sum_of(self, terms: Terms, key: tuple[object, ...]) -> LpVariable:
        """A column that stands for a sum, so that each domain's row has its own entries only."""
        total = self.v.real()
        self.v.relief[key, self.i] = total
        self.model.equal({**terms, total: -1.0}, 0.0)
        return total

    def _row(self, domain: str, terms: Terms, need: dict[int, float]) -> None:
        """sum >= need, in which the lost domain's slack, and those of the demands, stand for shares of it."""
        name, total = f"survive:{domain}", sum(need.values())
        self.model.slack(name, "share of the load", 1.0, self.v, high=1.0)
        if self.model.relax:
            add_term(terms, self.model.slacks[name].variable, total)
            for w, amount in need.items():
                demand = self.model.slacks[f"demand:{self.index.problem.workloads[w].name}"]
                add_term(terms, demand.variable, amount)
            self.v.outages[self.model.rows] = tuple(need), self.i
        self.model.at_least(terms, total)


def takeover_machines(index: Index, v: Variables, q: int, i: int) -> Terms:
    """Machines of a held source in a slice: committed ones and servers even when they stand still."""
    source, piece = index.sources[q], index.slices[i]
    if isinstance(source, ElasticSource):
        return {v.running[q, i]: 1.0}
    terms: Terms = {v.held[q, piece.month]: 1.0}
    if isinstance(source, FirmSource):
        covering = (block for block in source.blocks if block.window.covers(piece.start, piece.end))
        terms |= {v.blocks[block.key]: 1.0 for block in covering}
    return terms
