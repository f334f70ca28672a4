"""The command line. Every command prints a table, or with --json what the library gives.

Nothing is computed here. Heavy parts are imported by the command that needs them, so that
`omvei --help` is quick.
"""

from . import (
    asking,
    care,
    data,
    groups,
    identity,
    knowing,
    planned,
    planning,
    rounds,
    rules,
    seeing,
    sharing,
    worksheets,
)
from .group import main

__all__ = [
    "asking",
    "care",
    "data",
    "groups",
    "identity",
    "knowing",
    "main",
    "planned",
    "planning",
    "rounds",
    "rules",
    "seeing",
    "sharing",
    "worksheets",
]
