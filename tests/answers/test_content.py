"""The content map: the inventory from files, what is missing, and the people of the map."""

import pytest
from drawing import journeys
from hypothesis import given, settings
from hypothesis import strategies as st

import omvei
from omvei.answers.content import Together, gaps, without_data
from omvei.blocks.block import Block
from omvei.errors import DefinitionError, SourceError
from omvei.lenses import lens as lenses
from omvei.touchpoints import channels, inventory
from omvei.touchpoints.formats import formats
from omvei.touchpoints.vocabulary import kinds

MAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://butikk.example/guider/velg-telt/</loc><lastmod>2026-03-01T10:00:00Z</lastmod></url>
<url><loc>https://butikk.example/artikler/h%C3%B8st</loc></url></urlset>"""


def taken(tmp_path, text, name="file.xml"):
    (tmp_path / name).write_text(text, "utf-8")
    return inventory.take(tmp_path, tmp_path / name)


def test_a_sitemap_becomes_an_inventory_and_is_known_the_second_time(tmp_path):
    assert taken(tmp_path, MAP) == {"added": 2, "known": 0}
    assert taken(tmp_path, MAP) == {"added": 0, "known": 2}
    first, second = inventory.load(tmp_path)
    assert (first.page, first.updated) == ("/guider/velg-telt", "2026-03-01")
    assert (first.sort, first.meant_for) == ("guide", "consideration")
    assert second.page == "/artikler/høst"


def test_a_table_says_more_than_the_pages(tmp_path):
    text = "url;title;stage;channels\n/p/1;Telt;decision;Email;\n"
    taken(tmp_path, text.replace(";\n", "\n"), "a.csv")
    (piece,) = inventory.load(tmp_path)
    assert (piece.name, piece.stage, piece.channels) == ("Telt", "decision", ("Email",))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<urlset><url><loc>x</loc>", "is not XML"),
        ("<urlset></urlset>", "holds no page"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><urlset/>", "document type"),
        ("name,owner\nx,y\n", "no column with the pages"),
        ("", "no column with the pages"),
    ],
)
def test_a_file_that_is_no_inventory_changes_nothing(tmp_path, text, problem):
    with pytest.raises(SourceError, match=problem):
        taken(tmp_path, text)
    assert inventory.load(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("page: x\n", "expected a list"),
        ("- {title: x}\n", "needs `page:`"),
        ("- {page: x, stage: buying}\n", "'buying' is not one of"),
        ("- {page: x, format: film}\n", "'film' is not one of"),
        ("- {page: x, channels: [Fax]}\n", "'Fax' is not a channel"),
        ("- {page: x, updated: yesterday}\n", "is not a day"),
        ("- {page: x}\n- {page: x}\n", "is here twice"),
        ("- {page: x, colour: red}\n", "'colour' is not one of"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(tmp_path, text, problem):
    (tmp_path / inventory.FILE).write_text(text, "utf-8")
    with pytest.raises(DefinitionError, match=problem):
        inventory.load(tmp_path)


def test_every_format_and_stage_speaks_of_what_there_is():
    stages = {stage.id: stage for stage in lenses.load("five_stage").stages}
    assert tuple(stages) == inventory.STAGES
    for one in formats().values():
        assert one.stage in stages
        assert set(one.kinds) <= set(kinds())
        assert set(one.create) <= set(channels.names())
        assert set(one.labels) == {"en", "nb", "sv", "da"}
    for stage in stages:  # three of them each, as in the article's table
        assert sum(one.stage == stage and bool(one.create) for one in formats().values()) == 3


def test_without_data_everything_the_table_asks_for_is_missing(tmp_path):
    rows = without_data(tmp_path, False).to_dicts()
    assert {row["stage"] for row in rows} == set(inventory.STAGES)
    assert all(row["gap"] and row["people"] is None and row["items"] == 0 for row in rows)


def test_a_piece_fills_its_gap_and_nothing_else(tmp_path):
    (tmp_path / inventory.FILE).write_text(
        "- {page: Brev, format: newsletter, channels: [Email]}\n"
    )
    before = gaps([], {}, {})
    after = without_data(tmp_path, False).to_dicts()
    assert sum(row["gap"] for row in before) - sum(row["gap"] for row in after) == 1
    filled = [row for row in after if row["items"]]
    assert [(r["stage"], r["format"], r["channel"]) for r in filled] == [
        ("retention", "newsletter", "Email")
    ]


def test_the_people_are_those_of_the_map(tmp_path):
    shop = journeys(
        tmp_path,
        ann="guide_read price_view guide_read",
        bob="content_read guide_read",
        eve="search",
    )
    found = shop.content().to_json()
    drawn = {n["id"]: n for n in shop.map("content").to_json()["nodes"]}
    assert found["pieces"]
    for piece in found["pieces"]:
        assert (piece["people"], piece["ends"]) == (
            drawn[piece["name"]]["people"],
            drawn[piece["name"]]["ends"],
        )
    stages = {n["id"]: n["people"] for n in shop.lens("five_stage").map().to_json()["nodes"]}
    assert {r["stage"]: r["people"] for r in found["stages"] if r["people"]} == {
        stage: people for stage, people in stages.items() if stage in inventory.STAGES
    }


def test_a_loop_is_there_and_back(tmp_path):
    shop = journeys(tmp_path, ann="guide_read price_view guide_read", bob="guide_read faq_view")
    (loop,) = shop.content().to_json()["loops"]
    assert {loop["source"], loop["target"]} == {"(guide_read)", "(price_view)"}
    assert (loop["people"], loop["back"]) == (1, 1)


def test_an_offer_met_while_becoming_aware_is_early(tmp_path):
    shop = journeys(tmp_path, ann="content_read offer_view", bob="guide_read offer_view")
    (row,) = shop.content().to_json()["early"]
    assert (row["people"], row["early"]) == (2, 1)


def test_the_stage_before_the_first_touchpoint_is_none(tmp_path):
    shop = journeys(tmp_path, ann="guide_read", bob="content_read guide_read")
    fit = {(r["intended"], r["before"]): r["people"] for r in shop.content().to_json()["fit"]}
    assert fit[("consideration", "(no stage)")] == 1
    assert fit[("consideration", "awareness")] == 1


def test_a_page_of_the_inventory_has_its_title_and_stage_after_a_build(tmp_path):
    workspace = omvei.init(tmp_path / "w")
    (workspace.path / "definitions" / inventory.FILE).write_text(
        "- {page: 'https://x.example/om-oss/', title: Om oss, stage: decision, "
        "question: Hvem er dere}\n"
    )
    (tmp_path / "a.csv").write_text(
        "user_id,time,event,url\nann,2026-01-01T10:00:00Z,page_view,https://x.example/om-oss\n"
    )
    workspace.take(tmp_path / "a.csv")
    (row,) = workspace.journeys.trace("ann").to_dicts()
    assert (row["content"], row["intended"], row["question"]) == (
        "Om oss",
        "decision",
        "Hvem er dere",
    )
    assert row["stages"]["five_stage"] == "decision"
    (piece,) = workspace.journeys.content().to_json()["pieces"]
    assert (piece["people"], piece["inventory"]) == (1, True)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 2)), max_size=5),
        max_size=5,
    ),
    st.integers(0, 5),
)
def test_people_of_pairs_agree_with_sets_however_people_are_split(lines, cut):
    import numpy as np

    analysis = Together("s", {"stage": 3, "before": 3, "content": 3, "channel": 2, "kind": 3})

    def counted(part):
        flat = [row for line in part for row in line]
        columns = {
            "content": [r[0] for r in flat],
            "channel": [r[1] for r in flat],
            "s": [r[2] for r in flat],
            "kind": [r[0] for r in flat],
        }
        starts = np.cumsum([0, *map(len, part)]).astype(np.int64)
        made = {name: np.array(column, np.int64) for name, column in columns.items()}
        return analysis.scan(Block(np.arange(len(part)), starts, made.__getitem__))

    found = analysis.merge(counted(lines[:cut]), counted(lines[cut:]))
    for content in range(3):
        for stage in range(3):
            met = [any(r[0] == content and r[2] == stage for r in line) for line in lines]
            assert found["content stage"][content, stage] == sum(met)
            before = [
                any(
                    r[0] == content and (line[i - 1][2] if i else 2) == stage
                    for i, r in enumerate(line)
                )
                for line in lines
            ]
            assert found["content before"][content, stage] == sum(before)
