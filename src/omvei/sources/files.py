"""Which files are meant by a path: one file, a folder, a pattern, or files packed together.

Packed files (gz, zst, zip) are told by their first bytes and unpacked into a temporary folder,
which is removed afterwards; so are the sheets of a spreadsheet. Members of a zip are written under
names of our own, so that no name inside can reach outside the folder; what would unpack to absurd
sizes is refused.
"""

import glob
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from omvei.errors import SourceError
from omvei.sources.sheets import is_spreadsheet, sheets

PACKED = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
"""First bytes to the way a file is packed."""

SUFFIXES = (".gz", ".zst", ".zstd")
SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".ods")
BLOCK = 1 << 22
BOMB_SIZE, BOMB_RATIO = 1 << 30, 400
"""Refused: over a GiB unpacked *and* over 400 times its packed size. Logs pack 10 to 60 times."""


@contextmanager
def open_files(path: Path | str) -> Iterator[Iterator[tuple[str, Path | SourceError]]]:
    """The plain files that `path` means, each with the name to show, one at a time.

    A folder gives all files in it and below, in order of name, without hidden ones; a pattern
    such as `logs/*.gz` gives what it matches. The unpacked copies live until the block ends.

    Raises `SourceError` when there is no such file, or when a packed file is cut off, locked
    with a password, or unpacks to an absurd size. Of several files, one that cannot be opened does
    not stop the others: its error is given in its place.

    >>> import gzip
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "log.txt.gz").write_bytes(gzip.compress(b"hello"))
    >>> with open_files(folder) as files:
    ...     [(Path(name).name, plain.read_bytes()) for name, plain in files]
    [('log.txt.gz', b'hello')]
    """
    with tempfile.TemporaryDirectory(prefix="omvei-") as scratch:
        yield _plain(path, Path(scratch))


def packing(path: Path) -> str | None:
    """How a file is packed: `gzip`, `zstd`, `zip`, or None for a plain file."""
    with path.open("rb") as file:
        start = file.read(4)
    return next((name for magic, name in PACKED.items() if start.startswith(magic)), None)


def _plain(path: Path | str, scratch: Path) -> Iterator[tuple[str, Path | SourceError]]:
    meant = _meant(path)
    many = len(meant) > 1
    for number, found in enumerate(meant):
        try:
            for item in _opened(found, scratch / str(number)):
                yield item
                many = True
        except SourceError as error:
            if not many:
                raise
            yield str(found), error


def _opened(found: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """The plain files in one file; each is written to a folder of its own below `scratch`."""
    try:
        packed, table = packing(found), is_spreadsheet(found)
    except OSError as error:
        raise SourceError(
            found, f"cannot be opened ({error.strerror}).", "Check its permissions."
        ) from error
    if table:
        _refuse_bomb(found)
        for name, sheet in sheets(found, scratch):
            yield f"{found}/{name}".rstrip("/"), sheet
    elif packed is None:
        yield str(found), found
    elif packed == "zip":
        for name, member in _members(found, scratch):
            for inner, plain in _opened_table(member, scratch / "sheets" / member.parent.name):
                yield f"{found}/{name}/{inner}".rstrip("/"), plain
    else:
        target = _place(scratch, found.name)
        with found.open("rb") as raw:
            _unpack(raw, packed, found.stat().st_size, target, found)
        yield str(found), target


def _opened_table(member: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """The sheets of an unpacked file that is a spreadsheet; else the file."""
    if is_spreadsheet(member):
        _refuse_bomb(member)
        yield from sheets(member, scratch)
    else:
        yield "", member


def _refuse_bomb(path: Path) -> None:
    """Refuse a spreadsheet whose parts say that they unpack to an absurd size."""
    if packing(path) != "zip":
        return
    with zipfile.ZipFile(path) as packed:
        size = sum(info.file_size for info in packed.infolist())
    if size > BOMB_SIZE and size > BOMB_RATIO * path.stat().st_size:
        raise _bomb(path)


def _bomb(path: Path) -> SourceError:
    return SourceError(
        path,
        f"unpacks to over {BOMB_RATIO} times its size, as made to fill a disk.",
        "If it is genuine, unpack it yourself first.",
    )


def _meant(path: Path | str) -> list[Path]:
    place = Path(path).expanduser()
    if place.is_dir():
        below = (file for file in sorted(place.rglob("*")) if file.is_file())
        found = [file for file in below if not _hidden(file.relative_to(place))]
        if not found:
            raise SourceError(
                path, "the folder holds no files.", "Put the export in it, or name another."
            )
        return found
    if place.exists():
        return [place]
    found = [
        Path(name) for name in sorted(glob.glob(str(place), recursive=True)) if Path(name).is_file()
    ]
    if not found:
        raise SourceError(
            path, "there is no such file or folder.", "Check the name and where you are."
        )
    return found


def _hidden(path: Path) -> bool:
    return any(
        part == "__MACOSX" or (part.startswith(".") and part.strip(".")) for part in path.parts
    )


def _stem(name: str) -> str:
    return next((name.removesuffix(end) for end in SUFFIXES if name.lower().endswith(end)), name)


def _place(folder: Path, name: str) -> Path:
    """Where to unpack a file: in a folder of its own, under the last part of its name."""
    folder.mkdir(parents=True)
    return folder / (Path(_stem(name).replace("\\", "/")).name[:100] or "unnamed")


def _members(archive: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    try:
        with zipfile.ZipFile(archive) as packed:
            infos = [info for info in packed.infolist() if not info.is_dir()]
            infos = [info for info in infos if not _hidden(Path(info.filename))]
            if not infos:
                raise SourceError(archive, "the zip file holds no files.", "Pack the export again.")
            for number, info in enumerate(infos):
                target = _place(folder / str(number), info.filename)
                if info.flag_bits & 1:
                    raise SourceError(
                        archive,
                        f"{info.filename!r} is locked with a password.",
                        "Unpack it yourself first.",
                    )
                with packed.open(info) as member:
                    start = member.read(4)
                inner = next(
                    (way for magic, way in PACKED.items() if start.startswith(magic)), None
                )
                if inner == "zip" and not info.filename.lower().endswith(SPREADSHEETS):
                    raise SourceError(
                        archive,
                        f"{info.filename!r} is a zip inside a zip.",
                        "Unpack the outer one yourself.",
                    )
                with packed.open(info) as member:
                    packed_as = None if inner == "zip" else inner
                    _unpack(member, packed_as, info.compress_size, target, archive)
                yield info.filename, target
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise SourceError(
            archive, f"the zip file is damaged ({error}).", "Fetch or pack it again."
        ) from error


def _unpack(raw: object, packed: str | None, size: int, target: Path, name: Path) -> None:
    """Copy what `raw` holds to `target`, unpacked; `size` is its packed size in bytes."""
    written = 0
    try:
        with target.open("wb") as out:
            for block in _blocks(raw, packed):
                written += len(block)
                if written > BOMB_SIZE and written > BOMB_RATIO * max(size, 1):
                    raise _bomb(name)
                out.write(block)
    except pa.ArrowInvalid as error:
        raise _damaged(name) from error
    except zipfile.BadZipFile:
        raise
    except OSError as error:
        if error.errno is not None:
            raise SourceError(
                name,
                f"cannot be unpacked ({error.strerror}).",
                "Make room in the temporary folder.",
            ) from error
        raise _damaged(name) from error


def _blocks(raw: object, packed: str | None) -> Iterator[bytes]:
    if packed is None:
        file: BinaryIO = raw  # type: ignore[assignment]
        while block := file.read(BLOCK):
            yield block
        return
    with pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), packed) as stream:
        while block := stream.read(BLOCK):
            yield block


def _damaged(name: Path) -> SourceError:
    return SourceError(name, "the packed file is damaged or cut off.", "Fetch or copy it again.")
