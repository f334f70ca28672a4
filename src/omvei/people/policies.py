"""Identity policies, from `policies.yaml`, and identifiers that a user set apart."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from ..errors import DefinitionError, UnknownNameError
from ..events.schema import IDENTIFIERS


@dataclass(frozen=True)
class Policy:
    """How readily identifiers are joined."""

    name: str
    unique: tuple[str, ...]
    """Kinds of which a person holds at most one."""
    consent: tuple[str, ...]
    """Consent states of events that may join identifiers."""
    devices: str
    """Whose a device is that several people log in on: `split` by time, or the `first` one's."""


@cache
def policies() -> dict[str, Policy]:
    """Every policy, by name.

    >>> list(policies()), policies()["default"].unique
    (['strict', 'default', 'loose'], ('user_id',))
    """
    said = yaml.safe_load(files(__package__).joinpath("policies.yaml").read_text("utf-8"))
    return {
        name: Policy(name, tuple(policy["unique"]), tuple(policy["consent"]), policy["devices"])
        for name, policy in said.items()
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
        rows = [{"kind": k, "value": v} for k, v in [*known, (kind, value)]]
        lines = [
            yaml.safe_dump(row, default_flow_style=True, allow_unicode=True).strip() for row in rows
        ]
        folder.mkdir(exist_ok=True)
        (folder / "apart.yaml").write_text(HEAD + "".join(f"- {line}\n" for line in lines), "utf-8")
