"""What a provider charges for given usage and commitments, hour by hour, in its own order.

Pure, in exact decimals, importing nothing of the model beside it. `docs/bill.md` states the rules and where
the providers document them; `order.py` is the table of contents.
"""

from .bill import Bill, CommitmentBill, Cover, Line, make_bill
from .terms import Commitment, FlexibleCommitment, Kind, Reservation, Size, SpendPlan, Usage

__all__ = [
    "Bill",
    "Commitment",
    "CommitmentBill",
    "Cover",
    "FlexibleCommitment",
    "Kind",
    "Line",
    "Reservation",
    "Size",
    "SpendPlan",
    "Usage",
    "make_bill",
]
