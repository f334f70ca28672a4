import numpy as np
import pytest
from drawing import pack
from hypothesis import given, settings
from hypothesis import strategies as st

import omvei
from omvei import lenses
from omvei.lenses.carrier import MODES, carry, with_silence
from omvei.lenses.drawn import stages
from omvei.lenses.lens import read

EXAMPLES = [
    (name, e["journey"], e["stages"]) for name in lenses.names() for e in lenses.load(name).examples
]


@pytest.mark.parametrize(("name", "journey", "expected"), EXAMPLES)
def test_the_examples_of_a_model_hold(name, journey, expected):
    assert stages(lenses.load(name), journey) == expected


@pytest.mark.parametrize("name", lenses.names())
def test_a_model_has_examples_and_speaks_four_languages(name):
    model = lenses.load(name)
    assert len(model.examples) >= 5
    for labels in (model.names, *(stage.labels for stage in model.stages)):
        assert set(labels) == {"en", "nb", "sv", "da"}
    assert {
        s for e in model.examples for s in e["stages"].replace("(", "").replace(")", "").split()
    } >= {stage.id for stage in model.stages}


GOOD = """id: m
name: M
carrier: keep
stages:
- {id: a}
- {id: b}
rules:
- {stage: a, when: {kind: search}}
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("stage: a", "stage: c"), "m.yaml, line 8: stage 'c' is not one of a, b"),
        (GOOD.replace("search", "serch"), "line 8: kind 'serch' is not one of"),
        (GOOD.replace("kind:", "kinds:"), "line 8: 'kinds' is not one of kind, group"),
        (
            GOOD.replace("keep", "kept"),
            "line 1: carrier 'kept' is not one of keep, current, deepest",
        ),
        (GOOD.replace("id: m\n", ""), "'id' is missing"),
        (GOOD + "moves: [[a, c]]\n", r"a move is \[from, to\] between a, b"),
        (GOOD + "rest: {stage: z}\n", "rest leads to 'z'"),
        (GOOD + "parameters: {quiet_days: soon}\n", "parameter 'quiet_days' must be a number"),
        (
            GOOD.replace("kind: search", "purchases: {at_least: $many}"),
            r"\$many is not one of the parameters",
        ),
        (GOOD.replace("kind: search", "rating: good"), "rating is {at_least: n}"),
        (GOOD + "good_for: [shops]\n", "good_for is a sentence"),
        (GOOD + "  - bad", "is not YAML"),
        ("just words", "expected a model"),
    ],
)
def test_a_mistake_in_a_model_is_named_with_its_line(text, said):
    with pytest.raises(omvei.LensError, match=said):
        read(text, "m.yaml")


def test_an_unknown_model_is_named_with_the_near_ones():
    with pytest.raises(omvei.UnknownNameError, match="Did you mean 'hankins'"):
        lenses.load("hankin")


def test_a_model_of_your_own_is_a_file(tmp_path):
    from drawing import journeys

    file = tmp_path / "own.yaml"
    file.write_text(GOOD)
    drawn = journeys(tmp_path, ann="search purchase").lens(file).map("stage").to_json()
    assert {n["id"]: n["touchpoints"] for n in drawn["nodes"] if n["touchpoints"]} == {"a": 2}


STEP = st.tuples(st.integers(-1, 2), st.integers(0, 5), st.booleans())
LINES = st.lists(st.lists(STEP, max_size=7), max_size=5)


def plain(line, mode, rest, quiet, settled, end):
    """Stages with silences, by their definition. One (time, stage, row) a row."""
    found, now, time = [], None, 0
    for row, (placed, gap, bought) in enumerate(line):
        time += gap
        if (
            mode == "current"
            and row
            and rest >= 0
            and quiet
            and gap >= quiet
            and now is not None
            and now not in settled
        ):
            if found[-1][1] != rest:
                found.append((found[-1][0] + quiet, rest, -1))
            now = rest
        elif mode == "current" and row and rest >= 0 and quiet and gap >= quiet and now is None:
            found.append((found[-1][0] + quiet, rest, -1))
        if mode == "deepest":
            now = placed if now is None or placed > now else now
            now = None if now is not None and now < 0 else now
        elif mode == "rule":
            now = placed if placed >= 0 else None
        elif placed >= 0:
            now = placed
        found.append((time, 255 if now is None else now, row))
        if bought and mode == "deepest":
            now = None
    if (
        line
        and mode == "current"
        and rest >= 0
        and quiet
        and end - time >= quiet
        and found[-1][1] != rest
        and found[-1][1] not in settled
    ):
        found.append((time + quiet, rest, -1))
    return found


@settings(deadline=None)  # the first call compiles
@given(
    LINES,
    st.sampled_from(list(MODES)),
    st.integers(-1, 2),
    st.integers(0, 4),
    st.sets(st.integers(0, 2)),
    st.integers(0, 30),
)
def test_the_carrier_agrees_with_the_plain_definition(lines, mode, rest, quiet, settled, end):
    starts, flat = pack([list(line) for line in lines])
    starts = np.array(starts)
    time = np.array(pack([np.cumsum([s[1] for s in line]).tolist() for line in lines])[1], np.int64)
    gap = np.array(
        [(-1 if k == 0 else s[1]) for line in lines for k, s in enumerate(line)], np.int64
    )
    cycle = np.array(
        [sum(s[2] for s in line[:k]) for line in lines for k in range(len(line))], np.int32
    )
    calm = np.isin(np.arange(3), list(settled))
    stage = carry(
        starts, np.array([s[0] for s in flat], np.int8), gap, cycle, MODES[mode], rest, quiet, calm
    )
    told = [row for line in lines for row in plain(line, mode, rest, quiet, settled, end)]
    assert stage.tolist() == [s for _, s, row in told if row >= 0]
    if mode == "current" and rest >= 0 and quiet:
        _, when, where, origin = with_silence(starts, time, stage, rest, quiet, calm, end)
        assert list(zip(when.tolist(), where.tolist(), (origin >= 0).tolist(), strict=True)) == [
            (t, s, row >= 0) for t, s, row in told
        ]
