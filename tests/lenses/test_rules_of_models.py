"""Every rule of every model decides an example of its own, and their loops can be told."""

from dataclasses import replace

import pytest

from omvei import lenses
from omvei.lenses.drawn import columns, stages
from omvei.lenses.rules import placed
from omvei.touchpoints import channels

LOYALTY = [
    ("cdj2009", "product_view#a purchase delivery purchase", "postpurchase", "purchase"),
    ("cdj2010", "product_view#a purchase delivery email_open purchase", "bond", "buy"),
    ("flywheel", "product_view purchase delivery purchase", "delight", "delight"),
]


@pytest.mark.parametrize("name", lenses.names())
def test_every_rule_decides_a_touchpoint_of_the_models_own_examples(name):
    model = lenses.load(name)
    numbered = tuple(replace(rule, stage=place) for place, rule in enumerate(model.rules))
    decided = set()
    for example in model.examples:
        told = columns(example["journey"])
        words = {"channel": channels.names(), "intended": told["intended_words"]}
        decided |= set(placed(numbered, told, words, model.quiet_days).tolist())
    assert set(range(len(model.rules))) - decided == set()


@pytest.mark.parametrize(("name", "journey", "last", "again"), LOYALTY)
def test_buying_again_without_weighing_is_the_loyalty_loop(name, journey, last, again):
    assert stages(lenses.load(name), journey).split()[-2:] == [last, again]


@pytest.mark.parametrize("name", ["messy_middle", "cdj2009", "cdj2010", "aarrr"])
def test_what_only_reaches_a_person_keeps_the_stage(name):
    model = lenses.load(name)
    for seen in ("ad_view", "social_view", "video_view", "email_received", "wom_exposure"):
        assert stages(model, seen) == "-"
        before, after = stages(model, f"content_read {seen}").split()
        assert before == after


@pytest.mark.parametrize("name", lenses.names())
def test_a_model_says_where_it_comes_from_and_what_to_create(name):
    model = lenses.load(name)
    for fact in ("authors", "year", "source", "perspective", "unit", "shape", "note"):
        assert model.facts[fact]
    for stage in model.stages:
        assert set(stage.goal) == set(stage.content) == {"en", "nb", "sv", "da"}
        assert set(stage.channels) <= set(channels.names())
        assert stage.channels
        assert stage.kpis


CUSTOMER = [name for name in lenses.names() if name not in ("funnel", "hankins")]
"""Hankins gives his nodes no thoughts, and the funnel is the firm's view."""


@pytest.mark.parametrize("name", CUSTOMER)
def test_every_stage_says_what_the_customer_thinks(name):
    assert all(set(s.thoughts) == {"en", "nb", "sv", "da"} for s in lenses.load(name).stages)
