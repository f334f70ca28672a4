import csv
import gzip
import json
from importlib.resources import files

import pytest
import yaml

from omvei.touchpoints.bots import is_bot, kind


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "search_engine",
        ),
        ("Mozilla/5.0 AppleWebKit/537.36 (compatible; GPTBot/1.2)", "ai_crawler"),
        ("Mozilla/5.0 (compatible; AhrefsBot/7.0)", "seo_tool"),
        ("facebookexternalhit/1.1", "social_preview"),
        ("Tiny Tiny RSS/1.11", "feed_reader"),
        ("curl/8.1.2", "tool"),
        ("Some-Strange-Crawler/0.1", "other"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", None),
        ("Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/120.0 Mobile", None),
        ("-", None),
        ("", None),
    ],
)
def test_a_user_agent_has_its_kind(agent, expected):
    assert kind(agent) == expected
    assert is_bot(agent) == (expected is not None)


def test_no_sample_agent_of_the_public_list_is_missed(data):
    entries = json.loads(data("bots/crawler-user-agents.json").read_text())
    agents = [agent for entry in entries for agent in entry["instances"]]
    assert [agent for agent in agents if not is_bot(agent)] == []


def test_ai_crawlers_of_the_public_list_are_called_so_or_there_is_a_reason(data):
    named = json.loads(data("bots/ai_robots.json").read_text())
    said = yaml.safe_load(files("omvei.touchpoints").joinpath("bots.yaml").read_text())
    missed = [n for n in named if kind(f"Mozilla/5.0 (compatible; {n}/1.0)") != "ai_crawler"]
    assert len(missed) <= 0.1 * len(named)
    assert set(missed) <= set(said["otherwise"])


SYSTEMS = (
    "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64",
    "X11; CrOS x86_64 14541.0.0", "Linux; Android 14; Pixel 8", "Linux; Android 13; CUBOT P80",
    "Linux; Android 12; SM-A127F", "Windows NT 6.1; WOW64", "SMART-TV; Linux; Tizen 6.0",
)  # fmt: skip
PHONES = ("iPhone; CPU iPhone OS 17_5 like Mac OS X", "iPad; CPU OS 16_6 like Mac OS X")
CHROMES = (
    "", " Edg/124.0.2478.51", " OPR/110.0.0.0", " Vivaldi/6.7", " YaBrowser/24.4.1.0",
    " SamsungBrowser/25.0", " DuckDuckGo/5", " Brave/124", " Whale/3.26", " Ecosia android@124",
)  # fmt: skip
INSIDE = (
    "[FBAN/FBIOS;FBAV/460.0.0.31.103;FBBV/588091452;FBDV/iPhone14,5]", "Instagram 330.0.3.29",
    "Snapchat/12.87.0.43 (like Safari/8617.2.4)", "[LinkedInApp]/9.29.8962", "GSA/313.0.627870618",
    "Pinterest for iOS/12.18", "MicroMessenger/8.0.49", "Line/14.7.0", "TikTok 34.5.0",
    "[FBAN/EMA;FBLC/nb_NO;FBAV/404.0.0.8.112;]",
)  # fmt: skip


def people():
    """What browsers of people call themselves, as their makers document it."""
    for system in SYSTEMS:
        yield f"Mozilla/5.0 ({system}; rv:126.0) Gecko/20100101 Firefox/126.0"
        for more in CHROMES:
            yield (
                f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) "
                f"Chrome/124.0.0.0 Safari/537.36{more}"
            )
    for phone in PHONES:
        yield f"Mozilla/5.0 ({phone}) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
        for inside in INSIDE:
            yield f"Mozilla/5.0 ({phone}) AppleWebKit/605.1.15 Mobile/15E148 {inside}"


def test_browsers_of_people_are_people():
    agents = list(people())
    wrong = [agent for agent in agents if is_bot(agent)]
    assert len(wrong) < 0.02 * len(agents), wrong


def test_browsers_that_real_visitors_used_are_people(data):
    files_ = ("snowplow_web_events.csv.gz", "snowplow_web_vital_events.csv.gz")
    agents = set()
    for name in files_:
        with gzip.open(data(f"snowplow_web/{name}"), "rt", newline="") as file:
            agents |= {row["useragent"] for row in csv.DictReader(file) if row.get("useragent")}
    wrong = [agent for agent in agents if is_bot(agent)]
    assert len(agents) > 100
    assert len(wrong) < 0.02 * len(agents), wrong
