"""The columns of a fact: what a source gives, and what `events/` and the tables of totals keep.

One row is one fact as its source told it. An event is somebody's; what an advertisement cost on a
day is nobody's, so it stands in a table of its own and never in a journey.
Names are ours; only `sources/` knows a vendor's. A source leaves a column null when the file does
not say. Every column but `time` may be null.
"""

from typing import NamedTuple

import pyarrow as pa

MONEY = pa.decimal128(18, 4)


class Column(NamedTuple):
    """One column: its name, its Arrow type, and what it means."""

    name: str
    type: pa.DataType
    meaning: str


GIVEN = (
    Column("event_id", pa.string(), "the source's own id of the event; derived when not given"),
    Column("time", pa.timestamp("us", "UTC"), "when it happened"),
    Column("event", pa.string(), "the source's name for what happened"),
    Column("kind", pa.string(), "a kind of our vocabulary, where the source already uses it"),
    Column("person", pa.string(), "who, in a file where each person already has one id"),
    Column("user_id", pa.string(), "the id of a logged-in user; never two for one person"),
    Column("anonymous_id", pa.string(), "a browser, device or visitor"),
    Column("email", pa.string(), "keyed hash of the normalised address, 32 hex digits"),
    Column("phone", pa.string(), "keyed hash of the normalised number, 32 hex digits"),
    Column("order_id", pa.string(), "the order's number as the source writes it"),
    Column("account", pa.string(), "the company a person acts for"),
    Column("domain", pa.string(), "the company's domain in the address, where it is kept"),
    Column("session_id", pa.string(), "the source's own id of the visit"),
    Column("host", pa.string(), "the site's own host name, lower case, without port"),
    Column("url", pa.string(), "the page: path and query, or a whole address"),
    Column("title", pa.string(), "the page's title"),
    Column("referrer", pa.string(), "the address of the page before"),
    Column("user_agent", pa.string(), "what the browser calls itself"),
    Column("channel", pa.string(), "the channel, where the source names it"),
    Column("utm_source", pa.string(), "campaign tag: which site or partner"),
    Column("utm_medium", pa.string(), "campaign tag: what kind of link"),
    Column("campaign", pa.string(), "campaign name (utm_campaign)"),
    Column("utm_term", pa.string(), "campaign tag: the search word paid for"),
    Column("utm_content", pa.string(), "campaign tag: which version of the advertisement"),
    Column("click_id", pa.string(), "which advertisement click id came along: gclid, fbclid, ..."),
    Column("content", pa.string(), "the page, article, film or mail"),
    Column("query", pa.string(), "the words searched for"),
    Column("product", pa.string(), "the product seen, put in the cart or bought"),
    Column("brand", pa.string(), "the brand seen or bought"),
    Column("category", pa.string(), "the product's category"),
    Column("value", MONEY, "what the purchase was worth, in `currency`"),
    Column("currency", pa.string(), "three letters, ISO 4217"),
    Column("rating", pa.float64(), "stars of a review, or the score of a survey"),
    Column("cost", MONEY, "what the touch cost the firm, in `currency`"),
    Column("status", pa.string(), "HTTP status, or the state of an order or a case"),
    Column("ownership", pa.string(), "owned, partner, customer or independent"),
    Column("initiator", pa.string(), "customer, company or other"),
    Column("consent", pa.string(), "granted or denied; null is unknown"),
    Column("consent_version", pa.string(), "which wording was consented to"),
    Column("attributes", pa.string(), "everything else the row says, as a JSON object"),
)
"""What a source gives for each row, in this order."""

COSTS = (
    Column("event_id", pa.string(), "derived from what the row says"),
    Column("day", pa.date32(), "the day the money was spent, in the account's own time zone"),
    Column("platform", pa.string(), "where it was spent: Google Ads, Meta Ads, Post, ..."),
    Column("account", pa.string(), "the advertising account"),
    Column("campaign", pa.string(), "the campaign, as the platform calls it"),
    Column("ad_group", pa.string(), "the part of the campaign, where the file goes so deep"),
    Column("campaign_type", pa.string(), "what sort of campaign, in the platform's words"),
    Column("channel", pa.string(), "the channel, where the file names it"),
    Column("cost", MONEY, "what was spent, in `currency`"),
    Column("currency", pa.string(), "three letters, ISO 4217"),
    Column("impressions", pa.int64(), "how often it was shown"),
    Column("clicks", pa.int64(), "how often it was clicked"),
    Column("claimed", MONEY, "conversions that the platform counts as its own doing"),
    Column("claimed_value", MONEY, "what the platform says that they are worth"),
    Column("attributes", pa.string(), "everything else the row says, as a JSON object"),
)
"""What advertising cost, by day and campaign."""

SEARCHES = (
    Column("event_id", pa.string(), "derived from what the row says"),
    Column("day", pa.date32(), "the day; null where the file speaks of a period as a whole"),
    Column("site", pa.string(), "which site was shown"),
    Column("query", pa.string(), "the words searched for"),
    Column("url", pa.string(), "the page that was shown"),
    Column("country", pa.string(), "where it was searched from"),
    Column("device", pa.string(), "on what"),
    Column("clicks", pa.int64(), "how often the site was clicked"),
    Column("impressions", pa.int64(), "how often the site was shown"),
    Column("position", pa.float64(), "the mean place among the results, from 1"),
)
"""What people search the web for, as a search engine counts it."""

PATHS = (
    Column("event_id", pa.string(), "derived from what the row says"),
    Column("steps", pa.string(), "the touchpoints in order, parted by >"),
    Column("conversions", pa.int64(), "how many such journeys reached the goal"),
    Column("value", MONEY, "what they brought"),
    Column("nulls", pa.int64(), "how many such journeys did not reach it"),
)
"""Paths with counts: nobody's, and without a time."""

SOURCE = (
    Column("source", pa.string(), "which source read it: table, access-log, ga4, ..."),
    Column("file", pa.string(), "first 16 hex digits of the file's SHA-256"),
    Column("row", pa.int64(), "the row's number in its file, from 1"),
)
"""What is known of every row besides."""

TABLES = {"events": GIVEN, "costs": COSTS, "searches": SEARCHES, "paths": PATHS}
"""The tables of a workspace, each a folder of that name, with the columns a source gives."""

KEYS = {
    "costs": ("platform", "account", "campaign", "day"),
    "searches": ("site", "day"),
    "paths": ("source",),
}
"""What a row of totals speaks of: the newest file that speaks of it replaces the others."""

KEPT = (*GIVEN, *SOURCE)
"""What the Delta table `events/` keeps."""

REFUSED = (
    Column("row", pa.int64(), "the line or row number in the file, from 1"),
    Column(
        "column", pa.string(), "the column at fault, as the file calls it; null: the whole line"
    ),
    Column("reason", pa.string(), "what was expected; null when the row is good"),
    Column("text", pa.string(), "the offending value or line, at most 200 characters"),
)
"""What a source adds to each row, so that a bad one is quarantined with its reason."""


def schema(*columns: Column) -> pa.Schema:
    """An Arrow schema of `columns`."""
    return pa.schema([(column.name, column.type) for column in columns])


READ = schema(*GIVEN, *REFUSED)
"""The schema of the batches a source yields: good rows have a null `reason`."""

READS = {table: schema(*columns, *REFUSED) for table, columns in TABLES.items()}
"""The schema of the batches for each table."""

EVENTS = schema(*KEPT)
"""The schema of the table `events/`."""

IDENTIFIERS = ("user_id", "email", "phone", "person", "order_id", "anonymous_id")
"""The identifier columns, strongest first."""

WORDS = frozenset(column.name for column in (*GIVEN, *SOURCE) if column.type == pa.string()) - {
    *IDENTIFIERS,
    "event_id",
    "session_id",
    "account",
    "domain",
    "attributes",
}
"""Columns of texts that come again and again, and may be held as places in a dictionary."""
