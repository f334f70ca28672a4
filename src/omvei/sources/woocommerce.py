"""WooCommerce: the orders, as its export plugins write them. See `woocommerce.yaml`."""

from pathlib import Path

from omvei.sources.head import Head
from omvei.sources.orders import read_orders
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import has, recipe, recipe_fields

NAME = "woocommerce"
TITLE = "WooCommerce (orders as CSV)"
STATUS = "complete"


def recognises(seen: Head) -> float:
    """Whether a table has the columns of an export of orders, and none that Shopify has."""
    rule = recipe(NAME)
    return 0.9 if has(seen, rule["needs"]) and not has(seen, rule["not"]) else 0.0


def fields() -> tuple[str, ...]:
    """What a column can be said to hold."""
    return recipe_fields(NAME)


def read(path: Path, options: Options) -> Reading:
    """Read orders. Errors are those of `read_orders`."""
    return read_orders(NAME, path, options)
