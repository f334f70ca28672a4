"""Campaign rounds: what is recorded, what is refused, and what came of each."""

from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

import omvei
from omvei import keeping
from omvei.cli import main
from omvei.drawings import rounds as drawing
from omvei.errors import DefinitionError, OmveiError
from omvei.language import LANGUAGES, words
from omvei.plan import rounds
from omvei.plan.learning import learning, ratio

TAILOR = {
    "round": 1, "part": "tailor", "asset": "Letter", "from": "2025-03-10", "to": "2025-03-20",
}  # fmt: skip
FILE = """round,part,asset,variant,channel,campaign,experiment,from,to,random,template,outcome,note
1,express,Guide,,,,,2025-03-01,2025-03-07,,yes,,
1,express,Film,,,,,2025-03-02,2025-03-07,,,,
1,tailor,Letter,tailored,,spring-b,E1,2025-03-10,2025-03-20,yes,,,
1,tailor,Letter,generic,,spring-a,E1,2025-03-10,2025-03-20,yes,,,
1,amplify,Letter,,Email,spring-*,,2025-03-10,2025-03-20,,,,
1,evolve,,,,,E1,2025-03-25,,,,tailored,Names help
2,express,Guide 2,,,,,2025-04-05,,,,,
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A hundred met one variant, a hundred the other, and ten both; half and a quarter bought."""
    folder = tmp_path_factory.mktemp("rounds")
    start = datetime(2025, 3, 11, tzinfo=UTC)
    lines = ["user_id,time,event,utm_source,utm_medium,utm_campaign"]
    for person in range(210):
        sent = (
            ["spring-b"]
            if person < 100
            else ["spring-a"]
            if person < 200
            else ["spring-a", "spring-b"]
        )
        for place, campaign in enumerate(sent):
            at = start + timedelta(hours=place)
            lines.append(f"u{person},{at.isoformat()},page_view,news,email,{campaign}")
        if person % 2 == 0 if person < 100 else person % 4 == 0:
            lines.append(f"u{person},{(start + timedelta(days=2)).isoformat()},purchase,,,")
    lines.append(f"last,{(start + timedelta(days=90)).isoformat()},page_view,,,")
    (folder / "shop.csv").write_text("\n".join(lines))
    (folder / "rounds.csv").write_text(FILE)
    workspace = omvei.init(folder / "shop")
    workspace.take(folder / "shop.csv")
    rounds.take(workspace.path, folder / "rounds.csv")
    return workspace


def test_a_round_says_what_was_made_and_learnt(shop):
    said = learning(rounds.load(shop.path), shop.journeys).to_json()
    first, second = said["rounds"]
    assert (first["assets"], first["on_template"], first["assets_per_week"]) == (2, 1, 2.0)
    assert (first["tests"], first["decided"], first["won"]) == (1, 1, 1)
    assert (first["days_to_next"], second["days_to_next"]) == (35, None)
    assert (said["loop_days"], first["notes"]) == (35, ["Names help"])
    assert first["winners_gain"] == pytest.approx(1.0)


def test_tailored_beside_generic_are_those_who_met_only_one(shop):
    row = learning(rounds.load(shop.path), shop.journeys).to_json()["variants"][0]
    assert (row["tailored"]["converted"], row["tailored"]["people"]) == (50, 100)
    assert (row["generic"]["converted"], row["generic"]["people"]) == (25, 100)
    assert (row["both"], row["label"], row["too_few"]) == (10, "experimental", False)
    assert row["difference"]["value"] == pytest.approx(0.25)
    assert row["ratio"]["low"] < row["ratio"]["value"] == 2.0 < row["ratio"]["high"]


def test_nothing_is_an_experiment_unless_every_record_says_so(shop):
    records = [
        rounds.record({**TAILOR, "variant": v, "campaign": c, "experiment": "E1", "random": r})
        for v, c, r in (("tailored", "spring-b", "yes"), ("generic", "spring-a", ""))
    ]
    assert learning(tuple(records), shop.journeys).to_json()["variants"][0]["label"] == "observed"


def test_reach_has_the_answers_of_assistants_in_every_round(shop):
    rows = learning(rounds.load(shop.path), shop.journeys).to_json()["reach"]
    told = {(row["round"], row["channel"]): row for row in rows}
    assert told[1, "Email"]["people"] == 210
    assert (told[1, "AI Assistant"]["people"], told[1, "AI Assistant"]["worked"]) == (0, False)
    assert (2, "AI Assistant") in told


def test_the_customers_side_is_people_in_stages_never_in_parts(shop):
    said = learning(rounds.load(shop.path), shop.journeys).to_json()
    assert {row["stage"] for row in said["customers"]}.isdisjoint(rounds.PARTS)
    assert sum(row["starts"] for row in said["customers"]) <= said["n"] == 211


def test_without_data_the_records_alone_are_told(tmp_path):
    said = learning((rounds.record({**TAILOR, "variant": "generic"}),), None).to_json()
    assert (said["n"], said["rounds"][0]["days"], said["reach"][0]["people"]) == (0, 11, None)


def test_the_interval_of_a_ratio_is_the_log_interval():
    # Katz et al. 1978 by hand: log 2 and the root of 1/50 - 1/100 + 1/25 - 1/100.
    told = ratio(50, 100, 25, 100)
    assert told["low"] == pytest.approx(2 / 2.7182818 ** (1.959964 * 0.2), rel=1e-5)
    assert ratio(0, 100, 25, 100) is None


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        ({"part": "attract"}, "express, tailor, amplify, evolve"),
        ({"round": "one"}, "round is a number from 1"),
        ({"from": "10.03.2025"}, "a day as 2025-03-01"),
        ({"to": "2025-01-01"}, "Swap the two days"),
        ({"variant": ""}, "tailor needs variant"),
        ({"outcome": "tailored"}, "outcome belongs to evolve"),
        ({"part": "amplify", "variant": ""}, "amplify needs channel"),
        ({"asset": ""}, "tailor needs asset"),
        ({"part": "evolve", "variant": ""}, "evolve needs experiment"),
        ({"channel": "Smoke"}, "Email"),
        ({"random": "perhaps"}, "random is yes or no"),
        ({"reach": 5}, "'reach' is not one of"),
        ({"note": "x" * 201}, "at most 200"),
        ({"campaign": ["a"]}, "one word or text"),
    ],
)
def test_what_cannot_be_recorded_is_told_with_its_cure(wrong, cure):
    with pytest.raises(OmveiError, match=cure):
        rounds.record({**TAILOR, "variant": "tailored", **wrong})


def test_a_mistake_in_the_file_is_told_with_its_line(tmp_path):
    file = rounds.place(tmp_path)
    file.parent.mkdir()
    file.write_text(
        "rounds:\n  - {round: 1, part: express, asset: A, from: 2025-03-01}\n"
        "  - round: 1\n    part: spread\n    from: 2025-03-01\n"
    )
    with pytest.raises(DefinitionError, match=r"line 4: part is 'spread'"):
        rounds.load(tmp_path)


def test_a_row_that_is_wrong_stops_the_file_and_names_its_line(tmp_path):
    (tmp_path / "a.csv").write_text("round,part,asset,from\n1,express,A,2025-03-01\n1,shout,A,\n")
    with pytest.raises(OmveiError, match="line 3: part is 'shout'"):
        rounds.take(tmp_path, tmp_path / "a.csv")
    assert rounds.load(tmp_path) == ()


def test_what_is_written_is_read_again_and_can_be_undone(tmp_path):
    (tmp_path / "a.csv").write_text(FILE)
    assert rounds.take(tmp_path, tmp_path / "a.csv") == 7
    assert rounds.take(tmp_path, tmp_path / "a.csv") == 0
    kept = rounds.load(tmp_path)
    assert kept[0].first == date(2025, 3, 1)
    rounds.save(tmp_path, kept[:1])
    assert keeping.undo(rounds.place(tmp_path))
    assert rounds.load(tmp_path) == kept


def test_a_round_is_kept_shown_and_undone_from_the_command_line(tmp_path):
    omvei.init(tmp_path)
    said = ["-w", str(tmp_path), "rounds"]
    record = ["new", "1", "express", "--asset", "Guide", "--from", "2025-03-01"]

    def run(*command):
        return CliRunner().invoke(main, [*said, *command])

    assert "Add a record with" in run("show").output
    assert run(*record).exit_code == 0
    assert "1 records, 1 rounds" in run("check").output
    assert '"assets": 1' in run("show", "--json").output
    assert run("undo").exit_code == 0
    assert rounds.load(tmp_path) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_spiral_has_a_turn_a_round_and_four_parts(shop, language):
    t = words(language)
    said = learning(rounds.load(shop.path), shop.journeys).to_json()
    wide = drawing.draw(said, t).partition('<div class="only-tall">')[0]
    assert wide.count('class="part"') == 2
    assert wide.count('class="coil"') == 5
    assert wide.count('class="coil missing"') == 3
    for part in rounds.PARTS:
        assert t(f"rounds.part.{part}") in wide
    assert t.duration(35 * 86_400) in wide
    # What the drawing shows stands in the tables too, and its turns lead to their rows.
    tables = drawing.tables(said, t)
    assert 'id="round-1"' in tables
    assert t.duration(35 * 86_400) in tables
    assert "50" in tables
