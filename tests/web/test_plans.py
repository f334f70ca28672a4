"""Planned journeys in the app: made, compared, changed, undone."""

import pytest
from drawing import journeys
from web.conftest import client
from web.test_worksheets import send

import omvei
from omvei.drawings import page
from omvei.errors import OmveiError
from omvei.planned import cjml, plan

STEPS = {"name": "First purchase", "step": ["search", "product_view", "purchase"]}


@pytest.fixture
def planned(shop):
    pages = client(shop)
    send(pages, "/plans", **STEPS)
    yield pages
    for name in plan.names(shop / "definitions"):
        send(pages, f"/plans/{name}", do="remove")


def test_a_plan_of_chosen_steps_is_compared_with_everybody(planned):
    page = planned.get("/plans/first_purchase?period=all").text
    said = planned.get("/plans/first_purchase.json?period=all").json()
    assert "Missing: Search" in page
    assert said["kept"] + said["deviating"] + said["open"] >= said["n"]


def test_every_deviation_leads_to_its_people_and_their_diagram(planned):
    said = planned.get("/plans/first_purchase.json?period=all").json()
    for row in said["deviations"]:
        asked = {key: row[key] for key in ("deviation", "touchpoint")} | {"period": "all"}
        listed = planned.get("/plans/first_purchase/people.json", params=asked).json()
        assert listed["n"] == row["people"]
        assert planned.get("/plans/first_purchase/people", params=asked).status_code == 200
    who = listed["rows"][0]["person"]
    for language in ("en", "nb", "sv", "da"):
        page = planned.get(
            f"/plans/first_purchase/person/{who}?period=all",
            headers={"accept-language": language},
        )
        assert page.status_code == 200
        assert "<svg" in page.text


def test_a_mistake_in_the_text_is_shown_and_nothing_is_changed(planned):
    address = "/plans/first_purchase"
    before = planned.get(f"{address}.xml").text
    wrong = "touchpoints: [{id: a, kind: serch}]"
    told = send(planned, address, text=wrong, do="save")
    assert told.status_code == 400
    assert "no kind &#39;serch&#39;" in told.text
    assert planned.get(f"{address}.xml").text == before


def test_a_change_is_undone_and_done_again(planned):
    address = "/plans/first_purchase"
    send(planned, address, text="touchpoints: [{id: Only, kind: search}]", do="save")
    assert "Only" in planned.get(f"{address}.xml").text
    send(planned, address, do="undo")
    assert "Only" not in planned.get(f"{address}.xml").text
    send(planned, address, do="redo")
    assert "Only" in planned.get(f"{address}.xml").text


def test_a_plan_begins_with_one_persons_way(planned):
    told = send(planned, "/plans", name="One way", person="u0")
    assert told.status_code == 200
    assert "add_to_cart" in told.text


@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_plans_are_made_without_data(empty, language):
    pages = client(empty)
    send(pages, "/plans", **STEPS)
    page = pages.get("/plans/first_purchase", headers={"accept-language": language})
    assert page.status_code == 200
    assert pages.get("/plans", headers={"accept-language": language}).status_code == 200


@pytest.mark.parametrize(
    "form",
    [{"name": ""}, {"name": "no steps"}, {"name": "x", "person": "nobody"}, {"name": "../../up!"}],
)
def test_a_plan_that_cannot_be_made_is_refused_in_words(shop, form):
    answer = send(client(shop), "/plans", **form)
    assert answer.status_code in (400, 404)
    assert "Traceback" not in answer.text


def test_cjml_is_written_and_read_back(planned, shop):
    first = plan.load(shop / "definitions", "first_purchase")
    again = cjml.read(cjml.write(first))
    told = [(one.id, one.condition.kind) for one in first.touchpoints]
    assert [(row["id"], (row["kind"],)) for row in again["touchpoints"]] == told


def test_cjml_as_its_editor_writes_it_is_read():
    text = """<CJML version="2.0"><plannedJourney><journeyID>Onboarding</journeyID>
    <journeyPhases><journeyPhase phaseID="a"><phaseName>Order</phaseName></journeyPhase>
    </journeyPhases><touchpoints><plannedCommunicationPoint><touchpointID>T1</touchpointID>
    <belongsTo phaseIDref="a"></belongsTo><initiator><refersTo actorIDref="c"/>
    <initiatorLabel>Send order</initiatorLabel></initiator><channel><channelName>Web</channelName>
    </channel></plannedCommunicationPoint><plannedAction><touchpointID>T2</touchpointID>
    <initiator><initiatorLabel>Send order</initiatorLabel></initiator></plannedAction>
    </touchpoints></plannedJourney></CJML>"""
    assert cjml.read(text)["touchpoints"] == [
        {"id": "Send order", "event": "Send order", "phase": "Order", "channel": "Web"},
        {"id": "Send order (T2)", "event": "Send order"},
    ]


@pytest.mark.parametrize(
    "text",
    ["", "no xml", "<CJML/>", "<plannedJourney/>", '<!DOCTYPE a [<!ENTITY b "c">]><CJML/>'],
)
def test_what_is_no_cjml_is_refused_in_words(text):
    with pytest.raises(OmveiError, match=r"XML|planned|touchpoints|entities"):
        cjml.read(text)


def test_both_answers_are_drawn_as_pages_of_their_own(planned, shop):
    told = omvei.open(shop).journeys
    for answer in (told.conform("first_purchase"), told.alongside("first_purchase", "u0")):
        assert "<svg" in page(answer.to_json())


def test_a_plan_is_drawn_step_by_step_and_every_change_is_undone(planned):
    address = "/plans/first_purchase"

    def steps():
        return [
            (row["touchpoint"], row["optional"])
            for row in planned.get(f"{address}.json?period=all").json()["touchpoints"]
        ]

    begun = steps()
    assert [name for name, _ in begun] == ["Search", "Product page", "Purchase"]
    send(planned, address, do="add", step="add_to_cart", place="2", optional="true")
    assert steps() == [*begun[:2], ("Cart", True), begun[2]]
    send(planned, address, do="earlier 3")
    assert [name for name, _ in steps()] == ["Search", "Cart", "Product page", "Purchase"]
    send(planned, address, do="turn 2")
    assert ("Cart", False) in steps()
    send(planned, address, do="drop 1")
    assert [name for name, _ in steps()] == ["Cart", "Product page", "Purchase"]
    for _ in range(4):
        send(planned, address, do="undo")
    assert steps() == begun


@pytest.mark.parametrize("do", ["earlier 9", "drop x", "jump 1", "add"])
def test_a_change_that_cannot_be_made_is_refused_and_changes_nothing(planned, do):
    before = planned.get("/plans/first_purchase.xml").text
    told = send(planned, "/plans/first_purchase", do=do, step="serch")
    assert told.status_code == 400
    assert planned.get("/plans/first_purchase.xml").text == before


def test_the_page_says_what_people_did_instead(planned):
    said = planned.get("/plans/first_purchase.json?period=all").json()
    page = planned.get("/plans/first_purchase?period=all").text
    left = [row for row in said["touchpoints"] if row["instead"]]
    assert left
    for row in left:
        assert sum(one["converted"] for one in row["instead"]) == row["missing"]
    assert "Did it in order" in page


def test_a_touchpoint_that_was_written_down_can_be_a_step_and_is_not_observed(tmp_path):
    path = journeys(tmp_path, ann="search purchase", bob="search").workspace.path
    (path / "definitions" / "touchpoint_map.yaml").write_text(
        "- {id: Trade fair in Oslo, ownership: partner}\n- {id: Email, ownership: owned}\n"
    )
    pages = client(path)
    page = pages.get("/plans", headers={"accept-language": "en"}).text
    assert 'value="event: Trade fair in Oslo"' in page
    assert 'value="event: Email"' not in page
    steps = ["search", "event: Trade fair in Oslo", "purchase"]
    send(pages, "/plans", name="Fair", step=steps)
    rows = pages.get("/plans/fair.json").json()["touchpoints"]
    assert [row["observed"] for row in rows] == [True, False, True]
    assert "not seen here" in pages.get("/plans/fair", headers={"accept-language": "en"}).text
