"""Accelerator names of a plan, resolved to the canonical list, to families and to the plan's own hardware."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from advisor.demand.fields import Positive, problem, refuse, text
from advisor.demand.hints import did_you_mean, nearest
from advisor.demand.surroundings import surroundings_of
from providers.accelerators import canonical_name, members, suggest

UNKNOWN = "is no known accelerator"
"""Start of the message for a name that is on no list; a price file may still know it."""
CPU = "CPU"  # the pseudo accelerator: one in each machine that has no accelerators


def own_name(name: str) -> str:
    """Canonical name of hardware the plan brings itself; a name nobody knows stays as it is written."""
    canonical = canonical_name(name, None)
    if canonical is not None:
        return canonical
    family = members(name)
    if len(family) > 1:
        raise problem(f"names several accelerators: write one of {', '.join(family)}")
    return family[0] if family else name


def resolve(name: str, known: frozenset[str]) -> tuple[str, ...]:
    """Canonical names meant by one name, several for a bare family; `known` are further allowed names."""
    if name == CPU:
        return (CPU,)
    canonical = canonical_name(name, None)
    if canonical is not None:
        return (canonical,)
    if family := members(name):
        return tuple(family)
    own = {other.casefold(): other for other in known}
    if name.casefold() in own:
        return (own[name.casefold()],)
    suggestions = (suggest(name) or nearest(name, known))[:3]
    raise problem(f"{UNKNOWN}{did_you_mean(suggestions)}")


def _key(value: object, info: ValidationInfo) -> str:
    name = text(value)
    resolve(name, surroundings_of(info).known_accelerators)
    return name


def expand(amounts: Mapping[str, float], info: ValidationInfo) -> dict[str, float]:
    """Amounts by canonical name. What is said of one accelerator beats what is said of its family."""
    known = surroundings_of(info).known_accelerators
    resolved = {name: resolve(name, known) for name in amounts}
    by_family = {m: amounts[n] for n, found in resolved.items() if len(found) > 1 for m in found}
    exact: dict[str, str] = {}
    for name, found in resolved.items():
        if len(found) > 1:
            continue
        if found[0] in exact:
            refuse([((name,), amounts[name], f"means the same accelerator as {exact[found[0]]}: keep one")])
        exact[found[0]] = name
    merged = by_family | {canonical: amounts[name] for canonical, name in exact.items()}
    if not merged:
        raise problem("is empty: name at least one accelerator, for example {H100: 2450}")
    return dict(sorted(merged.items()))


def _names(names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    known = surroundings_of(info).known_accelerators
    return tuple(sorted({canonical for name in names for canonical in resolve(name, known)}))


AcceleratorKey = Annotated[str, BeforeValidator(_key)]
AmountByAccelerator = Annotated[dict[AcceleratorKey, Positive], AfterValidator(expand)]
AcceleratorNames = Annotated[tuple[AcceleratorKey, ...], AfterValidator(_names)]
OwnAccelerator = Annotated[str, BeforeValidator(lambda value: own_name(text(value)))]
