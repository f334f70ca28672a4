"""Work on a workspace in real processes that are killed (SIGKILL) in the middle.

Each work has a workspace it begins with, made once and copied for every kill, so that what is told
before and after it is known. A kill comes at a moment drawn from the time the work takes, or at a
file that the work opens, renames or removes, drawn from how many there are.
"""

import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import omvei
from omvei.workspace import leftovers

HEAD = "user_id,email,anonymous_id,order_id,time,event,url\n"
ANN = ("u-ann-77", "ann.berg@example.org", "cookie-ann-1")

WORKS = {
    "import": "workspace.take(FILE, build=False)",
    "append": "workspace.renew()",
    "build": "workspace.build()",
    "compact": "workspace.compact()",
    "purge": "workspace.purge()",
}

EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree")
"""What Python tells of its dealings with files."""

LOADED = ["omvei.journeys", "omvei.sources", "omvei.blocks.append", "omvei.blocks.erasing"]
"""What every process has loaded before it begins: one process loads it, and forks the others."""

PROCESSES = multiprocessing.get_context("forkserver")


def child(folder: str, file: Path, name: str, place: int, pipe: Connection) -> None:
    """Do a work when told to, and say when it is done; be killed at a place, if one is named."""
    seen = 0

    def hook(event: str, args: tuple[object, ...]) -> None:
        nonlocal seen
        if event in EVENTS and str(args[0]).startswith(folder):
            seen += 1
            if seen == place:
                os.kill(os.getpid(), signal.SIGKILL)

    workspace = omvei.open(folder)
    pipe.send("ready")
    pipe.recv()
    sys.addaudithook(hook)
    exec(WORKS[name], {"workspace": workspace, "FILE": file})
    place = -1
    pipe.send("done")


def table(path: Path, first: int, count: int, people: int = 97) -> Path:
    """Rows that are all different, one every seven minutes; Ann is among the first."""
    start = datetime(2024, 1, 1)
    rows = []
    for i in range(first, first + count):
        who = i * 7 % people
        user = f"u{who}" if i % 3 else ""
        mail = f"m{who}@example.org" if i % 5 == 0 else ""
        order = str(10_000 + i) if i % 11 == 0 else ""
        kind = "purchase" if order else ("page_view", "search", "add_to_cart")[i % 3]
        rows.append(
            f"{user},{mail},c{who},{order},{start + timedelta(minutes=7 * i)},{kind},/p{i % 9}"
        )
    if first == 0:
        rows[:3] = [f"{ANN[0]},{ANN[1]},{ANN[2]},{i},{start},page_view,/ann" for i in range(3)]
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return path


def told(folder: Path) -> str:
    """What a workspace tells: its files, and answers that draw on every part of it."""
    workspace = omvei.open(folder)
    journeys = workspace.journeys
    said = [
        [{k: v for k, v in done.items() if k != "time"} for done in workspace.imports()],
        journeys.summary().to_json(),
        journeys.map("kind").to_json(),
        journeys.lens("hankins").map("stage").to_json(),
        journeys.people(limit=20).to_json(),
        journeys.why("c3").to_json(),
        journeys.trace("c3").to_json(),
        journeys.quality().to_json(),
    ]
    return json.dumps(said, sort_keys=True, default=str)


def half_made(folder: Path) -> list[str]:
    """What a killed run left that no log and no manifest names."""
    workspace = omvei.open(folder)
    found = [str(path.relative_to(folder)) for path in leftovers._left(workspace)]
    spill = [str(path) for path in (folder / "journeys").rglob("spill/*")]
    return found + spill


class Places:
    """Counts the files under a folder that are opened, renamed or removed."""

    watched: "Places | None" = None

    def __init__(self, folder: Path) -> None:
        self.folder, self.seen = str(folder), 0

    @classmethod
    def of(cls, work: Callable[[], None], folder: Path) -> int:
        """How many there are while something is done."""
        if cls.watched is None:
            sys.addaudithook(cls._hook)  # it can never be taken away
        cls.watched = own = cls(folder)
        work()
        cls.watched = cls(Path("/nowhere"))
        return own.seen

    @classmethod
    def _hook(cls, event: str, args: tuple[object, ...]) -> None:
        if event in EVENTS and cls.watched and str(args[0]).startswith(cls.watched.folder):
            cls.watched.seen += 1


@dataclass
class Running:
    """A process at work."""

    process: BaseProcess
    pipe: Connection

    def ended(self, wait: float | None = None) -> bool:
        """Wait for its end, at most so many seconds and then kill it; whether it said `done`."""
        self.process.join(wait)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        try:
            return self.pipe.poll() and self.pipe.recv() == "done"
        except EOFError:
            return False
        finally:
            self.pipe.close()


@dataclass
class Work:
    """A work, the workspace it begins with, and what is told before and after it."""

    name: str
    begin: Path
    file: Path
    before: str = ""
    after: str = ""
    seconds: float = 0.0
    places: int = 0

    def copy(self, folder: Path) -> Path:
        """A workspace to do the work in."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.begin, folder)
        return folder

    def start(self, folder: Path, place: int = 0) -> "Running":
        """A process that has just begun."""
        PROCESSES.set_forkserver_preload(LOADED)
        ours, theirs = PROCESSES.Pipe()
        asked = (str(folder), self.file, self.name, place, theirs)
        process = PROCESSES.Process(target=child, args=asked)
        process.start()
        theirs.close()
        assert ours.recv() == "ready"
        ours.send("begin")
        return Running(process, ours)

    def do(self, folder: Path) -> None:
        """Do the work here."""
        exec(WORKS[self.name], {"workspace": omvei.open(folder), "FILE": self.file})

    def measure(self, folder: Path) -> None:
        """Do the work once, unharmed."""
        self.copy(folder)
        self.before = told(folder)
        self.places = Places.of(lambda: self.do(folder), folder)
        self.after = told(folder)

    def clock(self, folder: Path) -> None:
        """Measure how long a process takes for it."""
        self.copy(folder)
        began = time.monotonic()
        assert self.start(folder).ended()
        self.seconds = time.monotonic() - began


def works(folder: Path, rows: int = 3_000) -> dict[str, Work]:
    """Every work, measured."""
    first, second = table(folder / "0.csv", 0, rows), table(folder / "1.csv", rows, rows // 3)
    shop = omvei.init(folder / "begin-import")
    shop.take(first)

    def beginning(name: str, of: str) -> omvei.Workspace:
        shutil.copytree(folder / f"begin-{of}", folder / f"begin-{name}")
        return omvei.open(folder / f"begin-{name}")

    beginning("append", "import").take(second, build=False)
    changed = beginning("build", "import")
    (changed.path / "omvei.toml").write_text(
        (changed.path / "omvei.toml").read_text().replace("1800s", "2d")
    )
    beginning("compact", "import").take(second)
    beginning("purge", "compact").delete(ANN[1])
    found = {name: Work(name, folder / f"begin-{name}", second) for name in WORKS}
    for work in found.values():
        work.measure(folder / "measured")
    assert found["import"].before != found["import"].after
    assert found["append"].before != found["append"].after
    assert found["build"].before != found["build"].after
    return found


def kill(work: Work, folder: Path, chance: random.Random, share: float) -> Counter[str]:
    """Kill the work when a share of it is done; look at what is there, then do it again and look at
    what is there then.

    Returns what happened: whether the kill was by time or by place, whether it came in time, and
    whether the work was found done although it was killed.
    """
    by_place = not work.seconds or chance.random() < 0.5
    place = min(work.places, int(work.places * share) + 1) if by_place else 0
    wait = None if by_place else 1.05 * work.seconds * share
    work.copy(folder)
    running = work.start(folder, place)
    acknowledged = running.ended(wait)
    happened = Counter({f"{work.name}: by place" if by_place else f"{work.name}: by time": 1})
    happened[f"{work.name}: killed"] += running.process.exitcode == -signal.SIGKILL
    now = told(folder)
    assert now in (work.before, work.after), f"{work.name} {place or wait}: neither one"
    assert not acknowledged or now == work.after, f"{work.name}: an acknowledged work is lost"
    happened[f"{work.name}: found done"] += now == work.after != work.before
    work.do(folder)
    assert told(folder) == work.after, f"{work.name}: done again, it tells otherwise"
    assert half_made(folder) == [], "leftovers"
    assert omvei.open(folder).verify()["damaged"] == []
    return happened
