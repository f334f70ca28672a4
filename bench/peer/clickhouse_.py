"""ClickHouse, embedded (chdb): MergeTree tables in the order of person and place."""

import json
import tempfile

import sql
import told
from chdb import session


def load(folder):
    db = session.Session(tempfile.mkdtemp())
    db.query("CREATE DATABASE b ENGINE = Atomic")
    for name, key in (("touchpoints", "person, place"), ("stages", "person, place")):
        db.query(
            f"CREATE TABLE b.{name} ENGINE = MergeTree ORDER BY ({key}) AS "
            f"SELECT * FROM file('{folder}/{name}.parquet', Parquet) "
            "SETTINGS schema_inference_make_columns_nullable = 0"
        )
        db.query(f"OPTIMIZE TABLE b.{name} FINAL")
    db.query("USE b")
    return db, told.facts(folder)


def rows(db, query):
    lines = str(db.query(query, "JSONCompactEachRow")).splitlines()
    return [[int(x) if isinstance(x, str) else x for x in json.loads(line)] for line in lines]


# `opens` marks a person's first touchpoint of step 1, from which the window counts
FUNNEL = """
SELECT level, count() FROM (
    SELECT person, windowFunnel({within})(
        toUInt64(time), opens, kind = {1}, kind = {2}, kind = {3}, kind = {4}) AS level
    FROM touchpoints GROUP BY person
) GROUP BY level
"""


def funnel(at):
    db, facts = at
    query = FUNNEL.format(*facts["steps"], within=facts["within"])
    levels = dict(rows(db, query))
    return [sum(n for level, n in levels.items() if level >= step) for step in range(1, 6)]


def removal(at):
    db, facts = at
    query = sql.REMOVAL.format(
        arg_min="argMin",
        lag="lagInFrame",
        lead="leadInFrame",
        rows="ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
        settled=facts["settled"],
    )
    return rows(db, query + " SETTINGS join_use_nulls = 1")


ORDERS = """
SELECT way, count() AS n FROM (
    {visits}
    SELECT arrayCompact(arrayMap(x -> x.2, arraySort(groupArray((first, channel))))) AS way
    FROM visits GROUP BY person, cycle
) GROUP BY way ORDER BY n DESC LIMIT 20
"""


def orders(at):
    query = ORDERS.format(visits=sql.VISITS.format(arg_min="argMin"))
    lines = str(at[0].query(query, "JSONCompactEachRow")).splitlines()
    return [[way, int(n)] for way, n in map(json.loads, lines)]


def one_person(at):
    db, facts = at
    return rows(db, f"SELECT count(), sum(kind) FROM touchpoints WHERE person = {facts['person']}")[
        0
    ]


told.tell(
    {
        "moves": lambda at: rows(at[0], sql.MOVES),
        "funnel": funnel,
        "reentries": lambda at: rows(at[0], sql.REENTRIES),
        "orders": orders,
        "removal": removal,
        "one person": one_person,
    },
    load,
)
