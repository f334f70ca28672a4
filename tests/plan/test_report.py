"""The summary of a month: the numbers of the other answers, over the month."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from web.conftest import client, write_shop

import omvei
from omvei.answers.intervals import newcombe
from omvei.cli import main
from omvei.errors import OmveiError
from omvei.plan import plan as plans
from omvei.plan.report import months
from omvei.sheets import sheet


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    workspace = omvei.init(folder / "workspace")
    workspace.take(write_shop(folder / "shop.csv", 400))
    plans.save(workspace.path, plans.propose("stdc", "web_shop"))
    return workspace


def test_the_last_full_month_is_summed_up(shop):
    said = shop.report().to_json()
    assert months(shop.journeys) == said["months"]
    assert (said["months"][0], said["months"][-1]) == ("2025-02", "2025-08")
    assert said["month"] == "2025-07"  # the data ends within August
    assert said["whole"]
    assert not shop.report("2025-08").to_json()["whole"]


def test_its_findings_and_its_plan_are_those_of_the_month(shop):
    said = shop.report("2025-06").to_json()
    june = shop.journeys.between(date(2025, 6, 1), date(2025, 7, 1))
    assert said["n"] == june.summary().to_json()["people"]
    assert said["findings"] == june.findings().to_dicts()
    aim = next(row for row in said["plan"] if row["stage"] == "do")
    told = {row["stage"]: row for row in june.lens("stdc").leaks().to_json()["stages"]}
    assert aim["n"] == told["do"]["people"]


def test_what_changed_is_counted_person_by_person(shop):
    rows = {row["what"]: row for row in shop.report("2025-06").to_json()["changes"]}

    def counted(first, after):
        """In plain words: everybody of the month, and those of them with a purchase in it."""
        part = shop.journeys.between(first, after)
        everybody = part.summary().to_json()
        return everybody["customers"], everybody["people"]

    now, before = counted("2025-06-01", "2025-07-01"), counted("2025-05-01", "2025-06-01")
    goal = rows["goal"]
    assert (goal["n"], goal["before"]["n"]) == (now[1], before[1])
    assert goal["value"] == now[0] / now[1]
    assert goal["difference"] == newcombe(*now, *before)
    assert rows["people"]["n"] == now[1]
    assert rows["people"]["difference"]["value"] == pytest.approx(now[1] - before[1] * 30 / 31)


def test_a_difference_that_may_be_chance_is_not_called_a_change(shop):
    for row in shop.report("2025-06").to_json()["changes"]:
        gap = row["difference"]
        assert row["clear"] == (gap is not None and (gap["low"] > 0 or gap["high"] < 0))
        assert row["too_few"] == (gap is None)


def test_the_first_month_has_nothing_before_it(shop):
    assert shop.report("2025-02").to_json()["changes"] == []
    assert shop.report("2025-03").to_json()["changes"] == []  # February began on its first day only


@pytest.mark.parametrize(("month", "why"), [("May", "is not a month"), ("2019-01", "no data of")])
def test_a_month_that_is_none_is_refused(shop, month, why):
    with pytest.raises(OmveiError, match=why):
        shop.report(month)


def test_an_empty_workspace_says_what_to_bring(tmp_path):
    said = omvei.init(tmp_path / "w").report()
    assert [row["what"] for row in said.to_json()["bring"]][-1] == "plan"
    assert said.sheet("sv").pdf()


def test_sentences_are_whole_in_every_language(shop):
    said = shop.report("2025-06").to_json()
    for language in ("nb", "sv", "da", "en"):
        made = sheet(said, language)
        assert "{" not in made.html().partition("<main>")[2]
        assert made.title.endswith(made.words.month("2025-06"))


def test_the_command_writes_files(shop, tmp_path):
    page = tmp_path / "june.html"
    words = ["-w", str(shop.path), "report", "--month", "2025-06", "--language", "da"]
    done = CliRunner().invoke(main, [*words, "--html", str(page), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["month"] == "2025-06"
    assert "juni 2025" in page.read_text("utf-8")
    assert "1. " in CliRunner().invoke(main, words).output


def test_the_page_shows_what_the_paper_says(shop):
    pages = client(shop.path)
    page = pages.get("/report?month=2025-06").text
    made = shop.report("2025-06").sheet("en")
    for part in made.parts:
        for item in getattr(part, "items", ()):
            assert item.said in page.replace("&#34;", '"').replace("&#39;", "'")
    assert pages.get("/report.pdf?month=2025-06").content.startswith(b"%PDF")
    assert pages.get("/report?month=1999-01").status_code == 400
