"""Hand-overs between own channels, by their plain definition and a known answer."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import omvei
from omvei.answers.handovers import count_handovers, least
from omvei.touchpoints import channels

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def shop(folder, people):
    rows = [
        {"person": who, "time": (START + timedelta(days=day)).isoformat(), "event": "page_view",
         "kind": "page_view", "channel": channel}
        for who, told in people.items() for day, channel in told
    ]  # fmt: skip
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    made = omvei.init(folder / "w")
    made.take(folder / "a.jsonl")
    return made.journeys


def test_a_channel_that_hands_over_well_stands_out_from_the_others(tmp_path):
    people = {f"a{n}": [(0, "Email"), (1, "Store")] for n in range(60)}
    people |= {f"b{n}": [(0, "Organic Social")] for n in range(60)}
    people |= {f"c{n}": [(0, "SMS"), (1 if n < 3 else 40, "Store")] for n in range(60)}
    people |= {"end": [(0, "Organic Search"), (90, "Organic Search")]}
    rows = {(r["source"], r["target"]): r for r in shop(tmp_path, people).handovers().to_dicts()}
    good, bad = rows["Email", "Store"], rows["Organic Social", "Store"]
    assert (good["people"], good["converted"], good["judged"]) == (60, 60, "more")
    assert (good["otherwise"]["people"], good["otherwise"]["converted"]) == (120, 3)
    # Beside the good one it looks bad; beside the other it is like it.
    assert (bad["converted"], bad["judged"]) == (0, "alike")
    assert not [pair for pair in rows if "Organic Search" in pair]  # it is not the firm's


def test_a_channel_that_hands_over_badly_stands_out_whichever_other_is_left_out(tmp_path):
    people = {f"a{n}": [(0, "Email"), (1 if n < 40 else 50, "Store")] for n in range(60)}
    people |= {f"b{n}": [(0, "Organic Social"), (1 if n < 45 else 50, "Store")] for n in range(60)}
    people |= {f"c{n}": [(0, "SMS"), (1 if n < 3 else 50, "Store")] for n in range(60)}
    people |= {"end": [(0, "Organic Search"), (90, "Organic Search")]}
    rows = {(r["source"], r["target"]): r for r in shop(tmp_path, people).handovers().to_dicts()}
    assert rows["SMS", "Store"]["judged"] == "fewer"
    assert rows["Email", "Store"]["judged"] == rows["Organic Social", "Store"]["judged"] == "alike"


SHARE = st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(SHARE, st.lists(SHARE, min_size=1, max_size=4))
def test_what_is_judged_holds_whichever_third_channel_is_left_out(one, others):
    def test_of(rest):
        (a, n), b, m = one, sum(x for x, _ in rest), sum(y for _, y in rest)
        pooled = (a + b) / (n + m)
        spread = (pooled * (1 - pooled) * (1 / n + 1 / m)) ** 0.5
        return (a / n - b / m) / spread if spread else 0.0

    assume(one[1] and sum(n for _, n in others))
    found = least(*one, others)
    sides = [others, *([*others[:k], *others[k + 1 :]] for k in range(len(others)))]
    told = [test_of(side) for side in sides if side is others or sum(n for _, n in side) >= 30]
    assert abs(found) <= min(abs(z) for z in told) + 1e-12
    assert found == 0 or {np.sign(z) for z in told} == {np.sign(found)}


ROW = st.tuples(st.sampled_from([0, 1, 5, 20]), st.integers(-1, 2))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(ROW, min_size=1, max_size=6), min_size=1, max_size=5))
def test_the_kernel_agrees_with_the_plain_definition(lines):
    horizon, end, size = 10, 40, 3
    people = []
    for line in lines:
        at = np.cumsum([days for days, _ in line]).tolist()
        people.append([(day, channel) for day, (_, channel) in zip(at, line, strict=True)])
    flat = [row for rows in people for row in rows]
    found = count_handovers(
        np.cumsum([0, *map(len, people)]).astype(np.int64),
        np.array([row[0] for row in flat], np.int64),
        np.array([row[1] for row in flat], np.int64),
        size, horizon, end,
    )  # fmt: skip
    expected = np.zeros((size, size + 1), np.int64)
    for rows in people:
        for begun in range(size):
            first = next((i for i, row in enumerate(rows) if row[1] == begun), None)
            if first is None or rows[first][0] + horizon > end:
                continue
            expected[begun, size] += 1
            soon = {c for day, c in rows[first + 1 :] if day - rows[first][0] <= horizon}
            for target in soon - {-1, begun}:
                expected[begun, target] += 1
    assert found.tolist() == expected.tolist()


def test_a_channel_that_only_the_file_names_is_nobodys_mistake(tmp_path):
    people = {f"a{n}": [(0, "Email"), (1, "our leaflet")] for n in range(12)}
    told = shop(tmp_path, people)
    assert {row["source"] for row in told.handovers().to_dicts()} <= {"Email"}
    rows = {row["id"]: row for row in told.touchpoints().to_dicts()}
    assert rows["our leaflet"]["ownership"] == "independent"
    assert "our leaflet" not in channels.names()
