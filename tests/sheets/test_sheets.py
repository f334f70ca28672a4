"""Worksheets to pass on: each form says the same, dated, in the reader's language, and of nobody
that could be singled out."""

import csv
import io
import re
import struct
from datetime import date

import openpyxl
import pypdf
import pytest
from web.conftest import write_shop

import omvei
from omvei import keeping
from omvei.answers.sharing import BLANK, LEFT_OUT, shared
from omvei.groups.group import place
from omvei.language import LANGUAGES, words
from omvei.plan.advice import advice
from omvei.plan.campaigns import campaigns
from omvei.plan.checklist import checklist
from omvei.plan.learning import learning
from omvei.plan.plan import propose
from omvei.plan.report import report
from omvei.plan.rounds import record
from omvei.plan.scorecard import scorecard
from omvei.planned.plan import Condition, Plan, Planned
from omvei.sheets import FORMS, SHEETS, Number, Sentences, Table, sheet, written

ANSWERS = {
    "start": lambda shop, t: shop.start(),
    "plan": lambda shop, t: scorecard(propose("stdc", "web_shop"), shop, t),
    "report": lambda shop, t: report(shop, propose("stdc", "web_shop"), None, t),
    "checklist": lambda shop, t: checklist(shop.workspace.path, shop, t),
    "advice": lambda shop, t: advice(shop, propose("stdc", "web_shop")),
    "campaigns": lambda shop, t: campaigns(shop),
    "content": lambda shop, t: shop.content(),
    "touchpoints": lambda shop, t: shop.touchpoints(),
    "choice": lambda shop, t: shop.choice(),
    "readiness": lambda shop, t: shop.readiness(),
    "attribution": lambda shop, t: shop.attribution(),
    "groups": lambda shop, t: shop.groups(),
    "rounds": lambda shop, t: learning(ROUNDS, shop),
    "conform": lambda shop, t: shop.conform(WAY),
}
WAY = Plan(
    "way",
    "Way",
    (Planned("a", Condition(("search",)), ()), Planned("b", Condition(("purchase",)), (0,))),
)
ROUNDS = tuple(
    record({"round": 1, "asset": "A", "from": "2025-01-01", "to": "2026-06-01", **more})
    for more in (
        {"part": "tailor", "variant": "tailored"},
        {"part": "tailor", "variant": "generic"},
        {"part": "amplify", "channel": "Direct"},
    )
)
GROUPS = {
    "buyers": {"name": {"nb": "Kjøpere", "en": "Buyers"}, "who": [{"customer": True}]},
    "others": {"name": "Others", "who": [{"customer": False}]},
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sheets")
    workspace = omvei.init(folder / "workspace")
    file = write_shop(folder / "shop.csv", 240)
    head, *rows = file.read_text("utf-8").splitlines()
    tagged = [f"{row},{'spring' if ',search,' in row else ''}" for row in rows]
    file.write_text("\n".join([f"{head},campaign", *tagged]), "utf-8")
    workspace.take(file)
    keeping.write(place(workspace.path), GROUPS)
    return workspace.journeys


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    workspace = omvei.init(folder / "workspace")
    workspace.take(write_shop(folder / "few.csv", 12))
    keeping.write(place(workspace.path), GROUPS)
    return workspace.journeys


@pytest.fixture(scope="module")
def said(shop):
    return {name: answer(shop, "nb").to_json() for name, answer in ANSWERS.items()}


def test_every_worksheet_is_tried_here():
    assert set(ANSWERS) == set(SHEETS)


def read(form, made):
    """The text in a file; a picture has none that could be read."""
    data = written(made, form)
    if form == "pdf":
        pages = pypdf.PdfReader(io.BytesIO(data)).pages
        return " ".join(page.extract_text() for page in pages)
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(data))
        cells = [cell.value for page in book for row in page for cell in row]
        return " ".join(str(value) for value in cells if value is not None)
    return "" if form == "png" else data.decode("utf-8")


@pytest.mark.parametrize("name", ANSWERS)
def test_each_form_says_what_it_is_when_and_of_which_data(name, said):
    made = sheet(said[name], "nb")
    t = words("nb")
    for form in set(FORMS) - {"csv", "png"}:
        text = re.sub(r"\s+", " ", read(form, made).replace("\xa0", " "))
        assert made.title in text, form
        assert t.date(date.today().isoformat()) in text, form
        assert t.date(said[name]["window"]["from"]) in text, form


@pytest.mark.parametrize("name", ANSWERS)
def test_a_page_needs_nothing_from_elsewhere(name, said):
    text = sheet(said[name], "nb").html()
    links = re.findall(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)', text)
    assert [one or other for one, other in links if not (one or other).startswith("#")] == []
    assert not re.search(r"<script|<link|@import|<img|src=", text)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_picture_is_as_long_as_it_needs_to_be(name, said):
    made = sheet(said[name], "nb")
    width, height = struct.unpack(">II", made.png()[16:24])
    assert width == (1684 if made.wide else 1191)
    assert height > 200


@pytest.mark.parametrize("name", ANSWERS)
def test_the_table_holds_numbers_that_can_be_counted_with(name, said):
    made = sheet(said[name], "nb")
    rows = list(csv.reader(io.StringIO(made.csv().decode("utf-8-sig"))))
    table = made.tables[0]
    assert rows[0] == list(table.heads)
    for row, cells in zip(rows[1:], table.rows, strict=True):
        for text, cell in zip(row, cells, strict=True):
            if isinstance(cell, Number):
                assert float(text) == cell.value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ANSWERS)
def test_a_worksheet_is_in_one_language(name, language, shop):
    made = sheet(ANSWERS[name](shop, language).to_json(), language)
    assert f'<html lang="{language}">' in made.html()
    text = " ".join(
        [made.title, *(part.title for part in made.parts)]
        + [head for table in made.tables for head in table.heads]
        + [one.said for part in made.parts if isinstance(part, Sentences) for one in part.items]
    )
    assert not re.search(r"\b(?:plan|sheet|content|channels|touchpoints)\.\w", text)
    if language != "en":
        assert not re.search(r"\b(?:the|of|which|people|with|what)\b", text)


SECRET = 0.6173
EARLY = {"content": "SECRET", "people": 400, "early": 90, "share": 0.2, "low": 0.1, "high": 0.3}


def small(said, part, counted, fields):
    """The answer with a group of seven people, whose numbers are ones that stand nowhere else."""
    row = dict((said.get(part) or [EARLY])[0])
    for key in (*fields, counted):
        if isinstance(row.get(key), float) or row.get(key) is None:
            row[key] = SECRET
    if "rate" in row:
        row |= {"rate": SECRET, "low": SECRET, "high": SECRET}
    row |= {key: "SECRET" for key in ("evidence", "query") if key in row}
    row[counted] = 7
    return {**said, part: [row, *said.get(part, [])[1:]]}


CASES = [
    *(
        (name, part, counted, ())
        for name, parts in LEFT_OUT.items()
        for part, counted in parts.items()
    ),
    *((name, part, *told) for name, parts in BLANK.items() for part, told in parts.items()),
]


@pytest.mark.parametrize(
    ("name", "part", "counted", "fields"), [case for case in CASES if case[0] in ANSWERS]
)
def test_no_file_tells_of_fewer_than_ten_people(name, part, counted, fields, said):
    told = small(said[name], part, counted, fields)
    kept = shared(told)
    rows = [row for row in kept[part] if row[counted]]
    assert not any(row[counted] < 10 for row in rows)
    made = sheet(told, "nb")
    assert made.notes
    for form in set(FORMS) - {"png"}:  # a picture is the PDF's page in another form
        text = read(form, made).replace("\xa0", " ")
        assert "SECRET" not in text, form
        assert not re.search(r"0[.,]6173|61,7|62 %", text), form


@pytest.mark.parametrize("name", ANSWERS)
def test_no_table_counts_few_people(name, few):
    made = sheet(ANSWERS[name](few, "en").to_json(), "en")
    counted = ("People", "Consented", "There", "And back")
    for table in made.tables:
        for at in [at for at, head in enumerate(table.heads) if head in counted]:
            cells = [row[at] for row in table.rows if isinstance(row[at], Number)]
            assert all(cell.value == 0 or cell.value >= 10 for cell in cells), table.title


def test_what_somebody_wrote_is_never_a_command(said):
    nasty = '#import "x" $1$ = <b> {{ \\ * _ @'
    rows = [{**said["plan"]["rows"][0], "goal": f"=1+1 {nasty}"}, *said["plan"]["rows"][1:]]
    made = sheet({**said["plan"], "rows": rows}, "en")
    assert '#import "x"' in re.sub(r"\s+", " ", read("pdf", made)).replace("”", '"')
    assert "&lt;b&gt;" in made.html()
    assert f"'=1+1 {nasty}".replace('"', '""') in read("csv", made)
    book = openpyxl.load_workbook(io.BytesIO(made.xlsx()))
    assert {cell.data_type for page in book for row in page for cell in row} <= {"s", "n"}


def test_a_row_that_does_not_fit_its_table_is_a_mistake():
    with pytest.raises(ValueError, match="cells for"):
        Table("t", ("a", "b"), (("1",),))


@pytest.mark.parametrize("name", ["plan", "checklist", "content", "touchpoints"])
def test_a_worksheet_without_data_can_be_printed(name, tmp_path):
    workspace = omvei.init(tmp_path / "w")
    empty = {
        "plan": lambda: scorecard(propose("stdc", "web_shop"), None, "da"),
        "checklist": lambda: checklist(workspace.path, None, "da"),
        "content": lambda: without_data(workspace.path / "definitions", False),
        "touchpoints": lambda: by_hand_only(
            workspace.path / "definitions", omvei.lenses.load("stdc"), False
        ),
    }
    from omvei.answers.content import without_data
    from omvei.answers.touchpoints import by_hand_only

    made = sheet(empty[name]().to_json(), "da")
    assert words("da")("sheet.no_data") in read("pdf", made)
    assert all(written(made, form) for form in FORMS)
