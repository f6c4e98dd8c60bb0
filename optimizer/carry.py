"""A point of one model in the columns of another of the same problem: by key, since positions differ."""

from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
from pulp import LpVariable

from .build import Built
from .matrix import Array


def carried(values: Array, there: Built, here: Built, columns: int) -> Array | None:
    """The point in the columns of `here`; None when it uses what `here` does not have."""
    into, found = dict(_named(here)), np.zeros(columns)
    for key, variable in _named(there):
        value = float(values[variable.index])
        if key in into:
            found[into[key].index] = value
        elif value:
            return None
    return found


def _named(built: Built) -> Iterator[tuple[Hashable, LpVariable]]:
    """Every variable with a key that does not depend on positions of sources."""
    v, sources = built.variables, built.index.sources
    for (w, q, i), variable in v.serve.items():
        yield ("serve", w, sources[q].key, i), variable
    by_source: tuple[tuple[str, dict[tuple[int, int], LpVariable]], ...] = (
        ("running", v.running),
        ("held", v.held),
        ("joined", v.joined),
        ("used", v.used),
    )
    for name, columns in by_source:
        for (q, at), variable in columns.items():
            yield (name, sources[q].key, at), variable
    others: tuple[tuple[str, dict[Any, LpVariable]], ...] = (
        ("reserved", v.reserved),
        ("blocks", v.blocks),
        ("servers", v.servers),
        ("opened", v.opened),
        ("kept", v.kept),
        ("staff", v.staff),
        ("chosen", v.chosen),
        ("month_sums", v.month_sums),
    )
    for name, rest in others:
        for key, variable in rest.items():
            yield (name, key), variable
