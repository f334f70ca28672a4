"""The objects of a store: one for each file, sent and fetched whole and as its checksum says."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..errors import WorkspaceError

SCHEMES = ("s3://", "gs://", "abfss://")
"""How the address of a store begins."""


def in_store(address: object) -> bool:
    """Whether an address is one of a store.

    >>> in_store("s3://firm/shop"), in_store("shop"), in_store(Path("shop"))
    (True, False, False)
    """
    return isinstance(address, str) and address.startswith(SCHEMES)


def placed(name: str, told: str) -> str:
    """Under which name a file lies in the store; `told` is what a list says of it.

    Most names are never used twice, so whoever writes one harms nobody. A file that is written
    again under its name (settings, definitions, logs) has what the list tells behind it: two who
    change a workspace at once do not overwrite, or remove, what the other's list speaks of.

    >>> placed("journeys/3f0c/0001.people.arrow", "ab12"), placed("omvei.toml", "ab12-77f0")
    ('journeys/3f0c/0001.people.arrow', 'omvei.toml.ab12-77f0')
    """
    return name if fixed(name) else f"{name}.{told}"


def telling(name: str, checksum: str) -> str:
    """What a list tells of a file that is put there anew."""
    return checksum if fixed(name) else f"{checksum}-{uuid4().hex[:8]}"


def checksum_in(told: str) -> str:
    """The checksum in what a list tells."""
    return told.partition("-")[0]


def fixed(name: str) -> bool:
    """Whether a file of this name never changes.

    >>> fixed("events/part-1.parquet"), fixed("events/_delta_log/00000000000000000001.json")
    (True, False)
    """
    if "_delta_log/" in name or name.startswith(("definitions/", "places/", "rejected/")):
        return False
    return "journeys/" in name or name.endswith((".parquet", ".ids"))


@contextmanager
def opened(address: str) -> Iterator[tuple[Any, str]]:
    """The store at an address, and the path in it.

    Who one is comes from the usual variables or files of its maker, for S3 `AWS_…`;
    `AWS_ENDPOINT_URL` names a store of one's own.

    Raises `WorkspaceError` where it cannot be used.
    """
    from pyarrow.fs import FileSystem, S3FileSystem

    bucket, _, path = address.partition("://")[2].strip("/").partition("/")
    if not in_store(address) or not bucket or not path:
        raise WorkspaceError(f"{address} is no address in a store. Write it as s3://bucket/path.")
    try:
        if not address.startswith("s3://"):
            # Google's own patience is a quarter of an hour
            patience = "?retry_limit_seconds=30" if address.startswith("gs://") else ""
            yield FileSystem.from_uri(address.rstrip("/") + patience)
            return
        scheme, _, host = endpoint().rpartition("://")
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        more = {"region": region} if region else {}
        if host:
            more |= {"endpoint_override": host.rstrip("/"), "scheme": scheme or "https"}
        yield S3FileSystem(**more), f"{bucket}/{path}"
    except OSError as error:
        if not address.startswith("s3://") and not isinstance(error, FileNotFoundError):
            raise WorkspaceError(
                f"The store at {address} could not be used: {error} Check the address, and what "
                "its maker asks for to know who you are."
            ) from None
        if "AWS Error" not in str(error) and "AWS" not in type(error).__name__:
            raise
        reason = str(error).rpartition("AWS Error ")[2].strip()
        raise WorkspaceError(
            f"The store at {address} could not be used: {reason} Check the address, the variables "
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and, for a store of your "
            "own, AWS_ENDPOINT_URL."
        ) from None


def endpoint() -> str:
    """The address of a store of one's own that speaks S3; empty for Amazon's."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")


def send(store: Any, file: Path, name: str) -> None:
    """Put a file into the store."""
    with file.open("rb") as read, store.open_output_stream(name) as out:
        shutil.copyfileobj(read, out, 1 << 22)


def bring(store: Any, name: str, file: Path, told: str) -> Path:
    """Fetch a file, whole and as it was published, to a name beside `file`, which is returned.

    Raises `WorkspaceError` where it has not the checksum it is `told` to have.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_name(f".{file.name}.{uuid4().hex[:8]}.new")
    digest = hashlib.sha256()
    try:
        with store.open_input_stream(name) as read, scratch.open("wb") as out:
            while part := read.read(1 << 22):
                digest.update(part)
                out.write(part)
        if digest.hexdigest()[:16] != checksum_in(told):
            raise WorkspaceError(
                f"{name} is not as its list says: it is damaged. Publish it again, or build again."
            )
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    return scratch
