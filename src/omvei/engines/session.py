"""A Spark session at an address, and its troubles in plain words.

Spark runs what we hand it on its workers, in processes of their own: they need Omvei installed,
the same Python as here, and the workspace's folder under the same path, or the right to use the
store it is in.
"""

import os
import re
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from ..errors import EngineError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HERE = ("127.0.0.1", "localhost")

PATIENCE = 5.0
"""Seconds to wait for somebody to answer at the address; Spark itself would wait for minutes."""


@cache
def session(address: str) -> "SparkSession":
    """Open a session, once a process.

    What Spark is told of memory, cores or a network comes from its own `spark-defaults.conf`.

    Raises `EngineError` where pyspark is not installed, or nothing answers at the address.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineError(
            "Spark needs the package pyspark. Install it with: pip install 'omvei[spark]'"
        ) from None
    hosts = _answering(address)
    with plain(address):
        if address.startswith("sc://"):
            found = SparkSession.builder.remote(address).getOrCreate()
        else:
            builder = SparkSession.builder.master(address).appName("Omvei")
            builder = builder.config("spark.ui.showConsoleProgress", "false")
            if address.startswith("local[") or (hosts and set(hosts) <= set(HERE)):
                # a Spark on this machine is nobody else's business
                builder = builder.config("spark.driver.bindAddress", HERE[0])
                builder = builder.config("spark.driver.host", HERE[0])
                builder = builder.config("spark.ui.enabled", "false")
            found = builder.getOrCreate()
            found.sparkContext.setLogLevel("ERROR")
        found.conf.set("spark.sql.session.timeZone", "UTC")
    return found


def _answering(address: str) -> list[str]:
    """The hosts that an address names, one of which must answer; none where Spark must find them.

    >>> _answering("local[2]")
    []
    """
    named = re.findall(r"([\w.-]+|\[[\w:]+\]):(\d+)", address.partition("://")[2])
    if not named or not address.startswith(("spark://", "sc://")):
        return []
    for host, port in named:
        try:
            socket.create_connection((host.strip("[]"), int(port)), PATIENCE).close()
        except (OSError, OverflowError):
            continue
        return [host for host, _ in named]
    raise EngineError(
        f"Nothing answers at {address}. Start the cluster, or check the host and the port; "
        "without --engine Omvei uses this machine."
    )


@contextmanager
def plain(address: str) -> Iterator[None]:
    """Say in a sentence or two what Spark says in a hundred lines."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        with warnings.catch_warnings():
            # we hand Spark Arrow tables; pandas is not used
            warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
            yield
    except (PySparkException, Py4JError) as error:
        raise EngineError(
            f"The Spark at {address} could not do it: {_reason(str(error))} "
            "Its workers need Omvei, this Python "
            f"({sys.version_info.major}.{sys.version_info.minor}) and the workspace's folder "
            "under the same path, or the right to use the store it is in; the worker's log says "
            "more."
        ) from error


def _reason(text: str) -> str:
    r"""The last line of a trace that names an error, which is what went wrong on the worker.

    >>> _reason("Job aborted: lost\nTraceback:\n  File x\nFileNotFoundError: /data/a\n\tat org.x")
    'FileNotFoundError: /data/a'
    """
    lines = [line.strip() for line in text.splitlines()]
    named = [line for line in lines if re.match(r"^[\w.]*(Error|Exception)\b.*:", line)]
    said = next((line for line in named if not line.startswith(("org.", "java."))), None)
    return (said or next((line for line in lines if line), "no reason was given"))[:300]
