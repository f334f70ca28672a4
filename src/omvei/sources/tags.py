"""Campaign tags and click ids in the query of an address, as SQL expressions."""

from functools import cache

from ..shipped import shipped


@cache
def tags() -> dict[str, list[str]]:
    """The rules of `tags.yaml`: our field to names of query parameters."""
    rules: dict[str, list[str]] = shipped("omvei.sources", "tags.yaml")
    return rules


def tag_sql(field: str, address: str) -> str:
    """The value of `field` in the address expression `address`, decoded; null when it has none.

    For `click_id` it is the parameter's name.

    >>> import duckdb
    >>> duckdb.sql(
    ...     f"SELECT {tag_sql('campaign', 'a')} FROM (SELECT '/x?utm_campaign=v%C3%A5r+26' AS a)"
    ... ).fetchall()
    [('vår 26',)]
    >>> duckdb.sql(
    ...     f"SELECT {tag_sql('click_id', 'a')} FROM (SELECT '/x?b=1&gclid=abc' AS a)"
    ... ).fetchall()
    [('gclid',)]
    """
    names = "|".join(tags()[field])
    if field == "click_id":
        found = f"regexp_extract({address}, '[?&](?:amp;)?({names})=[^&#]', 1)"
    else:
        found = (
            f"replace(regexp_extract({address}, '[?&](?:amp;)?(?:{names})=([^&#]+)', 1), '+', ' ')"
        )
        found = f"coalesce(TRY(url_decode({found})), {found})"
    return f"CASE WHEN contains({address}, '?') THEN nullif(trim({found}), '') END"
