"""The simulated shop: what it promises, and what is true in it by construction."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from omvei.events.schema import GIVEN
from omvei.simulate import simulate
from omvei.simulate.behaviour import Behaviour, load
from omvei.touchpoints.vocabulary import kinds

TYPES = {column.name: column.type for column in GIVEN}


@pytest.fixture(scope="module")
def shop():
    return simulate(60_000)


@pytest.fixture(scope="module")
def files(shop, tmp_path_factory):
    return shop.write(tmp_path_factory.mktemp("shop"))


def of_kind(table, *names):
    return table.filter(pc.is_in(table["kind"], pa.array(names)))


def csv(path):
    return pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(delimiter=";"),
        convert_options=pyarrow.csv.ConvertOptions(strings_can_be_null=True),
    )


def web_rows(files):
    return [json.loads(line) for line in files["ga4"].read_text("utf-8").splitlines()]


def without_placebo():
    rules = dict(load().rules)
    rules["placebo"] = rules["placebo"] | {"share": dict.fromkeys(rules["stages"], 0.0)}
    return Behaviour(rules)


def test_the_same_numbers_give_the_same_bytes(files, tmp_path):
    again = simulate(60_000).write(tmp_path)
    for name in ("events", "ga4", "orders", "newsletter", "truth", "truth_people"):
        assert files[name].read_bytes() == again[name].read_bytes(), name


def test_another_seed_gives_another_shop(shop):
    assert not simulate(60_000, seed=7).events.equals(shop.events)


@pytest.mark.parametrize("events", [100, 1_000, 5_000, 60_000])
def test_it_makes_as_many_events_as_asked_for(events):
    made = len(simulate(events).events)
    assert abs(made - events) <= 0.02 * events


def test_it_makes_as_many_orders_as_asked_for():
    assert simulate(orders=40).truth["orders"] == 40


def test_columns_are_those_of_our_schema(shop):
    names = [column.name for column in GIVEN if column.name in shop.events.column_names]
    assert shop.events.column_names == names
    assert {field.name: field.type for field in shop.events.schema} == {n: TYPES[n] for n in names}


def test_events_are_in_order_of_time_and_inside_the_two_years(shop):
    time = shop.events["time"].cast(pa.int64()).to_numpy()
    assert (np.diff(time) >= 0).all()
    first, last = shop.events["time"][0].as_py(), shop.events["time"][-1].as_py()
    assert (first.year, last.year) == (2024, 2025)


def test_every_kind_is_in_the_vocabulary(shop):
    assert set(shop.events["kind"].unique().to_pylist()) <= set(kinds())


def test_about_two_in_a_hundred_web_visitors_buy():
    share = simulate(300_000).truth["buyers_share_of_web_visitors"]
    assert 0.018 < share < 0.023


def test_lengths_are_heavy_tailed(shop):
    lengths = np.bincount(shop.scene.rows.person)
    lengths = np.sort(lengths[lengths > 0])
    assert np.median(lengths) <= 5
    assert lengths[-len(lengths) // 100 :].mean() > 10 * np.median(lengths)


def test_assistants_grow_over_time(shop):
    landed = shop.events.filter(pc.match_substring(shop.events["referrer"], "chatgpt.com"))
    middle = pa.scalar(shop.events["time"][0].as_py()).cast(landed["time"].type)
    days = pc.days_between(middle, landed["time"]).to_numpy()
    assert (days > 365).sum() > 1.5 * (days <= 365).sum()


def test_bots_say_what_they_are(shop):
    robots = pc.match_substring_regex(shop.events["user_agent"], "(?i)bot")
    assert pc.sum(robots).as_py() == shop.truth["bots"]


def test_no_visit_has_a_silence_of_half_an_hour(shop):
    visits = shop.events.filter(shop.events["session_id"].is_valid())
    frame = visits.select(["session_id", "time"]).sort_by([("session_id", "ascending")])
    ids = frame["session_id"].to_numpy(zero_copy_only=False)
    time = frame["time"].cast(pa.int64()).to_numpy()
    order = np.lexsort((time, ids))
    inside = ids[order][1:] == ids[order][:-1]
    assert np.diff(time[order])[inside].max() < 1800 * 1_000_000


def test_the_placebo_changes_nobody(shop):
    never = simulate(60_000, behaviour=without_placebo())
    assert shop.truth["placebo"]["visits"] > 50
    assert never.truth["placebo"]["visits"] == 0
    told = ("time", "kind", "user_id", "email", "order_id", "product", "value")
    assert never.events.select(told).equals(shop.events.select(told))


def test_the_placebo_looks_good_to_whoever_looks_at_paths(shop):
    scene = shop.scene
    bought = scene.rows.take(scene.rows.kind == scene.kinds.index("purchase"))
    buyers = np.isin(scene.rows.person, bought.person)
    came = shop.told.channel == scene.behaviour.channels.index(shop.truth["placebo"]["name"])
    others = (shop.told.channel >= 0) & ~came
    assert buyers[came].mean() > 2 * buyers[others].mean()


def test_loops_happen_as_often_as_the_moves_say():
    shop = simulate(300_000)
    moves = shop.truth["parameters"]["moves"]["evaluate"]
    inside = moves["explore"] / (moves["explore"] + moves["cart"])
    # Within a visit the share would be about `inside`; visits also end, and people leak.
    happened = shop.truth["happened"]
    assert 0.5 < happened["loop_rate"] < inside
    made = happened["moves"]["evaluate"]
    assert made["explore"] / (made["explore"] + made["evaluate"]) == pytest.approx(
        moves["explore"] / (moves["explore"] + moves["evaluate"]), abs=0.03
    )


def test_leaks_and_open_journeys_make_up_everybody(shop):
    happened = shop.truth["happened"]
    left = sum(happened["people_left_for_good"].values())
    assert left + happened["people_still_open"] == shop.truth["people"]


def test_shop_orders_are_the_purchases(shop, files):
    orders, bought = csv(files["orders"]), of_kind(shop.events, "purchase")
    assert orders["Ordrenummer"].to_pylist() == [f"#{o}" for o in bought["order_id"].to_pylist()]
    assert orders["E-post"].to_pylist() == bought["email"].to_pylist()
    money = [float(amount.replace(",", ".")) for amount in orders["Beløp"].to_pylist()]
    assert money == [float(value) for value in bought["value"].to_pylist()]


def test_newsletters_are_the_mail_events(shop, files):
    mails = of_kind(shop.events, "email_received", "email_open", "email_click", "unsubscribe")
    letter = csv(files["newsletter"])
    assert letter["E-post"].to_pylist() == mails["email"].to_pylist()


def test_web_analytics_has_every_touchpoint_of_the_site(shop, files):
    web = shop.events.filter(shop.events["session_id"].is_valid())
    exported = web_rows(files)
    times = [int(row["event_timestamp"]) for row in exported]
    assert times == web["time"].cast(pa.int64()).to_pylist()
    cookies = [
        None if consent == "denied" else cookie
        for consent, cookie in zip(
            web["consent"].to_pylist(), web["anonymous_id"].to_pylist(), strict=True
        )
    ]
    assert [row["user_pseudo_id"] for row in exported] == cookies


def test_exports_join_only_by_order_and_address(files):
    text = files["ga4"].read_text("utf-8")
    assert "@" not in text
    cookies = {row["user_pseudo_id"] for row in web_rows(files)} - {None}
    for name in ("orders", "newsletter"):
        words = set(files[name].read_text("utf-8").replace('"', "").replace("\n", ";").split(";"))
        assert not cookies & words


def test_web_purchases_are_orders_of_the_shop(files):
    known = set(csv(files["orders"])["Ordrenummer"].to_pylist())
    numbers = [
        row["ecommerce"]["transaction_id"]
        for row in web_rows(files)
        if row["event_name"] == "purchase"
    ]
    assert numbers
    assert {f"#{number}" for number in numbers} < known


def test_the_truth_says_whose_each_identifier_is(shop, files):
    people = pq.read_table(files["truth_people"])
    for name in ("anonymous_id", "user_id", "email", "order_id"):
        told = people.filter(pc.equal(people["kind"], name))["identifier"].to_pylist()
        robots = pc.match_substring_regex(shop.events["user_agent"], "(?i)bot").fill_null(False)
        seen = shop.events.filter(pc.invert(robots))[name].drop_null().unique().to_pylist()
        assert sorted(told) == sorted(seen)


def test_identifiers_on_one_row_are_one_persons(shop):
    people = shop.people.to_pylist()
    owner = {(row["kind"], row["identifier"]): row["person"] for row in people}
    names = ("anonymous_id", "user_id", "email", "order_id")
    for row in of_kind(shop.events, "purchase", "email_click", "newsletter_signup").to_pylist():
        found = {owner[name, row[name]] for name in names if row[name] is not None}
        assert len(found) == 1


def test_devices_that_deny_consent_get_a_new_cookie_each_visit(shop):
    denied = shop.events.filter(pc.equal(shop.events["consent"], "denied"))
    pairs = denied.group_by(["anonymous_id"]).aggregate([("session_id", "count_distinct")])
    assert pc.max(pairs["session_id_count_distinct"]).as_py() == 1


def test_everything_says_that_it_is_simulated(shop, files):
    assert shop.label == "simulated"
    assert "simulated" in repr(shop)
    assert json.loads(files["truth"].read_text("utf-8"))["label"] == "simulated"
    assert pq.read_schema(files["events"]).metadata[b"omvei"] == b"simulated"


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"events": 10}, "10 events are too few"),
        ({"events": 1000, "orders": 10}, "Both events and orders"),
        ({"orders": 0}, "0 orders"),
        ({"days": 7}, "7 days are too short"),
    ],
)
def test_a_size_that_makes_no_shop_is_refused(asked, problem):
    with pytest.raises(ValueError, match=problem):
        simulate(**asked)


def test_probabilities_of_each_stage_add_up_to_one():
    behaviour = load()
    names = (*behaviour.rules["stages"], "buy")
    for table in ("moves", "comeback", "kinds", "query_classes"):
        for stage, row in behaviour.rules[table].items():
            assert sum(row.values()) == pytest.approx(1), (table, stage)
            assert table in ("kinds", "query_classes") or set(row) <= set(names)
