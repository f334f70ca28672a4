"""Access logs of web servers: Apache and nginx, Common and Combined, with a host before or not.

One line is one request. A visitor is the keyed hash of address and browser, so no IP is kept, or
the user where the server knows one. What counts as a page stands in `access_log.yaml`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from omvei.errors import SourceError, UnknownNameError
from omvei.shipped import shipped
from omvei.sources.contact import hash_visitor, hashed
from omvei.sources.head import Head, head
from omvei.sources.lines import lines
from omvei.sources.reading import Options, Reading
from omvei.sources.rows import ask, database, fault_sql, finished, quoted
from omvei.sources.tags import tag_sql, tags

NAME = "access-log"
TITLE = "Access log (Apache, nginx)"
STATUS = "complete"

TEXT = r'"((?:[^"\\]|\\.)*)"'
LINE = (
    r"^(?:(\S+) )?(\S+) (\S+) (\S+) \[([^\]]*)\] "
    + TEXT
    + r" ([0-9]{3}|-) ([0-9]+|-)(?: "
    + f"{TEXT} {TEXT}"
    + r'(?: .*)?|(?: [^"]*)?)\s*$'
)
PARTS = ("vhost", "ip", "ident", "login", "time", "request", "status", "bytes", "referrer", "agent")
REQUEST = r"^([A-Z_-]+) (\S+)(?: HTTP/[0-9.]+)?$"
ADDRESS = r"[0-9]{1,3}(\.[0-9]{1,3}){3}|^(\S+ )?[0-9a-fA-F:.]*:[0-9a-fA-F:.]*"
LOOK = 4
"""How many batches (65,536 lines each) are looked at to find the site's own host."""


@cache
def rules() -> dict[str, Any]:
    """The rules of `access_log.yaml`."""
    found: dict[str, Any] = shipped("omvei.sources", "access_log.yaml")
    return found


def recognises(seen: Head) -> float:
    """How many of the first lines look like an access log."""
    if seen.kind != "text":
        return 0.0
    shown = [line for line in seen.lines[:50] if line.strip()]
    share = sum(bool(re.match(LINE, line)) for line in shown) / max(len(shown), 1)
    return 0.98 if share >= 0.5 else share * 0.9


def read(path: Path, options: Options) -> Reading:
    """Read an access log.

    The site's own host is the one before each line, or `--map host=example.no`, or is inferred:
    the host that files of pages are most often fetched from.

    Raises `SourceError` when no line looks like an access log, `UnknownNameError` for a mapping
    of anything but `host`.
    """
    for field in options.mapping:
        if field != "host":
            raise UnknownNameError("field to map in an access log", field, ["host"])
    seen = head(path)
    if seen.kind != "text" or not any(re.match(LINE, line) for line in seen.lines):
        raise SourceError(
            path,
            "no line looks like an access log in Common or Combined format.",
            "Give the server's access log as it was written, or name another source with --source.",
        )
    host, notes = options.mapping.get("host"), []
    if host is None:
        host = _own_host(path)
        if host:
            notes.append(
                f"The site's own host is taken to be {host}, with or without www: pages there fetch"
                " their files from it. Say otherwise with --map host=NAME."
            )
        else:
            notes.append(
                "The site's own host could not be told from the log: links inside the site may"
                " look like links from elsewhere. Name it with --map host=NAME."
            )
    notes.append("A visitor is an address and a browser; no address is kept, only a hash of both.")
    mapping = {
        "time": "[time]",
        "anonymous_id": "address|user agent",
        "user_id": "user",
        "url": "request",
        "referrer": "referrer",
        "user_agent": "user agent",
        "status": "status",
    }
    return Reading(NAME, path, mapping, _batches(path, options, host), (), tuple(notes))


def _batches(path: Path, options: Options, host: str | None) -> Iterator[pa.RecordBatch]:
    one = cache(partial(_visitor, key=options.key))
    sql = _statement(host)
    with database(options.timezone) as connection:
        for table in lines(path):
            found = ask(connection, sql, raw=table)
            place = found.column_names.index("anonymous_id")
            visitors = hashed(found["anonymous_id"], one)
            yield from finished(found.set_column(place, "anonymous_id", visitors), options)


def _visitor(joined: str, key: bytes) -> str:
    ip, _, agent = joined.partition("\x00")
    return hash_visitor(ip, agent, key)


def _own_host(path: Path) -> str | None:
    """The host most often named as the page that a file belongs to, on pages asked for here."""
    hosts: Counter[tuple[str, str]] = Counter()
    asked: set[str] = set()
    with database("UTC") as connection:
        for table in islice(lines(path), LOOK):
            found = ask(connection, f"{_parsed()} {PAGES}", raw=table)
            asked.update(found["path"].drop_null().to_pylist())
            for name, page, times in zip(
                *(found[name].to_pylist() for name in ("host", "page", "times")), strict=True
            ):
                if name:
                    hosts[name, page] += times
    own: Counter[str] = Counter()
    for (name, page), times in hosts.items():
        if page in asked:
            own[name] += times
    return own.most_common(1)[0][0] if own else None


PAGES = r"""
    SELECT path, host, page, sum(times)::BIGINT AS times FROM (
        SELECT regexp_extract(target, '^[^?]*') AS path, NULL AS host, NULL AS page, 0 AS times
        FROM requests WHERE target IS NOT NULL
        UNION ALL
        SELECT NULL, regexp_replace(lower(p.host), '^www\.', ''),
               coalesce(nullif(p.page, ''), '/'), 1
        FROM (SELECT regexp_extract(referrer, '^https?://([^/:?#]+)(?::[0-9]+)?(/[^?#]*)?',
                                    ['host', 'page']) AS p
              FROM requests WHERE file AND referrer LIKE 'http%')
    ) GROUP BY ALL
"""


def _parsed() -> str:
    """Lines, then requests: a row is a line; `target` is null where there is no request."""
    names = ", ".join(map(quoted, PARTS))
    endings = "|".join(map(re.escape, rules()["assets"]))
    paths = "|".join(rules()["asset_paths"])
    return f"""
        WITH split AS (
            SELECT "row", text, bad, regexp_extract(text, {quoted(LINE)}, [{names}]) AS p FROM raw
        ),
        requests AS (
            SELECT "row", text, bad, p, p.request <> '' OR p.time <> '' AS fits,
                   nullif(regexp_extract(p.request, '{REQUEST}', 1), '') AS method,
                   nullif(regexp_extract(p.request, '{REQUEST}', 2), '') AS target,
                   {_said("p.referrer")} AS referrer, {_said("p.agent")} AS agent,
                   regexp_matches(regexp_extract(p.request, '{REQUEST}', 2),
                       {quoted(f"(?i)^[^?]*[.]({endings})([?#].*)?$|^({paths})")}) AS file
            FROM split
        )"""


def _said(part: str) -> str:
    r"""A quoted text without the server's escapes; null for `-`."""
    plain = f"""replace(replace({part}, '\\"', '"'), '\\\\', '\\')"""
    return f"CASE WHEN {part} NOT IN ('', '-') THEN {plain} END"


def _statement(host: str | None) -> str:
    methods = ", ".join(map(quoted, rules()["page_methods"]))
    downloads = "|".join(map(re.escape, rules()["downloads"]))
    document = quoted(f"(?i)^[^?]*[.]({downloads})([?#].*)?$")
    page = f"method IN ({methods}) AND regexp_matches(p.status, '^{rules()['page_status']}')"
    tagged = ", ".join(f"{tag_sql(field, 'target')} AS {field}" for field in tags())
    own = quoted(host.lower()) if host else "NULL"
    return f"""{_parsed()},
        told AS (
            SELECT *, CASE WHEN file THEN 'asset'
                           WHEN {page} AND regexp_matches(target, {document}) THEN 'download'
                           WHEN {page} THEN 'page_view' ELSE 'request' END AS event,
                   try_strptime(p.time, '%d/%b/%Y:%H:%M:%S %z') AS time,
                   lower(regexp_extract(p.vhost, '^([^:]+)(:[0-9]+)?$', 1)) AS vhost,
                   TRY_CAST(p.bytes AS BIGINT) AS bytes
            FROM requests
        )
        SELECT "row", time, event,
               CASE WHEN event IN ('asset', 'download') THEN event END AS kind,
               CASE WHEN p.login NOT IN ('', '-', '""') AND p.status <> '401'
                    THEN p.login END AS user_id,
               p.ip || chr(0) || p.agent AS anonymous_id,
               coalesce(nullif(vhost, ''), {own}) AS host,
               target AS url, referrer, agent AS user_agent, {tagged},
               nullif(p.status, '-') AS status,
               '{{' || concat_ws(',', '"method":' || to_json(method)::VARCHAR,
                                 '"bytes":' || bytes) || '}}' AS attributes,
               {fault_sql(*FAULTS)}
        FROM told
    """


HIDDEN = f"regexp_replace(text, '{ADDRESS}', '(address)', 'g')"
"""The line without its addresses: a rejected line is kept, and no IP may be."""

FAULTS = (
    ("bad IS NOT NULL", None, "(bad)", HIDDEN),
    ("NOT fits", None, "not a line in Common or Combined format, or cut off", HIDDEN),
    ("time IS NULL", "[time]", "not a time such as 17/May/2015:10:05:03 +0000", "p.time"),
)
