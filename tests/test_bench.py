"""What the bench asks others is what Omvei answers: DuckDB's SQL, on a small shop."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import omvei
from omvei.simulate import simulate

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench import late  # noqa: E402
from bench.asking import ALL_ORDERS, Chained, attribution, effects, questions  # noqa: E402
from bench.making import paths, tables  # noqa: E402
from bench.page import COLUMNS, lines  # noqa: E402
from bench.peers import PEERS, agrees  # noqa: E402


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    simulate(6_000).write(folder / "files")
    workspace = omvei.init(folder / "w")
    workspace.take(folder / "files" / "events.parquet")
    journeys = workspace.journeys
    person = journeys.people(limit=1).to_dicts()[0]["person"]
    tables(journeys, folder, journeys.find(person))
    paths(journeys.run(attribution(journeys, ALL_ORDERS)), folder)
    return folder, journeys, person


@pytest.mark.parametrize("name", PEERS["duckdb"]["asks"])
def test_duckdb_tells_the_same(shop, name):
    folder, journeys, person = shop
    question = next(each for each in questions(journeys, person) if each.name == name)
    own = question.told(question.scan())
    assert own
    script = ROOT / "bench" / "peer" / "duckdb_.py"
    run = [sys.executable, str(script), str(folder), name, "1"]
    told = json.loads(subprocess.run(run, capture_output=True, check=True, text=True).stdout)
    assert agrees(name, own, told["result"])
    wrong = own[:-1] if isinstance(own[0], list) else [own[0] + 1, *own[1:]]
    assert not agrees(name, wrong, told["result"])


def test_the_counted_paths_lead_to_the_same_effects(shop):
    _, journeys, _ = shop
    channels = len(journeys.words["channel"])
    found = journeys.run(Chained(attribution(journeys)))
    told = effects(found, channels)
    assert agrees("removal", told, [list(row) for row in told], 0.01)
    off = [[code, effect + 0.02] for code, effect in told]
    assert not agrees("removal", told, off, 0.01)


def test_a_ratio_is_how_many_times_as_long_it_takes():
    used = {"wall": 0.2, "cpu": 0.3, "peak": 500.0}
    row = {"scan": used, "answer": used, "bytes": 2, "question": "moves"}
    told = lines({**row, "peers": {"polars": {**used, "wall": 0.5}, "pandas": "stopped"}}, 10**6)
    assert len(told[2]) == len(COLUMNS)
    assert told[2][4] == "2.5"
    assert told[2][5] == "500.0"
    assert told[3][1] == "stopped"


def test_late_events_are_visits_of_people_who_are_there(tmp_path, monkeypatch):
    monkeypatch.setattr(late, "LATE", 50)
    folder, file = late.make(tmp_path, 6_000)
    workspace = omvei.open(folder)
    before = workspace.journeys.summary().to_json()
    workspace.take(file)
    after = workspace.journeys.summary().to_json()
    assert after["events"] == before["events"] + 50
    assert after["people"] == before["people"]
    assert len(workspace.journeys.build.settings["layers"]) == 2
