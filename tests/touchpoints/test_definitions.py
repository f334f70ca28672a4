import pytest

import omvei
from omvei.touchpoints.definitions import load


def write(folder, text):
    (folder / "touchpoints.yaml").write_text(text)
    return load(folder)


def test_the_first_rule_that_matches_names_a_page(tmp_path):
    rules = write(
        tmp_path,
        "- match: {url: '/g/*'}\n  kind: guide_read\n- match: {url: '*'}\n  kind: page_view\n",
    ).rules
    assert rules[0].holds({"url": "/G/telt"})
    assert not rules[0].holds({"url": "/telt"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- match: {url: x}\n  kind: guide\n", r"line 1: kind 'guide' is not one of .*guide_read"),
        ("- match: {url: x}\n- kind: guide_read\n", "line 2: a rule needs `match:`"),
        ("- match: {page: x}\n", "line 1: 'page' is not one of url, event, source, content"),
        ("a: [", "is not YAML"),
        ("kind: x\n", "expected a list of rules"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, text, said):
    with pytest.raises(omvei.DefinitionError, match=said):
        write(tmp_path, text)


def test_a_rule_of_the_site_changes_kind_content_and_stage_after_a_build(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("anonymous_id,time,event,url\na,2026-01-01T10:00:00Z,page_view,/kurs/telt\n")
    workspace = omvei.init(tmp_path / "w")
    workspace.take(file)
    assert workspace.journeys.trace("a").to_json()["rows"][0]["kind"] == "page_view"
    (tmp_path / "w" / "definitions" / "touchpoints.yaml").write_text(
        "- match: {url: '/kurs/*'}\n  kind: guide_read\n  content: Kurs\n  stage: decision\n"
        "  format: course\n  question: Which tent?\n  ownership: partner\n"
    )
    workspace.build()
    row = workspace.journeys.trace("a").to_json()["rows"][0]
    assert (row["kind"], row["content"], row["stages"]["five_stage"]) == (
        "guide_read",
        "Kurs",
        "decision",
    )
    assert {key: row[key] for key in ("intended", "format", "question", "ownership")} == {
        "intended": "decision",
        "format": "course",
        "question": "Which tent?",
        "ownership": "partner",
    }
    assert (row["controlled"], row["initiator"]) == (False, "customer")


def test_a_newsletter_row_with_only_a_campaign_came_by_email(tmp_path):
    file = tmp_path / "letters.csv"
    file.write_text("email,time,event,campaign\na@example.org,2026-01-01T10:00:00Z,sendt,june\n")
    workspace = omvei.init(tmp_path / "w")
    workspace.take(file)
    row = workspace.journeys.trace("a@example.org").to_json()["rows"][0]
    assert (row["kind"], row["channel"], row["campaign"]) == ("email_received", "Email", "june")
