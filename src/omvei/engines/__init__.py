"""RUN: the same analysis on one machine or many.

An engine has an address: `local` is this machine's threads (`local.py`); anything else is a Spark
(`spark.py`), named as Spark names it: `spark://host:7077` for a cluster, `sc://host:15002` for a
Spark Connect server.
"""

import os
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from ..errors import EngineError

LOCAL = "local"
"""The address of this machine's own threads."""

SPARK = ("spark://", "sc://", "yarn", "k8s://", "local[")
"""How the address of a Spark begins."""


def chosen() -> str:
    """The engine's address: `OMVEI_ENGINE` in the environment, else `local`.

    Raises `EngineError` for an address that names no engine.
    """
    address = os.environ.get("OMVEI_ENGINE") or LOCAL
    if address != LOCAL and not address.startswith(SPARK):
        raise EngineError(
            f"{address!r} names no engine. There is: local (this machine), spark://HOST:PORT (a "
            "cluster), sc://HOST:PORT (Spark Connect)."
        )
    return address


def run(analysis: Any, blocks: Iterable[Callable[[], Any]]) -> Any:
    """Run an analysis over blocks, on the engine that is chosen."""
    if (address := chosen()) == LOCAL:
        from . import local

        return local.run(analysis, blocks)
    from . import spark

    return spark.run(analysis, blocks, address)


def builder() -> Callable[..., Any]:
    """The function that builds journeys on the engine that is chosen, as `blocks.build.build`."""
    if (address := chosen()) == LOCAL:
        from ..blocks.build import build

        return build
    from . import spread

    return partial(spread.build, address=address)
