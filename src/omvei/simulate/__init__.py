"""A simulated Nordic outdoor shop, with the truth about it: for examples, tests and benchmarks."""

from .shop import Shop, simulate

__all__ = ["Shop", "simulate"]
