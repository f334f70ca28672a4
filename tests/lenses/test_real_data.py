"""Every model over real data: a web server's log, a shop's clicks, purchases, and process logs.

A content site or a hospital is no shop, so most stages stay empty there; what is told must add up
all the same.
"""

import pytest

import omvei
from omvei import lenses

FILES = {
    "access log": "apache_access_log/apache_logs.gz",
    "clicks": "retentioneering_ecom/ecom.csv.gz",
    "help desk": "process_logs/helpdesk.xes.gz",
    "example": "process_logs/running-example.xes",
    "purchases": "cdnow/CDNOW_sample.txt",
}


@pytest.fixture(scope="module", params=FILES)
def real(request, data, tmp_path_factory):
    """The journeys of one file."""
    path = data(FILES[request.param])
    workspace = omvei.init(tmp_path_factory.mktemp("real") / "workspace")
    if request.param == "purchases":
        rows = [line.split() for line in path.read_text().splitlines()]
        path = workspace.path.parent / "cdnow.csv"
        said = [f"{row[0]},{row[2][:4]}-{row[2][4:6]}-{row[2][6:]},purchase" for row in rows]
        path.write_text("\n".join(["user_id,time,event", *said]))
    workspace.take(path)
    return workspace.journeys


@pytest.mark.parametrize("name", lenses.names())
def test_a_model_of_real_journeys_adds_up(real, name):
    seen, everybody = real.lens(name), real.summary().to_json()
    caught = seen.catches().to_json()
    assert caught["placed"]["of"] == everybody["touchpoints"]
    assert sum(rule["touchpoints"] for rule in caught["rules"]) == caught["placed"]["count"]
    numbers = seen.numbers().to_json()
    assert numbers["placed"] == caught["placed"]
    standing = seen.whereabouts(limit=0).to_json()["n"]
    assert sum(row["current"] for row in numbers["stages"]) == standing <= everybody["people"]
    own = seen.own().to_json()
    assert sum(row["now"] for row in own["stages"]) == standing
    assert [row["stage"] for row in own["stages"]] == [
        stage.id for stage in lenses.load(name).stages
    ]
    for figure in own["figures"]:
        if figure["form"] == "share" and figure["value"] is not None:
            least, most = figure["low"] - 1e-12, figure["high"] + 1e-12
            assert 0 <= figure["low"] <= figure["high"] <= 1
            assert least <= figure["value"] <= most
