"""Reading made-up files, as small as the case needs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from omvei import sources
from omvei.events.schema import READS, WORDS
from omvei.sources import Options

FIXTURES = Path(__file__).parent / "fixtures"


class Read:
    """A file as read: its `Reading`, the good rows and the bad, each without its nulls."""

    def __init__(self, path: Path, source: str | None, options: Options) -> None:
        self.reading = sources.read(path, options, source)
        rows: list[dict[str, Any]] = []
        for batch in self.reading.batches:
            assert _plain(batch.schema) == READS[self.reading.table]
            rows += batch.to_pylist()
        self.numbers = [row["row"] for row in rows]
        self.good = [_filled(row) for row in rows if row["reason"] is None]
        self.bad = [_filled(row) for row in rows if row["reason"] is not None]

    def faults(self) -> list[tuple[int, str | None, str]]:
        """Row, column and reason of each bad row."""
        return [(row["row"], row.get("column"), row["reason"]) for row in self.bad]

    def column(self, name: str) -> list[Any]:
        """One column of the good rows."""
        return [row.get(name) for row in self.good]


def _plain(schema: pa.Schema) -> pa.Schema:
    """The schema, where words are texts."""
    types = [
        field.type.value_type
        if field.name in WORDS and pa.types.is_dictionary(field.type)
        else field.type
        for field in schema
    ]
    return pa.schema(list(zip(schema.names, types, strict=True)))


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., Read]:
    r"""Read a text, bytes or a file: `take("a,b\n1,2\n", mapping={...})`."""

    def read(
        content: str | bytes | Path,
        *,
        source: str | None = None,
        mapping: dict[str, str] | None = None,
        name: str = "file",
        **options: Any,
    ) -> Read:
        if isinstance(content, Path):
            path = content
        else:
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Read(path, source, Options(mapping=mapping or {}, **options))

    return read


@pytest.fixture
def fixture() -> Callable[[str], Path]:
    """The path of a made-up file under `fixtures/`."""
    return lambda name: FIXTURES / name
