"""The form of build or buy: what its address holds, what stands in its fields, the question they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from advisor.demand.problems import PlanProblem
from advisor.demand.yaml_loading import scalar
from providers.errors import UnknownCurrency
from providers.rates import reference_rates

ROWS = 4
_LONGEST = 120
BUILD = ("capex", "opex_per_hour", "opex_hours", "opex_per_month", "residual_percent", "life_months")
TERMS = ("utilisation_percent", "discount_percent", "horizon_months", "hours_per_month")
WANTED = ("accelerator", "count", "residency", "currency")
TOKENS = ("token_price", "tokens_per_hour")
OF_ROW = ("name", "price", "billed")
ROW_FIELDS = tuple(f"{field}{row}" for row in range(1, ROWS + 1) for field in OF_ROW)
FIELDS = (*WANTED, *BUILD, *TERMS, *ROW_FIELDS, *TOKENS)
START: dict[str, str] = {
    "accelerator": "H100", "count": "8", "residency": "", "currency": "USD",
    "capex": "250141.8", "opex_per_hour": "6.37", "opex_hours": "used", "opex_per_month": "0",
    "residual_percent": "0", "life_months": "60",
    "utilisation_percent": "80", "discount_percent": "8", "horizon_months": "60", "hours_per_month": "730",
    "token_price": "", "tokens_per_hour": "",
}  # fmt: skip
"""One HGX server with eight H100, and its running costs by the hour."""

IN_USD = ("capex", "opex_per_hour")
"""Of these the sums, which stand in the form in the currency asked for."""

LABELS = {
    "capex": "Price of what is built",
    "opex_per_hour": "Running, per hour",
    "opex_hours": "Hours that cost this",
    "opex_per_month": "Running, per month",
    "residual_percent": "Worth at the end of life, %",
    "life_months": "Life, months",
    "utilisation_percent": "Hours used, %",
    "discount_percent": "Discount rate a year, %",
    "horizon_months": "Compared over, months",
    "hours_per_month": "Hours of a month",
    "token_price": "API price of a million tokens",
    "tokens_per_hour": "Tokens an own hour makes",
    "count": "Accelerators",
    "currency": "Currency",
}
_PERCENT = {
    "residual_percent": "build.residual_fraction",
    "utilisation_percent": "utilisation",
    "discount_percent": "discount_rate",
}
_FIELD_OF = {f"build.{name}": name for name in BUILD} | {path: field for field, path in _PERCENT.items()}
_FIELD_OF |= {name: name for name in ("horizon_months", "hours_per_month", "currency")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A field that has to be put right; `field` is "" for what stands in none."""

    field: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`values` has every field: what was sent, and in place of what was not, what stands there at first."""

    values: Mapping[str, str]
    start: Mapping[str, str]

    @classmethod
    def of(cls, sent: Mapping[str, str], rows: Mapping[str, str]) -> "Form":
        start = dict.fromkeys(FIELDS, "") | start_in(sent.get("currency", "")) | dict(rows)
        return cls(values=start | dict(sent), start=start)

    def asked(self) -> dict[str, str]:
        """Only what differs from the start, in the order of the form: what the address holds."""
        return {name: self.values[name] for name in FIELDS if self.values[name] != self.start[name]}

    def query(self) -> str:
        return urlencode(self.asked(), safe=":,/*")

    def is_own_row(self, row: int) -> bool:
        """Whether the reader has changed the price of the row or what it is billed for."""
        return any(self.values[f"{name}{row}"] != self.start[f"{name}{row}"] for name in ("price", "billed"))

    def rows(self) -> list[int]:
        """Rows that are rivals, by their number."""
        return [n for n in range(1, ROWS + 1) if self.values[f"name{n}"] or self.values[f"price{n}"]]

    @property
    def has_tokens(self) -> bool:
        return any(self.values[name] for name in TOKENS)

    def question(self, notes: Mapping[int, str]) -> dict[str, Any]:
        """The question as the data of a file; `notes` say where the prices of rows are from."""
        number = {name: scalar(self.values[name]) for name in (*BUILD, *TERMS, *TOKENS)}
        count, accelerator = self.values["count"], self.values["accelerator"]
        build: dict[str, Any] = {name: number[name] for name in BUILD if name != "residual_percent"}
        build["residual_fraction"] = _fraction(number["residual_percent"])
        return {
            "schema": 1,
            "name": f"{count} × {accelerator}, built or bought",
            "currency": self.values["currency"],
            "build": build,
            "buy": [*(self._rival(row, notes) for row in self.rows()), *self._tokens(number)],
            "hours_per_month": number["hours_per_month"],
            "utilisation": _fraction(number["utilisation_percent"]),
            "discount_rate": _fraction(number["discount_percent"]),
            "horizon_months": number["horizon_months"],
        }

    def _rival(self, row: int, notes: Mapping[int, str]) -> dict[str, Any]:
        rival: dict[str, Any] = {
            "name": self.values[f"name{row}"] or f"rival {row}",
            "per_hour": scalar(self.values[f"price{row}"]),
        }
        if self.values[f"billed{row}"] == "all":
            rival["always_on"] = True
        return rival | ({"note": notes[row]} if row in notes else {})

    def _tokens(self, number: Mapping[str, Any]) -> list[dict[str, Any]]:
        if not self.has_tokens:
            return []
        prices = {"per_million_units": number["token_price"], "units_per_hour": number["tokens_per_hour"]}
        return [{"name": "API tokens", **prices}]

    def mistakes(self, problems: tuple[PlanProblem, ...]) -> list[Mistake]:
        """What is wrong with the question, in the words of the form."""
        return [self._mistake(problem) for problem in problems]

    def _mistake(self, problem: PlanProblem) -> Mistake:
        field = self._field(problem.path)
        if not field:
            return Mistake(field="", text=str(problem))
        said, written = problem.message, self.values[field]
        if field in _PERCENT and said.startswith("must be 1 or less"):
            said = "must be 100 or less"
        return Mistake(field=field, text=": ".join(filter(None, (_label(field), written, said))))

    def _field(self, path: str) -> str:
        if not path.startswith("buy["):
            return _FIELD_OF.get(path, "")
        index, _, name = path.removeprefix("buy[").partition("]")
        rows = self.rows()
        if int(index) < len(rows):
            return f"{'name' if name == '.name' else 'price'}{rows[int(index)]}"
        return "tokens_per_hour" if name == ".units_per_hour" else "token_price"


def start_in(currency: str) -> dict[str, str]:
    """What stands in the form at first, its sums at the rates the rivals are converted at."""
    try:
        rate = reference_rates().rate(START["currency"], to=currency.upper() or START["currency"])
    except UnknownCurrency:  # no such currency: told where the rivals are looked up
        return START
    if rate == 1:
        return START
    return START | {name: f"{Decimal(START[name]) * rate:.2f}" for name in IN_USD}


def sent_fields(query: QueryDict) -> dict[str, str]:
    """What an address or a form sends of our fields, texts cut to a sane length."""
    return {name: str(query[name]).strip()[:_LONGEST] for name in FIELDS if name in query}


def _fraction(percent: object) -> object:
    if isinstance(percent, (int, Decimal)) and not isinstance(percent, bool):
        return Decimal(percent) / 100
    return percent


def _label(field: str) -> str:
    if field in LABELS:
        return LABELS[field]
    return f"{'Name' if field.startswith('name') else 'Price'} of rival {field[-1]}"
