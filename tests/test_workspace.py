import json

import pytest

import omvei

ROWS = "person,time,event\np1,2026-01-01T10:00:00Z,visit\n"


def test_a_file_that_cannot_be_read_does_not_stop_the_others_of_a_folder(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "a.csv").write_text(ROWS)
    (folder / "b.csv").write_text("nonsense\n\x00\x01")
    workspace = omvei.init(tmp_path / "w")
    good, bad = sorted(workspace.take(folder), key=lambda item: "error" in item)
    assert good["events"] == 1
    assert bad["error"].startswith("exports/b.csv") or bad["error"].startswith("b.csv")


def test_the_name_in_an_error_is_the_files_own(tmp_path):
    import gzip

    with gzip.open(tmp_path / "totals.csv.gz", "wt") as out:
        out.write("Month,Visits\nMay,3\n")
    with pytest.raises(omvei.SourceError, match=r"^totals\.csv"):
        omvei.init(tmp_path / "w").take(tmp_path / "totals.csv.gz")


def test_a_preview_keeps_nothing(tmp_path):
    (tmp_path / "a.csv").write_text(ROWS + "p2,never,visit\n")
    workspace = omvei.init(tmp_path / "w")
    (told,) = workspace.preview(tmp_path / "a.csv")
    assert (told["source"], told["good"], told["bad"]) == ("table", 1, 1)
    assert told["mapping"]["person"] == "person"
    assert told["rejected"][0]["row"] == 3
    assert not workspace.events.exists()


def test_events_whose_build_failed_are_built_by_the_next_import_of_the_same_file(
    tmp_path, monkeypatch
):
    (tmp_path / "a.csv").write_text(ROWS)
    workspace = omvei.init(tmp_path / "w")
    workspace.take(tmp_path / "a.csv", build=False)
    assert workspace.stale
    workspace.take(tmp_path / "a.csv")
    assert not workspace.stale
    assert workspace.journeys.summary().to_json()["people"] == 1


def test_settings_that_cannot_be_read_are_named_with_file_and_line(tmp_path):
    workspace = omvei.init(tmp_path)
    (tmp_path / "omvei.toml").write_text("[goal]\nkind = purchase\n")
    with pytest.raises(omvei.DefinitionError, match=r"omvei\.toml, line 2"):
        _ = omvei.open(tmp_path).goal
    (tmp_path / "omvei.toml").write_text('[goal]\nkind = "purchse"\n')
    with pytest.raises(omvei.UnknownNameError, match="Did you mean 'purchase'"):
        _ = omvei.open(tmp_path).goal
    assert workspace.key == omvei.open(tmp_path).key


def test_a_goal_of_your_own_gives_its_conversion_rates(tmp_path):
    (tmp_path / "a.csv").write_text(
        "person,time,kind\np1,2026-01-01,search\np1,2026-01-02,quote_request\np2,2026-09-01,search\n"
    )
    workspace = omvei.init(tmp_path / "w")
    workspace.take(tmp_path / "a.csv")
    assert workspace.journeys.map("kind").to_json()["goal"] is None
    file = tmp_path / "w" / "omvei.toml"
    file.write_text(file.read_text().replace('"purchase"', '"quote_request"'))
    told = omvei.open(tmp_path / "w").journeys.map("kind").to_json()
    assert (told["goal"], told["converted"]) == ("quote_request", 1)


def test_the_key_is_readable_by_the_owner_only(tmp_path):
    workspace = omvei.init(tmp_path)
    assert workspace.key
    assert (tmp_path / "omvei.key").stat().st_mode & 0o077 == 0


def test_a_result_is_a_table_and_says_what_it_means(tmp_path):
    (tmp_path / "a.csv").write_text(ROWS)
    workspace = omvei.init(tmp_path / "w")
    workspace.take(tmp_path / "a.csv")
    drawn = workspace.journeys.map("event")
    assert drawn.table.column_names[:2] == ["source", "target"]
    assert list(drawn.df()["transitions"]) == [1, 1]
    assert json.loads(json.dumps(drawn.to_json()))["unit"] == "people"
    assert "<svg" in drawn.plot()
    assert repr(drawn).startswith("<omvei.map: ")


def test_a_folder_and_a_file_may_be_called_anything(tmp_path):
    folder = tmp_path / 'Åse\'s "data" & more; 100 % *'
    folder.mkdir()
    (folder / "it's 100 % [1].csv").write_text(ROWS)
    workspace = omvei.init(folder / "w")
    (done,) = workspace.take(folder / "it's 100 % [1].csv")
    assert done["name"] == "it's 100 % [1].csv"
    assert workspace.journeys.trace("p1").to_json()["touchpoints"] == 1
    assert workspace.undo(done["name"])["rows"] == 1


@pytest.mark.parametrize("name", ["shop [1]", "shop #1", "shop?"])
def test_a_folder_that_cannot_hold_a_table_is_refused_at_once(tmp_path, name):
    with pytest.raises(omvei.WorkspaceError, match="Choose another folder"):
        omvei.init(tmp_path / name)
