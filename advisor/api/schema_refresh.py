"""Shapes of sources that are asked, of their refreshes, and of prices in quarantine."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from advisor.api.fields import In, Moment
from advisor.api.paging import PageOut, PageQuery

_MOST_ID = 2**63 - 1
_MOST_IDS = 1000
SourceName = Annotated[str, Field(max_length=50)]
StateOfSource = Literal["not_configured", "never", "ok", "held_back", "failed", "running"]


class RefusedRow(BaseModel):
    where: str = Field(description="Where in the source's reply the row stands")
    reason: str = Field(description="Why it is no offer")


class RefreshOut(BaseModel):
    """A refresh that waits or is at work."""

    id: str = Field(description="Number of the job", json_schema_extra={"format": "uuid"})
    state: Literal["queued", "running"] = Field(description="Whether it waits or is at work")
    phase: str = Field(description="waiting, asking, reading, checking or publishing")
    fraction: float = Field(description="How much of it is done, 0 to 1")
    documents: int | None = Field(description="Replies so far, while asking")
    rows: int | None = Field(description="Rows read so far, while reading and checking")
    done: int | None = Field(description="Rows written so far, while publishing")
    total: int | None = Field(description="Rows to write, while publishing")
    not_before: Moment | None = Field(description="After a failure that may pass: tried again then, UTC")
    stopping: bool = Field(description="A person has asked it to stop")


class SourceStateOut(BaseModel):
    """How a source that is asked stands. Rows and seconds are of the last attempt that read it whole."""

    source: str = Field(description="Its name", examples=["azure"])
    title: str = Field(description="What people call it", examples=["Microsoft Azure"])
    state: StateOfSource = Field(
        description="never: not asked yet; held_back: read, but as a whole it looks wrong, so the last good "
        "prices stay; not_configured: it has no credentials, and is left out"
    )
    words: list[str] = Field(
        description="Why it failed, was held back or is not configured. Empty for whoever is not signed in, "
        "but for a site on one's own machine"
    )
    error_code: str = Field(description="Of a failure, stable; empty where there is none")
    last_attempt_at: Moment | None = Field(description="When it was last asked, UTC")
    last_success_at: Moment | None = Field(
        description="When its prices were last published or confirmed, UTC"
    )
    next_at: Moment | None = Field(description="When it is due next, UTC; null: not scheduled")
    stated_at: Moment | None = Field(description="When the oldest price of its last success was stated, UTC")
    age_hours: float | None = Field(
        description="How long ago that is, hours; it grows while nothing succeeds"
    )
    stale: bool | None = Field(description="Whether that is older than this site's limit")
    rows_seen: int = Field(description="Rows in its replies")
    rows_taken: int = Field(description="Of them usable offers")
    rows_refused: int = Field(description="Of them no offers")
    rows_quarantined: int = Field(description="Offers that were kept for a person to look at")
    rows_changed: int = Field(description="Offers written: new, changed or ended")
    refused: list[RefusedRow] = Field(description="The first refused rows; for whoever may read `words`")
    seconds: float | None = Field(description="How long it took, seconds")
    waiting: int = Field(description="Its prices that wait in quarantine now")
    refresh: RefreshOut | None = Field(description="The refresh under way; null: none")


class RefreshQuery(BaseModel):
    despite_gates: bool = Field(
        False, description="Publish what would be held back as a whole; doubtful prices still wait"
    )


class QuarantineQuery(PageQuery):
    source: SourceName = Field("", description="Only those of this source; empty: of all", examples=["azure"])
    state: Literal["waiting", "accepted", "rejected", "all"] = Field(
        "waiting", description="Which of them: those that wait, or by what was decided"
    )


class PriceInForce(BaseModel):
    price_per_hour: float = Field(description="Per instance-hour, in `currency`")
    upfront: float | None = Field(description="Paid at the start for one instance, in `currency`")
    currency: str = Field(description="ISO 4217")


class QuarantinedOut(BaseModel):
    """A price that is not published before an operator has looked at it."""

    id: int = Field(description="Its number, for a decision")
    source: str = Field(description="Who stated it")
    offer_id: str = Field(description="Of which offer")
    provider: str = Field(description="Who sells it")
    price_per_hour: float = Field(description="Per instance-hour, in `currency`")
    upfront: float | None = Field(description="Paid at the start for one instance, in `currency`")
    currency: str = Field(description="ISO 4217")
    in_force: PriceInForce | None = Field(description="The price of the offer now; null: it is not for sale")
    reason: str = Field(description="Why it waits")
    state: Literal["waiting", "accepted", "rejected"] = Field(description="What was decided")
    first_seen_at: Moment = Field(description="When a refresh first found it, UTC")
    last_seen_at: Moment = Field(description="When one last did, UTC")
    decided_by: str | None = Field(description="Who decided; null: nobody yet, or they have left")
    decided_at: Moment | None = Field(description="When, UTC")


class QuarantinePage(PageOut):
    items: list[QuarantinedOut] = Field(description="By source and offer")


class DecideIn(In):
    ids: list[Annotated[int, Field(ge=1, le=_MOST_ID)]] = Field(
        min_length=1, max_length=_MOST_IDS, description="Numbers of prices in quarantine"
    )
    decision: Literal["accept", "reject"] = Field(description="Publish them now, or keep them out")


class DecidedOut(BaseModel):
    """What came of a decision."""

    decided: int = Field(description="Prices it was about")
    decision: Literal["accept", "reject"] = Field(description="What was decided")
    version: int | None = Field(description="Version of the catalogue with the accepted prices; else null")
