"""Turn bits anywhere in what is built, more often than `make test` does.

`SOAK_ROUNDS` sets how often (default 40).
"""

import os

from drawing import journeys
from test_verify import flip_anywhere, flip_what_is_carried

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "40"))
WAYS = {"ann": "search . product_view purchase", "bo": "search"}


def test_a_flipped_bit_is_never_a_wrong_number(tmp_path):
    flip_anywhere(journeys(tmp_path, **WAYS).workspace, tmp_path, ROUNDS)


def test_an_append_finds_a_flipped_bit_in_a_row_that_it_would_carry_on(tmp_path):
    flip_what_is_carried(journeys(tmp_path, **WAYS).workspace, tmp_path, ROUNDS // 3)
