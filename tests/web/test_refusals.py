"""Why a file could not be used is said in the reader's language."""

import ast
import re
from pathlib import Path

import pytest
from web.conftest import client
from web.test_import import key_of, send

import omvei
from omvei.language import LANGUAGES, words
from omvei.sources import recipe
from omvei.sources.reports import rules
from omvei.web.refusals import retold

SOURCES = Path(omvei.__file__).parent / "sources"
FIELD = "no Xy"
"""Of tables of counts: said for each field that they need, in a test of its own."""

MODULES = sorted(path.stem for path in SOURCES.glob("*.py") if path.stem != "__init__")
KEYS = [key for key in words("en").catalogue if key.startswith("refusal.")]
ERRORS = (
    "EmptyFileError",
    "SourceError",
    "UnknownFormatError",
    "ReportRefusedError",
    "TooManyRejectsError",
)


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_every_sentence_has_the_same_placeholders_in_every_language(language):
    theirs = words(language).catalogue
    for key in KEYS:
        asked = set(re.findall(r"{(\w+)}", str(theirs[key])))
        assert asked <= set(re.findall(r"{(\w+)}", str(words("en").catalogue[key]))), key
        assert theirs[key] != words("en").catalogue[key], key


def text_of(node: ast.AST, named: dict[str, str]) -> set[str]:
    """The texts an expression may be; what an f-string puts in is a word of no language."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.Name):
        return {named[node.id]} if node.id in named else set()
    if isinstance(node, ast.IfExp):
        return text_of(node.body, named) | text_of(node.orelse, named)
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "Xy" for part in node.values)
        return {"".join(map(str, parts))}
    return set()


def sentences(file: Path) -> set[str]:
    """What a module may say: the reasons and cures of its errors, the reasons of rejected rows
    (the third of four parts of a fault), and its notes."""
    tree = ast.parse(file.read_text("utf-8"))
    named = {
        target.id: text
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
        for text in text_of(node.value, {})
    } | {"CURE": recipe.CURE}
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
            found |= {text for given in node.args[1:3] for text in text_of(given, named)}
        if isinstance(node, ast.Tuple) and len(node.elts) == 4:
            found |= {text for text in text_of(node.elts[2], named) if text[:1] not in "( "}
    docs = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    inner = {
        part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    notes = (
        text
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.JoinedStr) and node not in docs | inner
        for text in text_of(node, named)
    )
    found |= {text for text in notes if re.match(r"[A-Z][\w ]+ [^\n]*[.…]$", text)}
    return {text for text in found if " " in text and text != FIELD}


@pytest.mark.parametrize("name", MODULES)
def test_whatever_a_source_may_say_is_said_in_every_language(name):
    found = sentences(SOURCES / f"{name}.py")
    for language in ("nb", "sv", "da"):
        assert {text for text in found if retold(words(language), text) == text} == set()


def test_the_sources_have_something_to_say():
    said = {name: sentences(SOURCES / f"{name}.py") for name in MODULES}
    assert "the log holds no events." in said["xes"]
    assert "a track call without an event name" in said["segment"]
    assert sum(map(len, said.values())) > 120


@pytest.mark.parametrize("field", ["query", "impressions", "steps", "conversions"])
def test_what_a_table_of_counts_needs_is_said_in_every_language(field):
    assert field not in retold(words("nb"), f"no {field}")
    assert field not in retold(words("da"), f"has no column for {field}. The columns are: a.")


def test_what_a_report_of_totals_is_is_said_in_every_language():
    for rule in rules():
        for text in (rule["what"].strip(), rule["cure"].strip()):
            assert retold(words("nb"), text) != text


@pytest.mark.parametrize("language", ["nb", "sv", "da"])
def test_what_a_file_lacks_is_said_in_the_reader_s_language_too(language):
    said = retold(
        words(language),
        "has no column for the e-mail address or for the time. The columns are: a, b.",
    )
    assert "the " not in said
    assert " for " not in said.split(".")[0].replace("for ", "", 1)
    lacking = "no column was recognised that tells one person from another or that says when."
    assert "person from" not in retold(words(language), f"{lacking} The columns are: a, b.")


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
