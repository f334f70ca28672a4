import json

import pytest

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


def test_nearly_all_sample_agents_of_the_public_list_are_found(data):
    entries = json.loads(data("bots/crawler-user-agents.json").read_text())
    agents = [agent for entry in entries for agent in entry["instances"]]
    found = sum(map(is_bot, agents))
    assert found >= 0.98 * len(agents)
