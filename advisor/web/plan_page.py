"""What the editor of a plan shows."""

from typing import Any

from advisor.models import Plan, PlanVersion, Run
from advisor.plans.check import check
from advisor.runs.services import Ask
from advisor.web.plan_form import options_context, problem_rows, status_words

RECENT_RUNS = 6
HELP = (
    ("schema", "version of this form: 1"),
    ("name", "a name for people"),
    ("currency", "of the plan and its answer: USD, EUR, CNY …"),
    ("start, months", "the first month, as 2027-01, and how many"),
    ("discount_rate", "a year, as a fraction: 0.08 is 8 %"),
    ("exchange_rates", "worth of one unit of another currency: {USD: 0.92}"),
    ("workloads", "what needs capacity: at least one"),
    ("· kind", "inference (a load), training (work with a deadline), batch (either)"),
    ("· demand", "{unit: tokens_per_second, peak: 9000, profile: office_hours}"),
    ("", "or {unit: accelerators, constant: 8}"),
    ("", "or {unit: accelerator_hours, total: {H100: 300000}}"),
    ("", "or {unit: flops, total: 3.8e24, mfu: {H100: 0.4}}"),
    ("· throughput", "units a second of ONE accelerator: {H100: 2450, L4: 160}"),
    ("· headroom", "spare capacity as a fraction: 0.2"),
    ("· residency", "where data may be: {allow: [EU], deny: [IE]}"),
    ("· interruptible_fraction", "share that spot may serve: 0 to 1"),
    ("· checkpoint", "of jobs on spot: {interval_minutes: 30, restart_minutes: 10}"),
    ("· latency", "round trip to users: {users_in: [DE, FR], max_ms: 60}"),
    ("· window", "{earliest: 2027-03, deadline: 2027-08}"),
    ("capacity.offers", "{purchases: [on_demand, reserved], providers: [aws, gcp]}"),
    ("capacity.sites", "own server rooms: opening, power, servers, staff"),
    ("capacity.partners", "shared machines with their price per hour"),
    ("limits", "capex_total, cash_per_month, carbon_tonnes_total, share_max …"),
)
"""The fields a plan mostly needs, one line each; the page `plan_help` has all."""


def editor_context(text: str, ask: Ask | None = None) -> dict[str, Any]:
    """A text with all that is wrong with it, and the choices of a run."""
    problems = check(text).problems
    return {
        "text": text,
        "problems": problem_rows(problems, text),
        "editor_problems": problem_rows(problems),
        "status": status_words(problems),
        "help": HELP,
        **options_context(ask or Ask()),
    }


def plan_context(plan: Plan, version: PlanVersion, text: str, ask: Ask | None = None) -> dict[str, Any]:
    """The plan with the version the text stems from, and its last runs."""
    runs = (
        plan.runs.select_related("job", "version")
        .defer("version__text")
        .order_by("-created_at")[: RECENT_RUNS + 1]
    )
    found: list[Run] = list(runs)
    return {
        "plan": plan,
        "version": version,
        "runs": found[:RECENT_RUNS],
        "more_runs": len(found) > RECENT_RUNS,
        **editor_context(text, ask),
    }
