"""What `omvei` runs: Ctrl-C ends it with one plain line, from the first moment on.

It stands beside the package, because importing the package takes a while, and somebody may have
thought better of it by then.
"""

import os
import signal
from typing import Any


def main() -> None:
    """Run the command line; exit code 130 where it was stopped while it was starting.

    A command that is at work says by itself what became of it (`cli/group.py`).
    """
    # an exception may be lost in what is being imported; nothing is begun, so nothing is to finish
    before = signal.signal(signal.SIGINT, _stop)
    from omvei.cli import main as run

    signal.signal(signal.SIGINT, before)
    run()


def _stop(number: int, frame: Any) -> None:
    os.write(2, b"Stopped before anything was done.\n")
    os._exit(130)
