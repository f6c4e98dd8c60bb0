"""Every field of a plan file, read off the plan's JSON Schema, with examples from the plans that ship."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from advisor.demand.plan import Plan
from advisor.demand.yaml_loading import load
from advisor.planning.words import MISSING
from advisor.plans.examples import examples
from advisor.web.schema_words import Schema, has_numbers, maps_in, type_words, value_text

_ALL = "The plan"

_MONEY, _FRACTION, _MONTHS, _MACHINES = "money", "fraction", "months", "machines"
UNITS = {
    "accelerator_count": "accelerators",
    "accelerators_per_replica": "accelerators",
    "blocks_per_month": "load blocks",
    "capex": f"{_MONEY}, once",
    "capex_total": _MONEY,
    "carbon_g_per_kwh": "g CO₂e per kWh",
    "carbon_price_per_tonne": f"{_MONEY} per t CO₂e",
    "carbon_tonnes_total": "t CO₂e",
    "cash_per_month": f"{_MONEY} a month",
    "commitment_months_max": _MONTHS,
    "commitment_per_hour": f"{_MONEY} per hour",
    "constant": "the demand's unit",
    "country": _FRACTION,
    "demand_sigma": "standard deviation",
    "discount_rate": "fraction a year",
    "exchange_rates": "plan currency for one",
    "fixed_per_month": f"{_MONEY} a month",
    "gang": "accelerators",
    "growth_per_month": "fraction a month",
    "headroom": _FRACTION,
    "hours": "hours of the day, UTC",
    "idle_power_fraction": _FRACTION,
    "interval_minutes": "minutes",
    "interruptible_fraction": _FRACTION,
    "lead_months": _MONTHS,
    "life_months": _MONTHS,
    "limit_kw": "kW",
    "maintenance_per_month": f"{_MONEY} a month, each",
    "max_ms": "ms",
    "max_quantity": _MACHINES,
    "mfu": _FRACTION,
    "min_quantity": _MACHINES,
    "monthly": f"{_MONEY} a month",
    "months": _MONTHS,
    "on_demand_surge_fraction": _FRACTION,
    "partner": _FRACTION,
    "peak": "the demand's unit",
    "per_month": f"{_MONEY} a month, each",
    "power_kw": "kW",
    "price_max_age_hours": "hours",
    "price_per_hour": f"{_MONEY} per machine-hour",
    "price_per_kwh": f"{_MONEY} per kWh",
    "price_sigma": "standard deviation",
    "provider": _FRACTION,
    "pue": "ratio",
    "quantity": _MACHINES,
    "racks": "racks",
    "racks_limit": "racks",
    "renewable_fraction": _FRACTION,
    "residual_fraction": _FRACTION,
    "restart_minutes": "minutes",
    "scenarios": "scenarios",
    "schema": "version",
    "servers_per_person": "servers",
    "shift_hours": "hours",
    "spot": _FRACTION,
    "tail": _FRACTION,
    "throughput": "units per second of one accelerator",
    "total": "accelerator-hours, or FLOP",
    "utilisation_cap": _FRACTION,
    "weekday": "level, 0 to 1",
    "weekend": "level, 0 to 1",
    "weight": _FRACTION,
}
"""Unit of each field that holds numbers, by its name; a test holds the list to the schema."""

EXAMPLES: dict[str, Any] = {
    "blocks_per_month": 12,
    "exchange_rates_from": "reference",
    "price_max_age_hours": 2160,
    "stale_prices": "refuse",
    "workloads[].accelerators_per_replica": 4,
    "workloads[].checkpoint": {"interval_minutes": 30, "restart_minutes": 10},
    "workloads[].checkpoint.interval_minutes": 30,
    "workloads[].checkpoint.restart_minutes": 10,
    "workloads[].demand.constant": 8,
    "workloads[].demand.mfu": 0.4,
    "workloads[].demand.precision": "bf16",
    "workloads[].demand.profile.csv": "load.csv",
    "workloads[].demand.profile.weekday": [0.2] * 8 + [1.0] * 10 + [0.4] * 6,
    "workloads[].demand.profile.weekend": [0.2] * 24,
    "workloads[].gang": 8,
    "workloads[].latency": {"users_in": ["DE", "FR"], "max_ms": 60},
    "workloads[].latency.max_ms": 60,
    "workloads[].latency.users_in": ["DE", "FR"],
    "workloads[].regions.allow": ["aws/eu-*", "gcp/europe-*"],
    "workloads[].regions.deny": ["*/us-*"],
    "workloads[].regions": {"deny": ["*/us-*"]},
    "capacity.offers.accelerators": ["H100", "L4"],
    "capacity.offers.exclude": ["aws/*/p4d.24xlarge/*"],
    "capacity.offers.purchases": ["on_demand", "reserved"],
    "capacity.offers.regions": {"allow": ["aws/eu-*"]},
    "capacity.owned[].commitment_per_hour": 12.5,
    "capacity.offers.regions.allow": ["aws/eu-*"],
    "capacity.offers.regions.deny": ["azure/*"],
    "capacity.owned[].from": "2027-03",
    "capacity.partners[].carbon_g_per_kwh": 350,
    "capacity.partners[].power_kw": 6.5,
    "capacity.sites[].racks_limit": 12,
    "capacity.sites[].servers[].idle_power_fraction": 0.3,
    "limits.commitment_months_max": 12,
    "limits.share_max.country": 0.8,
    "limits.share_max.partner": 0.3,
    "limits.share_max.provider": 0.7,
    "limits.on_demand_surge_fraction": 0.25,
    "limits.survive_loss_of": "region",
    "risk": {"scenarios": 20, "demand_sigma": 0.25, "price_sigma": 0.15},
    "risk.demand_sigma": 0.25,
    "risk.price_sigma": 0.15,
    "risk.scenarios": 20,
    "risk.tail": 0.9,
    "risk.weight": 0.5,
}
"""Of fields that no plan that ships has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanField:
    """`path` is as in messages about a plan; `value` is the example."""

    path: str
    name: str
    type: str
    unit: str
    default: str
    example: str
    meaning: str
    value: Any
    schema: Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The fields of one map: `path` is where it stands."""

    path: str
    slug: str
    about: str
    fields: tuple[PlanField, ...]


def plan_schema() -> Schema:
    """The same as docs/schemas/plan.schema.json."""
    return Plan.model_json_schema(mode="validation")


@cache
def sections() -> tuple[Section, ...]:
    """The plan itself first, then each map in it, from the outside in."""
    schema = plan_schema()
    shipped = [_plain(load(one.text, source=one.slug).data) for one in examples()]
    return tuple(_walk(schema, schema["$defs"], "", shipped))


def _walk(outer: Schema, defs: Schema, path: str, found: Sequence[Any]) -> Iterator[Section]:
    fields, inner = [], []
    for name, schema in outer["properties"].items():
        here = f"{path}.{name}" if path else name
        values = [one[name] for one in found if isinstance(one, dict) and one.get(name) not in (None, [], {})]
        fields.append(_field(here, name, schema, defs, values, required=name in outer.get("required", ())))
        for below, is_list in maps_in(schema, defs):
            parts = [
                part
                for value in values
                for part in (value if is_list and isinstance(value, list) else [value])
            ]
            inner.append((below, f"{here}[]" if is_list else here, parts))
    about = (
        outer.get("description", "").replace("`", "") if path else "A YAML file, or JSON, with these fields."
    )
    yield Section(path=path or _ALL, slug=_slug(path), about=about, fields=tuple(fields))
    for below, there, parts in inner:
        yield from _walk(below, defs, there, parts)


def _field(
    path: str, name: str, schema: Schema, defs: Schema, values: Sequence[Any], *, required: bool
) -> PlanField:
    value = values[0] if values else EXAMPLES.get(path)
    default = schema.get("default")
    return PlanField(
        path=path,
        name=name,
        type=type_words(schema, defs),
        unit=UNITS.get(name, "") if has_numbers(schema, defs) else "",
        default="required" if required else MISSING if default in (None, []) else value_text(default),
        example=MISSING if value is None else value_text(value),
        meaning=schema.get("description", "").replace("`", ""),
        value=value,
        schema=schema,
    )


def _plain(value: Any) -> Any:
    """As JSON has it: numbers of a plan are read as decimals."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def _slug(path: str) -> str:
    return path.replace("[]", "").replace(".", "-") or "plan"
