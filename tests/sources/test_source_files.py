"""Folders, patterns and packed files become plain files."""

import gzip
import os
import zipfile
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

import omvei
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


CELL = '<c r="{0}" t="inlineStr"><is><t>{1}</t></is></c>'
OOXML = "http://schemas.openxmlformats.org"
MAIN = f'xmlns="{OOXML}/spreadsheetml/2006/main"'
LINK = f"{OOXML}/officeDocument/2006/relationships"
LINKS = f'<Relationships xmlns="{OOXML}/package/2006/relationships">'


def spreadsheet(path, **tables):
    """Write a spreadsheet: each sheet's rows are lines of texts parted by commas."""
    named = list(enumerate(tables, 1))
    book = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in named)
    sheets = "".join(
        f'<Relationship Id="r{n}" Target="worksheets/s{n}.xml" Type="{LINK}/worksheet"/>'
        for n, _ in named
    )
    whole = f'<Relationship Id="r" Target="xl/workbook.xml" Type="{LINK}/officeDocument"/>'
    entries = {
        "[Content_Types].xml": f'<Types xmlns="{OOXML}/package/2006/content-types"/>',
        "_rels/.rels": f"{LINKS}{whole}</Relationships>",
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{LINK}"><sheets>{book}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"{LINKS}{sheets}</Relationships>",
    }
    for number, lines in enumerate(tables.values(), 1):
        rows = ""
        for r, line in enumerate(lines, 1):
            cells = "".join(
                CELL.format(f"{chr(65 + c)}{r}", t) for c, t in enumerate(line.split(","))
            )
            rows += f'<row r="{r}">{cells}</row>'
        sheet = f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
        entries[f"xl/worksheets/s{number}.xml"] = sheet
    return packed(path, **entries)


def test_the_sheets_of_a_spreadsheet_are_files_of_their_own(tmp_path):
    path = spreadsheet(tmp_path / "shop.xlsx", one=["a,b", "1,2"], two=["c", "3"])
    assert texts(path) == {"one": b"a,b\r\n1,2\r\n", "two": b"c\r\n3\r\n"}
    alone = spreadsheet(tmp_path / "alone.xlsx", one=["a", "1"])
    assert texts(alone) == {"alone.xlsx": b"a\r\n1\r\n"}
    outer = packed(tmp_path / "outer.zip", **{"in/alone.xlsx": alone.read_bytes()})
    assert texts(outer) == {"alone.xlsx": b"a\r\n1\r\n"}


def test_a_spreadsheet_is_imported_like_any_table(tmp_path):
    path = spreadsheet(tmp_path / "shop.xlsx", log=["person,time,event", "ann,2026-01-01,visit"])
    (done,) = omvei.init(tmp_path / "w").take(path)
    assert (done["source"], done["events"]) == ("table", 1)


def test_a_spreadsheet_that_is_damaged_or_empty_is_refused(tmp_path):
    packed(tmp_path / "shop.xlsx", **{"[Content_Types].xml": b"<x/>", "xl/a.xml": b""})
    with pytest.raises(SourceError, match="save it as CSV"):
        texts(tmp_path / "shop.xlsx")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(SourceError, match="save it as CSV"):
        texts(tmp_path / "old.xls")
    with pytest.raises(SourceError, match="without rows"):
        texts(spreadsheet(tmp_path / "empty.xlsx", one=[]))


def test_of_several_files_a_damaged_one_does_not_stop_the_others(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, person in (("a.csv", "ann"), ("c.csv", "bob")):
        (folder / name).write_text(f"person,time,event\n{person},2026-01-01,visit\n")
    (folder / "b.csv.gz").write_bytes(gzip.compress(b"person,time\n" * 99)[:20])
    (folder / "b.zip").write_bytes(b"PK\x03\x04nonsense")
    (folder / "d.xlsx").write_bytes(b"PK\x03\x04nonsense")
    done = omvei.init(tmp_path / "w").take(folder)
    said = {Path(one["name"]).name: one.get("error", one.get("events")) for one in done}
    assert (said["a.csv"], said["c.csv"]) == (1, 1)
    assert all("damaged" in said[name] for name in ("b.csv.gz", "b.zip", "d.xlsx"))


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
