"""A Spark standalone cluster of this machine: a master and workers, each a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent

BRIEF = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""What Java is told, which here lives too short for its best compiler to be worth while."""

SHORT = f"""
spark.driver.extraJavaOptions {BRIEF}
spark.executor.extraJavaOptions {BRIEF}
spark.sql.shuffle.partitions 4
"""
"""What sessions are told where there is little to do."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder, name, *words, **more):
    """Start one of Spark's own programs; it leads a process group, to be ended whole.

    more  variables of its environment
    """
    environment = (
        os.environ
        | more
        | {
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_HOME": str(HOME),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "512m",
            "SPARK_NO_DAEMONIZE": "1",
        }
    )
    with (folder / f"{name}.log").open("w") as log:
        return subprocess.Popen(
            ["bash", str(HOME / "bin" / "spark-class"), *map(str, words)],
            stdout=log, stderr=log, env=environment, start_new_session=True,
        )  # fmt: skip


def stop(process):
    """End a program and what it started, at once."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def answers(port, within=90):
    """Wait until somebody answers at a port of this machine."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError(f"nothing answers at port {port} after {within} s")


class Cluster:
    """A master, and workers with one core each, which have nothing but the address in common:
    each keeps its copies of workspaces in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.address = f"spark://127.0.0.1:{self.port}"
        self.workers = {}
        self.begun = 0
        self.master = start(
            folder, "master", f"{PACKAGE}.master.Master", "--host", "127.0.0.1",
            "--port", self.port, "--webui-port", free_port(),
        )  # fmt: skip

    def cache(self, number):
        """Where a worker keeps its copies of workspaces in a store."""
        return self.folder / f"cache{number}"

    def begin(self, number):
        """Start a worker, and wait until the master knows it."""
        self.begun += 1
        self.workers[number] = start(
            self.folder, f"worker{number}-{self.begun}", f"{PACKAGE}.worker.Worker",
            "--host", "127.0.0.1", "--cores", 1, "--memory", "1500m", "--webui-port", free_port(),
            "-d", self.folder / f"work{number}", self.address,
            XDG_CACHE_HOME=str(self.cache(number)),
        )  # fmt: skip
        log = self.folder / "master.log"
        end = time.monotonic() + 90
        while log.read_text().count("Registering worker 127.0.0.1") < self.begun:
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)

    def end(self):
        """End every process."""
        for process in (*self.workers.values(), self.master):
            stop(process)


PACKAGE = "org.apache.spark.deploy"


@contextmanager
def cluster(folder, workers=2, told=""):
    """A cluster of some workers; its sessions are told what stands in `told`, if anything does."""
    if told:
        (folder / "spark-defaults.conf").write_text(told)
        os.environ["SPARK_CONF_DIR"] = str(folder)
    found = Cluster(folder)
    try:
        answers(found.port)
        for number in range(workers):
            found.begin(number)
        yield found
    finally:
        found.end()
        if told:
            del os.environ["SPARK_CONF_DIR"]


@contextmanager
def connect(folder):
    """A Spark Connect server: its address."""
    port = free_port()
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
    }
    words = [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]
    server = start(
        folder, "connect", "org.apache.spark.deploy.SparkSubmit", "--master", "local[1]", *words,
        "--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal",
        XDG_CACHE_HOME=str(folder / "cache"),
    )  # fmt: skip
    try:
        answers(port)
        yield f"sc://127.0.0.1:{port}"
    finally:
        stop(server)
