"""DuckDB: SQL over tables sorted by person and place, with columns worked out before."""

import duckdb
import sql
import told


def load(folder):
    con = duckdb.connect()
    for name in ("touchpoints", "stages"):
        con.execute(f"CREATE TABLE {name} AS FROM read_parquet('{folder}/{name}.parquet')")
    return con, told.facts(folder)


def rows(query, **more):
    return lambda at: [list(row) for row in at[0].execute(query.format(**more)).fetchall()]


def funnel(at):
    con, facts = at
    query = sql.FUNNEL.format(*facts["steps"], within=facts["within"])
    return list(con.execute(query).fetchall()[0])


def removal(at):
    con, facts = at
    query = sql.REMOVAL.format(
        arg_min="arg_min", lag="lag", lead="lead", rows="", settled=facts["settled"]
    )
    return [list(row) for row in con.execute(query).fetchall()]


# an order as a hash of channels with their places (one number: the hash of two is symmetric);
# only the busiest are read as words
ORDERS = (
    sql.VISITS.format(arg_min="arg_min")
    + """, steps AS (
    SELECT person, cycle, first, channel,
        lag(channel, 1, -1) OVER (PARTITION BY person, cycle ORDER BY first) AS before FROM visits
), kept AS (
    SELECT person, cycle, channel,
        row_number() OVER (PARTITION BY person, cycle ORDER BY first) AS nth
    FROM steps WHERE channel <> before
), ways AS (
    SELECT person, cycle, bit_xor(hash(nth * 1000 + channel)) AS key FROM kept GROUP BY ALL
), best AS (
    SELECT key, count(*) AS n, arg_min(person, person) AS person, arg_min(cycle, person) AS cycle
    FROM ways GROUP BY key ORDER BY n DESC LIMIT 20
)
SELECT list(k.channel ORDER BY k.nth), any_value(b.n) FROM best AS b JOIN kept AS k
ON k.person = b.person AND k.cycle = b.cycle GROUP BY b.key
"""
)


def one_person(at):
    con, facts = at
    query = "SELECT count(*), sum(kind) FROM touchpoints WHERE person = ?"
    return list(map(int, con.execute(query, [facts["person"]]).fetchall()[0]))


GAPS = """
SELECT before, kind, median(gap) FROM touchpoints WHERE before >= 0 GROUP BY before, kind
"""

told.tell(
    {
        "moves": rows(sql.MOVES),
        "gaps": rows(GAPS),
        "funnel": funnel,
        "reentries": lambda at: [[a, int(b)] for a, b in at[0].execute(sql.REENTRIES).fetchall()],
        "orders": rows(ORDERS),
        "removal": removal,
        "one person": one_person,
    },
    load,
)
