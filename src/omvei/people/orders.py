"""Orders seen from both sides: the web tool's purchases beside the shop's list, line by line.

An order that the web told of (a row with an address) and the shop told of too (a row without) is
*matched*. Of the money, everything that differs between the two totals stands on a line of its own:
orders that only one side knows, and matched orders with another sum, by the likeliest reason.
"""

from typing import Any

import duckdb

from .resolve import clean

SHOWN = 20
"""How many examples are listed."""

ORDERS = """
-- one row an order number: which sides told of it, and what it was worth to each; only rows with
-- the commonest currency are added up
CREATE OR REPLACE TABLE orders AS
SELECT order_id, bool_or(url IS NOT NULL) AS web, bool_or(url IS NULL) AS shop,
    max(value) FILTER (url IS NOT NULL) AS web_value,
    max(value) FILTER (url IS NULL) AS shop_value,
    any_value(upper(currency)) FILTER (url IS NOT NULL) AS web_currency,
    any_value(upper(currency)) FILTER (url IS NULL) AS shop_currency, min(time) AS time,
    bool_or(written ILIKE '%test%' OR status ILIKE '%test%') AS test,
    bool_or(regexp_matches(lower(status), 'cancel|annul|avbest|avbru')) AS cancelled
FROM (SELECT {order_id} AS order_id, order_id AS written, url, value, currency, time, status
    FROM told)
WHERE order_id IS NOT NULL GROUP BY order_id
"""

COMPARED = """
-- matched orders that have a sum on both sides, and why the sums differ
CREATE OR REPLACE TABLE compared AS
WITH priced AS (
    SELECT order_id, web_value AS web, shop_value AS shop, shop_value - web_value AS difference,
        web_currency, shop_currency
    FROM orders WHERE web_value IS NOT NULL AND shop_value IS NOT NULL
),
usual AS (
    -- a fee of the same size on many orders is most likely delivery
    SELECT difference FROM priced WHERE difference > 0
    GROUP BY difference HAVING count(*) >= 3
)
SELECT *, CASE
    WHEN web_currency IS DISTINCT FROM shop_currency AND web_currency IS NOT NULL
        AND shop_currency IS NOT NULL THEN 'currency'
    WHEN difference = 0 THEN 'equal'
    WHEN shop <= 0 THEN 'returned'
    -- 25 % in Norway, Sweden and Denmark; a hundredth for each side's rounding
    WHEN abs(shop - web * 1.25) <= 0.02 OR abs(web - shop * 1.25) <= 0.02 THEN 'vat'
    WHEN difference IN (FROM usual) THEN 'delivery'
    WHEN difference < 0 THEN 'discount'
    ELSE 'unknown' END AS reason
FROM priced
"""

LINES = """
WITH currency AS (
    SELECT mode(coalesce(shop_currency, web_currency)) AS common FROM orders
),
counted AS (
    SELECT o.*, coalesce(c.reason, CASE WHEN o.web AND o.shop THEN 'unpriced' END) AS reason
    FROM orders AS o LEFT JOIN compared AS c USING (order_id)
),
kept AS (
    SELECT * FROM counted, currency
    WHERE coalesce(web_currency, common) = common AND coalesce(shop_currency, common) = common
)
SELECT 'web' AS line, count(*) FILTER (web) AS orders,
    coalesce(sum(web_value), 0) AS value FROM kept
UNION ALL SELECT 'only_web', count(*), -coalesce(sum(web_value), 0) FROM kept WHERE web AND NOT shop
UNION ALL SELECT 'only_shop', count(*), coalesce(sum(shop_value), 0) FROM kept
    WHERE shop AND NOT web
UNION ALL SELECT reason, count(*), sum(coalesce(shop_value, 0) - coalesce(web_value, 0)) FROM kept
    WHERE web AND shop AND reason <> 'equal' GROUP BY reason
UNION ALL SELECT 'shop', count(*) FILTER (shop), coalesce(sum(shop_value), 0) FROM kept
ORDER BY CASE line WHEN 'web' THEN 0 WHEN 'only_web' THEN 1 WHEN 'only_shop' THEN 2
    WHEN 'shop' THEN 4 ELSE 3 END, line
"""


UNLIKE = """
-- every order that the two sides do not tell alike; an unmatched one is explained by the days that
-- the other side tells of at all
WITH days AS (
    SELECT min(time) FILTER (web) AS web_first, max(time) FILTER (web) AS web_last,
        min(time) FILTER (shop) AS shop_first, max(time) FILTER (shop) AS shop_last
    FROM orders
),
told AS (
    SELECT o.*, CASE
        WHEN o.web AND o.shop THEN coalesce(c.reason, 'unpriced')
        WHEN coalesce(o.test, false) THEN 'test'
        WHEN o.shop AND (web_first IS NULL OR o.time::DATE < web_first::DATE) THEN 'before_web'
        WHEN o.shop AND o.time::DATE > web_last::DATE THEN 'after_web'
        WHEN o.web AND (shop_first IS NULL OR o.time::DATE < shop_first::DATE) THEN 'before_shop'
        WHEN o.web AND o.time::DATE > shop_last::DATE THEN 'after_shop'
        WHEN coalesce(o.cancelled, false) THEN 'cancelled'
        WHEN o.shop THEN 'unmeasured'
        ELSE 'unlisted' END AS reason
    FROM orders AS o LEFT JOIN compared AS c USING (order_id), days
)
SELECT order_id, time::DATE::VARCHAR AS day, web_value::DOUBLE AS web, shop_value::DOUBLE AS shop,
    (shop_value - web_value)::DOUBLE AS difference,
    coalesce(shop_currency, web_currency) AS currency,
    CASE WHEN web AND shop THEN 'both' WHEN web THEN 'web' ELSE 'shop' END AS known, reason
FROM told WHERE reason <> 'equal' ORDER BY time, order_id
"""


def unlike(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Every order of the view `told` (the events) that the web and the shop do not tell alike.

    `order_id, day, web, shop, difference, currency, known, reason`. Of an order that both know the
    reason is a line of `compare`. Of one that only the shop knows: `before_web`, `after_web` (the
    web tells of no order on such days), `cancelled`, `test`, or `unmeasured`; of one that only the
    web knows: `before_shop`, `after_shop`, `cancelled`, `test`, or `unlisted`.
    """
    con.execute(ORDERS.format(order_id=clean("order_id", "order_id")))
    con.execute(COMPARED)
    return con.sql(UNLIKE).to_arrow_table().to_pylist()


def compare(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Both sides of the orders in the view `told` (the events).

    `orders`: `web, shop, matched, only_web, only_shop` (counts), the first `unmatched_web` and
    `unmatched_shop` order numbers, `compared` and `equal` (matched orders with a sum on both sides,
    and those where it is the same). `lines`: `line, orders, value`, from the web's total to the
    shop's: they add up. `differences`: the first matched orders that differ, with the `reason`.
    """
    con.execute(ORDERS.format(order_id=clean("order_id", "order_id")))
    con.execute(COMPARED)
    web, shop, matched = con.execute(
        "SELECT count(*) FILTER (web), count(*) FILTER (shop), count(*) FILTER (web AND shop) "
        "FROM orders"
    ).fetchall()[0]
    compared, equal = con.execute(
        "SELECT count(*), count(*) FILTER (reason = 'equal') FROM compared"
    ).fetchall()[0]

    def first(condition: str) -> list[str]:
        rows = con.execute(
            f"SELECT order_id FROM orders WHERE {condition} ORDER BY order_id LIMIT {SHOWN}"
        ).fetchall()
        return [order for (order,) in rows]

    differences = con.sql(
        "SELECT order_id, web::DOUBLE AS web, shop::DOUBLE AS shop, "
        "difference::DOUBLE AS difference, reason FROM compared "
        f"WHERE reason <> 'equal' ORDER BY abs(difference) DESC, order_id LIMIT {SHOWN}"
    )
    lines = con.sql(f"SELECT line, orders, value::DOUBLE AS value FROM ({LINES})")
    return {
        "orders": {
            "web": web,
            "shop": shop,
            "matched": matched,
            "only_web": web - matched,
            "only_shop": shop - matched,
            "unmatched_web": first("web AND NOT shop"),
            "unmatched_shop": first("shop AND NOT web"),
            "compared": compared,
            "equal": equal,
        },
        "lines": lines.to_arrow_table().to_pylist() if web and shop else [],
        "differences": differences.to_arrow_table().to_pylist(),
    }
