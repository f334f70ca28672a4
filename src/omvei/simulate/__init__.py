"""A simulated Nordic outdoor shop, with the truth about it: for examples, tests and benchmarks."""

from .parts import write
from .shop import Shop, simulate

__all__ = ["Shop", "simulate", "write"]
