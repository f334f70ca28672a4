"""The files of a Delta table, as DuckDB wants them.

Delta Lake escapes blanks and letters such as Å in its addresses, and DuckDB reads `[`, `*` and `?`
in a name as a pattern; people have folders called "Åse's data [1]".
"""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from deltalake import DeltaTable

from ..stores.copies import here


def files_of(table: DeltaTable) -> list[str]:
    """The Parquet files of a table, in a fixed order, for `read_parquet`.

    >>> escaped("/tmp/%C3%85se%20[1]/a.parquet")
    '/tmp/Åse [[]1]/a.parquet'
    """
    with ThreadPoolExecutor(max_workers=8) as threads:
        return sorted(threads.map(escaped, table.file_uris()))


def escaped(address: str) -> str:
    """One address; a file that a copy has not yet is brought."""
    return re.sub(r"([\[*?])", r"[\1]", str(here(Path(local(address)))))


def local(address: str) -> str:
    """The path of a file on this machine, without the escapes of its address."""
    return unquote(address)


def show_files(
    con: duckdb.DuckDBPyConnection, name: str, files: Sequence[str], empty: DeltaTable | None
) -> None:
    """Make files, as addresses for `read_parquet`, known to a connection as `name`; where there are
    none, the columns of the table `empty`."""
    if empty is not None:
        con.register(name, pa.schema(empty.schema().to_arrow()).empty_table())
    else:
        con.execute(f"SET VARIABLE {name} = $files", {"files": list(files)})
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet(getvariable('{name}'))")
