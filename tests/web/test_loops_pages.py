"""Loops, ways and returns lead to as many people as they say; and where people stand."""

import re

import pytest

import omvei
from omvei.language import words

LANGUAGES = ("en", "nb", "sv", "da")


def listed(pages, **asked):
    return pages.get("/people.json", params={"lens": "five_stage", "period": "all", **asked}).json()


def test_every_loop_and_way_leads_to_its_people(pages):
    said = pages.get("/models/loops.json?lens=five_stage&period=all").json()
    assert said["loops"]
    assert said["ways"]
    for row in said["loops"]:
        assert listed(pages, loop=" ".join(row["loop"]))["n"] == row["people"]
    for row in said["ways"]:
        assert listed(pages, way=" ".join(row["way"]))["n"] == row["people"]


def test_a_return_leads_to_those_who_came_back(pages, shop):
    page = pages.get("/models/loops?lens=five_stage&period=all").text
    backs = re.findall(r"back=(\w+)", page)
    assert backs
    returned = {
        row["stage"]: row["people"]
        for row in omvei.open(shop).journeys.lens("five_stage").numbers().to_json()["returns"]
    }
    assert {back: listed(pages, back=back)["n"] for back in backs} == returned


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "asked", ["loop=consideration+decision+consideration", "way=consideration+decision",
              "back=awareness"],
)  # fmt: skip
def test_the_people_of_a_way_are_named_by_its_stages(pages, language, asked):
    page = pages.get(f"/people?lens=five_stage&{asked}", headers={"accept-language": language})
    assert page.status_code == 200
    assert 'href="/models/loops?' in page.text


@pytest.mark.parametrize("asked", ["loop=decision", "way=", "way=here+there", "back=nowhere"])
def test_what_is_no_way_is_refused_in_words(pages, asked):
    answer = pages.get(f"/people?lens=five_stage&{asked}")
    assert answer.status_code in (400, 404)
    assert "Traceback" not in answer.text


def test_where_people_stand_adds_up_to_everybody(pages):
    everybody = pages.get("/models/stages.json?lens=funnel").json()["n"]
    for key in ("current", "deepest"):
        stages = ("awareness", "interest", "desire", "action")
        told = [
            pages.get(f"/models/stages.json?lens=funnel&{key}={stage}").json()["n"]
            for stage in stages
        ]
        assert sum(told) == everybody


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_says_where_they_stood_then(pages, language):
    now = pages.get("/models/stages.json?lens=stdc").json()["n"]
    then = pages.get("/models/stages.json?lens=stdc&at=2025-04-01").json()
    assert 0 < then["n"] < now
    assert all(row["since"] < "2025-04-01" for row in then["rows"])
    page = pages.get(
        "/models/stages?lens=stdc&at=2025-04-01", headers={"accept-language": language}
    )
    assert page.status_code == 200
    assert pages.get("/models/stages?lens=stdc&at=soon").status_code == 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hexagon_says_the_chance_of_a_purchase_from_each_stage(pages, shop, language):
    page = pages.get("/models/hankins?period=all", headers={"accept-language": language}).text
    t = words(language)
    part = page.partition(t("own.chances"))[2].partition(t("own.chances.note"))[0]
    told = omvei.open(shop).journeys.lens("hankins").matrix().to_json()["stages"]
    sure = [row for row in told if not row["too_few"]]
    assert sure
    for row in sure:
        assert t.percent(row["chance"]) in part
        assert row["steps"] is None or t.decimal(row["steps"]) in part
    assert t("own.chances") not in pages.get("/models/stdc").text
