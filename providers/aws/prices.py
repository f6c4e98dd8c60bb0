"""What all of AWS's ways to state a price are brought to, and where prices wait for their rivals."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from providers.aws.fields import plain
from providers.aws.places import Place, place_of
from providers.errors import SourceUnavailable
from providers.offers import Payment, Purchase


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One price of one instance type in one place, per instance-hour in `currency`.

    `base` is the instance type whose machine it is (`p5.48xlarge` of `ml.p5.48xlarge-Training`).
    `observed_at` is when AWS stated it, `since` when it came into force, if stated. `second_choice` is 0 for
    the ordinary price, higher where another kind is kept only if there is no ordinary one (convertible, or
    what was `paid` once). `surcharge` marks what is paid on top of another price.
    """

    document: str
    where: str
    instance_type: str
    base: str
    place: Place
    purchase: Purchase
    per_hour: Decimal
    currency: str
    observed_at: datetime | None = None
    since: datetime | None = None
    term_months: int | None = None
    payment: Payment | None = None
    upfront: Decimal | None = None
    family: str | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    min_quantity: int | None = None
    max_quantity: int | None = None
    second_choice: int = 0
    surcharge: bool = False
    paid: bool = False
    note: str = ""

    @property
    def key(self) -> str:
        """What makes two prices rivals for one offer."""
        window = (_seconds(self.begins), _seconds(self.ends))
        parts = (
            self.place.region, self.place.zone or "", self.instance_type,
            "surcharge" if self.surcharge else self.purchase.value,
            self.term_months or "", self.payment or "", self.family or "",
            *(window if self.purchase is Purchase.CAPACITY_BLOCK else ()),
        )  # fmt: skip
        return "/".join(map(str, parts))

    @property
    def total(self) -> Decimal:
        """What an hour of it costs, upfront money spread over the term; to compare rivals."""
        if self.upfront is None or self.term_months is None:
            return self.per_hour
        return self.per_hour + self.upfront / (730 * self.term_months)


class Ledger:
    """Prices of any number, in memory as long as they are few and in a temporary file when they are many.

    The file is SQLite's own and nameless: it is gone with the process, and holds nothing but list prices.
    """

    def __init__(self) -> None:
        # a generator may be closed by another thread than the one that ran it
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._rows.execute("PRAGMA journal_mode=OFF")
        self._rows.execute("PRAGMA cache_size=-16384")
        self._rows.execute(
            "CREATE TABLE price (key TEXT, choice INT, seen INT, since INT, total REAL, place TEXT, row TEXT)"
        )
        self._rows.execute("BEGIN")

    def close(self) -> None:
        self._rows.close()

    def add(self, price: Price) -> None:
        """Keep a price. Raises SourceUnavailable where the temporary file cannot be written."""
        self._run(
            "INSERT INTO price VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                price.key, price.second_choice, _seconds(price.observed_at), _seconds(price.since),
                float(price.total), f"{price.document}\0{price.where}", json.dumps(_to_row(price)),
            ),
        )  # fmt: skip

    def rivals(self) -> Iterator[Price]:
        """All prices; those of one key follow each other, the best first.

        Best is the ordinary kind, then what AWS stated last, what came into force last, and the dearer: a
        plan must not rest on the lucky one of two prices that differ in nothing else.
        """
        asked = "SELECT row FROM price ORDER BY key, choice, seen DESC, since DESC, total DESC, row"
        for (row,) in self._run(asked):
            yield _from_row(json.loads(row))

    def _run(self, words: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._rows.execute(words, values)
        except sqlite3.Error as error:
            raise SourceUnavailable(f"AWS's prices cannot be kept in a temporary file: {error}") from None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _seconds(moment: datetime | None) -> int:
    return 0 if moment is None else int((moment - _EPOCH).total_seconds())


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(stated: str | None) -> datetime | None:
    return None if stated is None else datetime.fromisoformat(stated)


def _to_row(price: Price) -> list[Any]:
    return [
        price.document, price.where, price.instance_type, price.base, price.place.zone or price.place.region,
        price.purchase.value, plain(price.per_hour), price.currency, _stamp(price.observed_at),
        _stamp(price.since), price.term_months, price.payment, _text(price.upfront), price.family,
        _stamp(price.begins), _stamp(price.ends), price.min_quantity, price.max_quantity,
        price.second_choice, price.surcharge, price.paid, price.note,
    ]  # fmt: skip


def _from_row(row: list[Any]) -> Price:
    return Price(
        document=row[0],
        where=row[1],
        instance_type=row[2],
        base=row[3],
        place=place_of(row[4], field="region"),
        purchase=Purchase(row[5]),
        per_hour=Decimal(row[6]),
        currency=row[7],
        observed_at=_moment(row[8]),
        since=_moment(row[9]),
        term_months=row[10],
        payment=Payment(row[11]) if row[11] else None,
        upfront=None if row[12] is None else Decimal(row[12]),
        family=row[13],
        begins=_moment(row[14]),
        ends=_moment(row[15]),
        min_quantity=row[16],
        max_quantity=row[17],
        second_choice=row[18],
        surcharge=row[19],
        paid=row[20],
        note=row[21],
    )
