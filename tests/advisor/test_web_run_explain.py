"""Explanations on the page of a run, in the API and in what a worker is asked."""

import json
import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from advisor.catalog.services import publish
from advisor.errors import BadInput
from advisor.jobs import queue
from advisor.jobs.handlers import HANDLERS
from advisor.jobs.work import perform
from advisor.models import Run
from advisor.planning.charts import tornado_chart
from advisor.planning.result import Result
from advisor.planning.summary_explain import explained
from advisor.runs.queries import result_of as stored_result_of
from advisor.runs.services import Ask, start_run
from tests.advisor.api_calls import member
from tests.advisor.page_text import text_of
from tests.advisor.planning_cases import TEAM, make_reservation, near, plan_data, result_of
from tests.advisor.results import make_result
from tests.factories import make_offer
from tests.people import make_member, make_plan, make_run, organisation_of, signed_in

pytestmark = pytest.mark.django_db
DE, US = make_offer(), make_offer(region="us-east-1", country="US", price_per_hour=Decimal(40))
IN_EU = TEAM | {"residency": {"allow": ["EU"]}}


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "send", lambda *_words, **_options: True)


@pytest.fixture
def ada() -> User:
    publish([DE, US], source="t", label="t")
    return make_member()


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def test_the_page_shows_every_part(client: Client, ada: User) -> None:
    offers = [DE, US, make_reservation()]
    result = result_of(plan_data(IN_EU, months=3), offers, baselines=True, explain=20, why=[US.offer_id])
    page = text_of(client.get(f"/runs/{make_run(ada, result=json.loads(result.as_json())).pk}"))
    assert "team stays in EU" in page
    assert "no workload can use it: team may not be in US (residency)" in page
    assert "without commitments" in page
    assert "+86,600" in page  # 109,500 on demand, 22,900 committed
    assert "cloud prices −20 %" in page
    assert "−4,580" in page  # a fifth of 22,900


def test_what_there_was_no_time_for_is_one_sentence_and_no_rows(client: Client, ada: User) -> None:
    late = {"status": "not_computed", "note": "the time for explanations ran out before it"}
    done = {"status": "proven", "npv": 70_000.0, "difference_npv": -11_234.0}
    names = [{"limit": "limits", "where": "", "rule": f"rule {n}"} for n in range(3)]
    rules = [names[0] | done, names[1] | late, names[2] | late]
    ways = [{"name": "one_country", "words": f"way {n}"} | late for n in range(2)]
    parts = {"seconds_allowed": 1.0, "rules": rules, "alternatives": ways}
    page = text_of(client.get(f"/runs/{make_run(ada, result=make_result(explanations=parts)).pk}"))
    assert "rule 0 70,000 11,234" in page
    assert "2 more rules not worked out: the time for explanations ran out." in page
    assert "Other ways 2 not worked out: the time for explanations ran out." in page
    assert not any(words in page for words in ("rule 1", "rule 2", "way 0", "way 1", "ran out before it"))


def test_a_wide_proof_is_told_beside_the_difference_in_page_and_text(client: Client, ada: User) -> None:
    def moved(point: float, low: float, high: float) -> dict[str, object]:
        figures = {"difference_npv": point, "difference_low": low, "difference_high": high}
        return {"status": "proven", "npv": 81_234.5 + point} | figures

    rule = {"limit": "limits", "where": "", "rule": "a rule"} | moved(-300, -400, -250)
    ways = [
        {"name": "a", "words": "without aws"} | moved(484_245, 263_323, 492_443),
        {"name": "b", "words": "without gcp"} | moved(1000, 950, 1040),
    ]
    cases = {"low": moved(-300, -400, -250) | {"change": 0.8}, "high": moved(500, 490, 505) | {"change": 1.2}}
    parts = {
        "seconds_allowed": 1.0,
        "rules": [rule],
        "alternatives": ways,
        "sensitivity": [{"factor": "demand", **cases}],
    }
    result = make_result(explanations=parts)
    page = text_of(client.get(f"/runs/{make_run(ada, result=result).pk}"))
    assert "a rule between 250 and 400 80,934 300" in page
    assert "+484,245 (between 263,323 and 492,443)" in page
    assert "+1,000 " in page
    assert "+1,000 (" not in page
    assert "demand −20 % change between −400 and −250 80,934 −300" in page
    text = " ".join("\n".join(explained(Result.model_validate(result))).split())
    assert "a rule 80,934 300 between 250 and 400" in text
    assert "without aws: 484,245 USD more (between 263,323 and 492,443)" in text
    assert "without gcp: 1,000 USD more" in text
    assert "change between −400 and −250" in text


def test_a_way_without_a_price_does_not_say_what_it_gets(client: Client, ada: User) -> None:
    bought = {"offer": "a/b/c/on_demand", "quantity": 6, "start": "2027-01", "npv": 41_470.8}
    way = {"name": "a", "words": "without aws", "status": "not_computed", "note": "no plan near the best"}
    parts = {"seconds_allowed": 1.0, "alternatives": [way | {"purchases": [bought]}]}
    result = make_result(explanations=parts)
    page = client.get(f"/runs/{make_run(ada, result=result).pk}").content.decode()
    assert "without aws" in page
    assert "What it gets" not in page
    assert "a/b/c" not in "".join(explained(Result.model_validate(result)))


def test_a_page_without_explanations_asks_whether_they_are_wanted(client: Client, ada: User) -> None:
    page = client.get(f"/runs/{make_run(ada).pk}").content.decode()
    assert 'id="rules"' not in page
    assert 'id="sensitivity"' not in page
    assert 'id="why-offer"' in page


def test_an_offer_named_on_the_page_is_asked_about_in_a_new_run(client: Client, ada: User) -> None:
    old = make_run(ada)
    form = client.get(f"/runs/{old.pk}").content.decode().split('class="why"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form))
    client.post(f"/plans/{old.plan_id}/run", fields | {"why": f" {US.offer_id} "})
    new = Run.objects.exclude(pk=old.pk).get()
    assert (new.why, new.explain_seconds, new.version) == ([US.offer_id], 30 + 90, old.version)


def test_the_api_takes_offers_to_explain_and_says_them_again() -> None:
    publish([DE, US], source="t", label="t")
    user, ask = member()
    plan = make_plan(user)
    body = {"plan_id": str(plan.pk), "why": [DE.offer_id], "explain_seconds": 5}
    run = ask.post("/runs", body).json
    assert (run["why"], run["explain_seconds"]) == ([DE.offer_id], 5)
    assert ask.post("/runs", body | {"why": ["x"] * 11}).status == 422
    refused = ask.post("/runs", body | {"explain_seconds": 0})
    assert (refused.status, refused.json["error"]["field"]) == (422, "why")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nonsense", "why: nonsense: names no offer of the price list"),
        ("nonsense", f"PURCHASE, for example `{DE.offer_id}`"),
        ("us-east-1", f"did you mean `{US.offer_id}`?"),
        (US.offer_id.replace("p5.", "p5,"), f"did you mean `{US.offer_id}`?"),
        (US.offer_id.replace("on_demand", "ondemand"), f"did you mean `{US.offer_id}`?"),
    ],
)
def test_an_offer_nobody_has_is_refused_before_there_is_a_run(name: str, says: str) -> None:
    publish([DE, US], source="t", label="t")
    user, ask = member()
    plan = make_plan(user)
    refused = ask.post("/runs", {"plan_id": str(plan.pk), "why": [name], "explain_seconds": 5})
    assert (refused.status, refused.json["error"]["field"]) == (422, "why")
    assert says in refused.json["error"]["message"]
    page = signed_in(user).post(f"/plans/{plan.pk}/run", {"version": "1", "why": name})
    assert page.status_code == 400
    assert says.split("`")[0] in text_of(page)
    assert not Run.objects.exists()
    old = make_run(user)  # asked on the page of a run, it is told there
    fields = {"version": "1", "why": name, "from_run": str(old.pk)}
    told = signed_in(user).post(f"/plans/{old.plan_id}/run", fields, follow=True)
    assert told.redirect_chain[-1][0] == f"/runs/{old.pk}"
    assert says.split("`")[0] in text_of(told)
    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_explains_what_was_asked(ada: User) -> None:
    version = make_plan(ada).versions.get()
    ask = Ask(gap=1e-6, explain_seconds=20, why=(DE.offer_id,))
    run, _ = start_run(version, organisation=organisation_of(ada), user=ada, ask=ask)
    perform(run.job_id, HANDLERS)
    explanations = stored_result_of(run).explanations
    assert explanations is not None
    (row,) = explanations.why
    assert (row.offer, row.enters_at_price) == (DE.offer_id, near(40))


def test_more_offers_than_can_be_asked_about_are_refused() -> None:
    with pytest.raises(BadInput, match="why: names 11 offers: write at most 10"):
        Ask(why=("x",) * 11)
    with pytest.raises(BadInput, match=r"why: needs time to explain"):
        Ask(why=("x",), explain_seconds=0)


def test_the_tornado_is_sorted_by_how_far_the_cost_moves() -> None:
    result = result_of(plan_data(months=3, discount_rate=0.08), [DE], explain=20)
    chart = tornado_chart(result)
    # 9.6 of 8 accelerators double it, prices move it by a fifth, the rate by little
    assert [name.split(" −")[0].split(" 6")[0] for name in chart["x"]] == [
        "demand",
        "cloud prices",
        "discount rate",
    ]
    lower, higher = (series["values"] for series in chart["series"])
    assert result.objective_npv is not None
    assert higher[0] == near(result.objective_npv)
    assert (lower[1], higher[1]) == (near(-0.2 * result.objective_npv), near(0.2 * result.objective_npv))
    assert tornado_chart(result_of(plan_data(), [DE]))["series"] == []
