"""
How a node looks: icon and colour family, by what it stands for (`looks.yaml`).

>>> look("kind", "add_to_cart").family, look("channel", "Email").family
('do', 'think')
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from omvei.language import vocabulary
from omvei.shipped import shipped


@dataclass(frozen=True)
class Look:
    """The icon (an SVG path in a square of 24) and family (see, think, do, care, plain)."""

    icon: str
    family: str


@cache
def look(by: str, name: str, *, goal: bool = False) -> Look:
    """Return the look of a node of a map `by` something; the goal always carries the flag."""
    looks = _looks()
    entry: Mapping[str, str] = looks["groups"]["information"]
    icon = ""
    if by == "content" and name.startswith("("):
        by, name = "kind", name[1:-1]
    if by in ("kind", "event") and name in vocabulary():
        entry = looks["groups"][vocabulary()[name]["group"]]
        icon = looks["kinds"].get(name, "")
    elif by == "channel":
        entry = looks["channels"].get(name, looks["groups"]["other"])
    elif by == "stage":
        entry = looks["stages"].get(name, looks["groups"]["other"])
    elif name == "Other":
        entry = looks["groups"]["other"]
    icon = "flag" if goal else icon or entry["icon"]
    return Look(looks["icons"][icon], entry["family"])


@cache
def _looks() -> Mapping[str, Any]:
    looks: Mapping[str, Any] = shipped("omvei", "drawings/looks.yaml")
    return looks
