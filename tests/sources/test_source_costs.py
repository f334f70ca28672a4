"""Reports of spend: a row a day and campaign, whatever stands above, below and in the headers."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei.errors import OmveiError, SourceError, UnknownNameError

GOOGLE = "Day,Campaign,Currency code,Clicks,Impr.,Cost"
GOOD = "2026-01-01,Brand,NOK,1,10,5.50"


def test_google_s_report_is_read_past_its_title_and_without_its_totals(take, fixture):
    told = take(fixture("google_ads.csv"))
    assert (told.reading.source, told.reading.table) == ("google-ads", "costs")
    assert told.bad == []
    assert told.good[0] == {
        "day": date(2026, 1, 1),
        "platform": "Google Ads",
        "campaign": "Brand",
        "campaign_type": "Search",
        "cost": Decimal("1044.5"),
        "currency": "NOK",
        "impressions": 240,
        "clicks": 12,
        "claimed": Decimal(2),
        "claimed_value": Decimal(1998),
        "attributes": '{"Campaign status":"Enabled"}',
        "row": 4,
    }
    assert sum(told.column("cost")) == Decimal(1550)
    assert told.numbers == [4, 5, 6, 7, 8]


def test_totals_are_compared_with_the_rows(take, fixture):
    assert take(fixture("google_ads.csv")).reading.notes == (
        "Lines of totals are no rows and are left out (2); the rows sum to 1,550.00.",
    )
    short = f"{GOOGLE}\n{GOOD}\nTotal: Account,--,NOK,9,90,995.50\n"
    assert "differs" in take(short).reading.notes[1]


def test_a_norwegian_report_in_utf_16_is_read_the_same(take, fixture):
    told = take(fixture("google_ads_nb.csv"))
    assert told.reading.source == "google-ads"
    assert told.column("cost") == [Decimal("1044.5"), Decimal("55.5")]
    assert told.column("impressions") == [1240, 190]
    assert (told.column("campaign"), told.bad) == (["Merkevare"] * 2, [])


@pytest.mark.parametrize(
    ("name", "currency", "costs"),
    [
        ("meta_ads.csv", "NOK", [Decimal("200.25"), Decimal("150.5"), Decimal(100)]),
        ("meta_ads_sv.csv", "SEK", [Decimal("1200.25"), Decimal("150.5")]),
    ],
)
def test_meta_s_currency_stands_in_its_header(take, fixture, name, currency, costs):
    told = take(fixture(name))
    assert told.reading.source == "meta-ads"
    assert set(told.column("currency")) == {currency}
    assert (told.column("cost"), told.bad) == (costs, [])


# A report as it comes in each language: lines above the header, days, a narrow space between
# thousands, a comma before decimals, and the line of the whole. Words that were found somewhere.
REPORTS = {
    "google-ads nb": (
        "Kampanjerapport\n1. januar 2026–2. januar 2026\n",
        "Dag;Kampanje;Valutakode;Kostnad;Klikk;Visn.;Gj.sn. CPC",
        "{day};Vår;NOK;{cost};12;{shown};87,04",
        "Totalt: Kontoen; --;NOK;{whole};24;{twice};87,04",
    ),
    "google-ads sv": (
        "Kampanjrapport\n1 januari 2026–2 januari 2026\n",
        "Dag;Kampanj;Valutakod;Kostnad;Klick;Exponeringar;Gen. CPC",
        "{day};Vår;SEK;{cost};12;{shown};87,04",
        "Summa: Kontot; --;SEK;{whole};24;{twice};87,04",
    ),
    "google-ads da": (
        "Kampagnerapport\n1. januar 2026–2. januar 2026\n",
        "Dag;Kampagne;Valutakode;Omkostninger;Klik;Eksponeringer;Gns. CPC",
        "{day};Forår;DKK;{cost};12;{shown};87,04",
        "I alt: Konto; --;DKK;{whole};24;{twice};87,04",
    ),
    "meta-ads nb": (
        "",
        "Rapportering starter;Kampanjenavn;Beløp brukt (NOK);Klikk på lenke;Eksponeringer;Frekvens",
        "{day};Vår;{cost};12;{shown};1,2",
        ";Resultater fra 1 kampanje;{whole};24;{twice};1,2",
    ),
    "meta-ads sv": (
        "",
        "Dag;Kampanjnamn;Spenderat belopp (SEK);Länkklick;Exponeringar",
        "{day};Vår;{cost};12;{shown}",
        ";Resultat från 1 kampanj;{whole};24;{twice}",
    ),
    "meta-ads da": (
        "",
        "Dag;Kampagnenavn;Brugt beløb (DKK);Linkklik;Eksponeringer",
        "{day};Forår;{cost};12;{shown}",
        ";Resultater fra 1 kampagne;{whole};24;{twice}",
    ),
}


@pytest.mark.parametrize("kind", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_of_each_language_is_read_as_the_tool_writes_it(take, tmp_path, name, kind):
    before, header, row, total = REPORTS[name]
    # Windows' old code has no narrow space; the tool then writes the wider one.
    space = "\xa0" if kind == "cp1252" else "\u202f"
    said = {"cost": f"1{space}044,50", "shown": f"1{space}240"}
    whole = total.format(whole=f"2{space}089,00", twice=f"2{space}480")
    lines = [header, *(row.format(day=f"2026-01-0{n}", **said) for n in (1, 2)), whole]
    text = before + "\n".join(lines) + "\n"
    if kind == "utf-16":  # as Google writes it: columns part by tabs
        text = text.replace(";", "\t")
    (tmp_path / "report.csv").write_bytes(text.encode(kind))
    told = take(tmp_path / "report.csv")
    assert f"{told.reading.source} {name[-2:]}" == name
    assert told.faults() == []
    assert told.column("cost") == [Decimal("1044.5")] * 2
    assert told.column("impressions") == [1240] * 2
    assert told.column("clicks") == [12] * 2
    assert set(told.column("currency")) == {{"nb": "NOK", "sv": "SEK", "da": "DKK"}[name[-2:]]}
    assert told.reading.notes[-1].startswith("Lines of totals are no rows and are left out (1)")


def test_a_table_of_one_s_own_needs_no_platform(take, fixture):
    told = take(fixture("costs.csv"))
    assert told.reading.source == "costs"
    assert told.column("channel") == ["Post", "Events"]
    assert told.column("cost") == [Decimal(12500), Decimal(8000)]


def test_a_danish_count_with_a_thousand_s_dot_is_a_count(take):
    head = "Dag;Kampagne;Valuta;Kampagnetype;Klik;Eksp.;Pris"
    told = take(f"{head}\n01.01.2026;A;DKK;Søgning;1.234;5.678;1.234,50\n")
    assert told.good[0]["clicks"] == 1234
    assert told.good[0]["cost"] == Decimal("1234.5")


def test_a_table_with_a_person_is_no_report(take):
    told = take("person,date,event,cost,campaign\na,2026-01-01,ad_click,1,Brand\n")
    assert told.reading.table == "events"


def test_a_row_that_covers_a_month_is_refused_with_what_to_do(take):
    text = (
        "Campaign name,Amount spent (NOK),Reporting starts,Reporting ends\n"
        "A,10,2026-01-01,2026-01-31\n"
    )
    with pytest.raises(SourceError, match=r"more than one day.*Breakdown"):
        take(text)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",Brand,NOK,1,10,5.50", ("Day", "no day")),
        ("31.31.2026,Brand,NOK,1,10,5.50", ("Day", "not a day between 1900 and 2100")),
        ("soon,Brand,NOK,1,10,5.50", ("Day", "not a day between 1900 and 2100")),
        ("2026-01-01,Brand,NOK,1,10,", ("Cost", "no cost")),
        ("2026-01-01,Brand,NOK,1,10,much", ("Cost", "not an amount")),
        ("2026-01-01,Brand,NOK,1,10,-5", ("Cost", "a negative cost")),
        ("2026-01-01,Brand,NOK,few,10,5", ("Clicks", "not an amount")),
        ("2026-01-01,Brand,kroner,1,10,5", ("Currency code", "not a currency of three letters")),
        ("2026-01-01,Brand,NOK,1,10", (None, "expected 6 columns, found 5")),
        ("2026-01-01,Brand,NOK,1,10,5,9", (None, "expected 6 columns, found 7")),
    ],
)
def test_a_row_that_cannot_be_used_says_where_and_why(take, row, fault):
    told = take(f"{GOOGLE}\n{GOOD}\n{row}\n{GOOD}\n")
    assert [(column, reason) for _, column, reason in told.faults()] == [fault]
    assert told.bad[0]["row"] == 3
    assert len(told.good) == 2


@pytest.mark.parametrize(
    ("head", "cure"),
    [
        ("Campaign,Currency code,Clicks,Impr.,Cost", "by day"),
        ("Day,Currency code,Clicks,Impr.,Cost", "--map campaign"),
        ("Day,Campaign,Currency code,Clicks,Impr.", "--map cost"),
    ],
)
def test_a_report_that_lacks_a_column_is_refused_with_a_cure(take, head, cure):
    row = ",".join(["2026-01-01"] * (head.count(",") + 1))
    with pytest.raises(SourceError, match=cure):
        take(f"{head}\n{row}\n", source="google-ads")


def test_a_column_can_be_named(take):
    text = "Day,Campaign,Currency code,Clicks,Impr.,Cost,Fee\n2026-01-01,A,NOK,1,1,5,7\n"
    assert take(text, mapping={"cost": "Fee"}).column("cost") == [Decimal(7)]
    with pytest.raises(UnknownNameError, match="column"):
        take(text, mapping={"cost": "Fees"})
    with pytest.raises(UnknownNameError, match="field"):
        take(text, mapping={"person": "Fee"})


CELL = st.sampled_from(["2026-01-01", "", "5,50", "1 000", "x", "--", "Total", '"', "ø", "-1", ";"])


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(CELL, min_size=5, max_size=7), max_size=6))
def test_whatever_the_cells_hold_each_line_is_a_row_a_rejection_or_a_total(take, rows):
    text = "\n".join([GOOGLE, GOOD, *(",".join(row) for row in rows)])
    try:
        told = take(text, source="google-ads")
    except OmveiError:
        return
    lines = {place for place, line in enumerate(text.split("\n"), 1) if place > 1}
    assert {*told.numbers} <= lines
    assert len({*told.numbers}) == len(told.numbers)
    assert all(row["cost"] >= 0 and row["day"] for row in told.good)
