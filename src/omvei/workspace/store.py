"""A workspace in an object store: published to it, read from it, and changed in it.

The store holds what a reader needs under the names it has in the workspace; the tables are Delta
Lake tables there, too. A list of the files is replaced last and in one piece (`stores/lists.py`): a
reader finds the state before or the new one.

Whoever changes a workspace in a store works in a copy, and puts what has changed there when it is
done (`alone.py`). Where somebody else was quicker, the copy is as before, and so is the store.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import WorkspaceError
from ..stores import copies, objects

if TYPE_CHECKING:
    from ..stores.lists import Listed
    from . import Workspace

PATIENCE = 5.0
"""Seconds to wait for a copy that another process is changing."""


def publish(workspace: "Workspace", address: str) -> dict[str, Any]:
    """Put what a reader needs into an object store: `files`, `sent`, `removed`, `bytes` (sent).

    Only what is not there yet is sent. The key of the hashes, rejected rows and files that wait
    stay here.

    Raises `WorkspaceError` while anything of deleted people is still to be purged, where the
    workspace was changed in the store, or where the store cannot be reached.
    """
    from ..stores import lists

    workspace.check()
    if origin := copies.address_of(workspace.path):
        raise WorkspaceError(f"{workspace.path} is a copy of {origin}, which is published already.")
    with workspace.alone():
        if workspace.deleted.waiting:
            raise WorkspaceError(
                "Deleted people are still on the disk and would be published. Remove them first "
                f"with: omvei -w {workspace.path} purge"
            )
        before = lists.newest(address)
        if before.at_home:
            raise WorkspaceError(
                f"{address} was changed in the store since it was published; publishing would undo "
                f"that. Go on there, with: omvei -w {address}"
            )
        still = {
            name: told for name, told in before.files.items() if (workspace.path / name).exists()
        }
        return _put(workspace, address, before, still, at_home=False)[1]


def put_back(workspace: "Workspace", before: "Listed", thorough: bool) -> None:
    """Publish what was changed in a copy, if the store is as it was `before`.

    thorough  nothing that is listed no more may stay, not even for readers who have it open
    """
    address = str(copies.address_of(workspace.path))
    now, _ = _put(workspace, address, before, {} if thorough else before.files, at_home=True)
    copies.mark(workspace.path, address, now)


def _put(
    workspace: "Workspace",
    address: str,
    before: "Listed",
    still: dict[str, str],
    at_home: bool,
) -> tuple["Listed", dict[str, Any]]:
    """Send what is new, replace the list, and remove what nobody needs.

    still  files of the state before that may stay while that is the state before
    """
    from concurrent.futures import ThreadPoolExecutor

    from ..events.checksum import checksum
    from ..stores import lists

    told: dict[str, str] = {}
    for name, known in sorted(_needed(workspace, at_home)):
        earlier = before.files.get(name, "")
        if not (earlier and objects.fixed(name)):
            made = known or checksum(workspace.path / name)
            if objects.checksum_in(earlier) != made:
                earlier = objects.telling(name, made)
        told[name] = earlier
    now = lists.Listed(
        told,
        {n: t for n, t in still.items() if n not in told and objects.fixed(n)},
        before.key if at_home else checksum(workspace.path / "omvei.key"),
        at_home,
    )
    fresh = [name for name, said in told.items() if before.kept.get(name) != said]
    # what a task of a cluster has put there is not here
    fresh = [name for name in fresh if (workspace.path / name).exists()]
    with objects.opened(address) as (store, root), ThreadPoolExecutor(max_workers=8) as threads:

        def send(name: str) -> int:
            objects.send(store, workspace.path / name, _under(root, name, told[name]))
            return (workspace.path / name).stat().st_size

        size = sum(threads.map(send, fresh))
        there = set(_all(store, root))
        same = told == before.files and at_home == before.at_home
        if same and (still or not before.before):
            now = before
        else:
            now = lists.replace(address, now, before)
            logs = [name for name in fresh if "_delta_log/" in name]
            for name in logs:  # for other tools, which know no list of ours
                store.copy_file(_under(root, name, told[name]), f"{root}/{name}")
        kept = {_under(root, name, said) for name, said in now.kept.items()}
        kept |= {f"{root}/{name}" for name in told if "_delta_log/" in name}
        kept.add(f"{root}/{lists.FOLDER}/{now.name}")
        gone = [name for name in there - kept if not name.startswith(f"{root}/{lists.LOG}/")]
        list(threads.map(store.delete_file, gone))
    return now, {
        "address": address,
        "files": len(told),
        "sent": len(fresh),
        "removed": len(before.kept.keys() - now.kept.keys()),
        "bytes": size,
    }


def fetch(address: str) -> Path:
    """Bring a copy of a published workspace up to date; return its folder.

    What is small and changes is brought now, everything else when it is first asked for. The
    folder is `~/.cache/omvei/…`, or under `$XDG_CACHE_HOME`; while another process changes the
    workspace in it, a second one beside it.

    Raises `WorkspaceError` where nothing is published, or the store cannot be reached.
    """
    from filelock import FileLock, Timeout

    first = copies.folder_of(address)
    second = first.with_name(f"{first.name}-2")
    for folder, patience in ((first, PATIENCE), (second, -1)):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(folder.absolute() / ".lock", is_singleton=True)
        with suppress(Timeout), lock.acquire(patience):
            if lock.lock_counter == 1:  # whoever is changing it has brought it up to date
                bring_up_to_date(folder, address)
            return folder
    return second


def bring_up_to_date(folder: Path, address: str) -> "Listed":
    """Make a copy what the store's list says; the caller must hold its lock."""
    from ..events.checksum import unchanged
    from ..stores import lists

    for again in reversed(range(lists.TRIES)):
        now = lists.newest(address)
        if now.number < 0:
            raise WorkspaceError(
                f"Nothing is published at {address}. Publish with: omvei -w DIR publish {address}"
            )
        wanted = {
            name: told
            for name, told in sorted(now.files.items(), key=_last)
            if (not objects.fixed(name) or name.startswith("journeys/manifest/"))
            and not unchanged(folder / name, objects.checksum_in(told))
        }
        try:
            copies.fetch(folder, address, wanted)
            break
        except WorkspaceError:
            if not again or lists.newest(address).number == now.number:
                raise  # not because it was replaced meanwhile
    (folder / "definitions").mkdir(exist_ok=True)
    copies.settle(folder, address, now)
    return now


def _last(one: tuple[str, str]) -> tuple[bool, bool, str]:
    """Logs come after what they speak of, and that of the manifest after all."""
    name = one[0]
    return "_delta_log/" in name, name.startswith("journeys/manifest/"), name


def _needed(workspace: "Workspace", at_home: bool) -> Iterator[tuple[str, str | None]]:
    """The files that belong into the store, with their checksums as far as they are known.

    Facts, the newest state, definitions and settings; at home in the store also what only whoever
    changes it needs: the index of event ids, and rejected rows.
    """
    from ..blocks import checks, manifest
    from ..events.schema import TABLES
    from ..events.seen import FOLDER

    root = workspace.path
    now = manifest.read(root / "journeys")
    found: dict[Path, str | None] = dict(checks.files(root, now)) if now else {}
    there = [root / "omvei.toml", root / "deleted.json", root / "simulated"]
    for name in TABLES:
        facts = workspace.facts(name)
        there += [facts.folder / part for part in facts.named()]
        there += facts.folder.glob("_delta_log/*")
    for name in ("identifiers", "joins"):
        there += (root / "people" / name).glob("_delta_log/*")
    there += (root / "journeys" / "manifest").rglob("*")
    there += (root / "definitions").rglob("*")
    there += (root / "places").rglob("*")
    if at_home:
        there += (
            [*(root / "events" / FOLDER).iterdir()] if (root / "events" / FOLDER).is_dir() else []
        )
        there += (root / "rejected").glob("*.parquet")
    for file in there:
        found.setdefault(file, None)
    for file, told in found.items():
        name = file.relative_to(root).as_posix()
        hidden = any(part.startswith(".") for part in Path(name).parts)
        if not hidden and (told or file.is_file() or copies.absent(file)):
            yield name, told


def _under(root: str, name: str, told: str) -> str:
    return f"{root}/{objects.placed(name, told)}"


def _all(store: Any, root: str) -> Iterator[str]:
    """Every object under an address."""
    from pyarrow.fs import FileSelector

    found = store.get_file_info(FileSelector(root, recursive=True, allow_not_found=True))
    yield from (one.path for one in found if one.is_file)
