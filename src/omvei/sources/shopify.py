"""Shopify: the orders, exported as CSV. What the columns mean stands in `shopify.yaml`."""

from pathlib import Path

from omvei.sources.head import Head
from omvei.sources.orders import read_orders
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import has, recipe, recipe_fields

NAME = "shopify"
TITLE = "Shopify (orders as CSV)"
STATUS = "complete"


def recognises(seen: Head) -> float:
    """Whether a table has the columns of Shopify's export of orders."""
    return 0.95 if has(seen, recipe(NAME)["needs"]) else 0.0


def fields() -> tuple[str, ...]:
    """What a column can be said to hold."""
    return recipe_fields(NAME)


def read(path: Path, options: Options) -> Reading:
    """Read orders. Errors are those of `read_orders`."""
    return read_orders(NAME, path, options)
