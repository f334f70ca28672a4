"""A source of another package: the example of the docs, installed, is found by its entry point."""

import json
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "sources" / "write-your-own.md"


def installed(folder):
    """The package of the page, as an installer leaves it."""
    blocks = re.findall(r"```(\w+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    module = next(body for language, body in blocks if "NAME = " in body)
    (folder / "omvei_till.py").write_text(module)
    about = folder / "omvei_till-0.1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: omvei-till\nVersion: 0.1\n")
    (about / "entry_points.txt").write_text("[omvei.sources]\ntill = omvei_till\n")


def omvei(folder, *words):
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); from omvei.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True
    ).stdout


def test_a_package_adds_a_source_that_is_listed_recognised_and_read(tmp_path):
    installed(tmp_path)
    listed = {one["name"]: one for one in json.loads(omvei(tmp_path, "sources", "--json"))}
    assert listed["till"] == {"name": "till", "title": "The till of the shop", "status": "complete"}
    receipts = tmp_path / "receipts.txt"
    lines = [f"2026-01-05T10:00:{n:02}Z;card-{n % 7};249.00" for n in range(59)]
    receipts.write_text("\n".join(lines))
    shop = str(tmp_path / "shop")
    omvei(tmp_path, "-w", shop, "init")
    (done,) = json.loads(omvei(tmp_path, "-w", shop, "import", str(receipts), "--json"))
    assert (done["source"], done["events"], done["rejected"]) == ("till", 59, 0)
    assert json.loads(omvei(tmp_path, "-w", shop, "summary", "--json"))["people"] == 7
