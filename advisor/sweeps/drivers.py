"""What a sweep can scale: places of a plan's data, or the prices of the catalogue."""

from collections.abc import Iterator, Mapping
from typing import Any

from advisor.sweeps.paths import Path

DEMAND, CLOUD_PRICES, POWER_PRICE = "demand", "cloud_prices", "power_price"
CAPEX, DISCOUNT_RATE = "capex", "discount_rate"

DRIVERS: Mapping[str, str] = {
    DEMAND: "demand",
    CLOUD_PRICES: "cloud prices",
    POWER_PRICE: "power price",
    CAPEX: "capex",
    DISCOUNT_RATE: "discount rate",
}
"""Name of each driver, and what it is called on pages.

demand: peak, constant or total of every workload. cloud_prices: price per hour and upfront of every offer of
the catalogue, whatever its purchase. power_price: price_per_kwh of every site. capex: opening and servers of
every site. discount_rate: the plan's.
"""


def places(data: Mapping[str, Any], driver: str) -> tuple[Path, ...]:
    """Where a plan's data has the figures of a driver; none for cloud prices, which no plan states."""
    found = {
        DEMAND: _demand,
        POWER_PRICE: _power,
        CAPEX: _capex,
        DISCOUNT_RATE: _discount,
    }
    return tuple(found[driver](data)) if driver in found else ()


def has_effect(data: Mapping[str, Any], driver: str) -> bool:
    """Whether a factor on the driver can change anything in this plan."""
    if driver == CLOUD_PRICES:
        return _map(data.get("capacity")).get("offers") != "none"
    return bool(places(data, driver))


def _demand(data: Mapping[str, Any]) -> Iterator[Path]:
    for index, workload in enumerate(_list(data.get("workloads"))):
        demand = _map(_map(workload).get("demand"))
        here: Path = ("workloads", index, "demand")
        for name in ("peak", "constant", "total"):
            figure = demand.get(name)
            if isinstance(figure, dict):
                yield from ((*here, name, key) for key in figure)
            elif figure is not None:
                yield (*here, name)


def _power(data: Mapping[str, Any]) -> Iterator[Path]:
    for here, site in _sites(data):
        if _map(site.get("power")).get("price_per_kwh") is not None:
            yield (*here, "power", "price_per_kwh")


def _capex(data: Mapping[str, Any]) -> Iterator[Path]:
    for here, site in _sites(data):
        if _map(site.get("opening")).get("capex") is not None:
            yield (*here, "opening", "capex")
        for index, server in enumerate(_list(site.get("servers"))):
            if _map(server).get("capex") is not None:
                yield (*here, "servers", index, "capex")


def _discount(data: Mapping[str, Any]) -> Iterator[Path]:
    if data.get("discount_rate"):  # a factor leaves 0 what it is
        yield ("discount_rate",)


def _sites(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for index, site in enumerate(_list(_map(data.get("capacity")).get("sites"))):
        yield ("capacity", "sites", index), _map(site)


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
