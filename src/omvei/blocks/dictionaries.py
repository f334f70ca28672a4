"""Workspace-wide dictionaries, text to code. They only grow: a code never changes its meaning."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import DamagedError
from ..events.checksum import unchanged
from ..stores.copies import here
from ..touchpoints import channels, vocabulary
from .layout import DICTIONARIES


@dataclass
class Dictionaries:
    """The texts behind every code: `words["event"][3]` is the event with code 3."""

    words: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None, told: str | None = None) -> "Dictionaries":
        """Read the file of a build; without one, only what the vocabulary and channels say.

        Raises `DamagedError` if it does not have the checksum it is `told` to have.
        """
        if path is not None:
            here(path, told)
            if told is not None and not unchanged(path, told):
                raise DamagedError(path)
        found: dict[str, list[str]] = {name: [] for name in DICTIONARIES}
        found |= {"kind": list(vocabulary.kinds()), "channel": list(channels.names())}
        if path is not None and path.exists():
            table = pq.read_table(path).sort_by("code")
            for name in table.column("dictionary").unique().to_pylist():
                mask = pc.equal(table.column("dictionary"), name)
                stored = table.filter(mask).column("word").to_pylist()
                found[name] = stored + [w for w in found.get(name, []) if w not in set(stored)]
        return cls(found)

    def write(self, path: Path) -> None:
        """Write `dictionary, code, word`."""
        rows = [
            (name, code, word)
            for name, words in self.words.items()
            for code, word in enumerate(words)
        ]
        names, codes, words = zip(*rows, strict=True) if rows else ((), (), ())
        pq.write_table(
            pa.table(
                {
                    "dictionary": pa.array(names, pa.string()),
                    "code": pa.array(codes, pa.int32()),
                    "word": pa.array(words, pa.string()),
                }
            ),
            path,
        )

    def coded(self, name: str) -> Iterable[tuple[int, str]]:
        """The words of a dictionary, each with its code."""
        return enumerate(self.words[name])

    def add(self, name: str, words: Iterable[str]) -> None:
        """Give new words the next codes, in alphabetical order."""
        known = set(self.words[name])
        self.words[name] += sorted(set(words) - known)
