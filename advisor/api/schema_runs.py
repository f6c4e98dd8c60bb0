"""Shapes of runs, and of people and their tokens."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from advisor.api.fields import In, Line, Moment, MomentIn, NumberIn, Uuid
from advisor.api.paging import PageOut, PageQuery
from advisor.planning.effort import DEFAULT_EXPLAIN_SECONDS, DEFAULT_GAP, DEFAULT_TIME_LIMIT_SECONDS
from advisor.runs.services import EXPLAIN_SECONDS, GAPS, MOST_WHY, TIME_LIMITS_SECONDS

State = Literal["queued", "running", "succeeded", "failed", "cancelled"]
Filter = Literal["queued", "running", "succeeded", "failed", "cancelled", "optimal", "feasible", "infeasible"]


class RunsQuery(PageQuery):
    state: Filter | None = Field(None, description="Only runs in this state, or with a result of this status")
    plan_id: Uuid | None = Field(None, description="Only runs of this plan")
    text: Line = Field("", description="Only runs whose name holds this, in any case")


class RunIn(In):
    plan_id: Uuid = Field(description="Which plan to work out")
    version: NumberIn | None = Field(None, description="Which version; null: the newest")
    gap: float = Field(
        DEFAULT_GAP,
        ge=GAPS[0],
        le=GAPS[1],
        description="Proven distance to the best, as a fraction of the cost",
    )
    time_limit_seconds: float = Field(
        DEFAULT_TIME_LIMIT_SECONDS,
        ge=TIME_LIMITS_SECONDS[0],
        le=TIME_LIMITS_SECONDS[1],
        description="Longest search, seconds; then the best plan found is the answer",
    )
    baselines: bool = Field(True, description="Compare with simple strategies too")
    explain_seconds: float = Field(
        DEFAULT_EXPLAIN_SECONDS,
        ge=EXPLAIN_SECONDS[0],
        le=EXPLAIN_SECONDS[1],
        description="Time for explanations after the answer, seconds; 0 leaves them out",
    )
    why: list[Annotated[Line, Field(min_length=1, max_length=300)]] = Field(
        default_factory=list,
        max_length=MOST_WHY,
        description="Offers to explain: why each is in the plan or not, and the price at which it enters",
        examples=[["aws/us-east-1/p5.48xlarge/on_demand"]],
    )


class ExplainIn(In):
    explain_seconds: float = Field(
        gt=EXPLAIN_SECONDS[0],
        le=EXPLAIN_SECONDS[1],
        description="Time for explanations, seconds; more than the run had",
        examples=[300],
    )


class RunError(BaseModel):
    code: str = Field(description="Stable, for programs")
    lines: list[str] = Field(description="Words for a person, the first in one line")


class Outcome(BaseModel):
    """The answer in short; GET result_url for all of it."""

    status: str = Field(description="optimal, feasible or infeasible")
    objective_npv: float | None = Field(description="Net present cost, in `currency`; null when infeasible")
    currency: str = Field(description="ISO 4217")
    proven_gap: float | None = Field(
        description="Proven distance to the best, as a fraction; null without one"
    )
    sentence: str = Field(description="The answer in words")


class Links(BaseModel):
    """Addresses on this site."""

    self: str = Field(description="This run")
    plan: str = Field(description="Its plan")
    version: str = Field(description="The version it works out")
    result: str | None = Field(description="Its result; null while there is none")
    page: str = Field(description="Its page for a person")
    longer_than: str | None = Field(description="The run it explains for longer; null for others")


class RunOut(BaseModel):
    id: Uuid = Field(description="Id of the run")
    name: str = Field(description="Name of the plan when it was started")
    plan_id: Uuid = Field(description="Its plan")
    version: int = Field(description="Which version of the plan")
    state: State = Field(description="How far it is; the last three are ends")
    fraction: float = Field(description="Part of the work that is done, 0 to 1")
    phase: str | None = Field(
        description="reading, pricing, solving, clashes, comparing, explaining or checking; null before"
    )
    progress: dict[str, Any] = Field(
        description="What the worker told last: seconds, best and bound in `currency`, gap, done of total"
    )
    cancel_requested: bool = Field(description="Whether somebody asked to stop it")
    attempts: int = Field(description="How often a worker took it up since it was queued")
    created_at: Moment = Field(description="When it was started, UTC")
    started_at: Moment | None = Field(description="When a worker took it up first, UTC")
    finished_at: Moment | None = Field(description="When it ended, UTC")
    seconds: float | None = Field(description="From being taken up to its end; null before")
    error: RunError | None = Field(description="Why it failed; null otherwise")
    as_of: Moment = Field(description="The moment whose prices it uses, UTC")
    catalogue_version: int = Field(description="Version of the catalogue at that moment")
    gap: float = Field(description="Gap asked for, a fraction")
    time_limit_seconds: float = Field(description="Longest search asked for, seconds")
    baselines: bool = Field(description="Whether simple strategies are compared")
    explain_seconds: float = Field(description="Time for explanations asked for, seconds")
    why: list[str] = Field(description="Offers that were asked about")
    longer_than: Uuid | None = Field(
        description="The run with the same question and prices and less time to explain; null for others"
    )
    outcome: Outcome | None = Field(description="The answer in short; null while there is none")
    links: Links = Field(description="Where to go from here")


class RunPage(PageOut):
    items: list[RunOut] = Field(description="Newest first")


class TokenIn(In):
    name: Annotated[Line, Field(min_length=1, max_length=100)] = Field(
        description="What the token is for", examples=["nightly build"]
    )
    expires_at: MomentIn | None = Field(
        None,
        description="When it ends, UTC unless an offset is given; null: never",
        examples=["2099-01-31T12:00:00Z"],
    )


class TokenOut(BaseModel):
    id: Uuid = Field(description="Id of the token")
    name: str = Field(description="What it is for")
    prefix: str = Field(description="First characters of its key, to tell tokens apart")
    created_at: Moment = Field(description="When it was made, UTC")
    expires_at: Moment | None = Field(description="When it ends, UTC; null: never")
    last_used_at: Moment | None = Field(description="Last use, UTC, to the minute; null: never")


class NewToken(TokenOut):
    key: str = Field(description="The key itself. It is shown this once and kept nowhere")


class TokenPage(PageOut):
    items: list[TokenOut] = Field(description="Your own, newest first, without revoked ones")


class UserOut(BaseModel):
    username: str = Field(description="Name to sign in with")
    is_operator: bool = Field(description="Whether operators' work is allowed, such as taking in prices")


class OrganisationOut(BaseModel):
    name: str = Field(description="Owner of the plans, runs and tokens you see")


class AuthOut(BaseModel):
    kind: Literal["token", "session"] = Field(description="How you were recognised")
    token: TokenOut | None = Field(description="The token that was used; null for a session")


class MeOut(BaseModel):
    user: UserOut = Field(description="Who you are")
    organisation: OrganisationOut = Field(description="On whose behalf you ask")
    auth: AuthOut = Field(description="How you were recognised")
