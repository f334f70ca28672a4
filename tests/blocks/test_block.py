"""Some of a block's people, with whole journeys and nothing else."""

import drawing
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.blocks.block import Block

people = st.lists(st.tuples(st.booleans(), st.lists(st.integers(-3, 3), max_size=4)), max_size=9)


@pytest.mark.parametrize("kind", [np.int8, np.int16, np.int32, np.int64, np.uint8, np.bool_])
@settings(deadline=None)  # the first call compiles
@given(people)
def test_those_who_stay_have_all_their_rows(kind, lines):
    starts, rows = drawing.pack([line for _, line in lines])
    column = np.array(rows).astype(kind)
    column.flags.writeable = False  # as a column that is mapped
    block = Block(np.arange(len(lines)) + 7, np.array(starts), lambda name: column)
    some = block.of(np.array([stays for stays, _ in lines], np.bool_))
    kept = [(who + 7, line) for who, (stays, line) in enumerate(lines) if stays]
    assert some.person.tolist() == [who for who, _ in kept]
    assert some["time"].dtype == kind
    for place, (_, line) in enumerate(kept):
        assert some.alone(place)["time"].tolist() == np.array(line).astype(kind).tolist()
    assert some.rows == sum(len(line) for _, line in kept)
