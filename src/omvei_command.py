"""What `omvei` runs: Ctrl-C ends it with one plain line, from the first moment on.

It stands beside the package, because importing the package takes a while, and somebody may have
thought better of it by then.
"""

import sys


def main() -> None:
    """Run the command line; exit code 130 where it was stopped while it was starting.

    A command that is at work says by itself what became of it (`cli/group.py`).
    """
    try:
        from omvei.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped before anything was done.\n")
        sys.exit(130)
