import json
from dataclasses import replace

import pytest

import omvei
from omvei.people import policies

ROWS = [
    {"anonymous_id": "family", "user_id": "mum", "consent": "granted", "channel": "Email"},
    {"anonymous_id": "family", "user_id": "dad", "consent": "granted", "channel": "Email"},
    {"anonymous_id": "phone", "email": "ann@example.org", "channel": "Direct"},
    {
        "anonymous_id": "tablet",
        "email": "ann@example.org",
        "consent": "denied",
        "channel": "Direct",
    },
]


@pytest.fixture
def workspace(tmp_path):
    file = tmp_path / "log.jsonl"
    told = [
        {"time": f"2026-01-0{day}T10:00:00Z", "event": "x"} | row for day, row in enumerate(ROWS, 1)
    ]
    file.write_text("\n".join(map(json.dumps, told)))
    made = omvei.init(tmp_path / "w")
    made.take(file)
    return made


def test_a_stricter_policy_sees_more_people(workspace, tmp_path):
    built = {
        name: workspace.under(name, tmp_path / name) for name in ("strict", "default", "loose")
    }
    told = workspace.journeys.beside(built).to_json()
    rows = {row["policy"]: row for row in told["policies"]}
    # strict leaves the phone alone, loose makes mum and dad one; the denied tablet never joins
    assert {name: row["people"] for name, row in rows.items()} == {
        "strict": 3,
        "default": 3,
        "loose": 2,
    }
    assert {name: row["refused_joins"] for name, row in rows.items()} == {
        "strict": 2,  # the tablet of two is nobody's
        "default": 1,  # it is mum's, and dad's while he is nearer
        "loose": 0,
    }
    assert told["channels"][0] == {"channel": "Email", "strict": 2, "default": 2, "loose": 1}
    assert workspace.journeys.summary().to_json()["people"] == 3


def test_an_identifier_set_apart_is_joined_to_nobody_and_can_come_back(workspace, tmp_path):
    def person(who):
        return workspace.journeys.trace(who).to_json()["person"]

    assert person("phone") == person("ann@example.org")
    assert workspace.unmerge("phone") == {"kind": "anonymous_id", "value": "phone"}
    assert person("ann@example.org") != person("dad")
    assert workspace.journeys.why("ann@example.org").to_json()["joins"] == []
    (tmp_path / "w" / "definitions" / "apart.yaml").unlink()
    workspace.build()
    assert person("phone") == person("ann@example.org")


def test_somebody_elses_identifier_and_a_wrong_file_are_errors(workspace, tmp_path):
    with pytest.raises(omvei.UnknownNameError, match="No identifier named 'eve'"):
        workspace.unmerge("eve")
    with pytest.raises(omvei.UnknownNameError, match=r"No policy named 'lose' .*'loose'"):
        workspace.under("lose", tmp_path / "x")
    (tmp_path / "w" / "definitions" / "apart.yaml").write_text("\n\n- {kind: cookie, value: x}\n")
    with pytest.raises(omvei.DefinitionError, match=r"apart\.yaml, line 3: expected"):
        workspace.build()


def choose(monkeypatch, **changes):
    """The default policy with some parts changed."""
    changed = {**policies.policies(), "default": replace(policies.policy("default"), **changes)}
    monkeypatch.setattr(policies, "policies", lambda: changed)


DAY = "2026-01-{:02}T10:00:00Z"


def told(tmp_path, rows, policy="default"):
    """Who did what, by user id or browser, under a policy: {who: [day, ...]}."""
    file = tmp_path / "told.jsonl"
    file.write_text(
        "\n".join(
            json.dumps({"time": DAY.format(day), "event": "x", "content": str(day), **row})
            for day, row in rows
        )
    )
    made = omvei.init(tmp_path / "told")
    made.take(file, build=False)
    journeys = made.under(policy, tmp_path / policy)
    found = {}
    for row in journeys.people(limit=100).to_json()["rows"]:
        trace = journeys.trace(row["person"]).to_json()
        held = sorted((i["kind"] != "user_id", i["value"]) for i in trace["identifiers"])
        found[held[0][1]] = [int(r["content"]) for r in trace["rows"]]
    return found


TABLET = [
    (day, {"anonymous_id": "tablet", "user_id": user} if user else {"anonymous_id": "tablet"})
    for day, user in ((1, ""), (2, "mum"), (5, ""), (9, ""), (10, "dad"), (15, ""))
]


def test_a_shared_device_is_the_nearest_logins_by_default(tmp_path):
    assert told(tmp_path, TABLET) == {"mum": [1, 2, 5], "dad": [9, 10, 15]}


def test_a_shared_device_may_be_the_latest_logins(tmp_path, monkeypatch):
    choose(monkeypatch, devices="last-auth")
    assert told(tmp_path, TABLET) == {"mum": [1, 2, 5, 9], "dad": [10, 15]}


def test_after_a_logout_a_device_may_be_nobodys(tmp_path, monkeypatch):
    choose(monkeypatch, devices="reset-on-logout")
    assert told(tmp_path, TABLET) == {"mum": [1, 2, 5, 9], "dad": [10, 15]}
    out = (6, {"anonymous_id": "tablet", "user_id": "mum", "event": "Sign out", "content": "6"})
    (tmp_path / "again").mkdir()
    assert told(tmp_path / "again", [*TABLET, out]) == {
        "mum": [1, 2, 5, 6], "dad": [10, 15], "tablet": [9],
    }  # fmt: skip


def test_a_till_that_many_log_in_on_is_nobodys(tmp_path):
    rows = [(day, {"anonymous_id": "till", "user_id": f"u{day}"}) for day in range(1, 6)]
    found = told(tmp_path, [*rows, (6, {"anonymous_id": "till"})])
    assert found == {"u1": [1], "u2": [2], "u3": [3], "u4": [4], "u5": [5], "till": [6]}


def test_history_of_a_device_counts_only_so_far_back(tmp_path, monkeypatch):
    rows = [(day, {"anonymous_id": "phone"}) for day in (1, 12, 19)]
    rows.append((20, {"anonymous_id": "phone", "user_id": "ann"}))
    choose(monkeypatch, back=10)
    assert told(tmp_path, rows) == {"ann": [12, 19, 20], "phone": [1]}


def test_what_a_browser_did_after_saying_no_is_never_joined(tmp_path):
    rows = [
        (1, {"anonymous_id": "phone", "consent": "denied"}),
        (2, {"anonymous_id": "phone"}),
        (3, {"anonymous_id": "phone", "user_id": "ann", "consent": "granted"}),
    ]
    assert told(tmp_path, rows) == {"ann": [2, 3], "phone": [1]}
    (tmp_path / "again").mkdir()
    assert told(tmp_path / "again", rows, "strict") == {"ann": [3], "phone": [1, 2]}


def test_too_many_addresses_are_refused_with_the_reason(tmp_path):
    rows = [(day, {"user_id": "ann", "email": f"a{day}@example.org"}) for day in range(1, 8)]
    file = tmp_path / "log.jsonl"
    file.write_text(
        "\n".join(json.dumps({"time": DAY.format(d), "event": "x", **row}) for d, row in rows)
    )
    made = omvei.init(tmp_path / "w")
    made.take(file)
    joins = made.journeys.why("ann").to_json()["joins"]
    assert [j["reason"] for j in joins] == [None] * 5 + ["limit email"] * 2


def test_capitals_and_forms_of_unicode_make_no_other_person(tmp_path):
    rows = [(1, {"user_id": "Bj\u00f6rn"}), (2, {"user_id": " bjo\u0308rn"})]
    assert list(told(tmp_path, rows).values()) == [[1, 2]]
