"""What every answer gives: a table, what it means, and the same few ways to show it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from .sheets import Sheet


def of_nobody(simulated: bool) -> dict[str, Any]:
    """The meaning of an answer where nothing was imported yet: nobody was counted.

    >>> of_nobody(False)["n"]
    0
    """
    return {
        "n": 0,
        "unit": "people",
        "label": "observed",
        "window": {"from": None, "to": None},
        "goal": None,
        "simulated": simulated,
    }


@dataclass(frozen=True)
class Result:
    """An answer. The type never depends on an argument; the keys of `to_json()` are documented
    with each answer.

    >>> r = Result(
    ...     "example", {"n": 3, "unit": "people", "label": "observed"}, {"rows": [{"step": 1}]}
    ... )
    >>> r.to_dicts(), r.to_json()["n"]
    ([{'step': 1}], 3)
    """

    answer: str
    """The question's name: map, funnel, trace, ..."""

    meaning: dict[str, Any]
    """How to read it: `n` and `unit`, `window`, `label` (observed, modelled, experimental), and
    what the question was."""

    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The rows, by part; the last part is the main table."""

    own: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """The workspace's own models, by name: a drawing needs their words."""

    @property
    def table(self) -> pa.Table:
        """The main table, as Arrow."""
        return pa.Table.from_pylist(self.to_dicts())

    def to_dicts(self) -> list[dict[str, Any]]:
        """The main table's rows as plain dictionaries."""
        return list(list(self.parts.values())[-1]) if self.parts else []

    def df(self) -> Any:
        """The main table as a pandas frame. Needs pandas: `pip install omvei[df]`."""
        return self.table.to_pandas()

    def to_json(self) -> dict[str, Any]:
        """Everything, as the CLI's `--json` and a page's `.json` give it."""
        return {"answer": self.answer, **self.meaning, **self.parts}

    def plot(self, language: str = "en") -> str:
        """The drawing, as SVG text."""
        from .drawings import draw

        return draw(self.to_json(), language, self.own)

    def sheet(self, language: str = "en") -> "Sheet":
        """The worksheet to pass on: `.pdf()`, `.png()`, `.html()`, `.csv()`, `.xlsx()`.

        Groups of fewer than ten people are left out. Raises `UnknownNameError` for an answer that
        is no worksheet.
        """
        from .sheets import sheet

        return sheet(self.to_json(), language, self.own)

    def _repr_html_(self) -> str:
        return self.plot()

    def __repr__(self) -> str:
        facts = ", ".join(
            f"{key}={json.dumps(value, default=str)}"
            for key, value in self.meaning.items()
            if value is not None
        )
        rows = ", ".join(f"{len(part)} {name}" for name, part in self.parts.items())
        return f"<omvei.{self.answer}: {rows}; {facts}>"
