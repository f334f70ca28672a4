"""Why a file could not be used is said in the reader's language."""

import ast
import re
from pathlib import Path

import pytest
from web.conftest import client
from web.test_import import key_of, send

import omvei
from omvei.language import LANGUAGES, words
from omvei.web.refusals import retold

SOURCES = Path(omvei.__file__).parent / "sources"
KEYS = [key for key in words("en").catalogue if key.startswith("refusal.")]
ERRORS = (
    "EmptyFileError",
    "SourceError",
    "UnknownFormatError",
    "ReportRefusedError",
    "TooManyRejectsError",
)
MARKETERS = (
    "catalogue", "counted", "delimited", "files", "head", "lines", "newsletter", "sheets",
    "spending", "survey", "table",
)  # fmt: skip
"""Modules that read what marketers bring; logs and raw exports for engineers may speak English."""


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_every_sentence_has_the_same_placeholders_in_every_language(language):
    theirs = words(language).catalogue
    for key in KEYS:
        asked = set(re.findall(r"{(\w+)}", str(theirs[key])))
        assert asked <= set(re.findall(r"{(\w+)}", str(words("en").catalogue[key]))), key
        assert theirs[key] != words("en").catalogue[key], key


def sentences(file: Path) -> set[str]:
    """The reasons and cures of the errors that a module raises, where they stand as they are."""
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    calls = (node for node in nodes if isinstance(node, ast.Call))
    raised = [call for call in calls if getattr(call.func, "id", "") in ERRORS]
    texts = [text for call in raised for text in call.args[1:3]]
    return {text.value for text in texts if isinstance(text, ast.Constant)}


@pytest.mark.parametrize("name", MARKETERS)
def test_what_a_marketer_may_meet_is_said_in_every_language(name):
    found = sentences(SOURCES / f"{name}.py")
    assert {text for text in found if retold(words("nb"), text) == text} == set()


def test_a_refusal_speaks_the_reader_s_language(empty, tmp_path):
    (tmp_path / "report.csv").write_text(
        "Campaign name,Amount spent (NOK),Reporting starts,Reporting ends\n"
        "A,10,2026-01-01,2026-01-31\n"
    )
    pages = client(empty)
    key = key_of(send(pages, tmp_path / "report.csv"))
    for language, said in (("nb", "hver rad gjelder mer enn én dag"), ("sv", "varje rad gäller")):
        page = pages.get(f"/data/preview/{key}", headers={"accept-language": language})
        assert page.status_code == 422
        assert said in page.text
        assert str(tmp_path) not in page.text


def test_rows_that_cannot_be_used_say_why_in_the_reader_s_language(empty, tmp_path):
    rows = "".join(f"p{n},2026-01-0{n},visit\n" for n in range(1, 9))
    (tmp_path / "log.csv").write_text(f"person,time,event\n{rows}p9,,visit\n")
    pages = client(empty)
    key = key_of(send(pages, tmp_path / "log.csv"))
    page = pages.get(f"/data/preview/{key}", headers={"accept-language": "da"})
    assert "mangler tidspunkt" in page.text


def test_a_reason_inside_a_reason_is_retold_too():
    text = "3 of 9 rows cannot be used; the first is row 4: no time. Nothing was imported."
    assert "rad 4: mangler tidspunkt" in retold(words("nb"), text)
