"""A simulated shop: made in memory, then written as files."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from . import analytics, exports, truth
from .behaviour import Behaviour, load, world
from .scene import Scene, happen
from .table import table
from .telling import Telling, tell

LABEL = "simulated"
"""Stands wherever the shop's data is shown: nothing of it happened."""

FILES = {
    "events": "events.parquet",
    "ga4": "exports/ga4.jsonl",
    "orders": "exports/shop_orders.csv",
    "newsletter": "exports/newsletter.csv",
    "definitions": "definitions",
    "truth": "truth.json",
    "truth_people": "truth_people.parquet",
}
"""What is written, by name."""

EXPORTS = ("ga4", "orders", "newsletter")


@dataclass(frozen=True)
class Shop:
    """A simulated shop with everything that happened in it, and the truth about it."""

    scene: Scene
    seed: int
    robots: int
    """How many rows robots left."""

    label: str = LABEL

    def __repr__(self) -> str:
        people = len(self.scene.kept)
        rows = len(self.scene.rows) + self.robots
        return f"<Shop: {LABEL}, {rows:,} events of {people:,} people, seed {self.seed}>"

    @cached_property
    def told(self) -> Telling:
        """What the shop's systems wrote down."""
        return tell(self.scene, self.seed)

    @cached_property
    def events(self) -> pa.Table:
        """Every event in Omvei's own schema, in order of time. `email` holds plain addresses."""
        return table(self.told, self.robots, self.seed)

    @cached_property
    def truth(self) -> dict[str, object]:
        """What is true and cannot be seen in the events."""
        return truth.truth(self.told, self.events, self.seed, LABEL)

    @cached_property
    def people(self) -> pa.Table:
        """Whose each identifier is: `kind`, `identifier`, `person`."""
        return truth.people(self.told)

    def write(self, folder: Path | str) -> dict[str, Path]:
        """Write everything to `folder`; returns the path of each part by its name.

        events       `events.parquet`, Omvei's own schema
        ga4          `exports/ga4.jsonl`, as Google Analytics 4 exports to BigQuery
        orders       `exports/shop_orders.csv`, as a shop's own system
        newsletter   `exports/newsletter.csv`, as a mailing system
        definitions  `definitions/`, what the site's addresses and brands are
        truth        `truth.json`; truth_people `truth_people.parquet`
        """
        paths = {name: Path(folder) / file for name, file in FILES.items()}
        paths["ga4"].parent.mkdir(parents=True, exist_ok=True)
        events = self.events.replace_schema_metadata({"omvei": LABEL})
        pq.write_table(events, paths["events"], compression="zstd")
        self.export({name: paths[name] for name in EXPORTS})
        exports.definitions(self.scene.world, paths["definitions"])
        truth.write(self.truth, paths["truth"])
        pq.write_table(self.people, paths["truth_people"], compression="zstd")
        return paths

    def export(self, paths: dict[str, Path]) -> None:
        """Write the same facts as three systems export them, to the path of each of `EXPORTS`."""
        analytics.ga4(self.told, paths["ga4"])
        exports.orders(self.told, paths["orders"])
        exports.newsletter(self.told, paths["newsletter"])


def simulate(
    events: int | None = None,
    *,
    orders: int | None = None,
    seed: int = 2026,
    start: str = "2024-01-01",
    days: int = 730,
    behaviour: Behaviour | None = None,
    first: int = 0,
) -> Shop:
    """Simulate a Nordic outdoor shop of `events` events, or of `orders` orders.

    Give one of the two; 40,000 events without either. The same numbers and seed give the same
    bytes. `behaviour` replaces the numbers of `behaviour.yaml`. Robots are among the events. The
    numbers of orders, people, cookies and visits begin at `first`. All of it is held in memory,
    about 1.4 GB a million events: `write` makes more than that in parts.

    Raises `ValueError` for both sizes at once, fewer than 100 events, no orders or under 60 days.

    >>> shop = simulate(2000)
    >>> shop
    <Shop: simulated, 2,000 events of ... people, seed 2026>
    >>> len(shop.events)
    2000
    """
    if events is not None and orders is not None:
        raise ValueError("Both events and orders are given: give the one that sets the size.")
    if events is None and orders is None:
        events = 40_000
    if events is not None and events < 100:
        raise ValueError(f"{events} events are too few for a shop: ask for 100 or more.")
    if orders is not None and orders < 1:
        raise ValueError(f"A shop of {orders} orders has nothing to show: ask for 1 or more.")
    if days < 60:
        raise ValueError(f"{days} days are too short for journeys: ask for 60 or more.")
    numbers = behaviour or load()
    scene = happen(numbers, world(), seed, start, days, events, orders, first)
    share = numbers.rules["bots"]["share"]
    people = len(scene.rows)
    robots = round(people * share / (1 - share)) if events is None else max(0, events - people)
    return Shop(scene, seed, robots)
