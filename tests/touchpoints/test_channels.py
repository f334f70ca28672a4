import pytest

from omvei.touchpoints.channels import Arrival, classify, of_address

PAIRS = """
https://shop.example/?utm_source=google&utm_medium=cpc | | Paid Search
https://shop.example/?gclid=x | https://www.google.no/ | Paid Search
https://shop.example/?utm_source=facebook&utm_medium=paid_social | | Paid Social
https://shop.example/?fbclid=x | https://l.facebook.com/ | Organic Social
https://shop.example/?utm_source=prisjakt&utm_medium=cpc | | Paid Shopping
https://shop.example/?utm_medium=banner | | Display
https://shop.example/?utm_medium=email&utm_source=news | | Email
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


def test_every_assistant_on_the_public_list_is_one(data):
    import yaml

    told = yaml.safe_load(data("referrers/matomo_AIAssistants.yml").read_text())
    hosts = [host for hosts in told.values() for host in hosts]
    missed = [h for h in hosts if classify(Arrival(referrer=h)).channel != "AI Assistant"]
    assert not missed
