"""The pages in a real browser: usable by keyboard, and without a script too."""

import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from web.conftest import serve
from web.test_import import LETTERS

import omvei


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    # That a file cannot be read answers 422, which a browser tells in its console.
    opened.on(
        "console",
        lambda said: said.type == "error" and "422" not in said.text and troubles.append(said.text),
    )
    yield opened
    opened.close()
    assert troubles == []


def test_a_click_on_a_path_tells_about_it_without_leaving_the_page(page, served):
    page.goto(f"{served}/map?by=kind")
    page.evaluate("window.stayed = true")
    edge = page.locator('.only-wide a.edge[data-source="product_view"][data-target="add_to_cart"]')
    edge.dispatch_event("click", {"bubbles": True, "cancelable": True, "button": 0})
    expect(page.locator("#panel h2.big")).to_contain_text("Product page")
    expect(page).to_have_url(re.compile("source=product_view"))
    assert page.evaluate("window.stayed")
    page.go_back()
    expect(page.locator("#panel")).to_contain_text("Click a path.")


def test_the_map_is_one_tab_stop_and_walked_with_arrows(page, served):
    page.goto(f"{served}/map?by=kind")
    page.locator(".only-wide a.node[tabindex='0']").focus()
    first = page.evaluate("document.activeElement.dataset.node")
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.dataset.node") == "purchase"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.dataset.node") != "purchase"
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.dataset.node") is not None
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.classList.contains('edge')")
    page.keyboard.press("Space")
    expect(page.locator("#panel .cta")).to_contain_text("See")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_contain_text("Click a path.")
    assert first
    stops = page.locator(".only-wide svg a[tabindex='0']")
    expect(stops).to_have_count(1)


def test_the_slider_shows_more_paths_and_says_how_many(page, served):
    page.goto(f"{served}/map?by=kind")
    shown = page.locator(".only-wide a.edge:not(.beyond)")
    before = shown.count()
    slider = page.locator("#detail")
    slider.fill(slider.get_attribute("max") or "")
    total = page.locator(".only-wide a.edge").count()
    assert shown.count() == total >= before
    expect(page.locator("#detail-said")).to_have_text(
        f"{total} of {total} paths · 100% of all steps"
    )


def test_zooming_in_and_out_ends_where_it_began(page, served):
    page.goto(f"{served}/map?by=kind")
    svg = page.locator(".only-wide svg.map")
    whole = svg.get_attribute("viewBox")
    page.get_by_role("button", name="Zoom in").click()
    assert svg.get_attribute("viewBox") != whole
    page.get_by_role("button", name="Show everything").click()
    numbers = [float(v) for v in (svg.get_attribute("viewBox") or "").split()]
    assert numbers == pytest.approx([float(v) for v in (whole or "").split()], abs=0.1)


def test_a_followed_person_is_drawn_step_by_step(page, served):
    page.goto(f"{served}/map?by=kind")
    page.get_by_role("link", name="Follow one customer's trace").click()
    stops = page.locator("#panel .stops li")
    assert page.locator(".only-wide .stop").count() == min(stops.count(), 30) > 1
    page.get_by_role("link", name="Stop", exact=True).click()
    expect(page.locator(".only-wide .stop")).to_have_count(0)


def test_language_and_appearance_are_kept(page, served):
    page.goto(f"{served}/leaks")
    page.locator("details.menu summary").first.click()
    page.get_by_role("button", name="Norsk").click()
    expect(page.locator("h1")).to_have_text("Hvor mister vi kundene?")
    page.locator("summary.moon").click()
    page.get_by_role("button", name="Mørkt").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_a_file_is_brought_in_by_hand(page, empty, tmp_path):
    from web.conftest import write_shop

    for at in serve(empty):
        page.goto(f"{at}/data")
        page.locator("#file").set_input_files(write_shop(tmp_path / "shop.csv", 60))
        page.get_by_role("button", name="See what is in it").click()
        expect(page.locator("h1")).to_contain_text("How the file was understood", timeout=30_000)
        page.get_by_role("button", name="Bring it in", exact=True).click()
        expect(page.locator("h1")).to_have_text("The file is in: shop.csv", timeout=60_000)
        page.get_by_role("link", name="See the map").click()
        expect(page.locator(".lede")).to_contain_text("60 people")


SAID = {"email": "Mottaker", "time": "Skjedde", "event": "Hva", "campaign": "Brev"}


def test_a_file_of_an_account_export_is_said_what_it_holds_by_hand(page, empty, tmp_path):
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for letter in ("Vår", "Høst"):
            packed.writestr(f"aktivitet/{letter}.csv", LETTERS.replace("Vår", letter))
    for at in serve(empty):
        page.goto(f"{at}/data")
        page.locator("#file").set_input_files(archive)
        page.get_by_role("button", name="See what is in it").click()
        expect(page.locator("p.trouble")).to_have_count(2)
        page.get_by_role("link", name="Say what the columns mean").first.click()
        page.get_by_label("What sort of file it is").select_option("newsletter")
        page.get_by_role("button", name="See it again").click()
        for field, column in SAID.items():
            page.locator(f"select[name=map_{field}]").select_option(column)
        page.get_by_role("button", name="Save, and see all the files").click()
        expect(page.locator("p.trouble")).to_have_count(0)
        expect(page.get_by_text("The form of the file: newsletter")).to_have_count(2)
        page.get_by_role("button", name="Bring it in", exact=True).click()
        expect(page.locator("h1")).to_have_text("The file is in: export.zip", timeout=60_000)
    assert [done["events"] for done in omvei.open(empty).imports()] == [40, 40]


def test_everything_works_without_a_script(browser, served):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{served}/map?by=kind")
    expect(page.locator("#detail")).to_be_hidden()
    page.locator("#panel a.path").first.click()
    expect(page.locator("#panel .cta")).to_be_visible()
    page.locator("#panel .cta").click()
    expect(page.locator("h1")).to_contain_text("→")
    page.locator("tbody th a").first.click()
    expect(page.locator(".timeline")).to_be_visible()
    context.close()
