"""Every source has a page that says what it reads and how to get the file."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from omvei import sources
from omvei.cli import main
from omvei.errors import UnknownNameError
from omvei.events import schema
from omvei.events.schema import GIVEN
from omvei.sources import access_log, ga4, segment
from omvei.sources.howto import how_to
from omvei.sources.orders import EXTRA
from omvei.sources.recipe import recipe
from omvei.sources.tags import tags

COSTS = [column.name for column in schema.COSTS if column.name not in ("event_id", "channel")]
DOCS = Path(__file__).parents[2] / "docs" / "sources"
asking: Any = runpy.run_path(str(DOCS.parent / "asking.py"))


def page(name):
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sources.names())
def test_every_source_has_a_page_with_the_way_to_the_file(name):
    for part in (f"--source {name}", "## How to get this file", "## Fields", "refused"):
        assert part in page(name)


def test_every_field_of_ours_is_on_the_page_of_tables():
    assert [column.name for column in GIVEN if f"`{column.name}`" not in page("table")] == []


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("ga4", ga4.rules()["fields"]),
        ("segment", segment.rules()["fields"]),
        ("access-log", tags()),
        ("shopify", recipe("shopify")["fields"].keys() - {*EXTRA}),
        ("newsletter", recipe("newsletter")["fields"]),
        (
            "matomo",
            [field for part in ("visit", "action", "first") for field in recipe("matomo")[part]],
        ),
        (
            "hubspot",
            {*recipe("hubspot")["contacts"]["fields"], *recipe("hubspot")["deals"]["fields"]}
            - {"won"},
        ),
        ("search-console", [c.name for c in schema.SEARCHES if c.name != "event_id"]),
        ("paths", [c.name for c in schema.PATHS if c.name != "event_id"]),
        ("survey", [*recipe("survey")["fields"], "content", "rating", "channel", "attributes"]),
        (
            "hubspot-engagements",
            [f for f in recipe("hubspot-engagements")["fields"] if f != "direction"],
        ),
        ("google-ads", COSTS),
        ("meta-ads", COSTS),
        ("costs", COSTS),
        ("posthog", recipe("posthog")["fields"]),
        ("snowplow", recipe("snowplow")["fields"]),
        ("woocommerce", recipe("woocommerce")["fields"].keys() - {*EXTRA}),
    ],
)
def test_every_field_a_rule_fills_is_on_its_page(name, fields):
    assert [field for field in fields if f"`{field}`" not in page(name)] == []


@pytest.mark.parametrize("name", sources.names())
def test_every_source_says_in_four_languages_how_to_get_its_file(name):
    told = how_to(name)
    assert list(told) == ["nb", "sv", "da", "en"]
    assert len({len(said.steps) for said in told.values()}) == 1
    for said in told.values():
        assert all(step.endswith(".") for step in said.steps)
        assert said.ask.endswith((".", "?"))
        assert len(said.ask) > 60
    assert len({said.ask for said in told.values()}) == 4


@pytest.mark.parametrize("name", sources.names())
def test_the_page_of_a_source_has_the_texts_as_they_are(name):
    assert page(name) == asking["written"](name)


def test_every_kind_of_request_is_on_the_page_of_access_logs():
    assert {"downloads", "assets", "asset_paths"} <= access_log.rules().keys()
    for event in ("page_view", "download", "asset", "request"):
        assert f"`{event}`" in page("access-log")


def test_a_source_that_is_not_there_says_which_there_are(tmp_path):
    (tmp_path / "a.csv").write_text("person,time\na,2025-01-01\n")
    with pytest.raises(UnknownNameError, match="There is: 'table', 'access-log'"):
        sources.read(tmp_path / "a.csv", source="zzz")


@pytest.mark.parametrize(("name", "source"), sources.SOURCES.items())
def test_a_source_that_is_partly_known_says_so_on_its_page(name, source):
    assert source.STATUS in ("complete", "partly known")
    assert (source.STATUS == "partly known") == ("**Partly known**" in page(name))


def test_the_list_of_sources_says_how_well_each_is_known():
    told = json.loads(CliRunner().invoke(main, ["sources", "--json"]).output)
    assert {one["name"]: one["status"] for one in told} == {
        name: source.STATUS for name, source in sources.SOURCES.items()
    }
