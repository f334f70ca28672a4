"""Each model's own numbers, against a plain definition told person by person."""

from itertools import groupby, pairwise
from statistics import median

import numpy as np
import pytest
from drawing import block, journeys
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei import lenses
from omvei.answers import cues
from omvei.answers.buyers import Buyers
from omvei.answers.consideration import Sets
from omvei.answers.cues import Met
from omvei.answers.figures import part, sums
from omvei.answers.flywheel import Turns
from omvei.answers.intent import Intents
from omvei.answers.loyalty import Loyalty
from omvei.answers.middle import Loops
from omvei.answers.reached import Ever, Straight, reached
from omvei.answers.routes import Routes
from omvei.answers.sharing import shared
from omvei.answers.waiting import Waits
from omvei.errors import DefinitionError, OmveiError, UnknownNameError
from omvei.lenses.drawn import columns, stages
from omvei.touchpoints.vocabulary import codes, kinds

DAY = 86_400_000_000
DRAWN = (
    "ad_view search:category search:brand content_read product_view#a product_view#b "
    "product_view#c review_read price_view comparison competitor_view add_to_cart "
    "checkout_start purchase#a purchase#b purchase delivery email_open support_contact return "
    "review_written=5 review_written=1 referral_sent referral_converted share survey=10 "
    "survey=3 declined quote_request . 3d 40d 100d 200d"
)
WORDS = DRAWN.split()
SOME = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).filter(
        lambda line: any(word not in (".", "3d", "40d", "100d", "200d") for word in line)
    ),
    min_size=1,
    max_size=4,
)
KIND = list(kinds())


def told(name, line):
    """A drawn journey as plain rows: time, kind, stage, visit, product, rating."""
    drawn = columns(line)
    model = lenses.load(name)
    names = [stage.id for stage in model.stages]
    seen = block(model, line)["stage"]
    return [
        {
            "time": int(drawn["time"][row]),
            "kind": KIND[drawn["kind"][row]],
            "stage": names[seen[row]] if seen[row] < 255 else None,
            "visit": int(drawn["session"][row]),
            "thing": int(drawn["product"][row]),
            "rating": int(drawn["rating"][row]),
        }
        for row in range(len(drawn["kind"]))
    ]


def cycles(rows, quiet=0):
    """Purchase cycles of a journey, each cut at long silences."""
    found, now = [], []
    for row in rows:
        if now and (
            now[-1]["kind"] == "purchase" or (quiet and row["time"] - now[-1]["time"] >= quiet)
        ):
            found.append(now)
            now = []
        now.append(row)
    return [*found, now]


def closed(cycle):
    return cycle[-1]["kind"] == "purchase"


def lines_of(people):
    return [" ".join(line) for line in people]


def figures(found):
    return {figure["name"]: figure for figure in found}


def run(analysis, *blocks):
    """Scan each block by itself, in either order, and finish."""
    partial = analysis.empty()
    for one in blocks:
        partial = analysis.merge(partial, analysis.scan(one))
    return analysis.finish(partial)


def counted(figure):
    return figure["count"], figure["of"]


def end_of(lines):
    return max(int(columns(line)["time"][-1]) for line in lines) + 60 * DAY


def days(values):
    return median(values) / DAY if values else None


ORDER = settings(max_examples=25, deadline=None)


@ORDER
@given(SOME)
def test_the_rounds_of_the_messy_middle_are_those_of_their_definition(people):
    lines, model = lines_of(people), lenses.load("messy_middle")
    end, quiet = end_of(lines), 90 * DAY
    places = [model.place(stage) for stage in ("trigger", "exploration", "evaluation")]
    found = figures(
        run(Loops("stage", *places, quiet, end), *(block(model, line) for line in lines))
    )
    turns = bought = bypass = loops = left = finished = owned = 0
    waits = []
    for line in lines:
        rows = told("messy_middle", line)
        episodes = cycles(rows, quiet)
        for place, episode in enumerate(episodes):
            inside = [r for r in episode if r["stage"] in ("exploration", "evaluation")]
            after = episodes[place + 1][0]["time"] if place + 1 < len(episodes) else end
            over = not closed(episode) and after - episode[-1]["time"] >= quiet
            loops += bool(inside)
            owned += any(kinds()[r["kind"]].ownership == "owned" for r in inside)
            finished += bool(inside) and (closed(episode) or over)
            left += bool(inside) and over
            if closed(episode):
                bought += 1
                bypass += not inside
                turns += sum(
                    {a["stage"], b["stage"]} == {"exploration", "evaluation"}
                    for a, b in pairwise(episode)
                )
                start = next((r for r in episode if r["stage"] == "trigger"), episode[0])
                waits.append(episode[-1]["time"] - start["time"])
    assert counted(found["alternations"]) == (turns, bought)
    assert counted(found["bypass_share"]) == (bypass, bought)
    assert counted(found["left_share"]) == (left, finished)
    assert counted(found["presence"]) == (owned, loops)
    assert found["days_to_purchase"]["value"] == days(waits)


@ORDER
@given(SOME)
def test_the_consideration_set_is_that_of_its_definition(people):
    lines, model = lines_of(people), lenses.load("buying_process")
    analysis = Sets("product", "stage", (model.place("evaluation"),), 3)
    found, over_time = run(analysis, *(block(model, line) for line in lines)) or ([], [])
    largest, entry, at_exit, first, waits = [], [], [], [], []
    late = known = 0
    grown = {0: [], 7: []}
    for line in lines:
        for cycle in cycles(told("buying_process", line)):
            met = [
                r
                for r in cycle
                if r["thing"] >= 0 and r["kind"] != "purchase" and not kinds()[r["kind"]].passive
            ]
            if not closed(cycle):
                continue
            weighed = [r for r in cycle if r["stage"] == "evaluation"]
            if weighed:
                waits.append(cycle[-1]["time"] - weighed[0]["time"])
            if not met:
                continue
            acts = [r for r in cycle if not kinds()[r["kind"]].passive]
            early = {r["thing"] for r in met if r["time"] <= acts[0]["time"] + 3 * DAY}
            largest.append(len({r["thing"] for r in met}))
            first.append(len(early))
            entry.append(len({r["thing"] for r in met if r["visit"] == met[0]["visit"]}))
            at_exit.append(len({r["thing"] for r in met if r["visit"] == met[-1]["visit"]}))
            bought = cycle[-1]["thing"]
            if bought in {r["thing"] for r in met}:
                known += 1
                late += bought not in early
            for after, sizes in grown.items():
                if cycle[-1]["time"] - met[0]["time"] >= after * DAY:
                    until = met[0]["time"] + after * DAY
                    sizes.append(len({r["thing"] for r in met if r["time"] <= until}))
    told_of = figures(found)
    for name, values in (
        ("set_largest", largest),
        ("set_at_entry", entry),
        ("set_at_exit", at_exit),
        ("initial_set", first),
    ):
        assert told_of[name]["value"] == (median(values) if values else None)
    assert counted(told_of["late_entry_wins"]) == (late, known)
    assert told_of["evaluation_days"]["value"] == days(waits)
    means = {row["days"]: row["mean"] for row in over_time}
    for after, sizes in grown.items():
        expected = sum(sizes) / len(sizes) if sizes else None
        assert means.get(after) == (pytest.approx(expected) if sizes else None)


@ORDER
@given(SOME)
def test_loyalty_is_that_of_its_definition(people):
    lines, model = lines_of(people), lenses.load("cdj2009")
    end = end_of(lines)
    analysis = Loyalty("stage", model.place("active_evaluation"), 0, end)
    found, rows_of_cycles = run(analysis, *(block(model, line) for line in lines))
    loops = repeat = customers = active = passive = enters = closing = 0
    reads = observed = 0
    weighed = {1: [], 2: [], 3: []}
    for line in lines:
        rows = told("cdj2009", line)
        all_cycles = cycles(rows)
        bought = sum(closed(cycle) for cycle in all_cycles)
        customers += bought > 0
        for number, cycle in enumerate(all_cycles):
            weighs = sum(kinds()[r["kind"]].group == "evaluation" for r in cycle)
            closing += any(
                r["kind"]
                in ("add_to_cart", "checkout_start", "quote_request", "contact_sales", "purchase")
                for r in cycle
            )
            if closed(cycle):
                weighed[min(number + 1, 3)].append(weighs)
                repeat += number > 0
                loops += number > 0 and weighs == 0
        if not bought:
            continue
        first = next(i for i, r in enumerate(rows) if r["kind"] == "purchase")
        enters += sum(
            b["stage"] == "active_evaluation" != a["stage"] for a, b in pairwise(rows[first:])
        )
        tells = any(
            r["kind"] in ("referral_sent", "referral_converted", "share")
            or (r["kind"] == "review_written" and r["rating"] >= 400)
            for r in rows
        )
        strays = any(r["kind"] == "competitor_view" for r in rows[first + 1 :])
        active += bought > 1 and tells and not strays
        passive += bought > 1 and (not tells or strays)
        if rows[first]["time"] + 90 * DAY <= end:
            observed += 1
            for row in rows[first + 1 :]:
                if (
                    kinds()[row["kind"]].group == "evaluation"
                    or row["time"] > rows[first]["time"] + 90 * DAY
                ):
                    break
                if row["kind"] in ("search", "content_read", "guide_read"):
                    reads += 1
                    break
    found = figures(found)
    assert counted(found["loyalty_loop_share"]) == (loops, repeat)
    assert counted(found["evaluation_reentries"]) == (enters, customers)
    assert counted(found["active_loyalist_share"]) == (active, customers)
    assert counted(found["passive_loyalist_share"]) == (passive, customers)
    assert counted(found["post_purchase_research"]) == (reads, observed)
    assert found["closure_rate"]["of"] == closing
    for row in rows_of_cycles:
        values = weighed[row["number"]]
        assert row["evaluations"] == pytest.approx(sum(values) / len(values))


@ORDER
@given(SOME)
def test_those_who_wait_are_those_of_the_definition(people):
    lines, model = lines_of(people), lenses.load("four_phase")
    end, quiet = end_of(lines), 90 * DAY
    analysis = Waits("stage", model.place("decision"), quiet, end)
    found = figures(run(analysis, *(block(model, line) for line in lines)))
    order = [stage.id for stage in model.stages]
    waiting = came = onward = pauses = resumed = sold = 0
    lasted = []
    for line in lines:
        rows = told("four_phase", line)
        no = ("declined", "churn", "unsubscribe", "purchase")
        decides = [r["stage"] == "decision" and r["kind"] not in no for r in rows]
        came += any(r["stage"] == "decision" and r["kind"] != "purchase" for r in rows)
        waiting += decides[-1] and end - rows[-1]["time"] >= 30 * DAY
        onward += any(
            a["stage"] and b["stage"] and order.index(b["stage"]) > order.index(a["stage"])
            for a, b in pairwise(rows)
        )
        for place, row in enumerate(rows):
            until = rows[place + 1]["time"] if place + 1 < len(rows) else end
            if decides[place] and until - row["time"] >= quiet:
                pauses += 1
                if place + 1 < len(rows):
                    resumed += 1
                    lasted.append(until - row["time"])
                    sold += any(r["kind"] == "purchase" for r in rows[place:])
    assert counted(found["ready_waiting"]) == (waiting, came)
    assert counted(found["resumed_share"]) == (resumed, pauses)
    assert counted(found["bought_after_pause"]) == (sold, resumed)
    assert found["pause_days"]["value"] == days(lasted)
    assert found["soft_conversion"]["count"] == onward


@ORDER
@given(SOME)
def test_the_flywheel_turns_as_its_definition_says(people):
    lines, model = lines_of(people), lenses.load("flywheel")
    end = end_of(lines)
    places = tuple(model.place(stage) for stage in ("attract", "engage", "delight"))
    found = figures(
        run(Turns("stage", places, 90 * DAY, end), *(block(model, line) for line in lines))
    )

    def first(rows, after, holds):
        return next((i for i, r in enumerate(rows) if i > after and holds(r)), None)

    engage, delight, turn, lost = [], [], [], [0, 0]
    for line in lines:
        rows = told("flywheel", line)
        settled = rows[0]["time"] + 90 * DAY <= end
        a = first(rows, -1, lambda r: r["stage"] == "attract")
        e = first(rows, -1, lambda r: r["stage"] == "engage")
        if a is not None:
            then = first(rows, a, lambda r: r["stage"] == "engage")
            friend = first(rows, a, lambda r: r["kind"] == "referral_converted")
            lost[0] += settled and then is None
            engage += [] if then is None else [rows[then]["time"] - rows[a]["time"]]
            turn += [] if friend is None else [rows[friend]["time"] - rows[a]["time"]]
        if e is not None:
            then = first(rows, e, lambda r: r["stage"] == "delight")
            lost[1] += settled and then is None
            delight += [] if then is None else [rows[then]["time"] - rows[e]["time"]]
    assert found["days_to_engage"]["value"] == days(engage)
    assert found["days_to_delight"]["value"] == days(delight)
    assert found["rotation_days"]["value"] == days(turn)
    assert found["lost_before_engage"]["count"] == lost[0]
    assert found["lost_before_delight"]["count"] == lost[1]


@ORDER
@given(SOME)
def test_the_four_audiences_are_measured_as_defined(people):
    lines, model = lines_of(people), lenses.load("stdc")
    analysis = Intents("stage", model.place("think"), model.place("care"))
    found = figures(run(analysis, *(block(model, line) for line in lines)))
    not_care = bought = assisted = sales = visits = new = 0
    for line in lines:
        rows = told("stdc", line)
        some = any(r["kind"] == "purchase" for r in rows)
        bought += some
        not_care += some and rows[-1]["stage"] != "care"
        own = {r["visit"] for r in rows if not kinds()[r["kind"]].passive}
        visits += len(own)
        new += 1 in own
        for cycle in cycles(rows):
            if closed(cycle):
                sales += 1
                before = [
                    r
                    for r in cycle
                    if r["kind"] not in ("add_to_cart", "checkout_start", "purchase")
                ]
                thinks = any(r["stage"] == "think" for r in cycle)
                assisted += thinks and not (before and before[-1]["stage"] == "think")
    assert counted(found["bought_not_care"]) == (not_care, bought)
    assert counted(found["percent_assisted"]) == (assisted, sales)
    assert counted(found["new_people_share"]) == (new, visits)


@ORDER
@given(SOME)
def test_buyers_are_counted_as_defined(people):
    lines, model = lines_of(people), lenses.load("five_stage")
    end = end_of(lines)
    found = run(Buyers(-1, end), *(block(model, line) for line in lines))
    buyers = repeat = tell = friends = given_up = carts = week = seen_long = 0
    scores = []
    for line in lines:
        rows = told("five_stage", line)
        bought = sum(r["kind"] == "purchase" for r in rows)
        buyers += bought > 0
        repeat += bought > 1
        tell += bought > 0 and any(
            r["kind"] in ("referral_sent", "referral_converted", "share")
            or (r["kind"] == "review_written" and r["rating"] >= 400)
            for r in rows
        )
        friends += sum(r["kind"] == "referral_converted" for r in rows) if bought else 0
        scores += [r["rating"] for r in rows if r["kind"] == "survey"]
        for cycle in cycles(rows):
            cart = any(r["kind"] == "add_to_cart" for r in cycle)
            carts += cart
            given_up += cart and not closed(cycle)
        if rows[0]["time"] + 7 * DAY <= end:
            seen_long += 1
            week += any(DAY <= r["time"] - rows[0]["time"] <= 7 * DAY for r in rows)
    assert counted(found["repeat_rate"]) == (repeat, buyers)
    assert counted(found["referral_rate"]) == (tell, buyers)
    assert counted(found["viral_coefficient"]) == (friends, buyers)
    assert counted(found["cart_abandonment"]) == (given_up, carts)
    assert counted(found["returning_7_days"]) == (week, seen_long)
    net = sum(s >= 900 for s in scores) - sum(s <= 600 for s in scores)
    expected = 100 * net / len(scores) if scores else None
    assert found["net_promoter_score"]["value"] == (pytest.approx(expected) if scores else None)


@ORDER
@given(SOME)
def test_routes_and_reach_are_those_of_their_definition(people):
    lines, model = lines_of(people), lenses.load("hankins")
    blocks = [block(model, line) for line in lines]
    names = [stage.id for stage in model.stages]
    expected: dict[tuple[str, ...], int] = {}
    ever = dict.fromkeys(names, 0)
    for line in lines:
        rows = told("hankins", line)
        for name in {r["stage"] for r in rows if r["stage"]}:
            ever[name] += 1
        cycle = cycles(rows)[0]
        if closed(cycle):
            route = tuple(dict.fromkeys(r["stage"] for r in cycle if r["stage"]))
            expected[route] = expected.get(route, 0) + 1
    found = run(Routes("stage", len(names)), *blocks)
    assert {tuple(names[code] for code in route): n for route, n in found} == expected
    assert run(Ever("stage", len(names)), *blocks) == list(ever.values())


@ORDER
@given(SOME)
def test_a_straight_way_to_the_first_purchase_never_goes_back(people):
    from dataclasses import replace

    lines = lines_of(people)
    walked = replace(lenses.load("funnel"), carrier="keep")
    order = [stage.id for stage in walked.stages]
    found = run(Straight("stage"), *(block(walked, line) for line in lines))
    straight = bought = 0
    for line in lines:
        seen = block(walked, line)["stage"]
        first = cycles(told("funnel", line))[0]
        if closed(first):
            path = [int(code) for code in seen[: len(first)] if code < len(order)]
            path = [code for code, _ in groupby(path)]
            bought += 1
            straight += path == sorted(path)
    assert counted(found) == (straight, bought)


@ORDER
@given(SOME)
def test_who_met_a_cue_is_told_from_who_did_not_before_the_purchase(people):
    lines, model = lines_of(people), lenses.load("messy_middle")
    end, horizon = end_of(lines), 30 * DAY
    review = codes()["review_read"]
    analysis = Met("stage", model.place("evaluation"), ((),), ((review,),), horizon, end)
    found = run(analysis, *(block(model, line) for line in lines))
    counts = [0, 0, 0, 0]
    for line in lines:
        rows = told("messy_middle", line)
        visit = next((r["visit"] for r in rows if r["stage"] == "evaluation"), None)
        if visit is None or any(r["visit"] == visit and r["kind"] == "purchase" for r in rows):
            continue
        so_far = [r for r in rows if r["visit"] <= visit]
        start = so_far[-1]["time"]
        if start + horizon > end:
            continue
        met = any(r["kind"] == "review_read" for r in so_far)
        bought = any(
            r["kind"] == "purchase" and r["visit"] > visit and r["time"] <= start + horizon
            for r in rows
        )
        counts[0 if met else 2] += 1
        counts[1 if met else 3] += bought
    assert found == [counts]


def test_the_order_of_blocks_changes_no_number():
    model = lenses.load("cdj2009")
    lines = [
        "search:category review_read purchase 40d purchase",
        "purchase 3d review_read purchase",
    ]
    analysis = Loyalty("stage", model.place("active_evaluation"), 0, 400 * DAY)
    blocks = [block(model, line) for line in lines]
    assert run(analysis, *blocks) == run(analysis, *blocks[::-1])
    assert run(analysis, block(model, *lines)) == run(analysis, *blocks)


def test_a_purchase_of_another_brand_is_no_loyalty_loop():
    model = lenses.load("cdj2009")
    drawn = block(model, "purchase 3d purchase 3d purchase")
    analysis = Loyalty("stage", model.place("active_evaluation"), 0, 400 * DAY)
    drawn._columns["brand"] = np.array([0, 0, 1], np.int32)
    figure = figures(run(analysis, drawn)[0])["loyalty_loop_share"]
    assert counted(figure) == (1, 2)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    drawn = {
        f"p{i}": "search product_view review_read product_view . price_view purchase delivery"
        for i in range(3)
    }
    drawn["q"] = "ad_view product_view 120d price_view"
    return journeys(folder, **drawn)


@pytest.mark.parametrize("name", lenses.names())
def test_every_model_tells_where_people_stand_as_the_map_does(shop, name):
    answer = shop.lens(name).own().to_json()
    seen = shop.lens(name).map("stage").to_json()
    people = {node["id"]: node["people"] for node in seen["nodes"]}
    assert {row["stage"]: row["people"] for row in answer["stages"] if row["people"]} == {
        stage: n for stage, n in people.items() if not stage.startswith("(")
    }
    assert answer["n"] == seen["n"] == 4
    assert all({"people", "low", "high", "label"} <= set(f) for f in answer["figures"])


def test_the_size_of_the_target_group_is_asked_for_and_never_zero(shop):
    unknown = figures(shop.lens("stdc").own().to_json()["figures"])
    assert unknown["audience_size_see"]["value"] is None
    file = shop.workspace.path / "omvei.toml"
    text = file.read_text()
    file.write_text(f"{text}\n[audience]\nsee = 400\n")
    import omvei

    try:
        told_of = figures(omvei.open(file.parent).journeys.lens("stdc").own().to_json()["figures"])
        assert told_of["audience_size_see"]["value"] == 400
        assert told_of["audience_seen"]["of"] == 400
        file.write_text(f"{text}\n[audience]\nsee = 'many'\n")
        with pytest.raises(OmveiError, match="no number of people"):
            omvei.open(file.parent).journeys.lens("stdc").own()
    finally:
        file.write_text(text)


def test_a_parameter_may_be_set_otherwise_than_the_model_says(shop):
    line = "purchase survey=9 email_open"
    assert stages(lenses.load("stdc"), line) == "do care care"
    assert stages(lenses.load("stdc", care_min_purchases=2), line) == "do do do"
    assert (
        shop.lens("stdc", care_min_purchases=2).own().to_json()["parameters"]["care_min_purchases"]
        == 2
    )
    with pytest.raises(UnknownNameError, match="care_min"):
        lenses.load("stdc", care_minimum=2)


def test_cues_are_tagged_by_the_firm(tmp_path):
    (tmp_path / "definitions").mkdir()
    file = tmp_path / "definitions" / "cues.yaml"
    assert cues.tags(tmp_path)["social_proof"] == {"kind": ["review_read"]}
    file.write_text("scarcity_bias: {content: ['*last chance*']}\n")
    assert cues.tags(tmp_path)["scarcity_bias"] == {"content": ["*last chance*"]}
    assert cues.tags(tmp_path)["social_proof"] == {}
    for wrong in ("hurry: {}", "social_proof: 3", "social_proof: {kind: [hurry]}", "- a", "{"):
        file.write_text(wrong)
        with pytest.raises(DefinitionError, match=r"cues\.yaml"):
            cues.tags(tmp_path)


def test_nobody_is_singled_out_in_what_is_shared(shop):
    passed_on = shared(shop.lens("hankins").own().to_json())
    assert passed_on["stages"] == passed_on["moves"] == passed_on["routes"] == []
    assert passed_on["figures"] == []
    assert passed_on["hidden"]["rows"] > 0


def test_what_is_lost_is_worth_what_the_others_brought(tmp_path):
    ways = {"a": "ad_view category_view review_read purchase", "b": "ad_view category_view"}
    ways |= {
        "c": "ad_view category_view review_read",
        "d": "ad_view",
        "e": "category_view purchase",
    }
    found = journeys(tmp_path, **ways).lens("funnel")
    order = {"name": "mean_order_value", "value": 100.0}
    rows = {row["stage"]: row for row in reached(found, order)}
    assert [rows[stage]["people"] for stage in rows] == [4, 3, 2, 1]
    assert [rows[stage]["open"] for stage in rows] == [4, 4, 2, 2]
    # three came to interest; one of them bought: the one lost before it was worth a third of 100
    assert rows["interest"]["value_at_risk"] == pytest.approx(100 / 3)
    assert rows["action"]["value_at_risk"] == pytest.approx(100)


def test_an_interval_of_purchases_allows_for_people_who_have_several():
    alone = part("x", sums(np.array([1, 0] * 50), np.ones(100, int)), "purchases")
    few = part("x", sums(np.array([10, 0] * 5), np.full(10, 10)), "purchases")
    assert alone["value"] == few["value"] == 0.5
    assert few["high"] - few["low"] > 2 * (alone["high"] - alone["low"])
    sure = part("x", sums(np.array([10]), np.array([10])), "purchases")
    assert sure["low"] == pytest.approx(0.2065, abs=1e-3)


@pytest.mark.parametrize("name", ["five_stage", "messy_middle", "cdj2009", "aarrr"])
def test_without_any_purchase_nobody_says_how_many_buy(tmp_path, name):
    ways = {"a": "search product_view add_to_cart", "b": "ad_view content_read 120d search"}
    told_of = figures(journeys(tmp_path, **ways).lens(name).own().to_json()["figures"])
    only = {"five_stage": "conversion_rate", "messy_middle": "left_share"}
    only |= {"cdj2009": "closure_rate", "aarrr": "reached_revenue"}
    assert told_of[only[name]]["value"] is None


def test_who_bought_before_the_period_and_in_it_bought_again(tmp_path):
    found = journeys(tmp_path, a="purchase 100d purchase", b="100d purchase")
    late = found.between("2026-03-01").lens("five_stage").own().to_json()
    assert counted(figures(late["figures"])["repeat_rate"]) == (1, 2)
