"""Every model says what people think and what to do, in all four languages."""

import importlib.resources as resources

import pytest
import yaml

from omvei import lenses
from omvei.language import LANGUAGES, words

TEXTS = ("label", "thought", "goal", "content")


def raw(name):
    text = resources.files("omvei").joinpath(f"lenses/{name}.yaml").read_text("utf-8")
    return yaml.safe_load(text)


@pytest.mark.parametrize("name", lenses.names())
def test_every_stage_has_every_text_in_every_language_and_nothing_else(name):
    for stage in raw(name)["stages"]:
        for text in TEXTS:
            assert set(stage[text]) == set(LANGUAGES), (stage["id"], text)
            assert all(stage[text].values()), (stage["id"], text)
        assert stage["channels"], stage["id"]
        assert stage["kpis"], stage["id"]


@pytest.mark.parametrize("name", lenses.names())
def test_every_measure_and_channel_of_a_stage_has_a_name(name):
    for language in LANGUAGES:
        t = words(language)
        for stage in lenses.load(name).stages:
            assert [kpi for kpi in stage.kpis if not t.has(f"measure.{kpi}")] == []
            assert [c for c in stage.channels if not t.has(f"channel.{c}")] == []
        assert lenses.load(name).notes[language] == t.note(name) != ""


@pytest.mark.parametrize("name", lenses.names())
def test_every_question_is_asked_in_every_language(name):
    questions = lenses.load(name).questions
    assert questions
    for question in questions:
        assert set(question.asked) == set(LANGUAGES)
        for figure in question.figures:
            assert words("en").has(f"measure.{figure}"), figure


@pytest.mark.parametrize("name", lenses.names())
def test_every_model_says_what_it_is_good_for_in_every_language(name):
    said = lenses.load(name).good_for
    assert set(said) == set(LANGUAGES)
    assert len(set(said.values())) == len(LANGUAGES)  # nothing is left in another language
    assert all(text.strip() and not text.endswith(".") for text in said.values())


def test_models_are_good_for_different_things():
    for language in LANGUAGES:
        assert len({words(language).good_for(name) for name in lenses.names()}) == 13
