"""A request in the words of `optimizer.billing`."""

from decimal import Decimal

from advisor.billing.commitment_row import CommitmentRow, FlexibleRow, ReservedRow
from advisor.billing.request import BillRequest
from advisor.billing.usage_row import UsageRow
from optimizer.billing import (
    Bill,
    Commitment,
    FlexibleCommitment,
    Reservation,
    Size,
    SpendPlan,
    Usage,
    make_bill,
)
from optimizer.billing.sizes import size_of


def bill_of(request: BillRequest) -> Bill:
    """What is charged."""
    usages = [_usage(row, request.length) for row in request.usage]
    commitments = [_commitment(row, request) for row in request.commitments]
    return make_bill(usages, commitments, hours=request.length)


def _usage(row: UsageRow, hours: int) -> Usage:
    return Usage(
        id=row.id,
        provider=row.provider,
        service=row.of_service,
        account=row.account or "",
        region=_folded(row.region) or _region_of_zone(row),
        zone=_folded(row.zone),
        instance_type=_folded(row.instance_type),
        platform=row.platform,
        tenancy=row.tenancy,
        quantity=row.quantity if isinstance(row.quantity, tuple) else (row.quantity,) * hours,
        on_demand=row.on_demand,
        rates=row.rates,
        size=_size(row),
    )


def _commitment(row: CommitmentRow, request: BillRequest) -> Commitment:
    if isinstance(row, ReservedRow):
        return _reservation(row, request)
    account, shared = row.account or "", row.shared is not False
    if isinstance(row, FlexibleRow):
        return FlexibleCommitment(
            id=row.id,
            provider=row.provider,
            account=account,
            shared=shared,
            per_hour_on_demand=row.per_hour_on_demand,
            discount_fraction=row.discount_fraction,
        )
    return SpendPlan(
        id=row.id,
        provider=row.provider,
        kind=row.kind,
        account=account,
        shared=shared,
        per_hour=row.per_hour,
        family=_folded(row.family),
        region=_folded(row.region),
    )


def _reservation(row: ReservedRow, request: BillRequest) -> Reservation:
    per_hour = request.per_hour(row)
    if per_hour is None:
        raise LookupError(f"no price for {row.id}, though the request was validated")
    return Reservation(
        id=row.id,
        provider=row.provider,
        account=row.account or "",
        shared=row.provider != "gcp" if row.shared is None else row.shared,
        region=_folded(row.region),
        zone=_folded(row.zone),
        instance_type=_folded(row.instance_type),
        platform=row.platform,
        tenancy=row.tenancy,
        quantity=Decimal(row.quantity),
        per_hour=per_hour,
        size=_size(row) if _is_flexible(row) else None,
    )


def _is_flexible(row: ReservedRow) -> bool:
    """AWS: regional, Linux, default tenancy only; elsewhere wherever it was bought so."""
    is_plain = row.provider != "aws" or (row.platform == "linux" and row.tenancy == "default")
    return row.size_flexible and not row.is_zonal and is_plain


def _size(row: UsageRow | ReservedRow) -> Size | None:
    if row.size_group is not None and row.size_factor is not None:
        return Size(f"given: {row.size_group.casefold()}", row.size_factor)
    return size_of(row.provider, row.instance_type) if row.instance_type else None


def _region_of_zone(row: UsageRow) -> str:
    """AWS names zones after their region: us-east-1a."""
    zone = _folded(row.zone)
    return zone[:-1] if row.provider == "aws" and zone[-1:].isalpha() and zone[-2:-1].isdigit() else ""


def _folded(name: str | None) -> str:
    return (name or "").casefold()
