"""Files of the user: read with lines, written whole, undone and done again."""

import pytest

from omvei import keeping
from omvei.errors import DefinitionError


def test_an_absent_file_says_nothing(tmp_path):
    assert keeping.read(tmp_path / "plan.yaml").said is None


def test_undoing_the_first_writing_takes_the_file_away_and_redoing_brings_it_back(tmp_path):
    file = tmp_path / "plan.yaml"
    keeping.write(file, {"a": 1})
    assert keeping.undo(file)
    assert not file.exists()
    assert not keeping.undo(file)
    assert keeping.redo(file)
    assert keeping.read(file).said == {"a": 1}
    assert not keeping.can_redo(file)


def test_what_does_not_pass_its_check_changes_nothing(tmp_path):
    file = tmp_path / "plan.yaml"
    keeping.write(file, {"rows": [{"goal": "x"}]})

    def check(page):
        raise page.wrong("a row needs a stage", "rows", 0, "stage")

    with pytest.raises(DefinitionError, match=r"plan\.yaml, line 2: a row needs a stage"):
        keeping.write(file, {"rows": [{"goal": "y"}]}, check)
    assert keeping.read(file).said == {"rows": [{"goal": "x"}]}
    keeping.undo(file)
    assert not file.exists()


def test_a_change_after_an_undoing_lets_go_of_what_was_undone(tmp_path):
    file = tmp_path / "plan.yaml"
    for value in (1, 2):
        keeping.write(file, value)
    keeping.undo(file)
    keeping.write(file, 3)
    assert not keeping.can_redo(file)
    assert keeping.undo(file)
    assert keeping.read(file).said == 1


def test_the_comment_on_top_stays(tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_text("# Ours, since May.\n\na: 1  # one\n", "utf-8")
    keeping.write(file, {"a": 2})
    assert file.read_text("utf-8") == "# Ours, since May.\n\na: 2\n"


def test_no_more_versions_are_kept_than_are_told(tmp_path):
    file = tmp_path / "plan.yaml"
    for value in range(keeping.EARLIER + 5):
        keeping.write(file, value)
    undone = 0
    while keeping.undo(file):
        undone += 1
    assert undone == keeping.EARLIER
    assert keeping.read(file).said == 4


@pytest.mark.parametrize("text", ["a: [1", "a: 2026-13-40", "\t- a"])
def test_what_is_not_yaml_is_told_with_its_line(tmp_path, text):
    file = tmp_path / "plan.yaml"
    file.write_text(f"b: 1\n{text}\n", "utf-8")
    with pytest.raises(DefinitionError, match=r"plan\.yaml, line \d: is not YAML"):
        keeping.read(file)


def test_text_that_is_not_utf_8_is_told(tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_bytes(b"a: \xe5\n")
    with pytest.raises(DefinitionError, match="UTF-8"):
        keeping.read(file)
