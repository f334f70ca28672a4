"""Real tables of the shared data give the numbers that are known of them."""

import pytest

from omvei import sources
from omvei.errors import SourceError
from omvei.sources import Options


def counted(path, mapping=None, event=None):
    """Good rows, bad rows, and distinct people of a file."""
    with sources.open_files(path) as files:
        ((_, plain),) = files
        good = bad = 0
        people = set()
        for batch in sources.read(plain, Options(mapping=mapping or {}, event=event)).batches:
            bad += len(batch) - batch["reason"].null_count
            good += batch["reason"].null_count
            for name in ("person", "user_id", "anonymous_id"):
                people.update(batch[name].drop_null().to_pylist())
    return good, bad, len(people)


def test_wikimedia_readers(data):
    mapping = {"person": "uuid", "time": "timestamp", "content": "url"}
    path = data("wikimedia_sessions/session_dataset.csv.gz")
    assert counted(path, mapping) == (63_524, 0, 10_000)


def test_cdnow_purchases(data):
    mapping = {"person": "customer_id", "time": "date", "value": "dollar_value"}
    found = counted(data("cdnow/CDNOW_master.txt.gz"), mapping, "purchase")
    assert found == (69_659, 0, 23_570)


def test_cdnow_sample_without_a_header(data):
    mapping = {"person": "1", "time": "3", "value": "5"}
    assert counted(data("cdnow/CDNOW_sample.txt"), mapping, "purchase") == (6_919, 0, 2_357)


def test_clicks_with_date_and_time_apart(data):
    mapping = {"person": "COOKIE", "time": "Date+Time", "content": "Webpage"}
    assert counted(data("sas_clickstream/clickstream.csv.gz"), mapping) == (24_344, 0, 1_240)


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("retentioneering_ecom/ecom.csv.gz", (31_106, 0, 600)),
        ("eventdatar/sepsis.csv.gz", (15_214, 0, 1_050)),
        ("eventdatar/hospital_billing.csv.gz", (49_951, 0, 10_000)),
        ("eventdatar/traffic_fines.csv.gz", (34_724, 0, 10_000)),
        ("process_logs/running-example.csv", (42, 0, 6)),
        ("process_logs/receipt.csv.gz", (8_577, 0, 1_434)),
        ("snowplow_fractribution/snowplow_fractribution_events.csv", (98, 0, 67)),
    ],
)
def test_tables_understood_by_their_headers(data, path, known):
    assert counted(data(path)) == known


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("snowplow_web/snowplow_web_events.csv.gz", 160, 0),
        ("snowplow_web/snowplow_web_vital_events.csv.gz", 1_000, 1),
        ("snowplow_ecommerce/snowplow_ecommerce_events.csv.gz", 834, 0),
    ],
)
def test_snowplow_events(data, path, good, bad):
    assert counted(data(path))[:2] == (good, bad)
    with sources.open_files(data(path)) as files:
        assert [sources.detect(plain) for _, plain in files] == ["snowplow"]


def test_a_table_of_visits_without_people_is_refused(data):
    with pytest.raises(SourceError, match="--map person=COLUMN --map time=COLUMN"):
        counted(data("uci_online_shoppers/online_shoppers_intention.csv.gz"))


def test_paths_with_counts_are_no_events(data):
    reading = sources.read(data("pathdata/PathData.csv"))
    assert (reading.source, reading.table) == ("paths", "paths")
    assert sum(len(batch) for batch in reading.batches) == 10_000
