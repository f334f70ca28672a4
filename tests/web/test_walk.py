"""From an empty workspace, by clicking: a plan, the table of stages, a content map, a checklist and
advice, in each language; then on paper. The pictures are kept for somebody to look at.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator
from web.conftest import serve
from web.test_worksheets import SITEMAP

import omvei
from omvei.language import LANGUAGES, words
from omvei.touchpoints.formats import formats

ENGLISH = re.compile(
    r"\b(the|and|of|with|your|you|which|what|people|have|there|from|here|yet|choose|content)\b",
    re.IGNORECASE,
)
KEY = re.compile(r"\b(plan|sheet|content|checklist|advised|channels|touchpoints|report|nav)\.\w+")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where the pictures go: `$OMVEI_PICTURES`, or a temporary folder."""
    folder = Path(os.environ.get("OMVEI_PICTURES") or tmp_path)
    folder.mkdir(exist_ok=True)
    return folder


def foreign(text: str, language: str) -> list[str]:
    """Lines that are English where they should not be, or the key of a sentence."""
    return [
        line
        for line in text.splitlines()
        if KEY.search(line.replace("example.org", ""))
        or (language != "en" and len(set(map(str.lower, ENGLISH.findall(line)))) > 1)
    ]


def there(found: Locator) -> int:
    """How many there are, once the page that a click led to has the first."""
    found.first.wait_for(state="attached")
    return found.count()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_workspace_becomes_a_plan_to_print(browser, pictures, tmp_path, language):
    t, path = words(language), omvei.init(tmp_path / "w").path
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale=language)
    page.set_default_timeout(20_000)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))

    def seen(name: str) -> None:
        text = page.inner_text("main")
        assert foreign(text, language) == [], name
        page.screenshot(path=pictures / f"{language}-{name}.png", full_page=True)

    for home in serve(path):
        page.goto(home)
        seen("1-start")
        page.get_by_role("link", name=t("door.plan")).first.click()
        page.locator("select[name=model]").select_option("stdc")
        page.get_by_role("button", name=t("plan.new")).click()
        assert there(page.locator(".score")) == 4
        page.locator(".score details summary").first.click()
        page.locator(".score input[name=target]").first.fill("900")
        page.get_by_role("button", name=t("plan.save")).first.click()
        assert there(page.get_by_text(t("plan.target.is", x=t.number(900))))
        seen("2-plan")

        page.get_by_role("link", name=t("nav.channels"), exact=True).click()
        assert there(page.get_by_text(t.of_stage("five_stage", "decision", "thought")))
        seen("3-stages")

        page.get_by_role("link", name=t("nav.content"), exact=True).click()
        page.locator("#write input[name=page]").fill("/velg-telt")
        page.locator("#write select[name=stage]").select_option("consideration")
        page.locator("#write select[name=format]").select_option("guide")
        page.get_by_role("button", name=t("worksheet.add")).click()
        page.locator("input[type=file]").set_input_files(
            {"name": "sitemap.xml", "mimeType": "text/xml", "buffer": SITEMAP}
        )
        page.get_by_role("button", name=t("content.file.go")).click()
        assert there(page.get_by_text(t("content.file.done", n=2, known=0)))
        assert there(page.locator("#inventory tbody tr")) == 3
        assert there(page.get_by_text(formats()["guide"].labels[language]))
        seen("4-content")

        page.get_by_role("link", name=t("nav.checklist"), exact=True).click()
        for question, verdict in (("steps", "pass"), ("choose", "not_yet"), ("follow_up", "pass")):
            page.check(f"input[name={question}][value={verdict}]")
        page.get_by_role("button", name=t("checklist.save")).click()
        assert page.is_checked("input[name=choose][value=not_yet]")
        seen("5-checklist")

        page.get_by_role("link", name=t("nav.advice"), exact=True).click()
        assert there(page.get_by_text(t("advised.bring.visits")))
        seen("6-advice")
        page.get_by_role("link", name=t("nav.report"), exact=True).click()
        seen("7-report")
        page.get_by_role("link", name=t("nav.touchpoints"), exact=True).click()
        seen("8-touchpoints")

        for sheet in ("plan", "content", "channels", "checklist", "report"):
            page.goto(f"{home}/{sheet}")
            page.pdf(path=pictures / f"{language}-print-{sheet}.pdf", prefer_css_page_size=True)
            page.locator(".share-menu summary").click()
            with page.expect_download() as waiting:
                page.locator(f".share-menu a[href^='/{sheet}.pdf']").click()
            file = pictures / f"{language}-{sheet}.pdf"
            waiting.value.save_as(file)
            assert file.read_bytes().startswith(b"%PDF")
    page.close()
    assert troubles == []
