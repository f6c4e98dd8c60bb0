"""Build or buy: a form, its answer in figures and charts, and both as files. Only reads."""

import logging
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from advisor.accounts.middleware import catalogue_view
from advisor.accounts.scope import viewer
from advisor.breakeven.answer import Answer
from advisor.breakeven.charts import cumulative_chart, utilisation_chart
from advisor.breakeven.parse import question_of
from advisor.breakeven.question import Question
from advisor.breakeven.tables import HEADS, columns
from advisor.breakeven.work import answer
from advisor.catalog.snapshot import current_snapshot
from advisor.demand.problems import PlanError
from advisor.demand.yaml_loading import Loaded
from advisor.errors import AdvisorError, BadInput, CatalogueEmpty
from advisor.models import Organisation
from advisor.web.breakeven_form import (
    FIELDS,
    IN_USD,
    LABELS,
    ROWS,
    START,
    WANTED,
    Form,
    Mistake,
    sent_fields,
    start_in,
)
from advisor.web.breakeven_rivals import FromCatalogue, Wanted, rivals_of
from advisor.web.run_charts import chart
from advisor.web.wording import page_lines
from providers.rates import reference_rates

log = logging.getLogger(__name__)
_MOST_ACCELERATORS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The form as it was sent, the catalogue's rivals by row, and what is wrong before anything is asked."""

    form: Form
    offers: dict[int, FromCatalogue]
    mistakes: tuple[Mistake, ...]

    def question(self) -> Question:
        """Raises PlanError."""
        notes = {
            row: f"{offer.where}; {offer.seen}"[:120]
            for row, offer in self.offers.items()
            if not self.form.is_own_row(row)
        }
        return question_of(Loaded(data=self.form.question(notes), lines={}), source="form")


@catalogue_view
@require_safe
def breakeven(request: HttpRequest) -> HttpResponse:
    """The address holds what differs from the example, and prices only where they were changed."""
    asked = _asked(request)
    if {name: request.GET[name] for name in request.GET if name in {*FIELDS, "of"}} != asked.form.asked():
        query = asked.form.query()
        return HttpResponseRedirect(reverse("breakeven") + (f"?{query}" if query else ""))
    context = _form(asked) | {"link": request.build_absolute_uri()}
    mistakes = list(asked.mistakes)
    try:
        context |= _answer(asked, answer(asked.question()))
    except PlanError as error:
        mistakes += asked.form.mistakes(error.problems)
    has_rival = bool(asked.form.rows()) or asked.form.has_tokens
    if not has_rival and asked.mistakes:  # that is why there is none
        mistakes = [mistake for mistake in mistakes if not mistake.text.startswith("buy: ")]
    elif not has_rival:
        mistakes = [Mistake(field="price1", text="Nothing to compare with: give the price of an hour")]
    wrong = {mistake.field for mistake in mistakes}
    context |= {"mistakes": mistakes, "wrong": wrong}
    return render(request, "advisor/breakeven.html", context, status=400 if mistakes else 200)


@catalogue_view
@require_safe
def breakeven_json(request: HttpRequest) -> HttpResponse:
    """The answer as a file, the same as the command's."""
    try:
        found = answer(_asked(request).question())
    except PlanError as error:
        return _refused(error)
    return _file(found.as_json(), "build-or-buy.json")


@catalogue_view
@require_safe
def breakeven_question(request: HttpRequest) -> HttpResponse:
    """The question as a file for the command and the API."""
    try:
        question = _asked(request).question()
    except PlanError as error:
        return _refused(error)
    response = JsonResponse(question.as_data(), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = 'attachment; filename="build-or-buy-question.json"'
    return response


def _refused(error: PlanError) -> HttpResponse:
    return HttpResponse("\n".join(error.lines()) + "\n", content_type="text/plain; charset=utf-8", status=400)


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked(request: HttpRequest) -> _Asked:
    sent, organisation = sent_fields(request.GET), viewer(request)
    offers: list[FromCatalogue] = []
    mistakes: tuple[Mistake, ...] = ()
    try:
        offers = rivals_of(_wanted(sent), organisation)
    except CatalogueEmpty as error:
        log.info("build or buy without prices: %s", error)  # figures of one's own still do
    except AdvisorError as error:
        mistakes = tuple(Mistake(field=_field_of(error), text=line) for line in page_lines(error)[:1])
    sent = _without_old_rows(sent, request.GET.get("of", ""), organisation)
    return _Asked(form=Form.of(sent, _rows(offers)), offers=dict(enumerate(offers, 1)), mistakes=mistakes)


def _wanted(sent: dict[str, str]) -> Wanted:
    """Raises BadInput for a number that is none."""
    given = {name: sent.get(name, START[name]) for name in WANTED}
    count = given["count"]
    if not (count.isascii() and count.isdigit() and 0 < int(count) <= _MOST_ACCELERATORS):
        raise BadInput(
            f"Accelerators: {count or 'empty'}: write a whole number, for example 8", field="count"
        )
    return Wanted(
        accelerator=given["accelerator"],
        count=int(count),
        residency=given["residency"],
        currency=given["currency"],
    )


def _field_of(error: AdvisorError) -> str:
    """The field of the form an error of the search is about."""
    if error.field in WANTED:
        return error.field
    named = {"--currency": "currency", "--residency": "residency", "--count": "count"}
    found = (field for flag, field in named.items() if error.message.startswith(flag))
    return next(found, "accelerator")


def _without_old_rows(sent: dict[str, str], of: str, organisation: Organisation | None) -> dict[str, str]:
    """Without the prices that the form had from the catalogue for other accelerators than these."""
    before = dict(zip(WANTED, of.split("|"), strict=False))
    if not of or before == {name: sent.get(name, START[name]) for name in WANTED}:
        return sent
    try:
        old = dict.fromkeys(FIELDS, "") | _rows(rivals_of(_wanted(before), organisation))
    except AdvisorError:
        return sent
    untouched = [
        row
        for row in range(1, ROWS + 1)
        if all(sent.get(f"{name}{row}", "") == old[f"{name}{row}"] for name in ("name", "price"))
    ]
    dropped = {f"{name}{row}" for row in untouched for name in ("name", "price", "billed")}
    start = start_in(before.get("currency", ""))
    dropped |= {name for name in IN_USD if sent.get(name) == start[name]}
    return {name: text for name, text in sent.items() if name not in dropped}


def _rows(offers: list[FromCatalogue]) -> dict[str, str]:
    """What stands in the rows at first."""
    rows = {f"billed{row}": "used" for row in range(1, ROWS + 1)}
    for row, offer in enumerate(offers, 1):
        billed = "all" if offer.is_always_on else "used"
        rows |= {f"name{row}": offer.name, f"price{row}": offer.per_hour, f"billed{row}": billed}
    return rows


def _form(asked: _Asked) -> dict[str, Any]:
    values = asked.form.values
    codes = sorted({*reference_rates().rates_to_usd, values["currency"]})
    try:
        accelerators = sorted(current_snapshot().values("accelerator"))
    except CatalogueEmpty:
        accelerators = []
    return {
        "values": values,
        "labels": LABELS,
        "of": "|".join(values[name] for name in WANTED),
        "currencies": [(code, code == values["currency"]) for code in codes],
        "accelerators": accelerators,
        "rows": [
            {
                "number": row,
                **{name: values[f"{name}{row}"] for name in ("name", "price", "billed")},
                "name_field": f"name{row}",
                "price_field": f"price{row}",
                "offer": None if asked.form.is_own_row(row) else asked.offers.get(row),
            }
            for row in range(1, ROWS + 1)
        ],
        "query": asked.form.query(),
    }


def _answer(asked: _Asked, found: Answer) -> dict[str, Any]:
    table = columns(found)
    offers = [None if asked.form.is_own_row(row) else asked.offers.get(row) for row in asked.form.rows()]
    offers += [None] * (len(found.buy) - len(offers))
    old = [row.name for row, offer in zip(found.buy, offers, strict=True) if offer and offer.is_stale]
    return {
        "answer": found,
        "stale": ", ".join(old),
        "titles": [(column.title, column.is_figure) for column in table],
        "heads": [(column.title, HEADS[column.title]) for column in table[1:]],
        "table": [
            (row, [(column.title, column.cells[index]) for column in table[1:]], offers[index])
            for index, row in enumerate(found.buy)
        ],
        "over_time": chart(
            f"What own machines and each rival have cost after so many months, {found.currency}",
            cumulative_chart(found),
        ),
        "by_use": chart(
            f"What a used hour costs by how much is used, {found.currency}", utilisation_chart(found)
        ),
    }
