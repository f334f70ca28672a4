"""A work that is killed in the middle: the long version is `soak/test_crashes.py`."""

import random

import pytest
from crashing import WORKS, kill, works
from test_delete import found as holding

KILLS = {"import": 2, "append": 3, "build": 2, "compact": 2, "purge": 3}


@pytest.fixture(scope="module")
def all_works(tmp_path_factory):
    return works(tmp_path_factory.mktemp("works"), 600)


@pytest.mark.parametrize("name", WORKS)
def test_a_kill_leaves_the_state_before_or_after_and_the_next_run_cleans_up(
    all_works, name, tmp_path
):
    chance = random.Random(name)
    for number in range(KILLS[name]):
        share = (number + chance.random()) / KILLS[name]  # well spread, and the same every time
        kill(all_works[name], tmp_path / "w", chance, share)
        if name == "purge":
            assert traces(tmp_path / "w") == []


def traces(folder):
    """The files of a workspace that hold anything of the person who was purged."""
    from crashing import ANN

    import omvei

    workspace = omvei.open(folder)
    return holding(workspace, *ANN, workspace.words(ANN[1])["email"])
