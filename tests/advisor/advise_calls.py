"""Plans and price files on disk, and `advise` called with them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from providers.offers import Offer
from providers.pricefile import write_price_file
from tests.advisor.commands import Said, call
from tests.advisor.planning_cases import plan_data


def write_prices(path: Path, offers: Sequence[Offer]) -> Path:
    path.write_text(write_price_file(offers), encoding="utf-8")
    return path


def write_plan(folder: Path, data: dict[str, Any] | None = None) -> Path:
    path = folder / "plan.yaml"
    path.write_text(json.dumps(plan_data() if data is None else data), encoding="utf-8")
    return path


def advise(plan: Path, prices: Path, *words: str) -> Said:
    return call("advise", str(plan), "--prices", str(prices), *words)
