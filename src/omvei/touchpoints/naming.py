"""Name every event in one vocabulary: rules over distinct values, joined back by SQL.

The rules are Python over YAML and see each distinct value once: a million page views of a hundred
pages are a hundred questions. Everything else is a join.
"""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from . import bots, channels, kinds, queries
from .definitions import Definitions
from .vocabulary import CLASSES, INITIATORS, OWNERSHIPS, codes
from .vocabulary import kinds as vocabulary


def _decoded(address: str, parameter: str) -> str:
    """SQL for the value of a parameter of an address, without its escapes; null for none."""
    found = f"replace(regexp_extract({address}, '[?&]{parameter}=([^&#]*)', 1), '+', ' ')"
    return f"nullif(url_decode({found}), '')"


TAGS = {"utm_source": "utm_source", "utm_medium": "utm_medium", "utm_campaign": "campaign"}

LOOKED_UP = f"""
-- one row an address: its host, its path, its campaign tags, the words of the site's own search
CREATE OR REPLACE TABLE pages AS
SELECT url,
    nullif(lower(regexp_extract(url, '^(?:[a-z]+:)?//([^/?#:]+)', 1)), '') AS page_host,
    coalesce(nullif(regexp_extract(url, '^(?:[a-z]+:)?(?://[^/?#]*)?([^?#]*)', 1), ''), '/')
        AS path,
    {", ".join(f"{_decoded('url', tag)} AS tag_{name}" for tag, name in TAGS.items())},
    nullif(lower(regexp_extract(url, '(?i)[?&]({"|".join(channels.click_ids())})=', 1)), '')
        AS tag_click_id,
    {_decoded("url", "(?:q|s|query|search|sok|soek)")} AS site_query
FROM (SELECT DISTINCT url FROM facts WHERE url IS NOT NULL);

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
    FROM (SELECT DISTINCT referrer FROM facts WHERE referrer IS NOT NULL AND referrer <> '-')
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
FROM facts AS f
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
    """Make the tables `pages, referrers, names, arrivals, agents, asked` from the view `facts`."""
    con.execute(LOOKED_UP)
    _name_kinds(con, definitions)
    _name_channels(con, definitions)
    agents = [a for (a,) in _rows(con, "SELECT DISTINCT user_agent FROM facts") if a]
    bot = pa.array([bots.is_bot(agent) for agent in agents], pa.bool_())
    _table(con, "agents", {"user_agent": _texts(agents), "bot": bot})
    asked = [
        q
        for (q,) in _rows(
            con,
            """
            SELECT DISTINCT query FROM facts UNION SELECT words FROM referrers
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
        FROM facts AS f LEFT JOIN pages AS p ON p.url = f.url""",
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
    """The site's own hosts, as the events of the view `facts` name them."""
    con.execute(LOOKED_UP)
    return _hosts(con)


def _hosts(con: duckdb.DuckDBPyConnection) -> set[str]:
    found = _rows(con, "SELECT DISTINCT host FROM facts UNION SELECT DISTINCT page_host FROM pages")
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


NAMED = """
SELECT
    {whose} AS person, {identifier} AS identifier,
    f.time, f.row, f.file, f.event_id, f.source, f.event,
    n.kind_code AS kind, n.named_content AS content, n.intended,
    n.format, n.question,
    -- a page waits for its visit's channel; what was not a page has the channel its kind says
    -- (a campaign alone, as in a newsletter's list of sendings, does not say how anybody came)
    coalesce(
        CASE WHEN f.url IS NULL AND
                  coalesce(a.channel, a.source, a.medium, a.click_id, a.referrer) IS NULL
             THEN n.usual_channel END,
        a.arrived,
        CASE WHEN f.url IS NULL THEN n.usual_channel END
    ) AS channel,
    coalesce(f.query, CASE WHEN a.searched THEN r.words END, p.site_query) AS query,
    f.order_id, f.product, f.brand, coalesce(f.campaign, p.tag_campaign) AS campaign,
    (f.value * 100)::BIGINT AS value, upper(f.currency) AS currency, (f.cost * 100)::BIGINT AS cost,
    (f.rating * 100)::SMALLINT AS rating,
    coalesce(list_position($ownerships, lower(f.ownership))::TINYINT - 1, n.ownership)::TINYINT
        AS ownership,
    coalesce(list_position($initiators, lower(f.initiator))::TINYINT - 1, n.initiator)::TINYINT
        AS initiator,
    CASE lower(f.consent) WHEN 'granted' THEN 1 WHEN 'denied' THEN 2 ELSE 0 END::TINYINT AS consent,
    f.url IS NOT NULL AS browsed,
    coalesce(b.bot, false) AS bot
FROM facts AS f
LEFT JOIN pages AS p ON p.url = f.url
LEFT JOIN referrers AS r ON r.referrer = f.referrer
JOIN names AS n
    ON n.source = f.source
    AND n.event IS NOT DISTINCT FROM f.event AND n.kind IS NOT DISTINCT FROM f.kind
    AND n.path IS NOT DISTINCT FROM p.path AND n.content IS NOT DISTINCT FROM f.content
    AND n.asks IS NOT DISTINCT FROM CASE WHEN p.site_query IS NOT NULL THEN 'yes' END
JOIN arrivals AS a
    ON a.channel IS NOT DISTINCT FROM f.channel
    AND a.source IS NOT DISTINCT FROM coalesce(f.utm_source, p.tag_utm_source)
    AND a.medium IS NOT DISTINCT FROM coalesce(f.utm_medium, p.tag_utm_medium)
    AND a.campaign IS NOT DISTINCT FROM coalesce(f.campaign, p.tag_campaign)
    AND a.click_id IS NOT DISTINCT FROM coalesce(f.click_id, p.tag_click_id)
    AND a.referrer IS NOT DISTINCT FROM r.came
LEFT JOIN agents AS b ON b.user_agent = f.user_agent
LEFT JOIN identifiers AS i ON i.kind || ':' || i.value = f.strongest
    -- a shared device is one person's for a time
    AND (i."from" IS NULL OR f.time >= i."from") AND (i."to" IS NULL OR f.time < i."to")
{named_by}
"""
