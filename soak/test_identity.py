"""Ten million pairs of identifiers become people: under 30 seconds and 4 GiB on two cores.

`SOAK_EDGES` sets how many pairs. A process of its own, so that its peak memory is its own.
"""

import os
import subprocess
import sys

EDGES = int(os.environ.get("SOAK_EDGES", "10000000"))
RESOLVE = """
import resource, sys, time
from pathlib import Path
import duckdb
from omvei.events.schema import IDENTIFIERS
from omvei.people.policies import policy
from omvei.people.resolve import prepare, resolve
from omvei.people.seen import gather

edges, folder = int(sys.argv[1]), sys.argv[2]
con = duckdb.connect()
con.execute("SET TimeZone = 'UTC'")
con.execute("SET enable_progress_bar = false")
con.execute("SET preserve_insertion_order = false")
con.execute("SET memory_limit = '2GB'")
con.execute("SET temp_directory = $spill", {"spill": folder})
prepare(con)
# a browser and an address in every event; two browsers in five have the address of another. As in
# a workspace, the events lie in a file.
file = Path(folder, "events.parquet").as_posix()
con.execute(f'''
    COPY (
    SELECT make_timestamptz(1700000000000000 + i * 1000000) AS time, 'e' || i AS event_id,
        NULL::VARCHAR AS consent, 'page_view' AS event, NULL::VARCHAR AS user_id,
        md5((i * 3 // 5)::VARCHAR) AS email, NULL::VARCHAR AS phone, NULL::VARCHAR AS person,
        NULL::VARCHAR AS order_id, 'c' || i AS anonymous_id
    FROM range({edges}) AS t(i)) TO '{file}'
''')
kinds = ", ".join(IDENTIFIERS)


def people(events):
    told = f"SELECT *, hash({kinds}) AS key FROM {events}"
    con.execute(f"CREATE OR REPLACE VIEW facts AS {told}")
    con.execute(f"CREATE OR REPLACE TABLE sets AS SELECT DISTINCT key, {kinds} FROM facts")
    gather(con, "facts")
    return resolve(con, "key", policy("default"))


people(f"(FROM read_parquet('{file}') LIMIT 10)")  # compiles the kernels
start = time.perf_counter()
found = people(f"read_parquet('{file}')")
seconds = time.perf_counter() - start
people = len(found.identifiers.column("person").unique())
print(len(found.joins), people, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def test_ten_million_pairs_of_identifiers_become_people(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", RESOLVE, str(EDGES), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    joins, people, seconds, gib = map(float, done.stdout.split())
    told = f"{joins:.0f} pairs, {people:.0f} people, {seconds:.1f} s, {gib:.2f} GiB"
    print(told)  # noqa: T201
    assert (joins, people) == (EDGES, len({i * 3 // 5 for i in range(EDGES)}))
    assert seconds < 30, told
    assert gib < 4, told
