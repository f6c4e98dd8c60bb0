"""What the page draws of an answer, as the data its charts read (docs/front-end.md); no figure is new."""

import math
from typing import Any

from advisor.breakeven.answer import Answer
from advisor.planning.words import percent

Chart = dict[str, Any]
OWN = "own machines"
_KEYS = ("on_demand", "reserved", "capacity_block", "partner", "spend_commitment", "spot")


def cumulative_chart(answer: Answer) -> Chart:
    """What each has cost after 0, 1, 2 … months; upright lines at the first month after each break-even."""
    marks = [
        {
            "name": f"{row.name}: {row.break_even_months:,.1f} months",
            "x": str(math.ceil(row.break_even_months)),
        }
        for row in answer.buy
        if row.break_even_months is not None and row.break_even_in_time
    ]
    return {
        "kind": "line",
        "x": [str(month) for month in range(answer.horizon_months + 1)],
        "xTitle": "months",
        "yTitle": f"{answer.currency} paid so far, undiscounted",
        "unit": answer.currency,
        "stack": False,
        "series": _series(answer, "cumulative"),
        "marks": marks,
    }


def utilisation_chart(answer: Answer) -> Chart:
    """What a used hour costs over the horizon at each utilisation.

    Little use costs many times as much: the axis ends at three times what matters at the use asked for.
    """
    return {
        "kind": "line",
        "x": [percent(use) for use in answer.utilisations],
        "xTitle": "share of hours used",
        "yTitle": f"{answer.currency} per used hour{', discounted' if answer.discount_rate else ''}",
        "unit": answer.currency,
        "yMax": 3 * max(answer.build.cost_per_used_hour, min(row.cost_per_used_hour for row in answer.buy)),
        "stack": False,
        "series": _series(answer, "cost_by_utilisation"),
        "marks": [
            {"name": f"{percent(use)} use", "x": percent(use)}
            for use in answer.utilisations
            if math.isclose(use, answer.utilisation)
        ],
    }


def _series(answer: Answer, figures: str) -> list[Chart]:
    own = {"name": OWN, "key": "self_hosted", "values": list(getattr(answer.build, figures))}
    return [
        own,
        *(
            {"name": row.name, "values": list(getattr(row, figures))}
            | ({"key": _KEYS[index]} if index < len(_KEYS) else {})
            for index, row in enumerate(answer.buy)
        ),
    ]
