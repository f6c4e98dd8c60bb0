"""The optimum of a tiny plan by trying everything. Written from the plan's meaning, not from the model:
nothing of the optimizer is imported but the types of problems and slices' windows.
"""

from .dispatch import TooLarge
from .search import Best, cheapest_by_enumeration

__all__ = ["Best", "TooLarge", "cheapest_by_enumeration"]
