"""Joins against a known truth: the simulated shop, whole and from its three separate exports."""

from collections import Counter

import pytest
from deltalake import DeltaTable

import omvei
from omvei.simulate import simulate
from omvei.sources.contact import hash_email


@pytest.fixture(scope="module")
def made():
    return simulate(orders=300)


@pytest.fixture(scope="module")
def files(made, tmp_path_factory):
    return made.write(tmp_path_factory.mktemp("simulated"))


def pairs(counts):
    return sum(n * (n - 1) // 2 for n in counts)


def compared(workspace, truth):
    """Pairs of identifiers that are one person's: in truth, as joined, and both."""
    rows = DeltaTable(str(workspace.path / "people" / "identifiers")).to_pyarrow_table().to_pylist()
    held = {(row["kind"], row["value"]): row["person"] for row in rows}
    owners = []
    for row in truth:
        value = row["identifier"].lower()
        if row["kind"] == "email":
            value = hash_email(value, workspace.key)
        if (row["kind"], value) in held:
            owners.append((row["person"], held[row["kind"], value]))
    true = pairs(Counter(person for person, _ in owners).values())
    joined = pairs(Counter(person for _, person in owners).values())
    return true, joined, pairs(Counter(owners).values())


def met(made):
    """Identifiers that some event carried beside another one, under a consent that may join."""
    kinds = ("user_id", "email", "order_id", "anonymous_id")
    found = set()
    for row in made.events.select([*kinds, "consent"]).to_pylist():
        told = [(kind, row[kind]) for kind in kinds if row[kind] is not None]
        if row["consent"] != "denied" and len(told) > 1:
            found |= set(told)
    return found


def test_known_joins_are_found_and_no_others(made, files, tmp_path):
    workspace = omvei.init(tmp_path / "w")
    workspace.take(files["events"])
    truth = [row for row in made.people.to_pylist() if row["consent"] != "denied"]
    known = met(made)
    joinable = [row for row in truth if (row["kind"], row["identifier"]) in known]
    true, joined, both = compared(workspace, joinable)
    assert true > 500
    assert both / joined >= 0.99
    assert both / true >= 0.95
    # every other miss is explained: one of the two never occurred beside another identifier
    everybody, _, found = compared(workspace, truth)
    assert found == both
    assert everybody > true


def test_three_separate_exports_join_by_their_order_numbers(files, tmp_path):
    workspace = omvei.init(tmp_path / "w")
    workspace.take(files["orders"].parent)
    told = workspace.journeys.quality().to_json()
    assert told["orders"]["shop"] == 300
    assert told["orders"]["match_rate"]["rate"] > 0.9
    lines = told["lines"]
    assert sum(row["value"] for row in lines[:-1]) == pytest.approx(lines[-1]["value"])
