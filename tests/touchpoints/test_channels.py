import csv
from importlib.resources import files

import pytest
import yaml

import omvei
from omvei.touchpoints.channels import Arrival, classify, of_address
from omvei.touchpoints.definitions import load

PAIRS = """
https://shop.example/?utm_source=google&utm_medium=cpc | | Paid Search
https://shop.example/?gclid=x | https://www.google.no/ | Paid Search
https://shop.example/?utm_source=facebook&utm_medium=paid_social | | Paid Social
https://shop.example/?fbclid=x | https://l.facebook.com/ | Paid Social
https://s.example/?fbclid=x&utm_medium=social | https://l.facebook.com/ | Organic Social
https://shop.example/?GCLID=x&utm_source=google&utm_medium=organic | | Paid Search
https://shop.example/?mc_eid=x | | Email
https://shop.example/?at_gd=x | https://partner.example/ | Affiliates
https://shop.example/ | https://www.blocket.se/annons | Organic Shopping
https://shop.example/ | https://www.hitta.se/ | Organic Search
https://shop.example/ | https://www.google.com.evil.example/ | Referral
https://shop.example/ | https://kin.naver.com/qna | Organic Social
https://shop.example/ | https://login.vipps.no/x | Direct
https://shop.example/ | https://www.reco.se/firma | Reviews
https://shop.example/ | https://gansub.com/t/x | Email
https://shop.example/?utm_source=prisjakt&utm_medium=cpc | | Paid Shopping
https://shop.example/?utm_medium=banner | | Display
https://shop.example/?utm_medium=email&utm_source=news | | Email
https://shop.example/?utm_source=apsis | | Email
https://shop.example/ | https://click.ubivox.com/x | Email
https://shop.example/?utm_medium=affiliate&utm_source=x | | Affiliates
https://shop.example/?utm_source=youtube&utm_medium=paid_video | | Paid Video
https://shop.example/?utm_campaign=summer&utm_source=unknown&utm_medium=strange | | Unassigned
https://shop.example/?utm_campaign=x-cross-network-y&utm_source=google | | Cross-network
https://shop.example/ | https://www.google.se/search?q=x | Organic Search
https://shop.example/ | https://duckduckgo.com/ | Organic Search
https://shop.example/ | https://gemini.google.com/app | AI Assistant
https://shop.example/ | https://chatgpt.com/ | AI Assistant
https://shop.example/?utm_source=chatgpt.com | | AI Assistant
https://shop.example/ | https://x.com/i/grok | AI Assistant
https://shop.example/ | https://x.com/somebody | Organic Social
https://shop.example/ | https://www.prisjakt.no/p | Organic Shopping
https://shop.example/ | https://no.trustpilot.com/review | Reviews
https://shop.example/ | https://mail.google.com/mail | Email
https://shop.example/ | https://www.youtube.com/watch | Organic Video
https://shop.example/ | https://some.blog.example.org/ | Referral
https://shop.example/ | https://www.klarna.com/checkout | Direct
https://www.shop.example/cart | https://shop.example/ | Direct
https://shop.example/ | | Direct
"""


@pytest.mark.parametrize("pair", [line for line in PAIRS.splitlines() if line])
def test_an_arrival_has_its_channel(pair):
    address, referrer, channel = (part.strip() for part in pair.split("|"))
    assert of_address(address, referrer or None).channel == channel


def test_a_channel_that_the_data_names_is_kept():
    assert classify(Arrival("paid search")).channel == "Paid Search"
    assert classify(Arrival("Radio Nord", referrer="www.google.com")).channel == "Radio Nord"


def test_literal_not_set_is_nothing():
    assert classify(Arrival(None, "(direct)", "(none)", "(not set)")).channel is None


@pytest.mark.parametrize(
    "click", ["gclid", "wbraid", "gbraid", "msclkid", "fbclid", "ttclid", "li_fat_id"]
)
def test_an_advertisements_click_is_never_organic(click):
    for referrer in (
        None,
        "https://www.google.com/",
        "https://www.facebook.com/",
        "https://a.example/",
    ):
        channel = of_address(f"https://shop.example/?{click}=x", referrer).channel
        assert channel in ("Paid Search", "Paid Social")


def hosts_of(said):
    """The hosts of one of Matomo's lists; `{}` stands for a country."""
    for entry in said.values():
        for group in entry if isinstance(entry[0], dict) else [{"urls": entry}]:
            yield from (host.replace("{}", "no") for host in group.get("urls", []))


LISTS = {
    "matomo_AIAssistants.yml": "AI Assistant",
    "matomo_SearchEngines.yml": "Organic Search",
    "matomo_Socials.yml": "Organic Social",
}


@pytest.mark.parametrize("name", LISTS)
def test_sites_are_what_the_public_lists_say_or_there_is_a_reason(data, name):
    hosts = list(hosts_of(yaml.safe_load(data(f"referrers/{name}").read_text())))
    others = [h for h in hosts if classify(Arrival(referrer=h)).channel != LISTS[name]]
    assert len(others) <= 0.05 * len(hosts)
    assert [h for h in others if not explained(h)] == []


def test_sources_are_what_google_says_or_there_is_a_reason(data):
    with data("referrers/velir_ga4_source_categories.csv").open() as file:
        rows = list(csv.DictReader(file))
    channels = {"SEARCH": "Search", "SOCIAL": "Social", "VIDEO": "Video", "SHOPPING": "Shopping"}
    others = [
        row["source"]
        for row in rows
        if classify(Arrival(source=row["source"])).channel
        != f"Organic {channels[row['source_category'].rpartition('_')[2]]}"
    ]
    assert len(others) <= 0.05 * len(rows)
    assert [source for source in others if not explained(source)] == []


def explained(host):
    reasons = yaml.safe_load(files("omvei.touchpoints").joinpath("hosts.yaml").read_text())
    return any(host == known or host.endswith(f".{known}") for known in reasons["otherwise"])


def test_every_site_is_in_one_list_only():
    said = yaml.safe_load(files("omvei.touchpoints").joinpath("hosts.yaml").read_text())
    said.pop("otherwise")
    every = [host for hosts in said.values() for host in hosts]
    assert len(every) == len(set(every))
    assert all(isinstance(host, str) and host == host.lower() for host in every)


def test_a_rule_is_told_in_plain_words():
    verdict = of_address("https://shop.example/?utm_source=x&utm_medium=cpc")
    assert verdict.rule == "rule 11: the medium says that it was paid for"
    assert of_address("https://shop.example/", "https://www.klarna.com/").rule.startswith(
        "www.klarna.com takes payments"
    )


OWN = """
- channel: Radio
  source_in: [Radio-Nord]
  examples: ["https://shop.example/?utm_source=radio-nord"]
- channel: Partners
  host_in: [partner.example]
  examples:
    - {to: "https://shop.example/", from: "https://www.partner.example/page"}
"""


def test_rules_of_the_firm_come_first_and_hold_for_history(tmp_path):
    (tmp_path / "log.csv").write_text(
        "user_id,time,event,url,referrer\n"
        "ann,2026-01-01,page_view,https://shop.example/?utm_source=radio-nord,\n"
        "bo,2026-01-02,page_view,https://shop.example/,https://partner.example/x\n"
    )
    shop = omvei.init(tmp_path / "shop")
    shop.take(tmp_path / "log.csv")

    def channels():
        return {n["id"] for n in shop.journeys.map("channel").to_json()["nodes"]}

    assert {"Unassigned", "Referral"} <= channels()
    (tmp_path / "shop" / "definitions" / "channels.yaml").write_text(OWN)
    shop.build()
    assert {"Radio", "Partners"} <= channels()


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("- {source_in: [x]}", "needs `channel:`"),
        ("- {channel: X, colour_in: [x], examples: [a]}", "'colour_in' is not one of"),
        ("- {channel: X, examples: [a]}", "needs a condition"),
        ("- {channel: X, source_in: x, examples: [a]}", "needs a list of words"),
        ("- {channel: X, host_in: shops, examples: [a]}", "needs a list of words"),
        ("- {channel: X, source_matches: '(', examples: [a]}", "is no pattern"),
        ("- {channel: X, source_in: [x]}", "needs `examples:`"),
        ("- {channel: X, source_in: [x], examples: [3]}", "an example is an address"),
        ("- {channel: X, source_in: [x], examples: ['s.no/?utm_source=y']}", "is Unassigned"),
        ("channel: X", "expected a list"),
        ("- {channel: X, source_in: [", "is not YAML"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_used_says_what_is_wrong(tmp_path, rule, problem):
    (tmp_path / "channels.yaml").write_text(f"# ours\n{rule}\n")
    with pytest.raises(omvei.DefinitionError, match=f"channels.yaml, line . ?.*{problem}"):
        load(tmp_path)
