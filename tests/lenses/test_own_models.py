"""Models of one's own: a copy, a check with the line and the cure, and what the rules catch."""

import drawing
import pytest
from click.testing import CliRunner

import omvei
from omvei import lenses
from omvei.cli import main
from omvei.errors import DefinitionError, LensError, OmveiError, UnknownNameError
from omvei.lenses.catching import by_rule
from omvei.lenses.lens import read
from omvei.lenses.own import check, copy, files

GOOD = """\
id: mine
name: {en: Mine}
carrier: current
parameters: {quiet_days: 60}
rest: {stage: away}
stages:
  - {id: away}
  - {id: near}
rules:
  - {stage: near, when: {kind: search}}
moves: all
examples:
  - {journey: "search 90d search", stages: "near (away) near"}
"""
BAD = {
    "not YAML": ("id: mine", "id: [mine", 2),
    "a word nobody knows": ("moves: all", "paths: all", 1),
    "something missing": ("carrier: current\n", "", 1),
    "another carrier": ("carrier: current", "carrier: sticky", 1),
    "a list that is none": (
        "stages:\n  - {id: away}\n  - {id: near}\n",
        "stages: away\n",
        1,
    ),
    "a stage twice": ("{id: away}", "{id: near}", 1),
    "a stage that is not there": ("{stage: near, when", "{stage: far, when", 10),
    "a kind that is none": ("kind: search", "kind: serach", 10),
    "a condition that is none": ("kind: search", "colour: red", 10),
    "a rule without a condition": ("{kind: search}", "search", 10),
    "a parameter that is no number": ("quiet_days: 60", "quiet_days: long", 4),
    "rest that leads nowhere": ("{stage: away}", "{stage: home}", 5),
    "a move between strangers": ("moves: all", "moves: [[near, home]]", 1),
    "an example without stages": (', stages: "near (away) near"', "", 13),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_told_by_its_line(kind, tmp_path):
    before, after, line = BAD[kind]
    assert before in GOOD
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD.replace(before, after, 1))
    (wrong,) = check(file)
    assert isinstance(wrong, LensError)
    assert wrong.file == str(file)
    assert wrong.line == line, str(wrong)


def test_a_good_file_has_nothing_wrong(tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD)
    assert check(tmp_path / "mine.yaml") == []


@pytest.mark.parametrize("journey", ["search 10d search", "serach"])
def test_an_example_that_does_not_hold_is_told_by_its_line(journey, tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD.replace("search 90d search", journey))
    (wrong,) = check(tmp_path / "mine.yaml")
    assert wrong.line == 13


@pytest.mark.parametrize("name", lenses.names())
def test_a_copy_of_every_model_can_be_used(name, tmp_path):
    file = copy(tmp_path, "ours", name)
    assert check(file) == []
    assert lenses.load(file).id == "ours"
    assert list(files(tmp_path)) == ["ours"]


def test_a_copy_never_replaces_a_model(tmp_path):
    copy(tmp_path, "ours", "stdc")
    for name in ("ours", "stdc", "Ours", "../ours", ""):
        with pytest.raises(DefinitionError):
            copy(tmp_path, name, "stdc")
    with pytest.raises(UnknownNameError):
        copy(tmp_path, "theirs", "nobodys")
    assert list(files(tmp_path)) == ["ours"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return drawing.journeys(
        tmp_path_factory.mktemp("own"),
        ann="search page_view add_to_cart purchase",
        bob="page_view 100d ad_view other",
    )


def test_a_model_of_the_workspace_is_used_by_its_name(shop):
    copy(shop.workspace.path, "ours", "hankins")
    seen, known = shop.lens("ours").map("stage"), shop.lens("hankins").map("stage")
    assert seen.to_json()["nodes"] == known.to_json()["nodes"]
    told = CliRunner().invoke(main, ["-w", str(shop.workspace.path), "lenses", "--json"])
    assert '"name": "ours"' in told.output


@pytest.mark.parametrize("name", lenses.names())
def test_each_touchpoint_is_caught_by_the_first_rule_that_holds(shop, name):
    told = shop.lens(name).catches().to_json()
    assert sum(rule["touchpoints"] for rule in told["rules"]) == told["placed"]["count"]
    assert told["placed"]["of"] == 7
    assert told["placed"] == shop.lens(name).numbers().to_json()["placed"]


def test_rules_as_stages_place_what_the_model_places():
    model = lenses.load("stdc")
    rules = by_rule(model)
    assert [rules.rules[n].when for n in range(3)] == [model.rules[n].when for n in range(3)]
    assert rules.digest != model.digest


@pytest.mark.parametrize("name", lenses.names())
def test_an_explanation_names_the_stage_of_the_trace(shop, name):
    person = shop.people(by="kind", node="purchase").to_dicts()[0]["person"]
    said = shop.lens(name).explain(person).to_dicts()
    traced = shop.trace(person).to_dicts()
    assert [row["stage"] for row in said] == [row["stages"][name] for row in traced]
    model = lenses.load(name)
    for row in said:
        if row["by"] == "rule":
            rule = model.rules[row["rule"] - 1]
            assert model.stages[rule.stage].id == row["stage"]


def test_why_a_stage_without_a_rule_goes_on(shop):
    person = next(p["person"] for p in shop.people().to_dicts() if not p["customer"])
    rows = shop.lens("hankins").explain(person).to_dicts()
    assert [(row["stage"], row["by"]) for row in rows] == [
        ("trigger", "rule"),
        ("no_need", "rule"),
        ("no_need", "kept"),
    ]


def test_nobody_cannot_be_explained(shop):
    with pytest.raises(UnknownNameError):
        shop.lens("hankins").explain("nobody")


def test_people_beside_each_other_are_all_people(shop):
    told = shop.compare("funnel", "hankins", "stdc").to_json()
    for pair in (("funnel", "hankins"), ("funnel", "stdc"), ("hankins", "stdc")):
        rows = [row for row in told["pairs"] if (row["first"], row["second"]) == pair]
        assert sum(row["people"] for row in rows) == told["n"] == 2
    assert [row["lens"] for row in told["models"]] == ["funnel", "hankins", "stdc"]


@pytest.mark.parametrize("few", [(), ("funnel",), ("funnel", "funnel")])
def test_a_model_is_compared_with_another(shop, few):
    with pytest.raises(OmveiError):
        shop.compare(*few)


def test_check_on_the_command_line_fails_with_the_line(tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD.replace("kind: search", "kind: serach"))
    told = CliRunner().invoke(main, ["lens", "check", str(tmp_path / "mine.yaml")])
    assert told.exit_code == 1
    assert "line 10" in told.output


def test_every_given_parameter_still_changes_the_model():
    assert read(GOOD, "mine.yaml", {"quiet_days": 5}).digest != read(GOOD, "mine.yaml").digest


def test_what_is_drawn_and_passed_on_has_the_models_own_words(tmp_path):
    shop = drawing.journeys(
        tmp_path, **{f"p{n}": "search product_view add_to_cart purchase" for n in range(12)}
    )
    file = copy(shop.workspace.path, "mine", "stdc")
    file.write_text(file.read_text().replace("nb: Tenke", "nb: Grubler"))
    mine = omvei.open(shop.workspace.path).journeys.lens("mine")
    for answer in (mine.map("stage"), mine.own(), mine.leaks(), mine.choice()):
        said = answer.sheet("nb").html() if answer.answer == "choice" else answer.plot("nb")
        assert "Grubler" in said, answer.answer
        assert "own" not in answer.to_json().keys() - {"answer"}
    told = CliRunner().invoke(
        main,
        ["-w", str(shop.workspace.path), "map", "--by", "stage", "--lens", "mine",
         "--html", str(tmp_path / "map.html"), "--language", "nb"],
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert "Grubler" in (tmp_path / "map.html").read_text()
