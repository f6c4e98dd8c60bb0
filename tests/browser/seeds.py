"""Plans and runs for pages in a browser: quick ones, worked out by the site's own worker."""

import json
from dataclasses import dataclass
from functools import cache

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import Page

from tests.browser.conftest import Site
from tests.processes import wait_for

QUICK = """\
schema: 1
name: Quick
currency: USD
start: 2027-01
months: 2
workloads:
  - {name: batch, kind: batch, demand: {unit: accelerators, constant: 8}, throughput: {H100: 1}}
capacity:
  offers: {providers: [aws, gcp]}
"""
SEED = """
import json
from django.contrib.auth.models import User
from advisor.models import Job
from advisor.plans.services import create_plan, save_version
from advisor.runs.services import Ask, start_run
from tests.people import make_run, organisation_of
text = %r
user = User.objects.get(username="admin")
organisation = organisation_of(user)
plan, _ = create_plan(organisation=organisation, user=user, text=text, note="the first")
start = dict(organisation=organisation, user=user, ask=Ask(explain_seconds=3.0))
a, _ = start_run(plan.versions.get(number=1), **start)
newer = text.replace("constant: 8", "constant: 16")
version, _ = save_version(plan, user=user, text=newer, note="twice as much")
b, _ = start_run(version, **start)
plan.refresh_from_db()
clash, _ = create_plan(
    organisation=organisation, user=user,
    text=text.replace("Quick", "Impossible") + "limits: {cash_per_month: 1000}\\n",
)
c, _ = start_run(clash.versions.get(), **start)
draft, _ = create_plan(organisation=organisation, user=user, text=text.replace("months: 2", "months: -2"))
failed = make_run(user, plan, state=Job.State.FAILED, error_code="deadline",
    error_lines=["Stopped after 15 minutes, the longest it may take."])
found = dict(plan=plan, draft=draft, a=a, b=b, impossible=c, failed=failed)
print(json.dumps({name: str(one.pk) for name, one in found.items()}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """Ids of two plans (one a draft with a problem) and of runs: two with an answer, two without."""

    plan: str
    draft: str
    a: str
    b: str
    impossible: str
    failed: str


@cache
def seeds(site: Site) -> Seeds:
    """Made once for a site; waits until its worker is done."""
    found = Seeds(**json.loads(site.shell(SEED % QUICK).splitlines()[-1]))
    open_jobs = "SELECT count(*) FROM advisor_job WHERE state IN ('queued', 'running')"
    wait_for(lambda: site.rows(open_jobs) == [(0,)], seconds=90, why=site.log.read_text)
    return found


LONG = """
from django.contrib.auth.models import User
from tests.advisor.results import make_result
from tests.people import make_run
MONEY = 987_654_321_000.0
figures = dict(status="proven", npv=MONEY, difference_npv=MONEY, gap=0.001)
rule = dict(limit="limits.cash_per_month", where="", rule="cash of at most 987,654,321,000 JPY a month")
other = dict(name="no_capex", words="without servers of one's own")
moved = [dict(figures, change=change, kept_npv=MONEY) for change in (0.8, 1.2)]
result = make_result(currency="JPY")
for row in result["totals"]["by_kind"]:
    row |= {"npv": MONEY, "cash": MONEY}
result["baselines"][0] |= {"npv": MONEY, "gap": 0.001, "regret_npv": MONEY / 2, "regret_fraction": 0.5}
result["binding"] = [
    dict(limit=rule["limit"], where="", saving_per_unit_relaxed=MONEY, unit="JPY a month", step=1.0)
]
result["explanations"] = dict(seconds_allowed=30.0, rules=[rule | figures | {"difference_npv": -MONEY}],
    alternatives=[other | figures], sensitivity=[dict(factor="cloud_prices", low=moved[0], high=moved[1])])
print(make_run(User.objects.get(username="admin"), result=result).pk)
"""


@cache
def long_answer(site: Site) -> str:
    """A run whose answer has amounts of twelve digits in every table."""
    seeds(site)
    return site.shell(LONG).splitlines()[-1]


def paths(site: Site) -> dict[str, str]:
    """Every kind of page of plans and runs, by a name for it."""
    made = seeds(site)
    return {
        "plans": "/plans/",
        "new": "/plans/new",
        "new from an example": "/plans/new?example=small-team",
        "plan": f"/plans/{made.plan}",
        "draft": f"/plans/{made.draft}",
        "versions": f"/plans/{made.plan}/versions",
        "runs": "/runs/",
        "answer": f"/runs/{made.b}",
        "impossible": f"/runs/{made.impossible}",
        "failed": f"/runs/{made.failed}",
        "compare": f"/runs/compare?a={made.a}&b={made.b}",
    }


def violations(page: Page) -> list[str]:
    """What axe finds: rule, and where."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {', '.join(str(n['target']) for n in rule['nodes'][:4])}" for rule in found]
