"""Imports that run while the pages go on.

A job is one file being taken in by a thread of its own; one runs at a time, because a workspace has
one writer. Its state is read by the progress page.
"""

import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omvei.errors import FullDiskError, OmveiError, SourceError
from omvei.workspace import room

DAY = 86_400  # seconds

SURE = 2.0
"""Seconds after which a phase has a pace."""

Work = Callable[[Callable[[int, int | None, str], None]], list[dict[str, Any]]]


@dataclass
class Job:
    """One import or undoing: `state` is waiting, running, done or failed."""

    id: str
    file: str
    kind: str = "import"
    """`import`, `undo` (taking a file out again), `rebuild`, `view`, `delete` or `purge`."""
    then: str = ""
    """The page that waits for it."""
    state: str = "waiting"
    phase: str = "waiting"
    done: int = 0
    total: int | None = None
    began: float = 0.0
    """When the phase began, in seconds of a clock that only goes forward."""
    report: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    """Why it failed, in the words of the error."""
    refused: dict[str, str] = field(default_factory=dict)
    """The same in parts, where a file was refused: `name, reason, cure`."""

    def told(self, done: int, total: int | None, phase: str) -> None:
        """Keep how far the work is."""
        if phase != self.phase:
            self.began = time.monotonic()
        self.done, self.total, self.phase = done, total, phase

    def pace(self) -> tuple[float | None, float | None]:
        """Rows a second in this phase, and the seconds that are left of it; None: not known yet.

        >>> job = Job("a", "shop.csv", phase="reading", done=500, total=2000)
        >>> job.began = time.monotonic() - 5
        >>> [round(number) for number in job.pace()]
        [100, 15]
        """
        spent = time.monotonic() - self.began
        if not self.began or spent < SURE or not self.done:
            return None, None
        rate = self.done / spent
        return rate, max(0, self.total - self.done) / rate if self.total else None

    def to_json(self) -> dict[str, Any]:
        """Return what the progress page asks for."""
        rate, left = self.pace()
        return {
            "answer": "progress", "kind": self.kind, "file": self.file,
            "state": self.state, "phase": self.phase, "rate": rate, "left": left,
            "done": self.done, "total": self.total, "report": self.report, "reason": self.reason,
        }  # fmt: skip


class Jobs:
    """The jobs of this process, and the files that wait to be confirmed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """Where sent files lie until they are taken in or thrown away."""
        self._jobs: dict[str, Job] = {}
        self._turn = threading.Lock()
        self.then: Callable[[], None] | None = None
        """What is done after each job that went well, while others may already begin."""
        self._sweep()

    def keep(self, name: str) -> tuple[str, Path]:
        """Make a place for a sent file: its key, and the path to write it to."""
        key = secrets.token_hex(8)
        place = self.folder / key
        place.mkdir(parents=True)
        return key, place / (Path(name.replace("\\", "/")).name or "file")

    def waiting(self, key: str) -> Path | None:
        """Return the path of a file that waits, if it still does."""
        if not key.isalnum():
            return None
        place = self.folder / key
        return next(place.iterdir(), None) if place.is_dir() else None

    def drop(self, key: str) -> None:
        """Throw a waiting file away."""
        if self.waiting(key):
            shutil.rmtree(self.folder / key)

    def start(self, key: str, file: str, work: Work, kind: str = "import", then: str = "") -> Job:
        """Run `work` in a thread; the waiting file is thrown away when it is done."""
        job = self._jobs[key] = Job(key, file, kind, then=then)
        threading.Thread(target=self._run, args=(job, work), name=f"import {key}").start()
        return job

    def get(self, key: str) -> Job | None:
        """Return a job of this process."""
        return self._jobs.get(key)

    def _sweep(self) -> None:
        """Throw away files that nobody decided about for a day: they hold personal data."""
        for place in self.folder.iterdir() if self.folder.is_dir() else ():
            if time.time() - place.stat().st_mtime > DAY:
                shutil.rmtree(place, ignore_errors=True)

    def _run(self, job: Job, work: Work) -> None:
        with self._turn:
            job.state = "running"
            try:
                job.report = work(job.told)
                job.state = "done"
            except OmveiError as error:
                if isinstance(error, SourceError | FullDiskError):
                    job.refused = error.to_dict()
                job.reason, job.state = str(error), "failed"
            except Exception as error:
                if told := room.full(error, self.folder):
                    job.refused = told.to_dict()
                    job.reason, job.state = str(told), "failed"
                    return
                # The person is told that the mistake is ours; the terminal gets the traceback.
                job.state = "failed"
                raise
            finally:
                self.drop(job.id)
        if self.then and job.state == "done":
            threading.Thread(target=self.then, daemon=True).start()
