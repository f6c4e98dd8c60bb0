"""The form of a new sweep: what to ask of a plan, with the choices that the plan leaves."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from advisor.demand.problems import PlanError
from advisor.errors import AdvisorError, BadInput
from advisor.models import Organisation, Plan, PlanVersion
from advisor.planning.words import count
from advisor.plans.check import check
from advisor.plans.queries import plan_of, version_of
from advisor.sweeps.case_text import cases_of
from advisor.sweeps.design import KINDS, SENSITIVITY, Comparison, Design, MonteCarlo, Sensitivity
from advisor.sweeps.drivers import DRIVERS, has_effect
from advisor.sweeps.outcome import SWEEP_GAP, SWEEP_TIME_LIMIT_SECONDS
from advisor.sweeps.services import SweepAsk
from advisor.sweeps.variations import plan_data
from advisor.web.numbers import whole_number

KIND_TITLES = (
    ("sensitivity", "Sensitivity", "Which figure moves the cost most: each alone, up and down."),
    ("monte_carlo", "Monte Carlo", "How the cost is spread when demand and cloud prices are uncertain."),
    ("comparison", "Comparison", "The plan beside itself with something changed, or beside other plans."),
)
_FACTORS = "0.8, 1.2"
_PLANS_TO_CHOOSE = 100
_OTHERS_TO_CHOOSE = 30
_GAPS = (0.0, 0.001, 0.005, 0.01, 0.05)
_TIME_LIMITS_SECONDS = (10.0, 30.0, 60.0, 120.0, 300.0)
_EXAMPLE = "twice the demand: workloads[NAME].demand.peak = 84000\nno own capital: limits.capex_total = 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The plan that a form is about, none before it is chosen, and the kind of sweep."""

    plan: Plan | None
    version: PlanVersion | None
    kind: str


def asked_in(organisation: Organisation, form: QueryDict) -> Asked:
    """Raises NotFound for a plan or version there is not."""
    kind = form.get("kind", "")
    kind = kind if kind in KINDS else SENSITIVITY
    if not form.get("plan"):
        return Asked(plan=None, version=None, kind=kind)
    plan = plan_of(organisation, form["plan"])
    return Asked(plan=plan, version=version_of(plan, whole_number(form, "version")), kind=kind)


def ask_of(organisation: Organisation, kind: str, form: QueryDict) -> SweepAsk:
    """The question as it was sent. Raises BadInput, and NotFound for another plan there is not."""
    others = tuple(
        version_of(plan_of(organisation, name)) for name in form.getlist("other") if kind == "comparison"
    )
    return SweepAsk(
        design=_design(kind, form),
        gap=_number(form, "gap", SWEEP_GAP),
        time_limit_seconds=_number(form, "time_limit_seconds", SWEEP_TIME_LIMIT_SECONDS),
        others=others,
    )


def form_context(
    organisation: Organisation, asked: Asked, form: QueryDict, error: str = ""
) -> dict[str, Any]:
    """The form, filled as it was sent, or with what is usual."""
    sent = "gap" in form
    drivers = _drivers(asked.version)
    ticked = form.getlist("driver") if sent else [name for name, _, able in drivers if able]
    return {
        "plan": asked.plan,
        "version": asked.version,
        "problems": _problem_words(asked.version),
        "plans": Plan.objects.filter(organisation=organisation, archived_at__isnull=True)
        .only("name")
        .order_by("-updated_at")[:_PLANS_TO_CHOOSE],
        "others": [] if asked.plan is None else _others(organisation, asked.plan),
        "other": form.getlist("other"),
        "kind": asked.kind,
        "kinds": KIND_TITLES,
        "drivers": [(name, words, able, name in ticked) for name, words, able in drivers],
        "factors": form.get("factors", _FACTORS),
        "draws": form.get("draws", "100"),
        "seed": form.get("seed", "1"),
        "demand_percent": form.get("demand_percent", "25"),
        "price_percent": form.get("price_percent", "15"),
        "cases": form.get("cases", ""),
        "example": _EXAMPLE.replace("NAME", _first_workload(asked.version)),
        "gaps": _GAPS,
        "gap": _or_default(form, "gap", SWEEP_GAP),
        "time_limits": _TIME_LIMITS_SECONDS,
        "time_limit": _or_default(form, "time_limit_seconds", SWEEP_TIME_LIMIT_SECONDS),
        "error": error,
    }


def _design(kind: str, form: QueryDict) -> Design:
    if kind == "comparison":
        return Comparison(cases=cases_of(form.get("cases", "")))
    if kind == "monte_carlo":
        return MonteCarlo(
            draws=_whole(form, "draws"),
            seed=_whole(form, "seed"),
            demand_sigma=_number(form, "demand_percent", 25.0) / 100,
            price_sigma=_number(form, "price_percent", 15.0) / 100,
        )
    names = form.getlist("driver")
    if not names:
        raise BadInput("driver: tick at least one figure", field="driver")
    factors = _factors(form.get("factors", _FACTORS))
    return Sensitivity(factors=dict.fromkeys(names, factors))


def _factors(text: str) -> tuple[float, ...]:
    words = text.replace(",", " ").replace(";", " ").split()
    try:
        found = tuple(float(word) for word in words)
    except ValueError:
        found = ()
    if not found:
        written = text.strip()[:60] or "(empty)"
        raise BadInput(f"factors {written}: write numbers, as in 0.8, 1.2", field="factors")
    return found


def _number(form: QueryDict, name: str, default: float) -> float:
    text = form.get(name, "").strip()
    if not text:
        return default
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"{name} {text[:40]}: write a number such as {default:g}", field=name) from None


def _whole(form: QueryDict, name: str) -> int:
    found = whole_number(form, name)
    if found is None:
        raise BadInput(f"{name} {form.get(name, '')[:40] or '(empty)'}: write a whole number", field=name)
    return found


def _or_default(form: QueryDict, name: str, default: float) -> float:
    try:
        return _number(form, name, default)
    except BadInput:
        return default


def _drivers(version: PlanVersion | None) -> list[tuple[str, str, bool]]:
    """Name, words, and whether the plan has such a figure."""
    try:
        data = {} if version is None else plan_data(version.text)
    except (PlanError, AdvisorError):  # its problems are told beside the form
        data = {}
    return [(name, words, has_effect(data, name)) for name, words in DRIVERS.items()]


def _first_workload(version: PlanVersion | None) -> str:
    found = None if version is None else check(version.text).plan
    return "chat" if found is None else found.workloads[0].name


def _problem_words(version: PlanVersion | None) -> str:
    problems = () if version is None else check(version.text).problems
    return count(len(problems), "problem") if problems else ""


def _others(organisation: Organisation, plan: Plan) -> list[Plan]:
    plans = Plan.objects.filter(organisation=organisation, archived_at__isnull=True).exclude(pk=plan.pk)
    return list(plans.only("name", "versions_count").order_by("-updated_at")[:_OTHERS_TO_CHOOSE])
