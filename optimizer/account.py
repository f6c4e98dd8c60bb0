"""What a plan costs and emits, as the verifier adds it up: plain numbers, in the plan's currency."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One purchase, or one elastic offer over the whole plan, or the opening and staff of a site.

    `kind`: on_demand, spot, partner, reserved, spend_commitment, capacity_block, self_hosted, owned, site or
    staff. A commitment to spend has `commitment_per_hour`, and quantity 1; without it the kind is a machine
    that is sold under such commitments only. `cash` is paid within the horizon (`by_month`: month by month),
    `owed` after it; `npv` counts both, less credits, but not what is owed where the plan is a going concern;
    carbon's charge is in no line. `quantity` is whole
    machines (the largest number at once for what runs by the hour, people for staff).
    """

    kind: str
    option: str
    start: int
    months: int
    quantity: int
    instance_hours: float
    npv: float
    cash: float
    capex: float
    owed: float
    credit: float
    carbon_kg: float
    by_month: tuple[float, ...] = ()
    commitment_per_hour: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Sums of a plan. Sequences have one entry per month of the horizon; nothing is discounted but npv."""

    npv: float  # everything: cash, what is owed after it (run off), credits, and the charge on carbon
    cash: tuple[float, ...]
    capex: tuple[float, ...]
    opex: tuple[float, ...]
    carbon_kg: tuple[float, ...]
    carbon_charge: tuple[float, ...]
    credit: float
    credit_npv: float
    owed: float
    owed_npv: float
    lines: tuple[Line, ...]
    risk_charge: float = 0.0  # in npv alone: weight x (CVaR - expected cost)
    scenarios: tuple["Account", ...] = ()  # each on its own; the sums above are then their expectation
