"""A file of usage and commitments in, a request or everything that is wrong with it out."""

from codecs import BOM_UTF8

from pydantic import ValidationError

from advisor.billing.request import BillRequest
from advisor.demand.problems import PlanError, PlanProblem
from advisor.demand.reporting import problems_of
from advisor.demand.yaml_loading import decode, load

NEEDS = "a map of fields such as schema, hours, usage and commitments"


def parse_request(data: bytes, *, source: str) -> BillRequest:
    """The request of a YAML or JSON file; `PlanError` lists every problem found, `source` names the file."""
    if not data.removeprefix(BOM_UTF8).strip():
        raise _refused(f"the file is empty: it needs {NEEDS}", source)
    loaded = load(decode(data, source=source), source=source)
    if not isinstance(loaded.data, dict):
        raise _refused(f"the file must be {NEEDS}", source)
    try:
        return BillRequest.model_validate(loaded.data)
    except ValidationError as error:
        raise PlanError(problems_of(error, model=BillRequest, loaded=loaded), source=source) from error


def _refused(message: str, source: str) -> PlanError:
    return PlanError([PlanProblem(path="", value="", message=message)], source=source)
