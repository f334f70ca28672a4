"""What `omvei` runs: Ctrl-C ends it with one plain line, from the first moment on.

It stands beside the package, because importing the package takes a while, and somebody may have
thought better of it by then.
"""

import atexit
import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import NoReturn

AGAIN = 0.05
"""Seconds after which Ctrl-C is tried again."""


def main() -> None:
    """Run the command line; exit code 130 where it was stopped while it was starting.

    A command that is at work says by itself what became of it (`cli/group.py`).
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _stop)
    from omvei.cli import main as run

    if signal.getsignal(signal.SIGINT) is _stop:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        run()
    except SystemExit as ended:  # all is done, or undone
        _end(ended.code)


def _end(code: object) -> NoReturn:
    """Leave as Python would, but without taking itself apart. A library's thread that waits for
    Python when it is gone ends the whole process with an abort, though everything was done.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    atexit._run_exitfuncs()  # a session on Spark says goodbye
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads any more
            stream.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _stop(number: int, frame: FrameType | None) -> None:
    """End at once: nothing is begun, so nothing is to be finished."""
    os.write(2, b"Stopped before anything was done.\n")
    os._exit(130)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Interrupt the work, but no import: an exception can be lost there, and its lock stay held."""
    at = frame
    while at is not None:
        if at.f_code.co_filename.startswith("<frozen importlib"):
            later = threading.Timer(AGAIN, os.kill, (os.getpid(), number))
            later.daemon = True
            later.start()
            return
        at = at.f_back
    raise KeyboardInterrupt
