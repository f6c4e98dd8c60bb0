"""Options of `sweep` that say what to work out."""

from typing import Any

from advisor.errors import BadInput
from advisor.management.plan_options import number
from advisor.sweeps.case_text import case_of
from advisor.sweeps.design import KINDS, MOST_CASES, Comparison, Design, MonteCarlo, Sensitivity
from providers.text import did_you_mean, nearest, shown


def design_asked(options: dict[str, Any], others: int) -> Design:
    """The question of a sweep's options. Raises BadInput; `others` are further plan files."""
    kind = options["kind"]
    if kind not in KINDS:
        hint = did_you_mean(nearest(kind, KINDS)) or f"; write {', '.join(KINDS)}"
        raise BadInput(f"--kind {shown(kind)}: is not known{hint}")
    _refuse_other_kinds(options, kind, others)
    if kind == "sensitivity":
        return _sensitivity(options)
    if kind == "monte_carlo":
        given = {
            name: whole(options[name], f"--{name}") for name in ("draws", "seed") if options[name] is not None
        }
        sigmas = {
            name: _any_number(options[name], f"--{name.replace('_', '-')}")
            for name in ("demand_sigma", "price_sigma")
            if options[name] is not None
        }
        return MonteCarlo(**given, **sigmas)  # type: ignore[arg-type]  # names of its fields
    cases = tuple(map(case_of, options["case"]))
    if not 1 <= len(cases) + others <= MOST_CASES:
        raise BadInput(f"--case: a comparison needs 1 to {MOST_CASES} cases or further plan files")
    return Comparison(cases=cases)


def _refuse_other_kinds(options: dict[str, Any], kind: str, others: int) -> None:
    fields = {
        "sensitivity": ("drivers", "factors", "step"),
        "monte_carlo": ("draws", "seed", "demand_sigma", "price_sigma"),
        "comparison": ("case",),
    }
    for owner, names in fields.items():
        for name in names:
            if owner != kind and options[name] not in (None, []):
                raise BadInput(f"--{name.replace('_', '-')}: belongs to {owner}, not to {kind}")
    if others and kind != "comparison":
        raise BadInput(f"PLAN: {kind} is of one plan; a comparison takes several")


def _sensitivity(options: dict[str, Any]) -> Sensitivity:
    if options["factors"] is not None and options["step"] is not None:
        raise BadInput("--step: cannot stand beside --factors: keep one of them")
    step = {} if options["step"] is None else {"step": _any_number(options["step"], "--step")}
    factors = tuple(_any_number(word, "--factors") for word in _words(options["factors"]))
    names = _words(options["drivers"])
    if factors and not names:
        raise BadInput("--factors: say of which --drivers, for example --drivers demand,cloud_prices")
    return Sensitivity(factors=dict.fromkeys(names, factors), **step)


def _words(text: str | None) -> list[str]:
    return [word for word in (text or "").replace(",", " ").split() if word]


def _any_number(text: str, option: str) -> float:
    return number(text, option, least=-1e15, most=1e15, example="0.2")


def whole(text: str, option: str) -> int:
    """Raises BadInput for what is no whole number."""
    figure = _any_number(text, option)
    if not figure.is_integer():
        raise BadInput(f"{option} {shown(text)}: write a whole number")
    return int(figure)
