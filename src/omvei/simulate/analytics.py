"""The web as Google Analytics 4 exports it to BigQuery: JSON lines, one touchpoint each, by cookie.

Times are microseconds and whole numbers are texts, as BigQuery writes them. There are no e-mail
addresses, and no cookie where consent was denied.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .behaviour import Ints
from .identity import CONSENTS, DENIED
from .rows import NONE
from .telling import Telling, letter_names, seconds, words
from .walk import DAY

NAMES = {
    "category_view": "view_item_list",
    "product_view": "view_item",
    "search": "view_search_results",
    "wishlist": "add_to_wishlist",
    "add_to_cart": "add_to_cart",
    "cart_remove": "remove_from_cart",
    "checkout_start": "begin_checkout",
    "purchase": "purchase",
    "video_view": "video_start",
    "download": "file_download",
    "newsletter_signup": "sign_up",
}
"""What Google Analytics calls a kind; `page_view` for all others."""

CHUNK = 50_000
"""Rows written at a time."""

Piece = Callable[[Ints], pa.Array]


def ga4(told: Telling, path: Path) -> None:
    """Write the touchpoints of the web, one JSON object a line."""
    rows = np.flatnonzero(told.web)
    pieces = _pieces(told)
    with path.open("wb") as file:
        for start in range(0, len(rows), CHUNK):
            at = rows[start : start + CHUNK]
            lines = pc.binary_join_element_wise(*(piece(at) for piece in pieces), "")
            file.write("\n".join(lines.to_pylist()).encode() + b"\n")


def _pieces(told: Telling) -> list[Piece]:
    """The parts of a line, each for any rows; joined without a sign between they are JSON.

    Texts are quoted once for each value, not once for each row. A part that a row lacks is empty.
    """
    scene, rows, world = told.scene, told.scene.rows, told.scene.world
    visits, identity = scene.walk.visits, scene.identity
    facts = scene.behaviour.rules["channels"]
    channels = [facts[name] for name in scene.behaviour.channels]
    location = '{"key": "page_location", "value": {"string_value": "https://' + world.names["host"]
    purchase = rows.kind == scene.kinds.index("purchase")
    first = np.full(len(scene.walk.known), np.iinfo(np.int64).max)
    np.minimum.at(first, visits.person, visits.start)
    letters = letter_names(scene)

    def coded(values: list[str], codes: Ints) -> Piece:
        """`values[code]`, or nothing."""
        return lambda at: pc.fill_null(words(values, codes[at]), "")

    def number(values: Ints, before: str, after: str, where: np.ndarray | None = None) -> Piece:
        def piece(at: Ints) -> pa.Array:
            mask = None if where is None else ~where[at]
            text = pa.array(values[at], mask=mask).cast(pa.string())
            return pc.fill_null(pc.binary_join_element_wise(before, text, after, ""), "")

        return piece

    def text(value: str) -> Piece:
        return lambda at: pa.scalar(value)

    def param(key: str, kind: str, value: Any) -> str:
        """An entry of `event_params` with the comma after it."""
        return json.dumps({"key": key, "value": {kind: value}}, ensure_ascii=False) + ","

    def day(at: Ints) -> pa.Array:
        dates = (rows.time[at] // DAY).astype("datetime64[D]").astype(str)
        return pa.array(np.char.replace(dates, "-", ""))

    def quoted(column: pa.Array, codes: Ints) -> Piece:
        def piece(at: Ints) -> pa.Array:
            found = column.take(pa.array(codes[at], mask=codes[at] < 0))
            return pc.fill_null(pc.binary_join_element_wise('"', found, '"', ""), "null")

        return piece

    denied = told.consent == DENIED
    cookie = np.where(denied, NONE, told.cookie)
    tags = [_tags(channel) for channel in channels]
    landed = [urlencode(tag) for tag in tags]
    params = [
        # The address with its tags: the page, then what the landing adds.
        coded([location + path for path, _ in told.pages.all], told.page),
        coded(["?" + tag if tag else "" for tag in landed], told.channel),
        text('"}},'),
        coded([param("page_title", "string_value", t) for _, t in told.pages.all], told.page),
        coded([param("page_referrer", "string_value", r) for r in told.referrers], told.referrer),
        coded([param("search_term", "string_value", q) for q in told.pages.words], told.query),
        coded([param("currency", "string_value", world.names["currency"])], purchase - 1),
        number(
            scene.orders[np.maximum(rows.order, 0)],
            '{"key": "transaction_id", "value": {"string_value": "',
            '"}},',
            purchase,
        ),
        number(
            seconds(visits.start[np.maximum(rows.visit, 0)]),
            '{"key": "ga_session_id", "value": {"int_value": "',
            '"}}]',
        ),
    ]
    traffic = [_traffic(channel) for channel in channels]
    mailed = np.array([name == "newsletter" for name in scene.behaviour.channels])
    sent = np.searchsorted(_days(letters), rows.time // DAY, side="right") - 1
    letter = np.where((told.channel >= 0) & mailed[told.channel], sent, NONE)
    paid = np.array(["term" in channel for channel in channels])
    term = np.where((told.channel >= 0) & paid[told.channel], told.term, NONE)
    items = [
        json.dumps(
            [{"item_name": name, "item_brand": brand, "item_category": group, "price": price}],
            ensure_ascii=False,
        )
        for name, brand, group, price in world.products
    ]
    about = ("product_view", "add_to_cart", "cart_remove", "checkout_start", "purchase", "wishlist")
    shown = np.isin(rows.kind, [scene.kinds.index(kind) for kind in about])
    names = [json.dumps(NAMES.get(kind, "page_view")) for kind in scene.kinds]
    privacy = {
        name: json.dumps(
            {
                "analytics_storage": {"granted": "Yes", "denied": "No"}.get(name),
                "uses_transient_token": "Yes" if name == "denied" else "No",
            }
        )
        for name in CONSENTS
    }
    devices = [
        json.dumps({"category": _category(agent), "web_info": {"hostname": world.names["host"]}})
        for agent in world.names["browsers"]
    ]
    value = scene.value[np.maximum(rows.order, 0)]
    return [
        text('{"event_date": "'),
        day,
        number(rows.time, '", "event_timestamp": "', '", "event_name": '),
        coded(names, rows.kind),
        text(', "user_pseudo_id": '),
        quoted(identity.cookies, cookie),
        text(', "user_id": '),
        quoted(identity.users, np.where(denied, NONE, told.user)),
        number(first[rows.person], ', "user_first_touch_timestamp": "', '"', ~denied),
        text(', "event_params": ['),
        *params,
        text(', "privacy_info": '),
        coded(list(privacy.values()), told.consent),
        text(', "device": '),
        coded(devices, identity.browser[np.maximum(rows.visit, 0)]),
        coded([f', "collected_traffic_source": {{{one}' for one in traffic], told.channel),
        coded([f', "manual_campaign_name": "{letter}"' for letter in letters], letter),
        coded([f', "manual_term": {json.dumps(q)}' for q in told.pages.words], term),
        number(rows.time, ', "gclid": "Cj0KCQ', '"', term >= 0),
        coded(["}"], np.where(told.channel >= 0, 0, NONE)),
        coded([f', "items": {item}' for item in items], np.where(shown, rows.product, NONE)),
        number(
            scene.orders[np.maximum(rows.order, 0)],
            ', "ecommerce": {"transaction_id": "',
            '", "purchase_revenue": ',
            purchase,
        ),
        number(value // 100, "", ".", purchase),
        number(value % 100 // 10, "", "0}", purchase),
        text(', "platform": "WEB"}'),
    ]


def _tags(channel: dict[str, Any]) -> dict[str, str]:
    """The campaign tags a link of the channel carries."""
    names = {"utm_source": "source", "utm_medium": "medium", "utm_campaign": "campaign"}
    return {tag: channel[name] for tag, name in names.items() if name in channel}


def _traffic(channel: dict[str, Any]) -> str:
    """The inside of `collected_traffic_source`."""
    said = {
        "manual_source": channel.get("source"),
        "manual_medium": channel.get("medium"),
        "manual_campaign_name": channel.get("campaign"),
    }
    known = {key: value for key, value in said.items() if value} or {"manual_source": None}
    return json.dumps(known)[1:-1]


def _category(agent: str) -> str:
    if "iPad" in agent:
        return "tablet"
    return "mobile" if "Mobile" in agent else "desktop"


def _days(letters: list[str]) -> Ints:
    days: Ints = np.array([name[-10:] for name in letters], "datetime64[D]").astype(np.int64)
    return days
