"""The first page: for visitors, for members, and how little it weighs."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from advisor.catalog.embedded import load_embedded
from advisor.catalog.services import publish
from advisor.models import Job
from tests.advisor.page_text import links_of, text_of
from tests.factories import make_cpu_offer, make_offer
from tests.people import make_member, make_plan, make_run, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_a_visitor_sees_the_search_the_ages_and_where_to_sign_in(client: Client) -> None:
    publish([make_offer(), make_cpu_offer(provider="gcp")], source="t", label="t")
    response = client.get("/")
    page, links = text_of(response), links_of(response)
    assert "works out the cheapest plan" in page
    assert "Offers 2 Providers 2 Newest price 2026-11-20 Oldest price 2026-11-20" in page
    assert links["sign in"] == "/sign-in"
    assert links["aws"] == "/offers?provider=aws"
    assert "Recent runs" not in page


def test_only_questions_with_an_answer_are_suggested(client: Client) -> None:
    one = {"accelerator": "B200", "accelerator_count": Decimal(1), "instance_type": "b"}
    publish([make_offer(), make_offer(**one), make_cpu_offer()], source="t", label="t")
    links = links_of(client.get("/"))
    assert links["H100:8"] == "/offers?q=H100:8"
    assert links["cpu"] == "/offers?q=cpu"
    assert "B200:8" not in links  # there is one with a single B200 only
    assert "L40S" not in links


def test_every_suggestion_of_the_embedded_list_finds_something(client: Client) -> None:
    load_embedded()
    asked = [href for href in links_of(client.get("/")).values() if href.startswith("/offers?q=")]
    assert len(asked) >= 5
    for href in asked:
        assert re.search(r"Shown \d+ of \d", text_of(client.get(href))), href


def test_stale_prices_are_counted_for_each_provider_once(client: Client, settings: Settings) -> None:
    settings.PRICE_MAX_AGE_HOURS = 100
    now = datetime.now(UTC)
    old, new = now - timedelta(hours=200), now - timedelta(hours=50)
    publish([make_offer(observed_at=old)], source="one", label="t")
    publish([make_offer(instance_type="b", observed_at=new)], source="two", label="t")
    page = text_of(client.get("/"))
    assert f"Newest price {new:%Y-%m-%d} Oldest price {old:%Y-%m-%d} Stale 1 50 %" in page
    assert "aws 2 offers 2 days, 50 % stale" in page


def test_without_prices_the_page_says_what_to_do(client: Client, settings: Settings) -> None:
    settings.EMBEDDED = True  # whoever reads it has started it
    response = client.get("/")
    assert response.status_code == 200
    assert "The catalogue holds no prices yet." in text_of(response)
    assert "python manage.py import_prices" in text_of(response)
    settings.EMBEDDED = False
    assert "manage.py" not in text_of(client.get("/"))


def test_a_member_sees_the_last_eight_runs_of_the_organisation() -> None:
    ada = make_member()
    plan = make_plan(ada)
    for _ in range(9):
        make_run(ada, plan)
    failed = make_run(ada, plan, state=Job.State.FAILED, error_lines=["The worker was lost (--time-limit)."])
    make_run(make_member("eve", "Elsewhere"))
    response = signed_in(ada).get("/")
    page = text_of(response)
    assert len(re.findall(r'<a href="/runs/[0-9a-f-]{36}"', response.content.decode())) == 8
    assert f'href="/runs/{failed.pk}"' in response.content.decode()
    assert "Tiny failed just now, ada The worker was lost (time limit)." in page
    assert "Reserve 3 × a3-highgpu-8g" in page
    assert links_of(response)["New plan"] == "/plans/new"
    assert links_of(response)["Start from an example"] == "/plans/new?example=small-team"
    assert "works out the cheapest plan" not in page


def test_nobody_sees_runs_of_others() -> None:
    run = make_run(make_member("eve", "Elsewhere"))
    response = signed_in(make_member()).get("/")
    assert str(run.pk) not in response.content.decode()
    assert "No run yet." in text_of(response)


def test_who_belongs_to_no_organisation_is_told(client: Client) -> None:
    client.force_login(User.objects.create_user("lone"), backend="django.contrib.auth.backends.ModelBackend")
    assert "Your account belongs to no organisation yet" in text_of(client.get("/"))


def test_an_open_run_shows_its_progress_and_asks_again() -> None:
    ada = make_member()
    news = {"phase": "comparing", "done": 2, "total": 6}
    make_run(ada, state=Job.State.RUNNING, fraction=0.42, progress=news)
    client = signed_in(ada)
    html = client.get("/").content.decode()
    assert '<progress max="100" value="42"' in html
    assert "Comparing with simple strategies: 2 of 6 strategies" in html
    assert 'hx-trigger="every 2s"' in html
    assert "htmx.min.js" in html
    part = client.get("/", headers=HTMX).content.decode()
    assert part.startswith('<div hx-get="/"')
    assert "Cheapest now" not in part


def test_when_all_runs_have_ended_nothing_asks_again() -> None:
    ada = make_member()
    make_run(ada)
    html = signed_in(ada).get("/").content.decode()
    assert "hx-get" not in html
    assert "htmx" not in html.partition("<body>")[2]


def test_ten_more_runs_cost_no_more_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    publish([make_offer()], source="t", label="t")
    ada = make_member()
    plan, client = make_plan(ada), signed_in(ada)
    make_run(ada, plan)
    client.get("/")
    with django_assert_num_queries(8):
        client.get("/")
    for _ in range(10):
        make_run(ada, plan)
    with django_assert_num_queries(8):
        client.get("/")


def test_the_first_page_weighs_under_300_kb(client: Client) -> None:
    load_embedded()
    html = client.get("/").content.decode()
    files = re.findall(r'(?:src|href)="/static/([^"]+)"', html)
    missing = [name for name in files if finders.find(name) is None]
    assert missing == []
    sizes = [Path(str(finders.find(name))).stat().st_size for name in dict.fromkeys(files)]
    assert len(html.encode()) + sum(sizes) < 300_000
    assert "echarts" not in html
    assert "codemirror" not in html


def test_a_page_that_is_not_there_says_so(client: Client) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "There is no such page" in text_of(response)


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_every_page_forbids_everything_inline_and_foreign(client: Client, path: str) -> None:
    publish([make_offer()], source="t", label="t")
    response = client.get(path)
    policy = response.headers["Content-Security-Policy"]
    html = response.content.decode()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in html
    assert not re.search(r"<style|\son[a-z]+=|<script(?![^>]*src=)", html)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', html)


def test_the_first_page_only_reads(client: Client) -> None:
    assert client.post("/").status_code == 405
