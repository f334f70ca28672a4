"""A moment as text: microseconds since 1970 to ISO 8601, UTC."""

from datetime import UTC, datetime


def moment(micros: int | None) -> str | None:
    """A time as text, UTC.

    >>> moment(0)
    '1970-01-01T00:00:00Z'
    """
    if micros is None:
        return None
    return (
        datetime.fromtimestamp(micros / 1e6, UTC)
        .isoformat(timespec="seconds")
        .replace("+00:00", "Z")
    )
