"""Progress that nobody watches."""


def silent(done: int, total: int | None, phase: str) -> None:
    """Say nothing: rows done, rows in all if known, what is being done."""
