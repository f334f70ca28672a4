"""HubSpot's engagements are what the firm and a contact did with each other."""

import pytest

from omvei.errors import SourceError, UnknownNameError

HEAD = "Activity type,Activity date,Associated Contact IDs"
GOOD = "Call,2026-01-05 10:00,247"
OBJECT = (
    '{"engagement":{"id":1,"type":"CALL","timestamp":1767610800000},'
    '"associations":{"contactIds":[247]}}'
)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("engagements.jsonl", [("email", "hubspot-247"), ("call", "hubspot-247")]),
        ("engagements.csv", [("call", "hubspot-247"), ("incoming_email", "hubspot-247")]),
    ],
)
def test_the_first_contact_is_the_person(take, fixture, name, told):
    read = take(fixture(name))
    assert read.reading.source == "hubspot-engagements"
    assert [(row["event"], row["person"]) for row in read.good] == told


def test_what_was_said_is_not_kept(take, fixture):
    for name in ("engagements.jsonl", "engagements.csv"):
        kept = str(take(fixture(name)).good)
        assert not [word for word in ("Offer", "Ola", "91234567", "@") if word in kept]


def test_an_engagement_with_nobody_is_rejected(take, fixture):
    assert take(fixture("engagements.jsonl")).faults() == [
        (3, "associations.contactIds", "nobody: no identifier is filled in")
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Call,,247", "no time"),
        ("Call,soon,247", "not a time between 1900 and 2100"),
        (",2026-01-05,247", "no type of activity"),
        ("Call,2026-01-05,", "nobody: no identifier is filled in"),
        ("Call,2026-01-05,Kari", "nobody: no identifier is filled in"),
        ("Call,2026-01-05", "expected 3 columns, found 2"),
        ("Call,2026-01-05,247,1", "expected 3 columns, found 4"),
    ],
)
def test_an_engagement_that_cannot_be_used_says_why(take, row, reason):
    told = take(f"{HEAD}\n{GOOD}\n{row}\n{GOOD}\n{GOOD}\n")
    assert [(fault[0], fault[2]) for fault in told.faults()] == [(3, reason)]
    assert len(told.good) == 3


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON, or cut off"),
        ('["a"]', "expected a JSON object"),
        ('{"engagement":{"type":"CALL"},"associations":{"contactIds":[1]}}', "no time"),
    ],
)
def test_an_object_that_cannot_be_used_says_why(take, line, reason):
    told = take(f"{OBJECT}\n{line}\n{OBJECT}\n", source="hubspot-engagements")
    assert [(fault[0], fault[2]) for fault in told.faults()] == [(2, reason)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Activity type,Associated Contact IDs\nCall,1\n", "no column for the time"),
        ("Activity date,Associated Contact IDs\n2026-01-05,1\n", "no column for the type"),
        ("Activity type,Activity date\nCall,2026-01-05\n", "no column for the contact"),
        ("hello", "holds no engagements"),
    ],
)
def test_a_file_that_lacks_something_is_refused(take, text, message):
    with pytest.raises(SourceError, match=message):
        take(text, source="hubspot-engagements")


def test_the_keys_of_its_objects_are_fixed(take, fixture):
    with pytest.raises(UnknownNameError):
        take(fixture("engagements.jsonl"), mapping={"person": "engagement"})
