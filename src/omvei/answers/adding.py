"""How the parts of an analysis are put together, where that is no more than a sum.

An analysis scans blocks one by one, on one machine or on many: `empty` is the part of nobody,
`merge` puts two parts together, and `finish` makes the result of them all.
"""

from typing import Any


class Added:
    """An analysis whose parts are numbers that add, and whose result is their sum.

    >>> added = Added()
    >>> added.finish(added.merge(3, 4))
    7
    """

    def merge(self, a: Any, b: Any) -> Any:
        """Add."""
        return a + b

    def finish(self, partial: Any) -> Any:
        """As counted."""
        return partial
