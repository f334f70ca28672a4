import numpy as np
from drawing import pack
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.answers.tally import tally


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.lists(st.integers(-1, 3), max_size=6), max_size=6))
def test_counts_touchpoints_and_people_of_each_code(lines):
    starts, codes = pack(lines)
    found = tally(np.array(starts), np.array(codes, np.int32), 4)
    for code in range(-1, 4):
        assert found[code].tolist() == [codes.count(code), sum(code in line for line in lines)]
