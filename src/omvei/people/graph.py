"""The identifier graph: which identifiers are one person's.

Nodes are identifiers, an edge joins two that one event carried. People are the connected parts,
with one guard: a person holds at most so many identifiers of a kind (one user id, say), or so many
that first came within some days of each other. An edge that would pass the limit is refused and
logged; the weaker identifier then stays where it was. Edges are taken in the order given
(strongest, then earliest, then by event id), so the outcome does not depend on the order in which
events arrived.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Nodes = NDArray[np.int32]
Numbers = NDArray[np.int64]


@njit(cache=True, nogil=True)
def _root(parent: Nodes, node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@njit(cache=True, nogil=True)
def _passes(
    a: int,
    b: int,
    ring: Nodes,
    limit: NDArray[np.int8],
    which: int,
    first: Numbers,
    most: int,
    span: int,
) -> bool:
    """Whether more than `most` of two people's identifiers first came within `span`."""
    times = []
    for start in (a, b):
        node = start
        while True:
            if limit[node] == which:
                times.append(first[node])
            node = ring[node]
            if node == start:
                break
    told = np.sort(np.array(times))
    return len(told) > most and np.min(told[most:] - told[:-most]) < span


@njit(cache=True, nogil=True)
def join(
    left: Nodes,
    right: Nodes,
    limit: NDArray[np.int8],
    first: Numbers,
    most: Numbers,
    span: Numbers,
) -> tuple[Nodes, NDArray[np.int8]]:
    """Join nodes along edges, unless a person would hold too many of a limited kind.

    left, right  (edges,)  node numbers; edges are tried in this order
    limit        (nodes,)  which limit the node counts for; -1 for none
    first        (nodes,)  microseconds, when the identifier first came
    most         (limits,) how many a person may hold
    span         (limits,) microseconds within which they may not be more; 0: ever
    returns      (nodes,)  the smallest node of each node's person
                 (edges,)  which limit refused the edge; -1 for none
    """
    nodes, limits = len(limit), len(most)
    parent = np.arange(nodes).astype(np.int32)
    ring = np.arange(nodes).astype(np.int32)  # the next of the same person, round and round
    held = np.zeros((nodes, limits), np.int32)
    for node in range(nodes):
        if limit[node] >= 0:
            held[node, limit[node]] = 1
    refused = np.full(len(left), -1, np.int8)
    for edge in range(len(left)):
        a, b = _root(parent, left[edge]), _root(parent, right[edge])
        if a == b:
            continue
        for which in range(limits):
            if held[a, which] == 0 or held[b, which] == 0:
                continue
            if held[a, which] + held[b, which] > most[which] and (
                span[which] == 0
                or _passes(a, b, ring, limit, which, first, most[which], span[which])
            ):
                refused[edge] = which
                break
        if refused[edge] >= 0:
            continue
        low, high = min(a, b), max(a, b)
        parent[high] = low
        ring[low], ring[high] = ring[high], ring[low]
        for which in range(limits):
            held[low, which] += held[high, which]
    for node in range(nodes):
        parent[node] = _root(parent, node)
    return parent, refused
