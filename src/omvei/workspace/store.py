"""A workspace in an object store: published to it, and fetched from it to be read.

The store holds what a reader needs under the names it has in the workspace, so its tables are Delta
Lake tables there, too. `published.json` lists every file with its checksum. It is written last, in
one piece: a reader finds the state before or the new one. What is listed no more is then removed.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import WorkspaceError

if TYPE_CHECKING:
    from . import Workspace

LIST = "published.json"
SCHEME = "s3://"

LEFT = ("omvei.key", ".lock", "copy-of")
"""What a copy has and its original's list has not; columns of stages are made where they are
needed."""


def publish(workspace: "Workspace", address: str) -> dict[str, Any]:
    """Put what a reader needs into an object store: `files`, `sent`, `removed`, `bytes` (sent).

    Only what is not there yet is sent. The key of the hashes, rejected rows and files that wait
    stay here. One process at a time may publish to an address.

    Raises `WorkspaceError` while anything of deleted people is still to be purged, or where the
    store cannot be reached.
    """
    from ..events.checksum import checksum

    workspace.check()
    with workspace.alone(), _store(address) as (store, root):
        if workspace.deleted.waiting:
            raise WorkspaceError(
                "Deleted people are still on the disk and would be published. Remove them first "
                f"with: omvei -w {workspace.path} purge"
            )
        files = {file.relative_to(workspace.path).as_posix(): file for file in _needed(workspace)}
        told = {name: checksum(file) for name, file in sorted(files.items())}
        before = _listed(store, root) or {}
        fresh = [name for name, said in told.items() if before.get(name) != said]
        for name in fresh:
            with files[name].open("rb") as read, store.open_output_stream(f"{root}/{name}") as out:
                shutil.copyfileobj(read, out, 1 << 22)
        with store.open_output_stream(f"{root}/{LIST}") as out:
            out.write(json.dumps(told).encode())
        gone = before.keys() - told.keys()
        for name in gone:
            store.delete_file(f"{root}/{name}")
        return {
            "address": address,
            "files": len(told),
            "sent": len(fresh),
            "removed": len(gone),
            "bytes": sum(files[name].stat().st_size for name in fresh),
        }


def fetch(address: str, folder: Path | None = None) -> Path:
    """Bring a copy of a published workspace up to date; return its folder, to be read only.

    Only files with another checksum are fetched, and each is checked. The folder is
    `~/.cache/omvei/…`, or under `$XDG_CACHE_HOME`, if none is named.

    Raises `WorkspaceError` where nothing is published, or the store cannot be reached.
    """
    from filelock import FileLock

    from ..events.checksum import unchanged

    place = folder or _cache(address)
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(place / ".lock"), _store(address) as (store, root):
        told = _listed(store, root)
        if told is None:
            raise WorkspaceError(
                f"Nothing is published at {address}. Publish with: omvei -w DIR publish {address}"
            )
        for name, said in sorted(told.items(), key=lambda one: "_delta_log" in one[0]):
            if not unchanged(place / name, said):
                _bring(store, f"{root}/{name}", place / name, said)
        (place / "copy-of").write_text(address, "utf-8")
        for file in [file for file in place.rglob("*") if file.is_file()]:
            name = file.relative_to(place).as_posix()
            if name not in told and name not in LEFT and file.suffix != ".stage":
                file.unlink()
    return place


def _bring(store: Any, name: str, file: Path, told: str) -> None:
    """Fetch one file, whole and as it was published, or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_name(f".{file.name}.new")
    digest = hashlib.sha256()
    try:
        with store.open_input_stream(name) as read, scratch.open("wb") as out:
            while part := read.read(1 << 22):
                digest.update(part)
                out.write(part)
        if digest.hexdigest()[:16] != told:
            raise WorkspaceError(
                f"{name} is not as its list says: it is being published just now, or damaged. "
                "Try again; if it stays so, publish it again."
            )
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)


def _needed(workspace: "Workspace") -> Iterator[Path]:
    """The files that a reader needs: facts, the newest state, definitions and settings."""
    from ..blocks import checks, manifest
    from ..events.schema import TABLES

    root = workspace.path
    now = manifest.read(root / "journeys")
    found = [root / "omvei.toml", root / "deleted.json", root / "simulated"]
    found += checks.files(root, now) if now else []
    for name in TABLES:
        facts = workspace.facts(name)
        found += [facts.folder / part for part in facts.named()]
        found += facts.folder.glob("_delta_log/*")
    for name in ("identifiers", "joins"):
        found += (root / "people" / name).glob("_delta_log/*")
    found += (root / "journeys" / "manifest").rglob("*")
    found += (root / "definitions").rglob("*")
    found += (root / "places").rglob("*")
    for file in dict.fromkeys(found):
        hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
        if file.is_file() and not hidden:
            yield file


def _listed(store: Any, root: str) -> dict[str, str] | None:
    """What is published; None for nothing."""
    from pyarrow.fs import FileType

    (found,) = store.get_file_info([f"{root}/{LIST}"])
    if found.type == FileType.NotFound:
        return None
    with store.open_input_stream(f"{root}/{LIST}") as read:
        told: dict[str, str] = json.loads(read.read())
        return told


@contextmanager
def _store(address: str) -> Iterator[tuple[Any, str]]:
    """The store at an address, and the path in it. Who one is comes from the usual `AWS_…`
    variables or files; `AWS_ENDPOINT_URL` names a store of one's own."""
    from pyarrow.fs import S3FileSystem

    bucket, _, path = address.removeprefix(SCHEME).strip("/").partition("/")
    if not address.startswith(SCHEME) or not bucket or not path:
        raise WorkspaceError(f"{address} is no address in a store. Write it as s3://bucket/path.")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    scheme, _, host = endpoint.rpartition("://")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    try:
        more = {"region": region} if region else {}
        if host:
            more |= {"endpoint_override": host.rstrip("/"), "scheme": scheme or "https"}
        yield S3FileSystem(**more), f"{bucket}/{path}"
    except OSError as error:
        if "AWS Error" not in str(error) and "AWS" not in type(error).__name__:
            raise
        reason = str(error).rpartition("AWS Error ")[2].strip()
        raise WorkspaceError(
            f"The store at {address} could not be used: {reason} Check the address, the variables "
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and, for a store of your "
            "own, AWS_ENDPOINT_URL."
        ) from None


def _cache(address: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    digest = hashlib.sha256(address.strip("/").encode()).hexdigest()[:12]
    return Path(base) / "omvei" / f"{address.strip('/').rpartition('/')[2]}-{digest}"
