import json

import pytest

import omvei

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
        "strict": 1,
        "default": 1,
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
