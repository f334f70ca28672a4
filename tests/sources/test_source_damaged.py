"""A taste of the long run of damaged files: no crash, no silent loss, in any source."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei import sources
from omvei.errors import OmveiError
from soak.fuzz import SEEDS, run


@pytest.mark.parametrize("name", SEEDS)
def test_no_damaged_file_ends_in_a_crash_or_loses_a_row(name):
    assert run(name, 500, 1)["failures"] == []


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_whatever_the_bytes_it_is_a_source_or_an_error_of_ours(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(content)
    try:
        name = sources.detect(path)
    except OmveiError:
        return
    assert name in sources.SOURCES
