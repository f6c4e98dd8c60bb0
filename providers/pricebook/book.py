"""A price book applied: list offers at its prices, and the offers only it knows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from providers.offers import InvalidOffer, Offer, Purchase
from providers.pricebook.rule import Rule
from providers.tiers import least_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """An offer that a book prices, as it was listed and as it costs; `listed` None: only the book has it."""

    listed: Offer | None
    offer: Offer
    line: int


_ACCELERATOR = ("accelerator", "accelerator_count", "accelerator_memory_gib")
_FACTS = (
    *("vcpus", "memory_gib", "local_storage_gib", "network_gbps", "interruption_fraction"),
    *("min_quantity", "max_quantity", "available_from", "available_until"),
)
"""What a row about one offer need not say again where that offer is listed."""


@dataclass(frozen=True, kw_only=True)
class PriceBook:
    """`rules` price list offers. `offers`, with the lines they stand on and the rules that say when, take the
    place of the list offer of the same id, or are added where there is none."""

    name: str
    rules: tuple[Rule, ...]
    offers: tuple[tuple[Offer, Rule], ...] = ()

    def ruling(self, offer: Offer, on: date, quantity: int | None = None) -> Rule | None:
        """The rule that prices a list offer on a day, for so many machines (None: the fewest it is for)."""
        exact = self._exact(offer, on)
        if exact is not None:
            return exact[1]
        taken = least_of(offer) if quantity is None else quantity
        return max(
            (
                rule
                for rule in self.rules
                if rule.min_quantity <= taken and rule.in_force(on) and rule.matches(offer)
            ),
            key=lambda rule: rule.weight,
            default=None,
        )

    def priced(self, offer: Offer, on: date) -> Ruled | None:
        """A list offer as the book prices it on a day; None where it says nothing, or what is no price."""
        rule = self.ruling(offer, on)
        if rule is None:
            return None
        exact = self._exact(offer, on)
        try:
            if exact is None:
                own = rule.term.priced(offer, self.name)
            else:
                own = _with_facts_of(offer, _in_place_of(offer, exact[0]))
        except InvalidOffer:
            return None
        return Ruled(listed=offer, offer=own, line=rule.line)

    def tiers(self, offer: Offer, on: date) -> Iterator[Ruled]:
        """What the book has beside a list offer for those who take more machines at once."""
        if offer.purchase is Purchase.SPEND_COMMITMENT or self._exact(offer, on) is not None:
            return
        before = self.ruling(offer, on)
        for least in self._steps:
            if least <= least_of(offer) or (offer.max_quantity is not None and least > offer.max_quantity):
                continue
            rule = self.ruling(offer, on, least)
            if rule is None or rule is before:
                continue
            before = rule
            try:
                tier = replace(rule.term.priced(offer, self.name), min_quantity=least, tier_from=least)
            except InvalidOffer:
                continue
            yield Ruled(listed=offer, offer=tier, line=rule.line)

    def apply(self, offers: Iterable[Offer], on: date) -> list[tuple[Offer, Ruled | None]]:
        """All offers with what the book says of each, then those only the book has."""
        listed = list(offers)
        found = [(ruled.offer if ruled else offer, ruled) for offer, ruled in self._ruled(listed, on)]
        known = {offer.offer_id for offer, _ in found}
        for ruled in self.added(listed, on):
            if ruled.offer.offer_id not in known:
                known.add(ruled.offer.offer_id)
                found.append((ruled.offer, ruled))
        return found

    def added(self, listed: Iterable[Offer], on: date) -> Iterator[Ruled]:
        """Volume tiers beside list offers, and the book's own offers; those listed too may be among them."""
        for offer in listed:
            yield from self.tiers(offer, on)
        for offer, rule in self.offers:
            if rule.in_force(on):
                yield Ruled(listed=None, offer=offer, line=rule.line)

    def _ruled(self, offers: Iterable[Offer], on: date) -> Iterable[tuple[Offer, Ruled | None]]:
        return ((offer, self.priced(offer, on)) for offer in offers)

    def _exact(self, offer: Offer, on: date) -> tuple[Offer, Rule] | None:
        """The book's own offer that counts for a list offer: that of its id, else of a list tier that of its
        quantity. What names an offer names all of it, so list tiers do not undercut the book."""
        found = self._by_id.get(offer.offer_id)
        if found is not None and found[1].in_force(on):
            return found
        if offer.tier_from is None:
            return None
        for own, rule in self._by_base.get(offer.base_id, ()):
            end = own.max_quantity
            if rule.in_force(on) and least_of(own) <= offer.tier_from and not (end and end < offer.tier_from):
                return own, rule
        return None

    @cached_property
    def _by_id(self) -> dict[str, tuple[Offer, Rule]]:
        return {offer.offer_id: (offer, rule) for offer, rule in self.offers}

    @cached_property
    def _by_base(self) -> dict[str, list[tuple[Offer, Rule]]]:
        found: dict[str, list[tuple[Offer, Rule]]] = {}
        for offer, rule in self.offers:
            found.setdefault(offer.base_id, []).append((offer, rule))
        return found

    @cached_property
    def _steps(self) -> tuple[int, ...]:
        """Least quantities that rules name, each once."""
        return tuple(sorted({rule.min_quantity for rule in self.rules} - {1}))


def _in_place_of(listed: Offer, own: Offer) -> Offer:
    """The book's offer; of a list tier that falls into its range, the part of the range from there on."""
    if own.offer_id == listed.offer_id:
        return own
    return replace(own, min_quantity=listed.tier_from, tier_from=listed.tier_from)


def _with_facts_of(listed: Offer, own: Offer) -> Offer:
    """A book's offer with what its row leaves empty and the listed one says; accelerators go together."""
    same = own.accelerator in (None, listed.accelerator)
    names = (*_ACCELERATOR, *_FACTS) if same else _FACTS
    kept = {name: getattr(listed, name) for name in names if getattr(own, name) is None}
    return replace(own, **kept) if kept else own
