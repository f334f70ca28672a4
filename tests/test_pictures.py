"""The pictures of the docs are drawn from the JSON beside them, and the JSON is what comes out."""

import importlib.util
import json
from pathlib import Path

import pytest

from omvei import lenses
from omvei.drawings import draw

FOLDER = Path(__file__).parents[1] / "docs"
MODELS = sorted(file.stem for file in (FOLDER / "pictures").glob("model_*.json"))


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What `make docs` would draw now."""
    spec = importlib.util.spec_from_file_location("pictures", FOLDER / "pictures.py")
    pictures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pictures)
    return pictures.answers(tmp_path_factory.mktemp("pictures"))


@pytest.mark.parametrize(
    "name", ["map", "trace", "rounds", "conform", "alongside", "access_log", *MODELS]
)
def test_the_json_is_what_the_command_gives(name, answers, data):
    if name == "access_log":
        data("apache_access_log/apache_logs.gz")
    told = json.loads((FOLDER / "pictures" / f"{name}.json").read_text("utf-8"))
    assert told == json.loads(json.dumps(answers[name]))


@pytest.mark.parametrize("name", ["map", "access_log"])
def test_the_picture_is_drawn_from_the_json(name):
    told = json.loads((FOLDER / "pictures" / f"{name}.json").read_text("utf-8"))
    assert (FOLDER / "pictures" / f"{name}.svg").read_text("utf-8") == draw(told) + "\n"


@pytest.mark.parametrize("name", MODELS)
def test_no_small_group_stands_in_a_model(name):
    told = json.loads((FOLDER / "pictures" / f"{name}.json").read_text("utf-8"))
    parts = ("stages", "moves", "figures", "reached", "routes", "cycles", "over_time")
    assert min(row["people"] for part in parts for row in told.get(part, ())) >= 10


@pytest.mark.parametrize("name", ["map", "access_log"])
def test_no_small_group_is_shared(name):
    told = json.loads((FOLDER / "pictures" / f"{name}.json").read_text("utf-8"))
    assert min(row["people"] for part in ("nodes", "edges") for row in told[part]) >= 10


def test_every_model_says_by_what_its_drawing_is_recognised():
    """A section each, with a list to hold it against; rounds and plans beside the lenses."""
    _, *sections = (FOLDER / "models-drawn.md").read_text("utf-8").split("\n## ")
    assert len(sections) == len(lenses.names()) + 2
    assert [section.splitlines()[0] for section in sections if "\n- " not in section] == []
