import json

import pytest
from click.testing import CliRunner

from omvei.cli import main

ROWS = """person,time,kind
ann,2026-01-01T10:00:00Z,search
ann,2026-01-01T10:05:00Z,purchase
bob,2026-01-02T10:00:00Z,search
"""


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "a.csv").write_text(ROWS)

    def run(*words):
        return CliRunner().invoke(main, ["-w", str(tmp_path / "w"), *words])

    assert run("init").exit_code == 0
    assert run("import", str(tmp_path / "a.csv")).exit_code == 0
    return run


COMMANDS = [
    ("summary", ["events", "touchpoints", "people", "sessions", "bots", "rejected"]),
    ("map", ["nodes", "edges"]),
    ("map --by channel --lens hankins --nodes 5 --horizon 30d", ["nodes", "edges", "other"]),
    ("trace ann", ["person", "rows", "identifiers"]),
    ("why ann", ["identifiers", "joins"]),
    ("funnel search purchase --by kind --within 7d", ["steps"]),
    ("funnel search purchase --by kind --dropped 1", ["rows", "n"]),
    ("leaks --lens stdc --quiet 30d", ["stages", "transitions"]),
    ("people --edge search purchase --by kind", ["rows", "n"]),
    ("findings", ["findings"]),
    ("advice", ["rows", "bring"]),
    ("quality", ["kinds", "orders"]),
    ("groups list", ["rows"]),
    ("policy compare strict default", ["policies", "channels"]),
]


@pytest.mark.parametrize(("command", "keys"), COMMANDS)
def test_every_answer_prints_json_and_a_table(shop, command, keys):
    said = shop(*command.split(), "--json")
    assert said.exit_code == 0, said.output
    assert set(keys) <= set(json.loads(said.stdout))
    table = shop(*command.split())
    assert table.exit_code == 0
    assert table.output.strip()


@pytest.mark.parametrize("command", ["lenses", "sources"])
def test_lists_have_names(shop, command):
    rows = json.loads(shop(command, "--json").stdout)
    assert all(row["name"] for row in rows)


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_says_what_it_does(name):
    said = CliRunner().invoke(main, [name, "--help"])
    assert said.exit_code == 0
    assert len(said.output.splitlines()) > 4


BAD = [
    ("map --by kinds", "No view named 'kinds'"),
    ("map --lens hankin", "Did you mean 'hankins'"),
    ("map --horizon soon", "'soon' is not a duration"),
    ("map --since yesterday", "'yesterday' is not a day"),
    ("map --where kind=serch", "Did you mean 'search'"),
    ("map --where colour=red", "No condition named 'colour'"),
    ("trace eve", "No person named 'eve'"),
    ("funnel serch --by kind", "Did you mean 'search'"),
    ("funnel search --by kind --order random", "No order named 'random'"),
    ("funnel search --by kind --dropped 3", "There is no step 3"),
    ("import nothing.csv", "there is no such file"),
    ("import a.csv --map person", "is not FIELD=COLUMN"),
    ("undo b.csv", "No import named 'b.csv'"),
    ("unmerge eve", "No identifier named 'eve'"),
    ("policy compare lax", "No policy named 'lax'"),
    ("leaks --quiet 0d", "is not a duration"),
    ("simulate --out x", "Say either --events N or --orders N"),
    ("maps", "Did you mean 'map'"),
]


@pytest.mark.parametrize(("command", "said"), BAD)
def test_a_mistake_is_one_plain_sentence(shop, command, said):
    result = shop(*command.split())
    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_page_of_its_own_is_written(shop, tmp_path):
    page = tmp_path / "map.html"
    assert shop("map", "--html", str(page)).exit_code == 0
    text = page.read_text("utf-8")
    assert "<svg" in text
    assert "<script" not in text
    assert "with fewer than 10 people are left out" in text


def test_a_dry_run_keeps_nothing(shop, tmp_path):
    (tmp_path / "b.csv").write_text(ROWS.replace("ann", "eve"))
    said = shop("import", str(tmp_path / "b.csv"), "--dry-run")
    assert said.exit_code == 0
    assert "Nothing was kept" in said.output
    assert json.loads(shop("summary", "--json").stdout)["people"] == 2


def test_ctrl_c_says_so_and_leaves_what_was_before(shop, tmp_path, monkeypatch):
    from omvei.blocks import build

    journeys = tmp_path / "w" / "journeys"
    before, told = sorted(journeys.iterdir()), shop("map", "--json").stdout

    def interrupted(*_words):
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "write_block", interrupted)
    (tmp_path / "b.csv").write_text(ROWS.replace("ann", "eve"))
    for command in (("build",), ("import", str(tmp_path / "b.csv"))):
        said = shop(*command)
        assert said.exit_code == 130
        assert said.stderr.strip().splitlines() == [
            "Stopped. The workspace is as it was after the last step that was finished."
        ]
        assert sorted(journeys.iterdir()) == before
        assert shop("map", "--json").stdout == told
    monkeypatch.undo()
    assert shop("build").exit_code == 0
    assert json.loads(shop("summary", "--json").stdout)["people"] == 3


def every(command, path=()):
    yield path, command
    for name, one in getattr(command, "commands", {}).items():
        yield from every(one, (*path, name))


def test_every_help_keeps_the_lines_of_its_examples():
    for path, command in every(main):
        shown = CliRunner().invoke(main, [*path, "--help"]).output
        assert "\\b" not in shown, path
        for line in (command.help or "").split("Example", 1)[-1].splitlines()[1:]:
            assert len(line) > 76 or line.strip() in shown, (path, line)
