"""Ctrl-C at any moment of a real process: one plain line, and the state before or after."""

import random
import signal
import subprocess
import sys
import time

import pytest
from crashing import half_made, works

STARTED = """
import sys
import omvei_command

class Up:
    def find_spec(self, name, path=None, target=None):
        if name == "omvei":  # the package is about to be loaded
            sys.meta_path.remove(self)
            print("up", flush=True)

sys.meta_path.insert(0, Up())
omvei_command.main()
"""
COMMANDS = {"append": "import", "build": "build", "compact": "compact", "purge": "purge"}


@pytest.fixture(scope="module")
def all_works(tmp_path_factory):
    return works(tmp_path_factory.mktemp("works"), 600)


def run(*words):
    """A process that is about to load the command line."""
    process = subprocess.Popen(
        [sys.executable, "-c", STARTED, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "up\n"
    return process


def stopped(process, wait):
    """Press Ctrl-C after so many seconds; the exit code, and what was said."""
    try:
        process.wait(wait)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert "Traceback" not in said, said
    return process.returncode, [line for line in said.splitlines() if "Stopped" in line]


@pytest.mark.parametrize("wait", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_ctrl_c_while_it_starts_is_one_plain_line(wait, tmp_path):
    code, said = stopped(run("-w", tmp_path / "w", "demo"), wait)
    assert (code, len(said)) == (130, 1)


@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_leaves_the_state_before_or_after(all_works, name, tmp_path):
    from crashing import told

    work = all_works[name]
    folder = work.copy(tmp_path / "clock")
    words = ("-w", folder, COMMANDS[name], *([work.file] if name == "append" else []))
    began = time.monotonic()
    assert stopped(run(*words), 600)[0] == 0
    seconds = time.monotonic() - began
    chance = random.Random(name)
    for number in range(2):
        work.copy(folder)
        code, said = stopped(run(*words), seconds * (number + chance.random()) / 2)
        assert (code, len(said)) in ((130, 1), (0, 0))
        now = told(folder)
        assert now in (work.before, work.after)
        assert code == 130 or now == work.after
        work.do(folder)
        assert told(folder) == work.after
        assert half_made(folder) == []
