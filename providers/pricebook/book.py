"""A price book applied: list offers at its prices, and the offers only it knows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from providers.offers import InvalidOffer, Offer
from providers.pricebook.rule import Rule


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

    def ruling(self, offer: Offer, on: date) -> Rule | None:
        """The rule that prices a list offer on a day."""
        exact = self._by_id.get(offer.offer_id)
        if exact is not None and exact[1].in_force(on):
            return exact[1]
        return max(
            (rule for rule in self.rules if rule.in_force(on) and rule.matches(offer)),
            key=lambda rule: rule.weight,
            default=None,
        )

    def priced(self, offer: Offer, on: date) -> Ruled | None:
        """A list offer as the book prices it on a day; None where it says nothing, or what is no price."""
        rule = self.ruling(offer, on)
        if rule is None:
            return None
        exact = self._by_id.get(offer.offer_id)
        try:
            if exact is not None and exact[1] is rule:
                own = _with_facts_of(offer, exact[0])
            else:
                own = rule.term.priced(offer, self.name)
        except InvalidOffer:
            return None
        return Ruled(listed=offer, offer=own, line=rule.line)

    def apply(self, offers: Iterable[Offer], on: date) -> list[tuple[Offer, Ruled | None]]:
        """All offers with what the book says of each, then those only the book has."""
        found = [(ruled.offer if ruled else offer, ruled) for offer, ruled in self._ruled(offers, on)]
        known = {offer.offer_id for offer, _ in found}
        for offer, rule in self.offers:
            if rule.in_force(on) and offer.offer_id not in known:
                found.append((offer, Ruled(listed=None, offer=offer, line=rule.line)))
        return found

    def _ruled(self, offers: Iterable[Offer], on: date) -> Iterable[tuple[Offer, Ruled | None]]:
        return ((offer, self.priced(offer, on)) for offer in offers)

    @cached_property
    def _by_id(self) -> dict[str, tuple[Offer, Rule]]:
        return {offer.offer_id: (offer, rule) for offer, rule in self.offers}


def _with_facts_of(listed: Offer, own: Offer) -> Offer:
    """A book's offer with what its row leaves empty and the listed one says; accelerators go together."""
    same = own.accelerator in (None, listed.accelerator)
    names = (*_ACCELERATOR, *_FACTS) if same else _FACTS
    kept = {name: getattr(listed, name) for name in names if getattr(own, name) is None}
    return replace(own, **kept) if kept else own
