"""What a reader would wait for the first time is made while they come, or while they read on.

Kernels are compiled, and the stages of every touchpoint under each model that comes along are kept
beside the blocks: then another model is a moment away.
"""

from pathlib import Path

import omvei
from omvei import lenses
from omvei.drawings import map as drawing
from omvei.errors import OmveiError
from omvei.language import words


def warm(path: Path | str) -> None:
    """Ask what the first pages ask, and look through every model once."""
    try:
        journeys = omvei.open(path).journeys
        drawing.draw(journeys.map().to_json(), words("en"))
        journeys.findings()
        for name in lenses.names():
            journeys.lens(name).map("stage")
    except OmveiError:
        pass  # no data yet: nothing to warm
