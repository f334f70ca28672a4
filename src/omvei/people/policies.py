"""Identity policies, from `policies.yaml`, and identifiers that a user set apart."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ..errors import DefinitionError, UnknownNameError
from ..events.schema import IDENTIFIERS
from ..keeping import put
from ..shipped import shipped


@dataclass(frozen=True)
class Limit:
    """How many identifiers of a kind a person may hold."""

    kind: str
    most: int
    days: int = 0
    """Only those count together that first came within so many days; 0: all of them."""


@dataclass(frozen=True)
class Shared:
    """When an identifier is everybody's, and joins nobody."""

    kind: str
    most: int
    """More user ids, or e-mail addresses, than this used it ..."""
    days: int
    """... within so many days."""


@dataclass(frozen=True)
class Policy:
    """How readily identifiers are joined; `policies.yaml` says what each part means."""

    name: str
    limits: tuple[Limit, ...]
    shared: tuple[Shared, ...]
    consent: tuple[str, ...]
    """Consent states of events that may join identifiers."""
    devices: str
    """`device-split`, `last-auth` or `reset-on-logout`."""
    back: int | None
    """Days before a device was first joined that are still the person's; None: all."""


@cache
def _file() -> dict[str, Any]:
    said: dict[str, Any] = shipped(__package__, "policies.yaml")
    return said


def logouts() -> list[str]:
    """What sources call the event of logging out."""
    return list(_file()["logout"])


@cache
def policies() -> dict[str, Policy]:
    """Every policy, by name.

    >>> list(policies()), policies()["default"].limits[0]
    (['strict', 'default', 'loose'], Limit(kind='user_id', most=1, days=0))
    """
    return {
        name: Policy(
            name,
            tuple(Limit(kind, **limit) for kind, limit in said["limits"].items()),
            tuple(Shared(kind, **rule) for kind, rule in said["shared"].items()),
            tuple(said["consent"]),
            said["devices"],
            said["back"],
        )
        for name, said in _file()["policies"].items()
    }


def policy(name: str) -> Policy:
    """A policy by its name.

    Raises `UnknownNameError` for another name.
    """
    if name not in policies():
        raise UnknownNameError("policy", name, list(policies()))
    return policies()[name]


HEAD = """# Identifiers that are joined to nobody. `omvei unmerge` adds a line here; take it away
# and run `omvei build` to join again.
"""


def apart(folder: Path) -> list[tuple[str, str]]:
    """The identifiers set apart in `definitions/apart.yaml`, as (kind, value).

    Raises `DefinitionError` for a line that is not `- {kind: ..., value: ...}`.
    """
    file = folder / "apart.yaml"
    if not file.exists():
        return []
    try:
        said = yaml.safe_load(file.read_text("utf-8")) or []
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DefinitionError(file, (mark.line if mark else 0) + 1, "is not YAML") from None
    found = []
    for line, item in enumerate(said, HEAD.count("\n") + 1):
        if (
            not isinstance(item, dict)
            or set(item) != {"kind", "value"}
            or item["kind"] not in IDENTIFIERS
        ):
            kinds = ", ".join(IDENTIFIERS)
            raise DefinitionError(
                file, line, f"expected {{kind: ..., value: ...}} with a kind of {kinds}"
            )
        found.append((str(item["kind"]), str(item["value"])))
    return found


def set_apart(folder: Path, kind: str, value: str) -> None:
    """Add an identifier to `definitions/apart.yaml`; once is enough."""
    known = apart(folder)
    if (kind, value) not in known:
        _write_apart(folder, [*known, (kind, value)])


def put_back(folder: Path, kind: str, value: str) -> None:
    """Take an identifier out of `definitions/apart.yaml`, so that it is joined again.

    Raises `UnknownNameError` if it is not set apart.
    """
    known = apart(folder)
    if (kind, value) not in known:
        raise UnknownNameError("identifier set apart", value, [value for _, value in known])
    _write_apart(folder, [pair for pair in known if pair != (kind, value)])


def forget(folder: Path, names: set[str]) -> None:
    """Take identifiers (`kind:value`) out of `definitions/apart.yaml`: nobody has them any more."""
    known = apart(folder)
    left = [(kind, value) for kind, value in known if f"{kind}:{value}" not in names]
    if left != known:
        _write_apart(folder, left)


def _write_apart(folder: Path, pairs: list[tuple[str, str]]) -> None:
    rows = [{"kind": kind, "value": value} for kind, value in pairs]
    lines = [
        yaml.safe_dump(row, default_flow_style=True, allow_unicode=True).strip() for row in rows
    ]
    folder.mkdir(exist_ok=True)
    put(folder / "apart.yaml", HEAD + "".join(f"- {line}\n" for line in lines))
