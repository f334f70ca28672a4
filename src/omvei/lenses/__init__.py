"""SEE: the journey models. A model gives every touchpoint a stage; on screen it is called a model."""

from .lens import Lens, Stage, load, names

__all__ = ["Lens", "Stage", "load", "names"]
