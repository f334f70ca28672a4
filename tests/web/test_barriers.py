"""No page keeps anybody out: axe's rules, and nothing wider than a phone, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from web.conftest import serve

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_has_a_barrier(browser, served, scheme, width):
    axe, found = Axe(), []
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale="nb-NO"
    )
    for address in ADDRESSES:
        page = context.new_page()
        page.goto(served + address)
        page.wait_for_timeout(250)  # colours fade in
        for trouble in axe.run(page).response["violations"]:
            found.append((address, trouble["id"], [node["html"][:90] for node in trouble["nodes"]]))
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [(address, "wider than the screen", wider)] if wider > 0 else []
        page.close()
    context.close()
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
