"""Every source's sample comes in by the command line and by the app, and no row is lost."""

import json

import pytest
from click.testing import CliRunner
from sources.conftest import FIXTURES
from web.conftest import client
from web.test_import import key_of, run, send

import omvei
from omvei import sources
from omvei.cli import main

SAMPLES = {
    "table": "shop_nordic.csv", "access-log": "access.log", "ga4": "ga4.jsonl",
    "segment": "segment.jsonl", "xes": "log.xes", "shopify": "shopify.csv",
    "woocommerce": "woocommerce.csv", "newsletter": "newsletter.csv", "snowplow": "snowplow.csv",
    "matomo": "matomo.json", "posthog": "posthog.jsonl", "hubspot": "hubspot_contacts.csv",
    "hubspot-engagements": "engagements.jsonl", "google-ads": "google_ads.csv",
    "meta-ads": "meta_ads.csv", "costs": "costs.csv", "search-console": "search_console.csv",
    "paths": "paths.csv", "survey": "survey.csv",
}  # fmt: skip


def balanced(done):
    return done["rows"] == done["events"] + done["rejected"] + done["duplicates"] > 0


def test_every_source_has_a_sample():
    assert SAMPLES.keys() == sources.SOURCES.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_comes_in_by_the_command_line(name, empty):
    asked = ["-w", str(empty), "import", str(FIXTURES / SAMPLES[name]), "--allow-rejects", "--json"]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    (item,) = json.loads(done.stdout)
    assert item["source"] == name
    assert item["events"] > 0
    assert balanced(item)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_comes_in_by_the_app(name, empty):
    pages = client(empty)
    seen = send(pages, FIXTURES / SAMPLES[name])
    assert seen.status_code == 200
    assert pages.get(f"{seen.url.path}.json").json()["files"][0]["source"] == name
    state, _ = run(pages, key_of(seen), allow="yes")
    assert state["state"] == "done"
    assert balanced(state["report"][0])
    (done,) = omvei.open(empty).imports()
    assert (done["source"], done["events"] > 0) == (name, True)
