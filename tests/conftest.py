"""What a test may need from the machine: real data files and a browser; and which come first.

Where one is absent the test is skipped with a plain reason; under `CI=true` it fails instead, so
that a green run there means that nothing was left out.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from omvei.engines.memory import remember

REPOSITORY = Path(__file__).parents[1]


def without(reason: str) -> NoReturn:
    """Skip the running test, or fail it under `CI=true`."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} Under CI=true nothing may be left out.", pytrace=False)
    pytest.skip(reason)


LONG = (
    *("engines/test_spark", "web/test_barriers", "web/test_pages", "test_docs", "test_stopping"),
    *("test_store", "test_crashes", "web/test_walk", "test_verify", "blocks/test_append"),
)
"""The files that take longest. They begin first, so that no process is left with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    place = {REPOSITORY / "tests" / f"{name}.py": number for number, name in enumerate(LONG)}
    assert all(file.exists() for file in place), "a file of LONG has another name now"
    items.sort(key=lambda item: place.get(item.path, len(LONG)))


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: one often waits for a browser, Java or a command."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    """A test is not answered from what another asked: the app turns memory on for its process."""
    yield
    remember(0)


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """The path of a file of the shared data: `data("cdnow/CDNOW_master.txt")`.

    The folder is `$OMVEI_DATA`, or `shared/data` beside the repository.
    """
    folder = Path(os.environ.get("OMVEI_DATA") or REPOSITORY.parent / "shared" / "data")

    def find(path: str) -> Path:
        found = folder / path
        if not found.exists():
            without(f"The data file {path} is not there. Set OMVEI_DATA to the folder that has it.")
        return found

    return find


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser: `$OMVEI_CHROMIUM`, or Chromium or Chrome on the search path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("OMVEI_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        without("No browser is there. Install Debian's `chromium`, or set OMVEI_CHROMIUM.")
    return found
