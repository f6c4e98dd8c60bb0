"""Pages of sweeps: asked in a form, followed while they work, read, taken away as files."""

import csv
import io
import re
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from advisor.catalog.services import publish
from advisor.demand.parse import parse_plan
from advisor.jobs import queue
from advisor.models import Job, Sweep
from advisor.sweeps.design import Case, Comparison, MonteCarlo, Sensitivity
from advisor.sweeps.queries import jobs_of
from advisor.sweeps.services import cancel_sweep
from advisor.web.spreadsheet import workbook
from tests.advisor.page_text import text_of
from tests.advisor.sweep_cases import BASE, DESIGNS, DOUBLED, make_sweep, work_out
from tests.factories import make_offer
from tests.people import PLAN_TEXT, make_member, make_plan, signed_in

pytestmark = pytest.mark.django_db
works = pytest.mark.django_db(transaction=True)  # workers have connections of their own


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "send", lambda *_words, **_options: True)


@pytest.fixture
def ada() -> User:
    publish([make_offer()], source="t", label="t")
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return text_of(response)


def test_without_sweeps_the_list_says_what_one_is(client: Client) -> None:
    text = page(client, "/sweeps/")
    assert "No sweeps yet" in text
    assert "Start one" in text


def test_the_list_shows_and_filters(client: Client, ada: User) -> None:
    make_sweep(ada)
    other = make_sweep(ada, DOUBLED, text=PLAN_TEXT.replace("Tiny", "Huge"))
    text = page(client, "/sweeps/")
    assert "Tiny" in text
    assert "Huge" in text
    assert "0 of 5" in text
    assert "Tiny" not in page(client, "/sweeps/?q=hug")
    assert "Tiny" not in page(client, "/sweeps/?kind=comparison")
    assert "Tiny" not in page(client, f"/sweeps/?plan={other.plan_id}")
    assert "No sweep fits" in page(client, "/sweeps/?state=failed")
    assert "Huge" in page(client, "/sweeps/?kind=nonsense&state=nonsense&plan=x")


def test_a_longer_list_asks_no_more_questions(
    client: Client, ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_sweep(ada)
    page(client, "/sweeps/")
    with django_assert_num_queries(5):  # session, user, organisation, count, rows
        page(client, "/sweeps/")
    for _ in range(3):
        make_sweep(ada)
    with django_assert_num_queries(5):
        page(client, "/sweeps/")


def test_a_new_sweep_begins_with_a_plan(client: Client, ada: User) -> None:
    assert "No plan yet" in page(client, "/sweeps/new")
    plan = make_plan(ada)
    assert "Tiny" in page(client, "/sweeps/new")
    assert "Sensitivity" in page(client, f"/sweeps/new?plan={plan.pk}")
    assert client.get("/sweeps/new?plan=x").status_code == 404


def test_a_plan_with_problems_leads_back_to_its_editor(client: Client, ada: User) -> None:
    plan = make_plan(ada, PLAN_TEXT.replace("months: 1", "months: none"))
    assert "The plan has 1 problem" in page(client, f"/sweeps/new?plan={plan.pk}")


def test_figures_that_the_plan_does_not_have_cannot_be_ticked(client: Client, ada: User) -> None:
    plan = make_plan(ada)
    html = client.get(f"/sweeps/new?plan={plan.pk}").content.decode()
    assert 'value="demand" checked' in html
    assert 'value="capex" disabled' in html


FORMS: dict[str, dict[str, Any]] = {
    "sensitivity": {"driver": ["demand"], "factors": "0.5 2"},
    "monte_carlo": {"draws": "3", "seed": "5", "demand_percent": "50", "price_percent": "10"},
    "comparison": {"cases": "twice: workloads[batch].demand.constant = 16\n\nlonger: months = 2\n"},
}


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_starts_its_sweep_once(client: Client, ada: User, kind: str) -> None:
    plan = make_plan(ada)
    address = f"/sweeps/new?plan={plan.pk}&kind={kind}"
    once = re.search(r'name="once" value="(\w+)"', client.get(address).content.decode())
    assert once
    form = {"plan": plan.pk, "version": 1, "kind": kind, "gap": "0.005", "once": once[1], **FORMS[kind]}
    first, second = client.post("/sweeps/new", form), client.post("/sweeps/new", form)
    sweep = Sweep.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == f"/sweeps/{sweep.pk}"
    assert sweep.kind == kind
    assert (sweep.created_by, sweep.gap_asked) == (ada, 0.005)
    wanted = {
        "sensitivity": [{}, {"demand": 0.5}, {"demand": 2.0}],
        "comparison": [{}, {"workloads[batch].demand.constant": 16}, {"months": 2}],
    }
    points = sweep.points.order_by("index")
    if kind == "monte_carlo":
        assert (sweep.options["demand_sigma"], sweep.options["seed"], len(points)) == (0.5, 5, 4)
    else:
        assert [point.factors or point.changes for point in points] == wanted[kind]


def test_other_plans_can_be_ticked(client: Client, ada: User) -> None:
    plan, other = make_plan(ada), make_plan(ada, PLAN_TEXT.replace("Tiny", "Other"))
    assert "Other" in page(client, f"/sweeps/new?plan={plan.pk}&kind=comparison")
    client.post("/sweeps/new", {"plan": plan.pk, "kind": "comparison", "other": [other.pk], "cases": ""})
    assert [point.label for point in Sweep.objects.get().points.all()] == ["as it is", "Other, version 1"]


@pytest.mark.parametrize(
    ("kind", "wrong", "said"),
    [
        ("sensitivity", {"driver": []}, "tick at least one figure"),
        ("sensitivity", {"driver": ["demand"], "factors": "many"}, "write numbers, as in 0.8, 1.2"),
        ("sensitivity", {"driver": ["capex"]}, "the plan has no such figure"),
        ("monte_carlo", {"draws": "1"}, "draws 1: write a number such as 100, from 2 to 1000"),
        ("monte_carlo", {"draws": "x", "seed": "1"}, "draws x: write a whole number"),
        ("comparison", {"cases": "nothing"}, "write it as in"),
        ("comparison", {"cases": "a: workloads[z].x = 1"}, "there is batch"),
        ("comparison", {"cases": ""}, "a comparison needs 1 to 50"),
    ],
)
def test_what_is_wrong_in_a_form_is_said_and_the_form_kept(
    client: Client, ada: User, kind: str, wrong: dict[str, Any], said: str
) -> None:
    plan = make_plan(ada)
    form = {"plan": plan.pk, "kind": kind, "gap": "0.05", "seed": "1", **wrong}
    response = client.post("/sweeps/new", form)
    assert response.status_code == 400
    text = text_of(response)
    assert "Not started" in text
    assert said in text
    assert '<option value="0.05" selected>' in response.content.decode()
    assert Sweep.objects.count() == 0


def test_an_open_sweep_is_followed_to_its_end(client: Client, ada: User) -> None:
    sweep = make_sweep(ada)
    assert "Waiting: 5 plans to work out" in page(client, f"/sweeps/{sweep.pk}")
    jobs_of(sweep).update(state=Job.State.RUNNING)
    sweep.points.filter(index__lt=2).update(state="answered", status="optimal", npv=1.0, currency="USD")
    sweep.points.filter(index=2).update(state="failed", words=["out of luck"])
    answer = client.get(f"/sweeps/{sweep.pk}/progress")
    assert "3 of 5 plans worked out, 1 of them without an answer" in text_of(answer)
    assert "60 % done" in text_of(answer)
    jobs_of(sweep).update(state=Job.State.SUCCEEDED)
    answer = client.get(f"/sweeps/{sweep.pk}/progress", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (286, "true")
    assert "out of luck" in page(client, f"/sweeps/{sweep.pk}")


@works
def test_a_sensitivity_says_what_moves_the_cost_most(client: Client, ada: User) -> None:
    sweep = make_sweep(ada, Sensitivity(factors={"demand": (0.5, 2.0), "cloud_prices": ()}))
    work_out(sweep)
    text = page(client, f"/sweeps/{sweep.pk}")
    assert "Demand moves the cost of 36 k USD NPV most: 36 k USD at × 0.5, 73 k USD at × 2." in text.replace(
        "\u00a0", " "
    )
    assert "+36,500" in text
    assert "+100 %" in text
    response = client.get(f"/sweeps/{sweep.pk}")
    (chart,) = response.context["charts"]
    assert chart.spec["x"] == ["demand × 0.5 … 2", "cloud prices × 0.8 … 1.2"]
    assert chart.spec["series"][1]["values"] == pytest.approx([BASE, 0.2 * BASE])


@works
def test_draws_are_shown_as_a_distribution(client: Client, ada: User) -> None:
    sweep = make_sweep(ada, MonteCarlo(draws=8))
    work_out(sweep)
    response = client.get(f"/sweeps/{sweep.pk}")
    text = text_of(response)
    assert "Half of the draws cost less than" in text
    histogram, kinds = response.context["charts"]
    assert sum(histogram.spec["series"][0]["values"]) == 8
    assert kinds.spec["series"][0]["values"] == [100.0]
    assert "What this does not know" in text


@works
def test_a_comparison_sets_the_kinds_of_capacity_side_by_side(client: Client, ada: User) -> None:
    cases = (*DOUBLED.cases, Case(name="half", changes={"workloads[batch].headroom": 3}))
    sweep = make_sweep(ada, Comparison(cases=cases))
    work_out(sweep)
    text = page(client, f"/sweeps/{sweep.pk}")
    assert "Cheapest: as it is, 36 k USD NPV." in text.replace("\u00a0", " ")
    assert "on demand" in text
    assert "workloads[batch].demand.constant = 16" in text


@works
def test_the_table_can_be_narrowed(client: Client, ada: User) -> None:
    sweep = make_sweep(ada, Comparison(cases=(Case(name="poor", changes={"limits.cash_per_month": 1}),)))
    work_out(sweep)
    response = client.get(f"/sweeps/{sweep.pk}?only=infeasible")
    assert [row["point"].label for row in response.context["rows"]] == ["poor"]
    assert response.context["filters"] == [("optimal", "optimal", 1), ("infeasible", "impossible", 1)]


def test_a_cancelled_sweep_can_be_gone_on_with(client: Client, ada: User) -> None:
    sweep = make_sweep(ada)
    assert client.post(f"/sweeps/{sweep.pk}/cancel").status_code == 302
    assert "Someone cancelled it" in page(client, f"/sweeps/{sweep.pk}")
    client.post(f"/sweeps/{sweep.pk}/retry")
    text = page(client, f"/sweeps/{sweep.pk}")
    assert "5 plans begun again" in text
    client.post(f"/sweeps/{sweep.pk}/retry")
    assert "It is under way" in page(client, f"/sweeps/{sweep.pk}")
    cancel_sweep(sweep)
    client.post(f"/sweeps/{sweep.pk}/cancel")
    assert "had ended already" in page(client, f"/sweeps/{sweep.pk}")


@works
def test_the_answers_are_had_as_csv_and_xlsx_with_the_same_cells(client: Client, ada: User) -> None:
    sweep = make_sweep(ada, Sensitivity(factors={"demand": (2.0,)}))
    work_out(sweep)
    response = client.get(f"/sweeps/{sweep.pk}/outcomes.csv")
    titles, base, doubled = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    row = dict(zip(titles, doubled, strict=True))
    assert float(row["npv"]) == pytest.approx(2 * BASE)
    assert (row["factor of demand"], row["status"], row["currency"]) == ("2.0", "optimal", "USD")
    assert row["purchases"] == "≤ 2 × aws/eu-central-1/p5.48xlarge/on_demand"
    assert dict(zip(titles, base, strict=True))["factor of demand"] == "1.0"
    file = client.get(f"/sweeps/{sweep.pk}/outcomes.xlsx")
    assert "tiny-sensitivity" in file.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(file.content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row>") == 3
    assert f"<v>{float(row['npv'])!r}</v>" in sheet
    assert client.get(f"/sweeps/{sweep.pk}/outcomes.pdf").status_code == 404


def test_a_spreadsheet_takes_any_text_as_text() -> None:
    data = workbook("t", [["=1+1", "a<b&c\x00", None, 2, 0.5]])
    assert data == workbook("t", [["=1+1", "a<b&c\x00", None, 2, 0.5]])
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert '<c t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>' in sheet
    assert "a&lt;b&amp;c</t>" in sheet
    assert "<c/><c><v>2</v></c><c><v>0.5</v></c>" in sheet


def test_each_plan_of_a_sweep_is_had_as_a_plan_file(client: Client, ada: User) -> None:
    sweep = make_sweep(ada, DOUBLED)
    assert client.get(f"/sweeps/{sweep.pk}/plan-0.yaml").content.decode() == PLAN_TEXT
    plan = parse_plan(client.get(f"/sweeps/{sweep.pk}/plan-1.yaml").content, source="x")
    assert plan.workloads[0].demand.constant == 16
    assert client.get(f"/sweeps/{sweep.pk}/plan-2.yaml").status_code == 404


@pytest.mark.parametrize("kind", DESIGNS)
def test_pages_stand_before_any_answer(client: Client, ada: User, kind: str) -> None:
    sweep = make_sweep(ada, DESIGNS[kind])
    assert "Waiting" in page(client, f"/sweeps/{sweep.pk}")


@works
def test_what_costs_the_same_has_no_sign(client: Client, ada: User) -> None:
    sweep = make_sweep(ada, Comparison(cases=(Case(name="renamed", changes={"name": "Other"}),)))
    work_out(sweep)
    assert "renamed name = Other optimal 36,500 0 0 % " in page(client, f"/sweeps/{sweep.pk}")
