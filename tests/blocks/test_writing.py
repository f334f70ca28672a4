import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.blocks.writing import _in_order


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(-2, 5), st.integers(1, 40), st.integers(0, 99)),
        max_size=300,
    )
)
def test_rows_are_in_order_of_person_time_row_and_event_id(told):
    """Also of a person with hundreds of rows, and of the same row in two files."""
    rows = pa.table(
        {
            "person": np.array([person for person, *_ in told], np.int64),
            "time": np.array([time for _, time, *_ in told], np.int64),
            "row": np.array([row for *_, row, _ in told], np.int64),
            "event_id": pa.array([f"e{number:02}-{at}" for at, (*_, number) in enumerate(told)]),
        }
    )
    ids = rows["event_id"].to_pylist()
    known = sorted(range(len(told)), key=lambda at: (*told[at][:3], ids[at]))
    assert _in_order(rows).tolist() == known
