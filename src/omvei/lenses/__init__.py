"""SEE: the journey models. A lens gives every touchpoint a stage; on screen it is a model."""

from .lens import Lens, Stage, load, names

__all__ = ["Lens", "Stage", "load", "names"]
