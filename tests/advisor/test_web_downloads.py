"""Downloads: the stored document to the byte, and tables a spreadsheet can read without danger."""

import csv
import hashlib
import io

import pytest
from django.contrib.auth.models import User
from django.test import Client

from advisor.models import Job
from advisor.planning.result import Result
from advisor.web.downloads import TABLES, TITLES, csv_of
from tests.advisor.page_text import text_of
from tests.advisor.results import infeasible_result, make_result
from tests.people import make_member, make_run, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_json_is_the_stored_document_to_the_byte(client: Client, ada: User) -> None:
    run = make_run(ada)
    response = client.get(f"/runs/{run.pk}/result.json")
    assert response.content == run.result.document.encode()
    assert response["ETag"] == f'"{hashlib.sha256(response.content).hexdigest()}"'
    assert response["Content-Type"] == "application/json"
    assert 'filename="tiny-' in response["Content-Disposition"]
    known = client.get(f"/runs/{run.pk}/result.json", headers={"If-None-Match": response["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    other = client.get(f"/runs/{run.pk}/result.json", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_a_run_without_an_answer_has_nothing_to_download(client: Client, ada: User) -> None:
    run = make_run(ada, state=Job.State.RUNNING)
    assert client.get(f"/runs/{run.pk}/result.json").status_code == 409
    assert client.get(f"/runs/{run.pk}/purchases.csv").status_code == 409


def test_a_table_is_a_file_that_spreadsheets_read_as_utf_8(client: Client, ada: User) -> None:
    run = make_run(ada)
    response = client.get(f"/runs/{run.pk}/purchases.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbfoffer,provider")
    assert "-purchases.csv" in response["Content-Disposition"]
    assert client.get(f"/runs/{run.pk}/secrets.csv").status_code == 404


def test_figures_are_the_stored_ones_with_their_units_in_the_titles() -> None:
    result = Result.model_validate(make_result())
    first, second = rows_of(csv_of(result, "purchases"))
    assert first["npv (USD)"] == "61234.5"
    assert first["quantity (machines)"] == "3"
    assert second["price_observed_at (UTC)"] == ""  # unknown is empty
    months = rows_of(csv_of(result, "months"))
    assert [row["cash (USD)"] for row in months] == ["41000.0", "41000.0"]
    told = result.totals.by_month[0].by_kind if result.totals else ()
    assert {kind.kind: float(months[0][f"cash of {kind.kind} (USD)"]) for kind in told} == {
        "reserved": 31000.0,
        "on_demand": 10000.0,
    }
    assert rows_of(csv_of(result, "unit-costs"))[0]["npv_per_unit"] == "0.32961"
    strategy = rows_of(csv_of(result, "baselines"))[0]
    assert strategy["costs_more_by (fraction of its npv)"] == "0.1794"


@pytest.mark.parametrize("table", sorted(TABLES))
def test_an_impossible_plan_has_tables_with_titles_only(table: str) -> None:
    text = csv_of(Result.model_validate(infeasible_result() | {"baselines": [], "unit_costs": []}), table)
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize("name", ["=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\r=1"])
def test_text_is_never_a_formula_and_a_negative_number_stays_one(name: str) -> None:
    payload = make_result()
    payload["unit_costs"][0] |= {"workload": name, "cash_per_unit": -0.5}
    row = next(
        csv.reader(
            io.StringIO(csv_of(Result.model_validate(payload), "unit-costs").split("\n", 1)[1], newline="")
        )
    )
    assert row[0] == f"'{name}"
    assert row[3] == "-0.5"


def test_every_table_has_a_name_for_people(client: Client, ada: User) -> None:
    assert list(TITLES) == list(TABLES)
    page = text_of(client.get(f"/runs/{make_run(ada).pk}"))
    assert "Take it along Result as JSON Purchases as CSV" in page
    assert "unit-costs" not in page
