"""Plan file in, plan out; or everything that is wrong with it."""

from collections.abc import Collection

from pydantic import ValidationError

from advisor.demand.plan import Plan
from advisor.demand.problems import PlanError, PlanProblem
from advisor.demand.reporting import problems_of
from advisor.demand.surroundings import RateInForce, ReadFile, gather
from advisor.demand.yaml_loading import Loaded, decode, load


def parse_plan(
    data: bytes,
    *,
    source: str,
    read_file: ReadFile | None = None,
    known_accelerators: Collection[str] = (),
    rate_in_force: RateInForce | None = None,
) -> Plan:
    """The plan of a YAML or JSON file; `PlanError` lists every problem found.

    `source` names the file in messages. `read_file` returns the bytes of a file named in the plan (a
    profile's CSV, relative to the plan's folder) and may raise OSError. `known_accelerators` are names
    beyond the canonical list that occur in the price files at hand. `rate_in_force` is asked for the words
    about a currency that the plan has no rate for.
    """
    loaded = load(decode(data, source=source), source=source)
    return plan_of(
        loaded,
        source=source,
        read_file=read_file,
        known_accelerators=known_accelerators,
        rate_in_force=rate_in_force,
    )


def plan_of(
    loaded: Loaded,
    *,
    source: str,
    read_file: ReadFile | None = None,
    known_accelerators: Collection[str] = (),
    rate_in_force: RateInForce | None = None,
) -> Plan:
    """The plan of data already read, for example of a form or a stored run; same errors as `parse_plan`."""
    if not isinstance(loaded.data, dict):
        message = "must be a map of fields such as schema, start, months and workloads"
        raise PlanError([PlanProblem(path="", value="", message=f"the plan {message}")], source=source)
    surroundings = gather(
        loaded.data,
        known_accelerators=known_accelerators,
        read_file=read_file,
        rate_in_force=rate_in_force,
    )
    try:
        return Plan.model_validate(loaded.data, context=surroundings)
    except ValidationError as error:
        raise PlanError(problems_of(error, model=Plan, loaded=loaded), source=source) from error
