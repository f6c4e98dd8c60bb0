"""What the answer to a whole problem says of its restrictions: a bound, and sometimes the answer itself."""

import math
from dataclasses import dataclass

from .problem import Problem
from .result import Outcome, Plan


@dataclass(frozen=True, slots=True)
class Known:
    """The whole problem's answer, if there is one."""

    outcome: Outcome | None

    @property
    def floor(self) -> float:
        """No restriction of the problem can cost less than this."""
        return self.outcome.record.bound if self.outcome is not None else -math.inf

    def answers(self, restricted: Problem) -> bool:
        """Whether the whole problem's plan is possible in the restriction too: then it is best there."""
        plan = self.outcome.plan if self.outcome is not None else None
        return plan is not None and _possible(plan, restricted)


def _possible(plan: Plan, problem: Problem) -> bool:
    servers = {server.key for site in problem.sites for server in site.servers}
    by_hour = {elastic.key for elastic in problem.elastic} | servers
    windows = {reservation.key: reservation.window for reservation in problem.reservations}
    committed = all(
        bought.option in windows and windows[bought.option].start <= bought.start < windows[bought.option].end
        for bought in plan.reserved
    )
    plans = {plan.key: plan.window for plan in problem.spend_plans}
    return (
        committed
        and all(
            c.plan in plans and plans[c.plan].start <= c.start < plans[c.plan].end for c in plan.commitments
        )
        and {cover.plan for cover in plan.covers} <= plans.keys()
        and not plan.servers
        and set(plan.opened) <= {site.key for site in problem.sites}
        and {key for key, _ in plan.kept} <= {owned.key for owned in problem.owned}
        and {run.option for hourly in plan.every_hourly() for run in hourly.runs} <= by_hour
        and {block.option for block in plan.blocks} <= {block.key for block in problem.blocks}
        and _sources(plan) <= _available(problem)
    )


def _sources(plan: Plan) -> set[str]:
    serves = (serve for hourly in plan.every_hourly() for serve in hourly.serves)
    return {serve.source for serve in serves if serve.source.startswith("firm:")}


def _available(problem: Problem) -> set[str]:
    machines = [r.machine for r in problem.reservations] + [b.machine for b in problem.blocks]
    machines += [owned.machine for owned in problem.owned if owned.machine is not None]
    return {f"firm:{machine.key}" for machine in machines}
