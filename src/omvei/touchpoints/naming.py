"""Name every event in one vocabulary: rules over distinct values, joined back by SQL.

The rules are Python over YAML and see each distinct value once: a million page views of a hundred
pages are a hundred questions. Everything else is a join.
"""

from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa

from . import bots, channels, kinds, queries
from .definitions import Definitions
from .vocabulary import CLASSES, INITIATORS, MACHINE, OWNERSHIPS, codes
from .vocabulary import kinds as vocabulary


def _decoded(address: str, parameter: str) -> str:
    """SQL for the value of a parameter of an address, without its escapes; null for none."""
    found = f"replace(regexp_extract({address}, '[?&]{parameter}=([^&#]*)', 1), '+', ' ')"
    return f"nullif(url_decode({found}), '')"


TAGS = {"utm_source": "utm_source", "utm_medium": "utm_medium", "utm_campaign": "campaign"}


def host_of(address: str) -> str:
    """SQL for the host in an address; null where there is none."""
    return f"nullif(lower(regexp_extract({address}, '^(?:[a-z]+:)?//([^/?#:]+)', 1)), '')"


LOOKED_UP = f"""
-- one row an address: its host, its path, its campaign tags, the words of the site's own search
CREATE OR REPLACE TABLE pages AS
SELECT url,
    {host_of("url")} AS page_host,
    coalesce(nullif(regexp_extract(url, '^(?:[a-z]+:)?(?://[^/?#]*)?([^?#]*)', 1), ''), '/')
        AS path,
    {", ".join(f"{_decoded('url', tag)} AS tag_{name}" for tag, name in TAGS.items())},
    nullif(lower(regexp_extract(url, '(?i)[?&]({"|".join(channels.click_ids())})=', 1)), '')
        AS tag_click_id,
    {_decoded("url", "(?:q|s|query|search|sok|soek)")} AS site_query
FROM (SELECT DISTINCT url FROM rows WHERE url IS NOT NULL);

-- one row a referrer: its host, with its path where a list tells its pages apart (x.com/i/grok),
-- and the words it was searched with
CREATE OR REPLACE TABLE referrers AS
SELECT referrer,
    CASE WHEN regexp_matches(host, '{channels.with_paths()}') THEN address ELSE host END AS came,
    words
FROM (
    SELECT referrer,
        lower(regexp_extract(referrer, '^(?:[a-z-]+:)?//([^/?#:]+)', 1)) AS host,
        lower(regexp_extract(referrer, '^(?:[a-z-]+:)?//([^?#]*?)/*(?:[?#]|$)', 1)) AS address,
        nullif(url_decode(replace(regexp_extract(referrer,
            '[?&](?:{"|".join(channels.SEARCH_WORDS)})=([^&#]*)', 1), '+', ' ')), '') AS words
    FROM (SELECT DISTINCT referrer FROM rows WHERE referrer IS NOT NULL AND referrer <> '-')
);
"""

ARRIVALS = """
SELECT DISTINCT
    f.channel,
    coalesce(f.utm_source, p.tag_utm_source) AS source,
    coalesce(f.utm_medium, p.tag_utm_medium) AS medium,
    coalesce(f.campaign, p.tag_campaign) AS campaign,
    coalesce(f.click_id, p.tag_click_id) AS click_id,
    r.came AS referrer
FROM rows AS f
LEFT JOIN pages AS p ON p.url = f.url
LEFT JOIN referrers AS r ON r.referrer = f.referrer
"""


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[str | None, ...]]:
    return con.execute(sql).fetchall()


def _table(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, pa.Array]) -> None:
    con.register("looked_up", pa.table(columns))
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM looked_up")
    con.unregister("looked_up")


KEYS = ("source", "event", "kind", "path", "content", "asks")
"""What the kind and content of an event are decided from."""


def _present(text: str | None) -> str:
    assert text is not None, "every event names its source"
    return text


def _texts(values: Iterable[str | None]) -> pa.Array:
    return pa.array(list(values), pa.string())


def look_up(con: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    """Make the tables `pages, referrers, names, arrivals, agents, asked` from the view `rows`."""
    con.execute(LOOKED_UP)
    _name_kinds(con, definitions)
    _name_channels(con, definitions)
    agents = [a for (a,) in _rows(con, "SELECT DISTINCT user_agent FROM rows") if a]
    bot = pa.array([bots.is_bot(agent) for agent in agents], pa.bool_())
    _table(con, "agents", {"user_agent": _texts(agents), "bot": bot})
    asked = [
        q
        for (q,) in _rows(
            con,
            """
            SELECT DISTINCT query FROM rows UNION SELECT words FROM referrers
            UNION SELECT site_query FROM pages""",
        )
        if q
    ]
    classes = [CLASSES.index(queries.classify(query, definitions.brands)) for query in asked]
    _table(con, "asked", {"query": _texts(asked), "query_class": pa.array(classes, pa.int8())})


def _name_kinds(con: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    given = _rows(
        con,
        """
        SELECT DISTINCT f.source, f.event, f.kind, p.path, f.content,
               CASE WHEN p.site_query IS NOT NULL THEN 'yes' END AS asks
        FROM rows AS f LEFT JOIN pages AS p ON p.url = f.url""",
    )
    named = [
        kinds.name(_present(source), event, kind, path, content, asks, definitions)
        for source, event, kind, path, content, asks in given
    ]
    _table(
        con,
        "names",
        {
            **{key: _texts(row[place] for row in given) for place, key in enumerate(KEYS)},
            "kind_code": pa.array([codes()[n.kind] for n in named], pa.int16()),
            "named_content": _texts(n.content or f"({n.kind})" for n in named),
            "intended": _texts(n.stage for n in named),
            "format": _texts(n.format for n in named),
            "question": _texts(n.question for n in named),
            "ownership": pa.array([OWNERSHIPS.index(n.ownership) for n in named], pa.int8()),
            "initiator": pa.array([INITIATORS.index(n.initiator) for n in named], pa.int8()),
            "usual_channel": _texts(vocabulary()[n.kind].channel for n in named),
        },
    )


def hosts(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The site's own hosts, as the events of the view `rows` name them."""
    con.execute(LOOKED_UP)
    return _hosts(con)


def _hosts(con: duckdb.DuckDBPyConnection) -> set[str]:
    found = _rows(con, "SELECT DISTINCT host FROM rows UNION SELECT DISTINCT page_host FROM pages")
    return {host for (host,) in found if host}


def _name_channels(con: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    own = _hosts(con)
    own |= definitions.hosts
    arrivals = [channels.Arrival(*row) for row in _rows(con, ARRIVALS)]
    verdicts = [channels.classify(arrival, own, definitions.channels) for arrival in arrivals]
    _table(
        con,
        "arrivals",
        {
            **{key: _texts(getattr(a, key) for a in arrivals) for key in channels.Arrival._fields},
            "arrived": _texts(v.channel for v in verdicts),
            "searched": pa.array(
                [channels.category(a.referrer) == "search" for a in arrivals], pa.bool_()
            ),
        },
    )


WORDS = f"""
SELECT DISTINCT 'event' AS dictionary, event AS word FROM names
UNION SELECT 'source', source FROM names
UNION SELECT unnest(['content', 'intended', 'format', 'question']),
    unnest([named_content, intended, format, question])
    FROM names WHERE kind_code NOT IN ({", ".join(str(codes()[kind]) for kind in MACHINE)})
UNION SELECT 'channel', usual_channel FROM names
UNION SELECT 'channel', arrived FROM arrivals
UNION SELECT 'campaign', campaign FROM arrivals
UNION SELECT 'query', query FROM asked
UNION SELECT 'product', product FROM rows
UNION SELECT 'brand', brand FROM rows
UNION SELECT 'currency', upper(currency) FROM rows
UNION SELECT 'file', file FROM rows
"""
"""Every word that gets a code; what machines fetched, an image say, has no content of its own."""

WAY = "hash(getvariable('salt'), {f}.source, {f}.event, {f}.kind, {f}.content, {path}, {asks})"
ARRIVAL = """hash(
    getvariable('salt'), {channel}, {source}, {medium}, {campaign}, {click_id}, {referrer}
)"""
"""SQL for a number that stands for all that a kind, or a channel, is decided from."""

SALTS = range(8)

CODED = f"""
CREATE OR REPLACE TABLE ways AS
SELECT n.*, {WAY.format(f="n", path="n.path", asks="n.asks IS NOT NULL")} AS key,
    source_.code AS source_code, event_.code AS event_code, content_.code AS content_code,
    intended_.code AS intended_code, format_.code AS format_code, question_.code AS question_code,
    usual_.code AS usual_code
FROM names AS n
LEFT JOIN coded AS source_ ON source_.dictionary = 'source' AND source_.word = n.source
LEFT JOIN coded AS event_ ON event_.dictionary = 'event' AND event_.word = n.event
LEFT JOIN coded AS content_ ON content_.dictionary = 'content' AND content_.word = n.named_content
LEFT JOIN coded AS intended_ ON intended_.dictionary = 'intended' AND intended_.word = n.intended
LEFT JOIN coded AS format_ ON format_.dictionary = 'format' AND format_.word = n.format
LEFT JOIN coded AS question_ ON question_.dictionary = 'question' AND question_.word = n.question
LEFT JOIN coded AS usual_ ON usual_.dictionary = 'channel' AND usual_.word = n.usual_channel;

CREATE OR REPLACE TABLE arrived AS
SELECT a.*, {ARRIVAL.format(**{name: f"a.{name}" for name in channels.Arrival._fields})} AS key,
    channel_.code AS channel_code, campaign_.code AS campaign_code
FROM arrivals AS a
LEFT JOIN coded AS channel_ ON channel_.dictionary = 'channel' AND channel_.word = a.arrived
LEFT JOIN coded AS campaign_ ON campaign_.dictionary = 'campaign' AND campaign_.word = a.campaign;

CREATE OR REPLACE TABLE queries AS
SELECT a.*, c.code FROM asked AS a JOIN coded AS c ON c.dictionary = 'query' AND c.word = a.query;
"""

ALIKE = """
SELECT key FROM ways GROUP BY key HAVING count(*) > 1
UNION ALL SELECT key FROM arrived GROUP BY key HAVING count(*) > 1
"""

PLAIN = ("file", "product", "brand", "currency")
"""Dictionaries whose words stand in the rows as they are."""


def words(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The words of the events, by dictionary: they need codes. Reads what `look_up` made."""
    found: dict[str, list[str]] = {}
    for dictionary, word in _rows(con, f"FROM ({WORDS}) WHERE word IS NOT NULL"):
        found.setdefault(_present(dictionary), []).append(_present(word))
    return found


def code(con: duckdb.DuckDBPyConnection, words: dict[str, list[str]]) -> None:
    """Put the codes of words (their places) beside what was looked up, for `NAMED`."""
    sizes = [len(known) for known in words.values()]
    coded = pa.table(
        {
            "dictionary": pa.array(np.repeat(np.array(list(words), object), sizes), pa.string()),
            "word": _texts(word for known in words.values() for word in known),
            "code": pa.array(np.concatenate([np.arange(size) for size in sizes]), pa.int32()),
        }
    )
    con.register("given", coded)
    con.execute("CREATE OR REPLACE TABLE coded AS SELECT * FROM given")
    con.unregister("given")
    for salt in SALTS:  # where two have one key, all get another
        con.execute("SET VARIABLE salt = $salt", {"salt": salt})
        con.execute(CODED)
        if not con.execute(ALIKE).fetchall():
            break
    else:
        raise AssertionError("no hash tells the ways apart")  # pragma: no cover
    for name in PLAIN:
        told = f"SELECT word, code FROM coded WHERE dictionary = '{name}'"
        con.execute(f"CREATE OR REPLACE TABLE coded_{name} AS {told}")


NAMED = """
SELECT
    coalesce({whose}, -1) AS person, coalesce({identifier}, -1) AS identifier,
    epoch_us(f.time) AS time, f.row, f.event_id, f.key, i.number AS "order",
    coalesce(file_.code, -1) AS file,
    n.kind_code AS kind,
    coalesce(n.source_code, -1) AS source, coalesce(n.event_code, -1) AS event,
    coalesce(n.content_code, -1) AS content, coalesce(n.intended_code, -1) AS intended,
    coalesce(n.format_code, -1) AS format, coalesce(n.question_code, -1) AS question,
    -- a page waits for its visit's channel; what was not a page has the channel its kind says
    -- (a campaign alone, as in a newsletter's list of sendings, does not say how anybody came)
    coalesce(
        CASE WHEN f.url IS NULL AND
                  coalesce(a.channel, a.source, a.medium, a.click_id, a.referrer) IS NULL
             THEN n.usual_code END,
        a.channel_code,
        CASE WHEN f.url IS NULL THEN n.usual_code END,
        -1
    )::SMALLINT AS arrived,
    coalesce(q.code, -1) AS query, coalesce(q.query_class, -1)::TINYINT AS query_class,
    coalesce(product_.code, -1) AS product, coalesce(brand_.code, -1) AS brand,
    coalesce(a.campaign_code, -1) AS campaign,
    coalesce((f.value * 100)::BIGINT, 0) AS stated, coalesce(currency_.code, -1) AS currency,
    coalesce((f.cost * 100)::BIGINT, 0) AS cost,
    coalesce((f.rating * 100)::SMALLINT, -1)::SMALLINT AS rating,
    coalesce(list_position($ownerships, lower(f.ownership))::TINYINT - 1, n.ownership)::TINYINT
        AS ownership,
    coalesce(list_position($initiators, lower(f.initiator))::TINYINT - 1, n.initiator)::TINYINT
        AS initiator,
    CASE lower(f.consent) WHEN 'granted' THEN 1 WHEN 'denied' THEN 2 ELSE 0 END::TINYINT AS consent,
    f.url IS NOT NULL AS browsed,
    CASE WHEN b.bot THEN 1 WHEN n.kind_code = $asset THEN 2 WHEN n.kind_code = $technical THEN 3
         WHEN {whose} IS NULL THEN 4 ELSE 0 END::TINYINT AS class
FROM rows AS f
LEFT JOIN pages AS p ON p.url = f.url
LEFT JOIN referrers AS r ON r.referrer = f.referrer
JOIN ways AS n ON n.key = {way}
JOIN arrived AS a ON a.key = {arrival}
LEFT JOIN agents AS b ON b.user_agent = f.user_agent
LEFT JOIN queries AS q
    ON q.query = coalesce(f.query, CASE WHEN a.searched THEN r.words END, p.site_query)
LEFT JOIN coded_file AS file_ ON file_.word = f.file
LEFT JOIN coded_product AS product_ ON product_.word = f.product
LEFT JOIN coded_brand AS brand_ ON brand_.word = f.brand
LEFT JOIN coded_currency AS currency_ ON currency_.word = upper(f.currency)
LEFT JOIN owned AS i ON i.key = f.key
    -- a shared device is one person's for a time
    AND (i."from" IS NULL OR f.time >= i."from") AND (i."to" IS NULL OR f.time < i."to")
{named_by}
"""
"""Every event as numbers: whose it is, and what it was. -1 (of money: 0) stands for none."""

OF_EVENT = {
    "way": WAY.format(f="f", path="p.path", asks="p.site_query IS NOT NULL"),
    "arrival": ARRIVAL.format(
        channel="f.channel",
        source="coalesce(f.utm_source, p.tag_utm_source)",
        medium="coalesce(f.utm_medium, p.tag_utm_medium)",
        campaign="coalesce(f.campaign, p.tag_campaign)",
        click_id="coalesce(f.click_id, p.tag_click_id)",
        referrer="r.came",
    ),
}
"""How `NAMED` finds the way and the arrival of an event."""
