"""Make the pictures of the docs, and the JSON they are drawn from: `make docs`.

`docs/pictures/NAME.json` is what the command gives; `NAME.svg` and `NAME.png` are drawn from it. A
test makes the JSON and the SVG again and compares. `model_NAME` is a model's drawing, `rounds` that
of the records in `rounds.csv`, `conform` and `alongside` those of `planned.yaml`. Groups of fewer
than ten people are left out. The log of a web server is read from `$OMVEI_DATA`, or
`../shared/data`; without it, its picture stays as it is.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import omvei
from omvei.answers.sharing import shared
from omvei.drawings import draw, page
from omvei.plan.learning import learning
from omvei.plan.rounds import read
from omvei.simulate import simulate

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "pictures"
LOG = Path(os.environ.get("OMVEI_DATA") or ROOT.parent / "shared" / "data")
MODELS = (
    "funnel", "buying_process", "four_phase", "five_stage", "stdc", "messy_middle", "hankins",
    "cdj2009", "cdj2010", "flywheel",
)  # fmt: skip
"""The models of the page docs/models-drawn.md."""
PART = {
    "own": ".only-wide, .five",
    "rounds": ".only-wide",
    "conform": ".scroll",
    "alongside": ".scroll",
}
"""What of a page is the picture, where it is not the whole."""
LOG /= "apache_access_log/apache_logs.gz"


def workspace(folder: Path) -> omvei.Workspace:
    """An empty workspace with a fixed key, so that people keep their ids."""
    folder.mkdir()
    (folder / "omvei.key").write_text("00" * 32)
    return omvei.init(folder)


def answers(folder: Path) -> dict[str, dict[str, Any]]:
    """What each picture is drawn from."""
    shop = workspace(folder / "shop")
    simulate(150_000).write(folder / "files")
    (folder / "shop" / "simulated").touch()
    shop.take(folder / "files" / "events.parquet")
    found = {
        "map": shared(shop.journeys.map("kind", nodes=14).to_json()),
        "trace": shop.journeys.trace(someone(shop)).to_json(),
    }
    for name in MODELS:
        found[f"model_{name}"] = shared(shop.journeys.lens(name).own().to_json())
    records = read((FOLDER / "rounds.csv").read_text("utf-8"))
    found["rounds"] = shared(learning(records, shop.journeys).to_json())
    plan = FOLDER / "planned.yaml"
    found["conform"] = shared(shop.journeys.conform(str(plan)).to_json())
    found["alongside"] = shop.journeys.alongside(str(plan), astray(shop, plan)).to_json()
    if LOG.exists():
        log = workspace(folder / "log")
        log.take(LOG)
        found["access_log"] = shared(log.journeys.map("content", nodes=14).to_json())
    return found


def someone(shop: omvei.Workspace) -> str:
    """A customer who bought twice, after a way of a length that fits a picture."""
    rows = shop.journeys.where(customer=True).people(limit=10_000).to_dicts()
    telling = [row for row in rows if row["purchases"] == 2 and 14 <= row["touchpoints"] <= 22]
    return min(str(row["person"]) for row in telling)


def astray(shop: omvei.Workspace, plan: Path) -> str:
    """Somebody whose way shows most kinds of deviation, in a picture's width."""
    rows = shop.journeys.deviating(str(plan), "failing", "Cart", limit=60).to_dicts()
    told = {}
    for row in rows:
        states = [r["state"] for r in shop.journeys.alongside(str(plan), row["person"]).to_dicts()]
        if 6 <= len(states) <= 7:
            told[str(row["person"])] = (-len(set(states)), len(states), str(row["person"]))
    return min(told, key=lambda person: told[person])


def drawn(said: dict[str, Any]) -> str:
    """The picture as text."""
    return draw(said)


def main() -> None:
    """Write everything."""
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("OMVEI_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        for name, said in answers(Path(scratch)).items():
            text = json.dumps(said, ensure_ascii=False, indent=1)
            (FOLDER / f"{name}.json").write_text(text + "\n", "utf-8")
            if said["answer"] == "map":
                (FOLDER / f"{name}.svg").write_text(drawn(said) + "\n", "utf-8")
            tab = browser.new_page(viewport={"width": 1100, "height": 800}, color_scheme="light")
            whole = Path(scratch) / "page.html"
            whole.write_text(page(said), "utf-8")
            tab.goto(whole.as_uri())
            tab.set_viewport_size(
                {"width": 1100, "height": 920 if said["answer"] == "map" else 800}
            )
            part = tab.locator(PART[said["answer"]]).first if said["answer"] in PART else tab
            part.screenshot(path=FOLDER / f"{name}.png")
        browser.close()
    sys.stdout.write(f"Wrote {FOLDER}\n")


if __name__ == "__main__":
    main()
