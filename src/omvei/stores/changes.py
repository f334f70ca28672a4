"""One small file of a copy that is changed by itself: it is published at once, or is as before."""

import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ..errors import WorkspaceError
from . import copies, lists
from .objects import fixed, opened, placed, send, telling


def changed(file: Path) -> None:
    """Publish a file that was written, or taken away, in a copy of a workspace in a store.

    Nothing is done in any other folder, of hidden files, and while the whole copy is being changed
    (`workspace/alone.py`), since all of it is published then.

    Raises `WorkspaceError` if somebody else changed the file meanwhile; here it is then as it was.
    """
    if (folder := copies.around(file)) is None:
        return
    name = file.relative_to(folder).as_posix()
    if any(part.startswith(".") for part in Path(name).parts) or fixed(name):
        return
    from filelock import FileLock

    with FileLock(folder.absolute() / ".lock", is_singleton=True) as lock:
        if lock.lock_counter > 1:
            return
        address, held = str(copies.address_of(folder)), copies.listed(folder)
        before = lists.newest(address)
        fresh: dict[str, str] = {}
        try:
            if before.files.get(name) != held.files.get(name):
                raise WorkspaceError(
                    f"Somebody else changed {name} in {address} meanwhile. Their change holds; "
                    "this one was not kept. Open the workspace anew, and do it again."
                )
            if file.exists():
                made = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
                fresh[name] = telling(name, made)
                with opened(address) as (store, root):
                    send(store, file, f"{root}/{placed(name, fresh[name])}")
            now, mine = (_with(listed, name, fresh) for listed in (before, held))
            lists.replace(address, replace(now, at_home=True), before)
            copies.mark(folder, address, mine)
        except BaseException:
            file.unlink(missing_ok=True)
            with suppress(Exception):  # what went wrong first is told
                copies.fetch(folder, address, {n: t for n, t in held.files.items() if n == name})
            raise


def _with(listed: lists.Listed, name: str, fresh: dict[str, str]) -> lists.Listed:
    """A list with another line for a file, or none."""
    others = {known: told for known, told in listed.files.items() if known != name}
    return replace(listed, files=others | fresh)
