"""A second formulation of a plan, written from its meaning and apart from the model: everything is whole, and
nothing is left out or taken together. With the exhaustive search it shares what time and purchases mean.
"""

from .formulation import least_cost

__all__ = ["least_cost"]
