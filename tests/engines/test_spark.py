"""Spark gives what one machine gives: on a real cluster of two workers, also when one is killed."""

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
import storing
from conftest import without
from crashing import ANN, table
from deltalake import DeltaTable, write_deltalake
from engines.cluster import SHORT, cluster, connect, stop
from pyspark import SparkContext, cloudpickle
from test_delete import found as holding
from test_json import ANSWERS as EVERY
from test_json import made

import omvei
from omvei.answers.tally import Tally
from omvei.engines import local, spark
from omvei.engines.session import plain, session
from omvei.engines.shared import Shared
from omvei.engines.stars import EDGES, components
from omvei.engines.tasks import kept
from omvei.errors import EngineError
from omvei.simulate import simulate
from omvei.touchpoints.vocabulary import codes

DAYS = timedelta(days=30)

ANSWERS = {
    "summary": lambda j: j.summary(),
    "map of kinds": lambda j: j.map("kind"),
    "map of channels": lambda j: j.map("channel"),
    "map of contents": lambda j: j.map("content"),
    "map of stages": lambda j: j.lens("hankins").map("stage"),
    "map of a period": lambda j: j.between("2025-03-01", "2025-06-01").map("kind"),
    "map of some people": lambda j: j.where(kind="newsletter_signup").map("kind"),
    "funnel": lambda j: j.funnel(["search", "product_view", "purchase"], by="kind", within=DAYS),
    "leaks": lambda j: j.leaks(),
    "questions": lambda j: j.questions(),
    "findings": lambda j: j.findings(),
    "people": lambda j: j.people(by="kind", edge=("product_view", "add_to_cart")),
    "quality": lambda j: j.quality(),
    "trace": lambda j: j.trace(j.people(limit=1).to_dicts()[0]["person"]),
}


STORE = "s3://firm/shops/five"
SMALL = "s3://firm/small"
GONE = "s3://firm/gone"


def told(journeys, name):
    return json.dumps(ANSWERS[name](journeys).to_json(), sort_keys=True)


@pytest.fixture(scope="module")
def spark_cluster(tmp_path_factory):
    if not shutil.which("java"):
        without("No Java is there. Install Debian's `default-jre-headless`.")
    with storing.server() as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in storing.known(endpoint).items():
            patch.setenv(name, value)
        storing.opened(endpoint)
        with cluster(tmp_path_factory.mktemp("spark"), told=SHORT) as found:
            yield found
            session(found.address).stop()
            session.cache_clear()
            gateway = SparkContext._gateway  # the Java process that the session leaves behind
            gateway.shutdown()
            gateway.proc.stdin.close()
            gateway.proc.wait()
            SparkContext._gateway = SparkContext._jvm = None


@pytest.fixture(scope="module")
def shops(spark_cluster, tmp_path_factory):
    """The same shop twice: built by one machine, and on the cluster."""
    exports = tmp_path_factory.mktemp("exports")
    simulate(orders=300, seed=5).write(exports)
    here = omvei.init(tmp_path_factory.mktemp("here"))
    shutil.copytree(exports / "definitions", here.path / "definitions", dirs_exist_ok=True)
    for file in sorted((exports / "exports").iterdir()):
        here.take(file, build=False)
    there = tmp_path_factory.mktemp("there") / "shop"
    shutil.copytree(here.path, there)
    here.publish(STORE)
    here.build()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMVEI_ENGINE", spark_cluster.address)
        omvei.open(there).build()
    return here, omvei.open(there)


def test_a_build_on_spark_finds_the_same_people_and_touchpoints(shops):
    here, there = shops
    assert there.journeys.build.counts == here.journeys.build.counts
    assert here.journeys.build.counts["joins"] > 100


@pytest.fixture(scope="module")
def stored(shops, spark_cluster, tmp_path_factory):
    """The same shop in a store, built there while a worker is killed; and who opens it."""
    cache = tmp_path_factory.mktemp("driver")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        patch.setenv("OMVEI_KEY", str(shops[0].path / "omvei.key"))
        patch.setenv("OMVEI_ENGINE", spark_cluster.address)
        written = f"list(Path({str(spark_cluster.cache(0))!r}).rglob('*.people.arrow'))"
        killer = killing(written, spark_cluster.workers[0])
        built = omvei.open(STORE).build()
        assert killer.wait() == 0
        stop(spark_cluster.workers[0])
        spark_cluster.begin(0)
        patch.delenv("OMVEI_ENGINE")
        yield built, lambda: omvei.open(STORE).journeys


def test_a_build_in_a_store_is_that_of_one_machine_though_a_worker_is_killed(
    shops, stored, spark_cluster
):
    here, _ = shops
    built, _ = stored
    assert built.counts == here.journeys.build.counts
    driver = built.folder.parents[1]
    assert not list(driver.glob("events/*.parquet"))
    assert not list(driver.glob("journeys/**/*.touchpoints.arrow"))
    assert list(spark_cluster.cache(1).glob("omvei/*/events/*.parquet"))
    left = storing.names(STORE)
    assert [name for name in left if name.endswith(".touchpoints.arrow")]
    assert not [name for name in left if "/spread/" in name]


@pytest.mark.parametrize("name", ["map of contents", "leaks", "people", "trace"])
def test_an_answer_from_a_store_is_the_same(shops, stored, spark_cluster, name, monkeypatch):
    expected = told(shops[0].journeys, name)
    monkeypatch.setenv("OMVEI_ENGINE", spark_cluster.address)
    assert told(stored[1](), name) == expected


@pytest.fixture(scope="module")
def small(stored, spark_cluster, tmp_path_factory):
    """A small workspace in a folder, and the same in a store, built by the cluster."""
    here = made(tmp_path_factory.mktemp("small"))
    here.publish(SMALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMVEI_KEY", str(here.path / "omvei.key"))
        patch.setenv("OMVEI_ENGINE", spark_cluster.address)
        there = omvei.open(SMALL)
        there.build()
    return here, there


@pytest.mark.parametrize("name", EVERY)
def test_every_answer_there_is_is_the_same_from_a_store_on_a_cluster(
    small, spark_cluster, name, monkeypatch
):
    here, there = small
    expected = json.dumps(EVERY[name](here.journeys).to_json(), sort_keys=True)
    monkeypatch.setenv("OMVEI_KEY", str(here.path / "omvei.key"))
    monkeypatch.setenv("OMVEI_ENGINE", spark_cluster.address)
    assert json.dumps(EVERY[name](there.journeys).to_json(), sort_keys=True) == expected


def test_a_view_of_a_workspace_in_a_store_is_the_same(small, spark_cluster, monkeypatch):
    here, there = small
    day = told(here.journeys.as_of("2025-03-15"), "map of kinds")
    assert "purchase" in day != told(here.journeys, "map of kinds")
    policies = here.compare(["strict"]).to_json()
    monkeypatch.setenv("OMVEI_KEY", str(here.path / "omvei.key"))
    monkeypatch.setenv("OMVEI_ENGINE", spark_cluster.address)
    assert told(there.journeys.as_of("2025-03-15"), "map of kinds") == day
    assert there.compare(["strict"]).to_json() == policies


def test_after_a_purge_on_spark_nothing_is_left_in_the_store(spark_cluster, tmp_path, monkeypatch):
    here = omvei.init(tmp_path / "here")
    here.take(table(tmp_path / "0.csv", 0, 300))
    here.publish(GONE)
    monkeypatch.setenv("OMVEI_KEY", str(here.path / "omvei.key"))
    monkeypatch.setenv("OMVEI_ENGINE", spark_cluster.address)
    there = omvei.open(GONE)
    there.build()  # what tasks put into the store goes, too
    assert traces(here, tmp_path / "before")
    there.delete(ANN[0])
    there.purge()
    assert traces(here, tmp_path / "after") == []
    monkeypatch.delenv("OMVEI_ENGINE")
    here.delete(ANN[0])
    assert told(there.journeys, "map of kinds") == told(here.journeys, "map of kinds")


def traces(workspace, folder):
    """The objects in the store that hold anything of the person who was deleted."""
    for number, (name, text) in enumerate(storing.objects(GONE)):
        file = folder / f"{number}-{Path(name).name}"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text)
    here = SimpleNamespace(path=folder)
    return holding(here, *ANN, workspace.words(ANN[1])["email"])


@pytest.mark.parametrize("seed", range(2))
def test_what_comes_after_a_build_on_spark_is_appended(spark_cluster, tmp_path, monkeypatch, seed):
    random = Random(seed)
    begins = [0, *(random.randrange(300, 900) for _ in range(3))]
    files = [table(tmp_path / f"{n}.csv", first, 300) for n, first in enumerate(begins)]
    here, there = (omvei.init(tmp_path / name) for name in ("here", "there"))
    shutil.copy(here.path / "omvei.key", there.path / "omvei.key") if here.key else None
    for file in files[:2]:
        there.take(file, build=False)
    with monkeypatch.context() as patch:
        patch.setenv("OMVEI_ENGINE", spark_cluster.address)
        omvei.open(there.path).build()
    for number, file in enumerate(files[2:], 2):
        there.take(file)
        assert len(there.journeys.build.settings["layers"]) == number
    there.delete("u5")
    assert len(there.journeys.build.settings["layers"]) == 4
    for file in files:
        here.take(file, build=False)
    here.build()
    here.delete("u5")
    here.build()
    assert there.journeys.build.counts == here.journeys.build.counts
    for name in ("summary", "map of kinds", "map of stages", "leaks", "quality", "trace"):
        assert told(there.journeys, name) == told(here.journeys, name)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_the_same_whoever_built_and_whoever_answers(
    shops, spark_cluster, name, monkeypatch
):
    here, there = shops
    expected = told(here.journeys, name)
    assert told(there.journeys, name) == expected
    monkeypatch.setenv("OMVEI_ENGINE", spark_cluster.address)
    assert told(omvei.open(there.path).journeys, name) == expected


def test_journeys_of_a_day_in_the_past_are_the_same_on_spark(shops, spark_cluster, monkeypatch):
    here, there = shops
    expected = told(here.journeys.as_of("2025-06-01"), "map of kinds")
    monkeypatch.setenv("OMVEI_ENGINE", spark_cluster.address)
    assert told(omvei.open(there.path).journeys.as_of("2025-06-01"), "map of kinds") == expected


OLD = {"time": "2025-12-01T10:00:00Z", "event": "visit", "email": "kari@nord.example"}
"""What was brought in before domains were kept: its file has no column for them."""

MAILS = (
    # Which company a domain is stands in one file; whom it places stands in others.
    [("kari@nord.example", "Nord AS"), ("eva@sor.example", None), ("liv@gmail.com", "Vest AS")],
    [("per@Nord.example", None), ("ola@sor.example", None), ("ida@hotmail.no", None)],
    [("kari@nord.example", "Nord A/S"), ("kari@nord.example", "Nord AS")],
)


def test_companies_by_domain_are_the_same_on_spark(spark_cluster, tmp_path, monkeypatch):
    here = omvei.init(tmp_path / "here")
    (tmp_path / "old.jsonl").write_text(json.dumps(OLD))
    here.take(tmp_path / "old.jsonl", build=False)
    old = DeltaTable(str(here.path / "events")).to_pyarrow_table()
    shutil.rmtree(here.path / "events")
    write_deltalake(str(here.path / "events"), old.drop_columns(["domain"]))
    here.keep_domains(True)
    here = omvei.open(here.path)
    for number, rows in enumerate(MAILS, 1):
        lines = [
            {"time": f"2026-0{number}-{day:02}T10:00:00Z", "event": "visit", "email": email}
            | ({"account": account} if account else {})
            for day, (email, account) in enumerate(rows, 1)
        ]
        (tmp_path / f"{number}.jsonl").write_text("\n".join(map(json.dumps, lines)))
        here.take(tmp_path / f"{number}.jsonl", build=False)
    there = tmp_path / "there"
    shutil.copytree(here.path, there)
    here.build()

    def companies(workspace):
        found = workspace.journeys.unit("account")
        ways = [found.trace(name).to_json()["rows"] for name in ("Nord AS", "sor.example")]
        return [found.summary().to_json(), found.map("kind").to_json(), ways]

    expected = companies(here)
    assert (expected[0]["n"], expected[0]["unidentified"]) == (4, 1)  # Nord A/S is one too
    assert [len(way) for way in expected[2]] == [4, 2]
    monkeypatch.setenv("OMVEI_ENGINE", spark_cluster.address)
    omvei.open(there).build()
    assert json.dumps(companies(omvei.open(there))) == json.dumps(expected)


@pytest.mark.parametrize("seed", range(2))
def test_components_are_those_found_the_slow_way(spark_cluster, tmp_path, seed):
    random = Random(seed)
    nodes = 40
    chain = [(n, n + 1) for n in range(8)] if seed == 0 else []
    edges = chain + [(random.randrange(nodes), random.randrange(nodes)) for _ in range(20)]
    expected = list(range(nodes))  # the slow way: the smaller label, until nothing changes
    for _ in range(nodes):
        for low, high in edges:
            expected[low] = expected[high] = min(expected[low], expected[high])
    engine = session(spark_cluster.address)
    with plain(spark_cluster.address):
        rows = engine.createDataFrame(edges, EDGES)
        found = components(
            rows, lambda rows: kept(engine, Shared(tmp_path, None), "kept", EDGES, rows)
        ).toArrow()
    roots = {row["node"]: row["root"] for row in found.to_pylist()}
    assert [roots.get(node, node) for node in range(nodes)] == expected


cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the workers have no tests


class Slow(Tally):
    """A count that takes its time, and says in a shared folder which process is at it."""

    def __init__(self, folder):
        super().__init__("kind", len(codes()))
        object.__setattr__(self, "folder", folder)

    def scan(self, block):
        (self.folder / f"{time.monotonic_ns()}-{os.getpid()}").touch()
        time.sleep(0.4)
        return super().scan(block)


def killing(condition, worker):
    """A process that kills a worker as soon as a condition, in Python, holds."""
    return subprocess.Popen(
        [sys.executable, "-c", KILLER.format(condition=condition), str(worker.pid)],
        start_new_session=True,
    )


def test_an_answer_is_whole_though_a_worker_is_killed_meanwhile(
    shops, stored, spark_cluster, tmp_path
):
    """From a folder that all see, and from a store."""
    shutil.rmtree(spark_cluster.cache(0))
    in_store = stored[1]()
    blocks = [*shops[0].journeys.blocks(), *in_store.blocks()] * 12
    expected = local.run(Tally("kind", len(codes())), blocks)
    # in the middle of a task: it has just brought a block
    begun = f"list(Path({str(spark_cluster.cache(0))!r}).rglob('*.touchpoints.arrow'))"
    killer = killing(begun, spark_cluster.workers[0])
    found = spark.run(Slow(tmp_path), blocks, spark_cluster.address)
    assert killer.wait() == 0
    stop(spark_cluster.workers[0])
    spark_cluster.begin(0)
    assert (found == expected).all()
    assert len(list(tmp_path.iterdir())) >= len(blocks)
    again = spark.run(Tally("kind", len(codes())), in_store.blocks(), spark_cluster.address)
    assert (again * 24 == found).all()


KILLER = """
import os, signal, sys, time
from pathlib import Path
while not ({condition}):
    time.sleep(0.05)
os.killpg(int(sys.argv[1]), signal.SIGKILL)
"""


def test_the_command_line_answers_through_spark_connect(small, spark_cluster, tmp_path):
    here, _ = small
    environment = {key: word for key, word in os.environ.items() if key != "CI"}
    command = [Path(sys.executable).with_name("omvei"), "--engine"]
    with connect(tmp_path) as address:
        for where in (str(here.path), SMALL):
            done = subprocess.run(
                [*command, address, "-w", where, "map", "--by", "kind", "--json"],
                capture_output=True, text=True, env=environment,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout) == here.journeys.map("kind").to_json()
    assert list((tmp_path / "cache").rglob("*.touchpoints.arrow"))


def test_an_address_where_nothing_answers_is_told_so(tmp_path):
    with pytest.raises(EngineError, match=r"Nothing answers at spark://127\.0\.0\.1:9"):
        spark.run(Tally("kind", 3), [], "spark://127.0.0.1:9")


def test_a_word_that_is_no_address_is_told_so(monkeypatch, tmp_path):
    monkeypatch.setenv("OMVEI_ENGINE", "fast")
    with pytest.raises(EngineError, match="'fast' names no engine"):
        omvei.init(tmp_path / "shop")


def test_a_trouble_on_a_worker_is_told_in_a_sentence(shops, spark_cluster, monkeypatch):
    journeys = shops[1].journeys
    moved = Path(str(journeys.build.folder) + "-away")
    journeys.build.folder.rename(moved)
    try:
        monkeypatch.setenv("OMVEI_ENGINE", spark_cluster.address)
        with pytest.raises(EngineError, match=r"could not do it: .*Error.* the worker's log"):
            journeys.run(Tally("kind", len(codes())))
    finally:
        moved.rename(journeys.build.folder)
