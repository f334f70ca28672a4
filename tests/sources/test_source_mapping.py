"""What a column holds can be said for every source whose columns have names."""

import pytest

from omvei import sources
from omvei.sources.choosing import choices

LOCALISED = {
    "newsletter": (
        "Mottakeradresse;Skjedde;Hva;Brev\na@b.no;2026-03-01 10:00;åpnet;Vår\n",
        {"email": "Mottakeradresse", "time": "Skjedde", "event": "Hva", "campaign": "Brev"},
        {"event": "opened", "campaign": "Vår"},
    ),
    "shopify": (
        "Nummer,Betaling,Vare,Opprettet,Sum kr,Kundens e-post\n"
        "#1001,paid,Telt,2026-03-01 10:00,1200,a@b.no\n",
        {
            "order_id": "Nummer", "status": "Betaling", "product": "Vare", "time": "Opprettet",
            "value": "Sum kr", "email": "Kundens e-post",
        },
        {"event": "order_paid", "order_id": "#1001", "product": "Telt"},
    ),
    "woocommerce": (
        "Nr,Tilstand,Når,Beløp i alt,E-postadresse\n17,completed,2026-03-01 10:00,99,a@b.no\n",
        {
            "order_id": "Nr", "status": "Tilstand", "time": "Når", "value": "Beløp i alt",
            "email": "E-postadresse",
        },
        {"event": "order_paid", "order_id": "17"},
    ),
    "hubspot": (
        "Oppførings-ID,E-postadresse,Ble lead,Opprettet\n7,a@b.no,2026-03-02,2026-03-01\n",
        {
            "person": "Oppførings-ID", "email": "E-postadresse", "contact_created": "Opprettet",
            "became_lead": "Ble lead",
        },
        {"event": "contact_created", "person": "hubspot-7"},
    ),
    "hubspot-engagements": (
        "Dato for aktivitet,Aktivitet,Kontakt-ID\n2026-03-01 10:00,Call,7\n",
        {"time": "Dato for aktivitet", "event": "Aktivitet", "person": "Kontakt-ID"},
        {"person": "hubspot-7"},
    ),
    "survey": (
        "Innlevert,Adresse,Kanal dere husker\n2026-03-01 10:00,a@b.no,En venn\n",
        {"time": "Innlevert", "email": "Adresse", "heard": "Kanal dere husker"},
        {"event": "heard_about_us", "kind": "wom_exposure"},
    ),
    "google-ads": (
        "Visningsdag,Kampanjens tittel,Forbruk i kr,Treff\n2026-03-01,Vår,120,3\n",
        {
            "day": "Visningsdag", "campaign": "Kampanjens tittel", "cost": "Forbruk i kr",
            "clicks": "Treff",
        },
        {"campaign": "Vår", "clicks": 3, "platform": "Google Ads"},
    ),
    "meta-ads": (
        "Visningsdag,Kampanjens tittel,Forbruk i kr\n2026-03-01,Vår,120\n",
        {"day": "Visningsdag", "campaign": "Kampanjens tittel", "cost": "Forbruk i kr"},
        {"campaign": "Vår", "platform": "Meta Ads"},
    ),
    "costs": (
        "Visningsdag,Avis,Forbruk i kr\n2026-03-01,Fjellposten,120\n",
        {"day": "Visningsdag", "platform": "Avis", "cost": "Forbruk i kr"},
        {"platform": "Fjellposten"},
    ),
    "search-console": (
        "Hva de skrev,Treff,Sett\ntelt,3,40\n",
        {"query": "Hva de skrev", "clicks": "Treff", "impressions": "Sett"},
        {"query": "telt", "clicks": 3, "impressions": 40},
    ),
    "posthog": (
        "Hendelse,Bruker,Tidspunkt,Netto\nkjøp,u7,2026-03-01 10:00,99.5\n",
        {
            "event": "Hendelse", "distinct_id": "Bruker", "time": "Tidspunkt", "value": "Netto",
        },
        {"event": "kjøp", "user_id": "u7"},
    ),
    "paths": (
        "Rekke,Solgte\nSearch > Email,3\n",
        {"steps": "Rekke", "conversions": "Solgte"},
        {"steps": "Search > Email", "conversions": 3},
    ),
    "snowplow": (
        "tid,leser\n2026-03-01 10:00,d1\n",
        {"time": "tid", "anonymous_id": "leser"},
        {"anonymous_id": "d1"},
    ),
}  # fmt: skip


def test_every_source_with_named_columns_is_tried_here():
    asking = {name for name, one in sources.SOURCES.items() if hasattr(one, "fields")}
    assert asking == {*LOCALISED, "table"}


@pytest.mark.parametrize("name", LOCALISED)
def test_a_file_with_headers_of_another_language_is_read_as_it_is_said(take, name):
    text, mapping, known = LOCALISED[name]
    taken = take(text, source=name, mapping=mapping)
    assert taken.faults() == []
    assert known.items() <= taken.good[0].items()
    assert mapping.items() <= dict(taken.reading.mapping).items()


@pytest.mark.parametrize("name", LOCALISED)
def test_what_is_said_is_among_what_is_asked_for(tmp_path, name):
    text, mapping, _ = LOCALISED[name]
    (tmp_path / "file").write_text(text)
    offered = choices(tmp_path / "file", name)
    assert mapping.keys() <= {*offered.fields}
    assert {*mapping.values()} <= {*offered.columns}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("shopify", "shopify.csv"), ("newsletter", "newsletter.csv"), ("survey", "survey.csv"),
        ("costs", "costs.csv"), ("woocommerce", "woocommerce.csv"),
        ("newsletter", "mailchimp_members.csv"), ("hubspot", "hubspot_contacts.csv"),
        ("hubspot", "hubspot_deals.csv"), ("google-ads", "google_ads_nb.csv"),
    ],
)  # fmt: skip
def test_saying_what_was_guessed_changes_nothing(take, fixture, name, content):
    guessed = take(fixture(content))
    asked = {
        field: column
        for field, column in guessed.reading.mapping.items()
        if field in sources.SOURCES[name].fields()
    }
    again = take(fixture(content), source=name, mapping=asked)
    assert again.good == guessed.good
    assert again.bad == guessed.bad


@pytest.mark.parametrize("field", ["campaign", "user_agent"])
def test_an_empty_column_takes_a_field_out(take, fixture, field):
    letters = take(fixture("newsletter.csv"), mapping={field: ""})
    assert field not in letters.reading.mapping
    assert set(letters.column(field)) == {None}


def test_a_field_that_is_taken_out_of_a_table_is_not_guessed_again(take):
    text = "person,time,event,campaign\na,2026-01-01,visit,x\n"
    assert take(text).column("campaign") == ["x"]
    assert take(text, mapping={"campaign": ""}).column("campaign") == [None]


def test_the_first_values_of_each_column_are_shown(tmp_path):
    (tmp_path / "a.csv").write_text("who,when\na,2026-01-01\nb,2026-01-02\na,\n,NULL\n")
    found = choices(tmp_path / "a.csv")
    assert found.source == "table"
    assert found.columns == {"who": ("a", "b"), "when": ("2026-01-01", "2026-01-02")}


def test_keys_inside_objects_can_be_chosen_too(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"user": {"id": 7}, "t": "2026-01-01"}\n' * 2)
    assert choices(tmp_path / "a.jsonl").columns["user.id"] == ("7",)


def test_a_log_asks_for_nothing(fixture):
    assert choices(fixture("access.log")).fields == ()


def test_what_stands_in_an_object_of_a_posthog_table_can_be_chosen_too(tmp_path, take):
    rows = [
        """e1,seen,u1,2026-01-01,"{""netto"": 7.5, ""$set"": {""email"": ""a@b.no""}}\"""",
        """e2,seen,u2,2026-01-01,"{""netto"": 8}\"""",
        "e3,seen,u3,2026-01-01,not an object",
    ]
    text = "uuid,event,distinct_id,timestamp,properties\n" + "\n".join(rows) + "\n"
    (tmp_path / "a.csv").write_text(text)
    offered = choices(tmp_path / "a.csv")
    assert (offered.source, offered.columns["properties.netto"]) == ("posthog", ("7.5", "8"))
    assert "properties.$set" not in offered.columns
    taken = take(text, source="posthog", mapping={"value": "properties.netto"})
    assert [str(value) for value in taken.column("value")][:2] == ["7.5000", "8.0000"]
