"""What bringing journeys up to date needs is loaded while a file is read.

Python loads it on one core, and compiled functions are made ready once a process; reading and
writing files leaves the other cores idle.
"""

from threading import Thread


def begin() -> None:
    """Begin to load it, and go on meanwhile."""
    Thread(target=_load, name="ready").start()


def _load() -> None:
    import numpy as np

    from ..blocks import append  # noqa: F401
    from ..people.components import grouped

    grouped([np.ones(1, np.uint64)])
