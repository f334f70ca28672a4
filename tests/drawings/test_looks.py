"""Everything that can stand on a map has an icon and a colour of its own."""

import pytest

from omvei import lenses
from omvei.drawings.looks import look
from omvei.language import vocabulary

FAMILIES = ("see", "think", "do", "care", "plain")


@pytest.mark.parametrize("kind", vocabulary())
def test_every_kind_has_a_look(kind):
    assert look("kind", kind).family in FAMILIES
    assert look("kind", kind).icon.startswith("M")


@pytest.mark.parametrize("lens", lenses.names())
def test_every_stage_of_every_model_has_a_look(lens):
    for stage in lenses.load(lens).stages:
        assert look("stage", stage.id) != look("stage", "a stage of somebody's own"), stage.id


def test_the_goal_carries_the_flag():
    assert look("kind", "quote_request", goal=True).icon == look("kind", "purchase").icon


def test_what_nobody_knows_has_a_look_too():
    for by in ("kind", "channel", "stage", "event", "content"):
        assert look(by, "something new").icon
