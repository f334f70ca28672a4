"""No page keeps anybody out: axe's rules, and nothing wider than a phone, in light and dark."""

import json
import zipfile

import pytest
from axe_playwright_python.sync_playwright import Axe
from web.conftest import serve, write_shop
from web.test_import import LETTERS

import omvei

ADDRESSES = [
    "/", "/map?by=kind", "/map?by=kind&node=product_view", "/map?by=stage&lens=hankins",
    "/map?by=kind&source=product_view&target=add_to_cart", "/map?follow=any", "/people",
    "/people/u1", "/leaks", "/funnel", "/questions", "/data", "/nothing",
    "/data/sources", "/data/sources/meta-ads", "/data/quality", "/data/identity",
    "/data/costs", "/data/paths",
    "/models", "/models?show=full",
    "/models/compare", "/models/stdc", "/models/messy_middle", "/models/five_stage",
    "/models/hankins", "/models/cdj2010", "/models/flywheel", "/models/loops?lens=hankins",
    "/models/stages", "/models/rounds", "/models/own",
    "/plan", "/checklist", "/advice", "/plans", "/touchpoints", "/content", "/channels",
    "/attribution", "/statements", "/groups", "/campaigns", "/report",
]  # fmt: skip


COLOURS = {"runOnly": ["color-contrast"]}
"""What depends on light and dark; all else is looked at once at each width."""

LOOKS = (
    ("light", 1440, None),
    ("dark", 1440, COLOURS),
    ("dark", 390, None),
    ("light", 390, COLOURS),
)


@pytest.mark.parametrize("part", range(3))
def test_no_page_has_a_barrier(browser, served, part):
    axe, found = Axe(), []
    for address in ADDRESSES[part::3]:
        page = browser.new_page(locale="nb-NO", reduced_motion="reduce")
        page.goto(served + address)
        for scheme, width, rules in LOOKS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            for trouble in axe.run(page, options=rules).response["violations"]:
                nodes = [node["html"][:90] for node in trouble["nodes"]]
                found.append((address, scheme, width, trouble["id"], nodes))
            wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            found += [(address, "wider than the screen", wider)] if wider > 0 else []
        page.close()
    assert found == []


def test_an_empty_and_a_small_workspace_have_no_barrier(browser, empty, few):
    axe, found = Axe(), []
    for path in (empty, few):
        for at in serve(path):
            for address in ("/", "/map", "/leaks", "/models", "/plan", "/data"):
                page = browser.new_page(locale="nb-NO")
                page.goto(at + address)
                found += [(address, v["id"]) for v in axe.run(page).response["violations"]]
                page.close()
    assert found == []


def test_a_waiting_file_and_a_comparison_have_no_barrier(browser, empty, tmp_path):
    axe, found = Axe(), []
    workspace = omvei.open(empty)
    workspace.take(write_shop(tmp_path / "shop.csv", 40))
    compared = json.dumps(workspace.compare().to_json())
    (empty / "views").mkdir(exist_ok=True)
    (empty / "views" / "policies.json").write_text(compared)
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for letter in ("Vår", "Høst"):
            packed.writestr(f"aktivitet/{letter}.csv", LETTERS.replace("Vår", letter))
        packed.write(tmp_path / "shop.csv", "shop.csv")
    for at in serve(empty):
        page = browser.new_page(viewport={"width": 390, "height": 900}, locale="nb-NO")

        def look(page=page):
            found.extend((page.url, v["id"]) for v in axe.run(page).response["violations"])
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

        page.goto(f"{at}/data")
        page.locator("#file").set_input_files(archive)
        page.locator("form:has(#file) button").click()
        page.wait_for_url("**/data/preview/*", timeout=60_000)
        look()
        page.get_by_role("link", name="Si hva kolonnene betyr").first.click()
        page.locator("select[name=source]").select_option("newsletter")
        page.locator("button[formaction]").first.click()
        look()
        page.goto(f"{at}/data/identity")
        assert page.get_by_text("Personer fra hver kanal").count()
        look()
        page.close()
    assert found == []
