import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.people.graph import join

EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14)


def plain(edges, unique):
    """Merge sets edge by edge; refuse a merge of two sets that both hold a unique node."""
    groups = [{node} for node in range(8)]
    refused = []
    for a, b in edges:
        left, right = (next(g for g in groups if node in g) for node in (a, b))
        clash = left is not right and bool(left & unique) and bool(right & unique)
        refused.append(clash)
        if left is not right and not clash:
            groups.remove(right)
            left |= right
    return [min(next(g for g in groups if node in g)) for node in range(8)], refused


@settings(deadline=None)  # the first call compiles
@given(EDGES, st.sets(st.integers(0, 7)))
def test_agrees_with_merging_sets(edges, unique):
    left, right = (np.array([e[side] for e in edges], np.int32) for side in (0, 1))
    person, refused = join(8, left, right, np.isin(np.arange(8), list(unique)))
    assert (person.tolist(), refused.tolist()) == plain(edges, unique)


@settings(deadline=None)
@given(EDGES, st.permutations(range(14)))
def test_without_unique_nodes_the_order_of_edges_does_not_matter(edges, order):
    shuffled = [edges[k] for k in order if k < len(edges)]
    none = np.zeros(8, np.bool_)

    def people(some):
        return join(8, *(np.array([e[side] for e in some], np.int32) for side in (0, 1)), none)[
            0
        ].tolist()

    assert people(edges) == people(shuffled)
