"""Whose each channel is, and whether the firm goes to people on it: `owners.yaml`."""

from functools import cache
from typing import NamedTuple

from ..shipped import shipped


class Owner(NamedTuple):
    """Whose a channel is: a word of `vocabulary.OWNERSHIPS`, and whether it is push."""

    owner: str
    push: bool


@cache
def owners() -> dict[str, Owner]:
    """The owner of every channel.

    >>> owners()["Email"], owners()["Organic Search"].owner
    (Owner(owner='owned', push=True), 'independent')
    """
    said = shipped(__package__, "owners.yaml")
    return {name: Owner(fact["owner"], fact.get("push", False)) for name, fact in said.items()}


def owner(channel: str) -> Owner:
    """The owner of a channel; one that only the user's own file names is taken for independent.

    >>> owner("Email").owner, owner("Billboards of ours").owner
    ('owned', 'independent')
    """
    return owners().get(channel, Owner("independent", False))
