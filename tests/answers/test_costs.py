"""What advertising cost, beside the visits and the buyers who came that way."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import omvei
from omvei.answers.arrivals import count_arrivals
from omvei.cli import main
from omvei.errors import NothingToAnswerError

HEAD = "Day,Campaign,Campaign type,Currency code,Clicks,Impr.,Cost\n"
START = datetime(2026, 1, 1, 12, tzinfo=UTC)
VISITS = [
    ("ann", 0, "page_view", "google", "cpc", "brand"),
    ("ann", 0, "page_view", None, None, None),
    ("ann", 1, "page_view", "google", "cpc", "brand"),
    ("ann", 2, "purchase", None, None, None),
    ("bob", 0, "page_view", "google", "cpc", "brand"),
    ("bob", 40, "purchase", None, None, None),
    ("kim", 9, "page_view", "google", "cpc", "brand"),
    ("eve", 1, "page_view", "facebook.com", "paid", "Vår"),
    ("eve", 2, "purchase", None, None, None),
]


def shop(folder, *reports):
    """Ann and Bob come by Brand in its days, Kim after them, Eve by Vår."""
    made = omvei.init(folder / "w")
    rows = [
        {
            "person": who, "time": (START + timedelta(days=day)).isoformat(), "event": kind,
            "utm_source": source, "utm_medium": medium, "campaign": campaign,
            "value": 100 if kind == "purchase" else None,
            "url": "/telt" if kind == "page_view" else None,
        }
        for who, day, kind, source, medium, campaign in VISITS
    ]  # fmt: skip
    (folder / "events.jsonl").write_text("\n".join(map(json.dumps, rows)))
    made.take(folder / "events.jsonl")
    for number, report in enumerate(reports):
        (folder / f"report{number}.csv").write_text(report)
        made.take(folder / f"report{number}.csv")
    return made


BRAND = HEAD + (
    "2026-01-01,Brand,Search,NOK,3,30,60.10\n"
    "2026-01-02,Brand,Search,NOK,3,30,40.00\n"
    "2026-01-02,PMax,Performance Max,NOK,5,50,20.00\n"
)
META = "Campaign name,Day,Amount spent (NOK),Link clicks,Impressions\nVår,2026-01-02,50,7,70\n"


def test_a_campaign_stands_beside_those_who_came_by_it(tmp_path):
    told = shop(tmp_path, BRAND, META).journeys.costs().to_json()
    rows = {row["campaign"]: row for row in told["campaigns"]}
    brand = rows["Brand"]
    assert (brand["cost"], brand["channel"], brand["channel_by"]) == (
        100.1,
        "Paid Search",
        "visits",
    )
    # Ann's two visits and Bob's one; Bob bought after 40 days, Kim came after the last day of cost.
    assert (brand["visits"], brand["people"], brand["buyers"]) == (3, 2, 1)
    assert brand["per_visit"]["value"] == pytest.approx(100.1 / 3)
    assert (brand["per_buyer"]["value"], brand["per_buyer"]["too_few"]) == (100.1, True)
    assert brand["per_buyer"]["low"] < 100.1 < brand["per_buyer"]["high"]
    assert (rows["Vår"]["channel"], rows["Vår"]["buyers"]) == ("Paid Social", 1)


def test_what_no_visit_shows_is_not_observed_and_never_zero(tmp_path):
    told = shop(tmp_path, BRAND).journeys.costs().to_json()
    unseen = next(row for row in told["campaigns"] if row["campaign"] == "PMax")
    assert (unseen["channel"], unseen["channel_by"]) == ("Cross-network", "rule")
    assert {unseen[key] for key in ("visits", "people", "buyers", "per_visit", "per_buyer")} == {
        None
    }
    assert told["joined"] == pytest.approx(100.1 / 120.1)


def test_channels_campaigns_days_and_totals_have_the_same_sum(tmp_path):
    told = shop(tmp_path, BRAND, META).journeys.costs().to_json()
    for part in ("totals", "days", "months", "campaigns", "channels"):
        assert sum(row["cost"] for row in told[part]) == pytest.approx(170.1)
    assert told["totals"][0]["clicks"] == 18
    assert (told["first_day"], told["last_day"], told["files"]) == ("2026-01-01", "2026-01-02", 2)


def test_a_newer_report_replaces_the_days_it_speaks_of(tmp_path):
    newer = HEAD + "2026-01-02,Brand,Search,NOK,3,30,45.00\n2026-01-03,Brand,Search,NOK,1,9,5.00\n"
    made = shop(tmp_path, BRAND, newer)
    told = made.journeys.costs().to_json()
    assert (told["totals"][0]["cost"], told["replaced"]) == (130.1, 1)
    made.undo("report1.csv")
    assert made.journeys.costs().to_json()["totals"][0]["cost"] == 120.1


def test_the_same_report_twice_changes_nothing(tmp_path):
    made = shop(tmp_path, BRAND)
    again = tmp_path / "again.csv"
    again.write_text(BRAND + "Total: Account,--,--,NOK,11,110,120.10\n")
    (done,) = made.take(again)
    assert (done["rows"], done["events"], done["duplicates"]) == (3, 0, 3)
    assert made.journeys.costs().to_json()["totals"][0]["cost"] == 120.1


def test_costs_are_never_events(tmp_path):
    told = shop(tmp_path, BRAND).journeys.summary().to_json()
    assert (told["events"], told["duplicates"], told["people"]) == (len(VISITS), 0, 4)


def test_a_narrower_period_has_its_own_costs(tmp_path):
    journeys = shop(tmp_path, BRAND).journeys
    told = journeys.between("2026-01-02", "2026-01-03").costs().to_json()
    assert told["totals"][0]["cost"] == 60
    assert next(r for r in told["campaigns"] if r["campaign"] == "Brand")["visits"] == 1
    with pytest.raises(NothingToAnswerError, match="no costs"):
        journeys.between("2026-02-01").costs()


def test_currencies_are_never_added(tmp_path):
    told = shop(tmp_path, BRAND, META.replace("NOK", "SEK")).journeys.costs().to_json()
    assert [(row["currency"], row["cost"]) for row in told["totals"]] == [
        ("NOK", 120.1),
        ("SEK", 50),
    ]
    assert told["joined"] is None


def test_the_command_prints_what_the_library_gives(tmp_path):
    made = shop(tmp_path, BRAND, META)
    ask = CliRunner().invoke(main, ["-w", str(made.path), "costs", "--json"])
    assert json.loads(ask.output) == json.loads(json.dumps(made.journeys.costs().to_json()))
    assert "Paid Social" in CliRunner().invoke(main, ["-w", str(made.path), "costs"]).output


def plain_arrivals(people, size, since, until, horizon, end):
    """The definition of `count_arrivals`, one group at a time."""
    counts = [[0, 0, 0] for _ in range(size)]
    for person in people:
        for group in range(size):
            came = [row for row in person if row.group == group and since <= row.time < until]
            if not came:
                continue
            first = min(row.time for row in came)
            start = person.index(came[0])
            later = [
                row
                for row in person[start:]
                if row.goal and row.time <= end and row.time - first <= horizon
            ]
            counts[group][0] += len({row.session for row in came})
            counts[group][1] += 1
            counts[group][2] += bool(later)
    return counts


@st.composite
def journeys(draw):
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 20), st.integers(-1, 2), st.integers(0, 1), st.booleans()),
            min_size=1,
            max_size=8,
        )
    )
    session, found = 1, []
    for time, group, step, goal in sorted(rows, key=lambda row: row[0]):
        session += step
        found.append(SimpleNamespace(time=time, group=group, session=session, goal=goal))
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(journeys(), max_size=4), st.integers(0, 10), st.integers(0, 21), st.integers(0, 9))
def test_the_kernel_counts_what_the_definition_says(people, since, until, horizon):
    rows = [row for person in people for row in person]
    starts = np.cumsum([0, *map(len, people)])
    found = count_arrivals(
        starts,
        np.array([row.time for row in rows], np.int64),
        np.array([row.group for row in rows], np.int32),
        np.array([row.session for row in rows], np.int32),
        np.array([row.goal for row in rows], np.bool_),
        3,
        since,
        until,
        horizon,
        18,
    )
    assert found.tolist() == plain_arrivals(people, 3, since, until, horizon, 18)
