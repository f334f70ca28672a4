"""Deleting a person: from the answers at once, from the disk with `purge`, and for good."""

import shutil
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..errors import UnknownNameError
from .progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..events.table import Progress
    from . import Workspace


def delete(
    workspace: "Workspace", who: str, dry_run: bool = False, progress: "Progress" = silent
) -> dict[str, Any]:
    """Delete a person, named by any of their identifiers; with `dry_run` only say what would go.

    `person` (their id), `identifiers` (how many), `rows` (of how many events, copies included) and
    `files` (in how many imported files). They are out of every answer when this returns; `purge`
    removes the bytes. Their rows are not taken in again, whatever file they come in. An identifier
    of theirs on somebody else's event is left out of the event.

    A device that several people shared is theirs only for the time it was; what nobody logged in
    for from now on is not theirs.

    Raises `UnknownNameError` for somebody who is not here.
    """
    from ..blocks import erasing
    from ..people import table
    from ..people.names import name

    workspace.check()
    with nullcontext() if dry_run else workspace.alone():
        person = workspace.find(who)
        if person is None:
            raise UnknownNameError("person", who, [], "`omvei people` lists who is here.")
        journeys = workspace.journeys
        build = journeys.build
        times = table.times_of(
            journeys.people_folder, build.who("identifiers"), person, build.since(person)
        )
        now = datetime.now(UTC)
        names = [
            (named, _text(since), _text(until or (now if since else None)))
            for named, since, until in times
        ]
        rows = erasing.rows_of(workspace.events, names)
        told = {
            "person": name(person),
            "identifiers": len({named for named, _, _ in names}),
            "rows": sum(rows.values()),
            "files": len(rows),
        }
        if dry_run:
            return told
        before = workspace.deleted
        key = workspace.key.hex()
        replace(
            before,
            tombstones=(*before.tombstones, *_tombstones(names, key)),
            waiting=(*before.waiting, *names),
            rows={
                file: before.rows.get(file, 0) + rows.get(file, 0)
                for file in before.rows.keys() | rows.keys()
            },
        ).write(workspace.path)
    workspace.renew(progress)
    return told


def purge(workspace: "Workspace", progress: "Progress" = silent) -> dict[str, Any]:
    """Remove from the disk whatever is left of deleted people, and of builds that nobody needs.

    Events are rewritten where rows of theirs are, the tables of people and the journeys are built
    anew, and everything older is removed: files of undone imports, views, and the texts of
    rejected rows that name them. Returns how many `identifiers` were still on the disk, and how
    many of the user's own files are left alone: `waiting` in the app to be confirmed, and in the
    `inbox`, those already taken in among them.
    """
    from ..blocks import erasing
    from ..people import policies, table
    from ..sources.contact import hash_email, hash_phone

    workspace.check()
    key = workspace.key.hex()

    def hashed(word: str) -> "Iterator[tuple[str, str]]":
        yield from ((kind, word) for kind in ("user_id", "person", "order_id", "anonymous_id"))
        for kind, made in (("email", hash_email), ("phone", hash_phone)):
            if value := made(word, workspace.key):
                yield kind, value

    with workspace.alone(thorough=True):
        gone = workspace.deleted
        if workspace.events.exists():
            erasing.erase(workspace.events, gone.waiting)
        if (workspace.path / "rejected").is_dir():
            erasing.scrub_rejected(workspace.events, gone.tombstones, key, hashed)
        policies.forget(workspace.path / "definitions", {named for named, _, _ in gone.waiting})
        if workspace.events.exists():
            build = workspace.build(progress, anew=True, deleted=replace(gone, waiting=()))
            for old in (workspace.path / "journeys").iterdir():
                if old.name not in ("manifest", build.folder.name):
                    shutil.rmtree(old, ignore_errors=True)
            table.vacuum(workspace.path / "people")
            erasing.clear(workspace.events)
        # whom to look for is forgotten last: a purge that was killed can be done again
        if gone.waiting:
            replace(gone, waiting=()).write(workspace.path)
    waiting, inbox = workspace.path / "waiting", workspace.path / "inbox"
    return {
        "identifiers": len({named for named, _, _ in gone.waiting}),
        "waiting": len(list(waiting.iterdir())) if waiting.is_dir() else 0,
        "inbox": sum(file.is_file() for file in inbox.rglob("*")),
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _tombstones(
    names: list[tuple[str, str | None, str | None]], key: str
) -> list[tuple[str, str | None, str | None]]:
    from ..people.deleted import hashes

    told = hashes([named for named, _, _ in names], key)
    return [(made, since, until) for made, (_, since, until) in zip(told, names, strict=True)]
