"""The constraint families, in the order in which MODEL.md explains them."""

from collections.abc import Callable

from ..index import Index
from ..ledger import Entry
from ..model import Model
from ..variables import Variables
from .capacity import add_capacity, add_held, add_in_use
from .carbon import add_carbon
from .cover import add_cover
from .demand import add_demand, add_work
from .gang import add_gang
from .interruption import add_interruption
from .linking import add_linking
from .money import add_capex, add_cash
from .partner import add_partner
from .pins import add_pins
from .presence import add_presence
from .quantity import add_quantity
from .shares import add_shares
from .sites import add_sites, add_staff
from .spend import add_spend
from .survival import add_survival

Family = Callable[[Model, Index, Variables], int]
PricedFamily = Callable[[Model, Index, Variables, list[Entry]], int]

FAMILIES: dict[str, Family] = {
    "pins": add_pins,  # first: they may raise the bounds of purchases
    "demand": add_demand,
    "work": add_work,
    "capacity": add_capacity,
    "presence": add_presence,
    "held": add_held,
    "in_use": add_in_use,
    "quantity": add_quantity,
    "sites": add_sites,
    "staff": add_staff,
    "partner": add_partner,
    "gang": add_gang,
    "spend": add_spend,
    "interruption": add_interruption,
    "shares": add_shares,
    "survival": add_survival,
    "cover": add_cover,
    "linking": add_linking,
}

CUTS = frozenset({"cover", "linking"})  # implied by the others where machines are whole

PRICED_FAMILIES: dict[str, PricedFamily] = {
    "capex": add_capex,
    "cash": add_cash,
    "carbon": add_carbon,
}
