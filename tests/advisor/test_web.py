"""The pages: what they show, what they refuse, and what they never load."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from advisor.catalog.services import publish
from advisor.models import Recommendation
from advisor.web import example
from providers.offers import Purchase
from tests.advisor.results import infeasible_result, make_result
from tests.factories import make_cpu_offer, make_offer

pytestmark = pytest.mark.django_db
PLAN_TEXT = "schema: 1\nname: A small team\n"


@pytest.fixture
def plan(settings: Settings, tmp_path: Path) -> Path:
    """An example plan in a folder of its own."""
    settings.BASE_DIR = tmp_path
    file = tmp_path / example.PLAN
    file.parent.mkdir()
    file.write_text(PLAN_TEXT)
    return file


def store(result: dict[str, Any], text: str = PLAN_TEXT, version: int = 1) -> Recommendation:
    return Recommendation.objects.create(
        name=result["name"],
        plan_text=text,
        plan_sha256=hashlib.sha256(text.encode()).hexdigest(),
        catalogue_version=version,
        status=result["status"],
        result=result,
    )


def text_of(response: Any) -> str:
    """The page without its tags and runs of spaces."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain)


def test_the_first_page_shows_the_stored_recommendation(client: Client, plan: Path) -> None:
    store(make_result())
    page = text_of(client.get("/"))
    assert "Reserve 3 × a3-highgpu-8g (8 × H100)" in page
    assert "81 k USD NPV over 2 months, 18 % less than all on demand" in page
    assert "3 a3-highgpu-8g 8 × H100 gcp europe-west4 NL 12 months, no upfront 2027-01 2 61,234" in page
    assert "reserved 61,234 75 % 62,000" in page  # 61234.5 / 81234.5 = 0.7538
    assert "everything on demand 99,000 17,766 18 %" in page  # 17765.5 / 99000 = 0.1794
    assert "only own servers the plan has no site – – –" in page
    assert "chat 0.3296 USD per million tokens" in page
    assert "1 price is older than 90 days." in page
    assert "Whether the provider has the machines on that day." in page


def test_prices_of_a_recommendation_show_their_age_and_that_they_are_old(
    client: Client, plan: Path, settings: Settings
) -> None:
    seen = datetime.now(UTC) - timedelta(days=100)
    result = make_result()
    result["purchases"][0]["price_observed_at"] = f"{seen:%Y-%m-%dT%H:%M:%SZ}"
    result["purchases"][1]["quantity_unit"] = "machines_at_once"
    store(result)
    settings.PRICE_MAX_AGE_HOURS = 99 * 24
    page = text_of(client.get("/"))
    assert "61,234 3 months, stale" in page  # 100 x 24 / 730 = 3.3
    assert "≤ 1 a3-highgpu-8g" in page
    assert "the largest number at once, paid by the hour" in page
    settings.PRICE_MAX_AGE_HOURS = 101 * 24
    assert "61,234 3 months ≤" in text_of(client.get("/"))


def test_an_impossible_plan_says_what_clashes(client: Client, plan: Path) -> None:
    store(infeasible_result())
    page = text_of(client.get("/"))
    assert "no plan can hold all its limits" in page
    assert "Raise limits.capex_total from 100,000 to at least 900,000 USD." in page


def test_without_a_recommendation_the_first_page_says_what_to_do(client: Client, plan: Path) -> None:
    store(make_result(), text="another plan")
    page = text_of(client.get("/"))
    assert "No recommendation yet" in page
    assert "make run" in page


def test_offers_are_those_of_the_same_search_as_the_command(client: Client) -> None:
    publish([make_offer(), make_offer(region="us-east-1", country="US")], source="t", label="t")
    response = client.get("/offers?q=H100:8&residency=EU")
    page = text_of(response)
    assert response.status_code == 200
    assert "aws eu-central-1 DE p5.48xlarge 8 × H100 80 on demand 50.00 6.250 50.00 – – – listed" in page
    assert "us-east-1" not in page
    assert "Shown 1 of 1 offers (2 in the catalogue), prices in USD." in page


def test_the_form_keeps_what_was_asked(client: Client) -> None:
    publish([make_offer(purchase=Purchase.SPOT)], source="t", label="t")
    html = client.get("/offers?q=H100:8&residency=EU&purchase=spot&min_vcpus=4&pack=1").content.decode()
    assert 'value="H100:8"' in html
    assert '<option value="spot" selected>' in html
    assert 'value="4"' in html
    assert 'name="pack" value="1" checked' in html
    assert "<details open>" in html


def test_an_empty_list_is_explained_in_the_words_of_the_page(client: Client) -> None:
    publish([make_offer()], source="t", label="t")
    response = client.get("/offers?q=H100:8&max_price=3")
    page = text_of(response)
    assert response.status_code == 200
    assert "No offer fits H100 and 8 accelerators and max price 3 USD" in page
    assert "Without max price 3 USD: 1 offer, the cheapest 50.00 USD per hour" in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("q=H1O0", "H1O0: unknown accelerator; did you mean H100"),
        ("q=&count=eight", "count eight: write a whole number"),
        ("residency=Narnia", "residency Narnia: unknown place"),
        ("as_of=never", "as of never: write a date"),
        ("limit=-3", "limit -3: must be 1 or more"),
        ("min_vcpus=NaN", "min vcpus NaN: must be a number above 0"),
    ],
)
def test_what_cannot_be_asked_is_said_on_the_page(client: Client, query: str, message: str) -> None:
    publish([make_offer()], source="t", label="t")
    response = client.get(f"/offers?{query}")
    assert response.status_code == 400
    assert message in text_of(response)


def test_what_was_asked_is_shown_as_text_and_never_as_markup(client: Client) -> None:
    publish([make_offer(note="<b>x</b>")], source="t", label="t")
    html = client.get("/offers?q=<script>alert(1)</script>").content.decode()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_an_empty_catalogue_is_no_error_of_the_visitor(client: Client) -> None:
    response = client.get("/offers")
    assert response.status_code == 503
    assert "The catalogue holds no prices yet." in text_of(response)


def test_a_page_never_shows_more_rows_than_a_browser_bears(client: Client) -> None:
    publish([make_cpu_offer(instance_type=f"m{n}") for n in range(501)], source="t", label="t")
    assert "Shown 500 of 501 offers" in text_of(client.get("/offers?limit=100000"))


def test_ten_more_offers_cost_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    publish([make_offer(instance_type=f"m{n}") for n in range(5)], source="t", label="t")
    with django_assert_num_queries(4):
        client.get("/offers?q=H100:8")
    publish([make_offer(instance_type=f"n{n}") for n in range(10)], source="t", label="t")
    with django_assert_num_queries(4):
        client.get("/offers?q=H100:8")


@pytest.mark.parametrize("path", ["/", "/offers", "/nowhere"])
def test_every_page_forbids_everything_inline_and_foreign(client: Client, path: str) -> None:
    response = client.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    html = response.content.decode()
    assert "style=" not in html
    assert "<style" not in html
    assert not re.search(r"\son[a-z]+=", html)
    assert not re.search(r"<script", html)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', html)


def test_a_page_that_is_not_there_says_so(client: Client) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "There is no such page" in text_of(response)


@pytest.mark.parametrize("path", ["/", "/offers", "/healthz"])
def test_pages_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_healthz_answers_when_the_database_does(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}

    def fail(*_args: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("django.db.backends.sqlite3.base.SQLiteCursorWrapper.execute", fail)
    monkeypatch.setattr("advisor.web.views.connection.cursor", fail)
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "database unavailable"})


@pytest.mark.parametrize("path", ["/", "/offers?q=H100"])
def test_a_missing_database_is_said_plainly(
    client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("no such table: advisor_offerrow")

    monkeypatch.setattr("advisor.web.views.stored_example", fail)
    monkeypatch.setattr("advisor.web.offers.LedgerSource", fail)
    response = client.get(path)
    assert response.status_code == 503
    assert "The database has not been prepared" in text_of(response)
    assert "python manage.py migrate" in text_of(response)
