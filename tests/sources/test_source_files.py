"""Folders, patterns and packed files become plain files."""

import gzip
import os
import zipfile
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from omvei import sources
from omvei.errors import SourceError, UnknownFormatError
from omvei.sources import files as unpacking
from omvei.sources import open_files
from omvei.sources.contact import hash_email, hash_phone, hash_visitor, hashed


def texts(path):
    with open_files(path) as found:
        return {Path(name).name: plain.read_bytes() for name, plain in found}


def packed(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_folder_gives_its_files_and_those_below_without_hidden_ones(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.csv").write_bytes(b"2")
    (tmp_path / "one.csv").write_bytes(b"1")
    (tmp_path / ".hidden").write_bytes(b"0")
    assert texts(tmp_path) == {"two.csv": b"2", "one.csv": b"1"}


def test_a_pattern_gives_what_it_matches(tmp_path):
    for name in ("a.log", "b.log", "c.csv"):
        (tmp_path / name).write_bytes(b"x")
    assert set(texts(tmp_path / "*.log")) == {"a.log", "b.log"}


def test_gz_and_zst_are_told_by_their_content_and_unpacked(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"one") + gzip.compress(b" two"))
    with pa.CompressedOutputStream(str(tmp_path / "b.zst"), "zstd") as out:
        out.write(b"three")
    assert texts(tmp_path) == {"a.gz": b"one two", "b.zst": b"three"}


def test_a_zip_gives_its_members_and_none_can_reach_outside(tmp_path):
    archive = packed(
        tmp_path / "z.zip",
        **{"sub/a.csv.gz": gzip.compress(b"a"), "../../out.csv": b"b", "__MACOSX/x": b"c"},
    )
    with open_files(archive) as found:
        members = dict(found)
        assert [Path(name).name for name in members] == ["a.csv.gz", "out.csv"]
        assert [plain.name for plain in members.values()] == ["a.csv", "out.csv"]
        roots = {plain.parents[2] for plain in members.values()}
        assert len(roots) == 1
    assert not any(plain.exists() for plain in members.values())


def test_an_unpacked_file_is_called_by_its_packed_name_in_errors(tmp_path):
    path = tmp_path / "empty.csv.gz"
    path.write_bytes(gzip.compress(b"\n"))
    with open_files(path) as found:
        for name, plain in found:
            with pytest.raises(SourceError, match=r"empty\.csv\.gz: the file is empty"):
                sources.read(plain, name=name)


DAMAGED = gzip.compress(os.urandom(5000))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("cut.gz", DAMAGED[:2000], "damaged or cut off"),
        ("changed.gz", DAMAGED[:1000] + b"xxxx" + DAMAGED[1004:], "damaged or cut off"),
        ("not.gz", b"\x1f\x8bnonsense", "damaged or cut off"),
        ("not.zst", b"\x28\xb5\x2f\xfdnonsense", "damaged or cut off"),
        ("not.zip", b"PK\x03\x04nonsense", "zip file is damaged"),
    ],
)
def test_a_damaged_packed_file_is_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=message):
        texts(tmp_path / name)


def test_an_excel_file_is_refused_with_what_to_do(tmp_path):
    packed(tmp_path / "shop.xlsx", **{"[Content_Types].xml": b"<x/>", "xl/a.xml": b""})
    with pytest.raises(SourceError, match="save it as CSV"):
        texts(tmp_path / "shop.xlsx")


def test_a_zip_in_a_zip_is_refused(tmp_path):
    inner = packed(tmp_path / "inner.zip", a=b"1").read_bytes()
    with pytest.raises(SourceError, match="a zip inside a zip"):
        texts(packed(tmp_path / "outer.zip", **{"inner.zip": inner}))


def test_what_unpacks_to_an_absurd_size_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "BOMB_SIZE", 1 << 20)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(20 << 20)))
    packed(tmp_path / "bomb.zip", zeros=bytes(20 << 20))
    for name in ("bomb.gz", "bomb.zip"):
        with pytest.raises(SourceError, match="times its size"):
            texts(tmp_path / name)


def test_a_path_to_nothing_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no such file"):
        texts(tmp_path / "nowhere.csv")
    with pytest.raises(SourceError, match="holds no files"):
        texts(tmp_path / "empty")


def test_a_packed_file_must_be_opened_first(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"x"))
    with pytest.raises(UnknownFormatError, match="the file is packed"):
        sources.detect(tmp_path / "a.gz")


def test_one_address_has_one_hash_however_it_is_written():
    assert hash_email("Kari <KARI@example.no>", b"k") == hash_email(" kari@example.no", b"k")
    assert hash_email("kari@example.no", b"k") != hash_email("kari@example.no", b"other")
    assert hash_email("not an address", b"k") is None


def test_one_number_has_one_hash_however_it_is_written():
    written = ("91 23 45 67", "+47 912 34 567", "004791234567", "4791234567")
    assert len({hash_phone(number, b"k") for number in written}) == 1
    assert hash_phone("070-123 45 67", b"k", "46") == hash_phone("+46701234567", b"k")
    assert hash_phone("12", b"k") is None


def test_a_hash_is_hashed_only_once():
    once = hash_email("kari@example.no", b"k")
    assert hash_email(once, b"k") == once


def test_kinds_of_contact_never_share_a_hash():
    assert hash_visitor("a", "b", b"k") != hash_visitor("ab", "", b"k")


def test_equal_texts_are_hashed_once():
    asked = []
    one = partial(lambda text: asked.append(text) or text.upper())
    assert hashed(pa.array(["a", None, "b", "a"]), one).to_pylist() == ["A", None, "B", "A"]
    assert asked == ["a", "b"]
