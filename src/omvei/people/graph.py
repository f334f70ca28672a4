"""The identifier graph: which identifiers are one person's.

Nodes are identifiers, an edge joins two that one event carried. People are the connected parts,
with one guard: a node of a *unique* kind (a user id) never shares a person with another value of
that kind, so an edge that would join two of them is refused and logged. Edges are taken in the
order given (strongest, then earliest, then by event id), so the outcome does not depend on the
order in which events arrived.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Nodes = NDArray[np.int32]


@njit(cache=True, nogil=True)
def _root(parent: Nodes, node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@njit(cache=True, nogil=True)
def join(
    nodes: int, left: Nodes, right: Nodes, unique: NDArray[np.bool_]
) -> tuple[Nodes, NDArray[np.bool_]]:
    """Join nodes along edges, unless two unique ones would meet.

    left, right  (edges,)  node numbers; edges are tried in this order
    unique       (nodes,)  whether the node is of a kind of which a person holds at most one
    returns      (nodes,)  the smallest node of each node's person
                 (edges,)  whether the edge was refused
    """
    parent = np.arange(nodes).astype(np.int32)
    holder = np.full(nodes, -1, np.int32)  # the unique node of each root's person
    for node in range(nodes):
        if unique[node]:
            holder[node] = node
    refused = np.zeros(len(left), np.bool_)
    for edge in range(len(left)):
        a, b = _root(parent, left[edge]), _root(parent, right[edge])
        if a == b:
            continue
        if holder[a] >= 0 and holder[b] >= 0:
            refused[edge] = True
            continue
        low, high = min(a, b), max(a, b)
        parent[high] = low
        if holder[high] >= 0:
            holder[low] = holder[high]
    for node in range(nodes):
        parent[node] = _root(parent, node)
    return parent, refused
