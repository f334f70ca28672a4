"""One small file of a copy that is changed by itself: it is published at once, or is as before."""

import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from . import copies, lists
from .objects import fixed, opened, placed, send, telling


def changed(file: Path) -> None:
    """Publish a file that was written, or taken away, in a copy of a workspace in a store.

    Nothing is done in any other folder, of hidden files, and while the whole copy is being changed
    (`workspace/alone.py`), since all of it is published then.

    Raises `WorkspaceError` if somebody else changed the workspace meanwhile; the file is then as it
    was.
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
        address, before = str(copies.address_of(folder)), copies.listed(folder)
        files = {known: told for known, told in before.files.items() if known != name}
        try:
            if file.exists():
                made = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
                files[name] = telling(name, made)
                with opened(address) as (store, root):
                    send(store, file, f"{root}/{placed(name, files[name])}")
            now = replace(before, files=files, at_home=True)
            copies.mark(folder, address, lists.replace(address, now, before))
        except BaseException:
            file.unlink(missing_ok=True)
            with suppress(Exception):  # what went wrong first is told
                copies.fetch(folder, address, {n: t for n, t in before.files.items() if n == name})
            raise
