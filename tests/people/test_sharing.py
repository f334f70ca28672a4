"""Households, kiosks and shared mailboxes, beside a slow count of who logged in where."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people.test_seen import resolved

from omvei.people.policies import policy
from omvei.people.sharing import sharing

LOGINS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from("abcdef"), st.sampled_from(["tablet", "till"])),
    max_size=14,
)


def told(rows, name):
    """What is shared, of logins (time, user, device or address)."""
    place = {"info": 1}
    events = []
    for time, user, what in rows:
        values = [user, None, None, None, None, None]
        values[place.get(what, 5)] = what
        events.append((time, None, *values))
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.register("joins", resolved(events, name).joins)
        return sharing(con, policy(name).devices)


@settings(deadline=None, max_examples=30)
@given(LOGINS, st.sampled_from(["strict", "default", "loose"]))
def test_what_several_log_in_on_is_told_with_what_was_made_of_it(rows, name):
    most = {"strict": 1, "default": 3, "loose": None}[name]
    if name == "strict":  # unknown consent joins nobody there
        assert told(rows, name) == []
        return
    slow = {}
    for device in ("tablet", "till"):
        users = {user for _, user, where in rows if where == device}
        if len(users) > 1:
            crowd = most is not None and len(users) > most
            done = "nobody" if crowd else "joined" if name == "loose" else policy(name).devices
            slow[device] = (len(users), "kiosk" if crowd else "household", done)
    found = {r["value"]: (r["people"], r["judged"], r["done"]) for r in told(rows, name)}
    assert found == slow


@pytest.mark.parametrize(
    ("users", "done"), [("abcd", "nobody"), ("ab", "first")], ids=["everybody's", "the first's"]
)
def test_an_address_of_several_accounts_is_a_mailbox(users, done):
    (row,) = told([(n, user, "info") for n, user in enumerate(users)], "default")
    assert (row["kind"], row["judged"], row["people"], row["done"]) == (
        "email", "mailbox", len(users), done,
    )  # fmt: skip
