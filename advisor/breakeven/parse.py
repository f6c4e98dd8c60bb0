"""File in, question out; or everything that is wrong with it."""

from typing import NoReturn

from pydantic import ValidationError

from advisor.breakeven.question import Question
from advisor.demand.problems import PlanError, PlanProblem
from advisor.demand.reporting import problems_of
from advisor.demand.surroundings import Surroundings
from advisor.demand.yaml_loading import Loaded, decode, load


def parse_question(data: bytes, *, source: str) -> Question:
    """The question of a YAML or JSON file; `PlanError` lists every problem, `source` names the file in it."""
    if not data.strip():
        _refuse("the file is empty: it needs at least schema, build and buy", source)
    return question_of(load(decode(data, source=source), source=source), source=source)


def question_of(loaded: Loaded, *, source: str) -> Question:
    """The question of data already read, for example of a form; same errors as `parse_question`."""
    if not isinstance(loaded.data, dict):
        _refuse("the file must be a map of fields such as schema, build and buy", source)
    currency, rates = loaded.data.get("currency", "USD"), loaded.data.get("exchange_rates")
    around = Surroundings(
        currency=currency if isinstance(currency, str) else None,
        rated_currencies=frozenset(rates if isinstance(rates, dict) else ()),
    )
    try:
        return Question.model_validate(loaded.data, context=around)
    except ValidationError as error:
        raise PlanError(problems_of(error, model=Question, loaded=loaded), source=source) from error


def _refuse(message: str, source: str) -> NoReturn:
    raise PlanError([PlanProblem(path="", value="", message=message)], source=source)
