"""Workspaces and browsers for the tests of the pages."""

import csv
import random
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

import omvei
from omvei.web import app

with warnings.catch_warnings():
    # It asks for a newer client, which the lock does not have; httpx still serves it.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

WAYS = [
    "social_engage product_view review_read product_view add_to_cart purchase",
    "search guide_read product_view add_to_cart purchase support_contact",
    "search product_view",
    "search search guide_read email_click product_view add_to_cart",
    "social_engage guide_read",
    "email_click product_view review_read add_to_cart purchase review_written",
]


def write_shop(path: Path, people: int, days: int = 200) -> Path:
    """Write a CSV of `people` who each take one of `WAYS`, over `days`."""
    luck = random.Random(people)
    start = datetime(2025, 2, 1, tzinfo=UTC)
    with path.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["user_id", "time", "event", "query", "value", "currency"])
        for person in range(people):
            at = start + timedelta(days=luck.uniform(0, days))
            for kind in WAYS[person % len(WAYS)].split():
                at += timedelta(hours=luck.choice([0.1, 0.2, 20, 60]))
                bought = kind == "purchase"
                query = luck.choice(["telt", "beste telt"]) if kind == "search" else ""
                rows.writerow(
                    [f"u{person}", at.isoformat(), kind, query, "499" if bought else "",
                     "NOK" if bought else ""]
                )  # fmt: skip
    return path


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with 600 people."""
    folder = tmp_path_factory.mktemp("shop")
    workspace = omvei.init(folder / "workspace")
    workspace.take(write_shop(folder / "shop.csv", 600))
    return workspace.path


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with 12 people."""
    folder = tmp_path_factory.mktemp("few")
    workspace = omvei.init(folder / "workspace")
    workspace.take(write_shop(folder / "few.csv", 12))
    return workspace.path


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A workspace without data."""
    return omvei.init(tmp_path / "workspace").path


def client(path: Path, **options: object) -> TestClient:
    """Return a client of the pages of a workspace; it speaks English."""
    return TestClient(
        app(path, **options),  # type: ignore[arg-type]
        base_url="http://127.0.0.1",
        headers={"accept-language": "en"},
        raise_server_exceptions=False,
    )


@pytest.fixture(scope="session")
def pages(shop: Path) -> TestClient:
    """The pages of the shop."""
    return client(shop)


@pytest.fixture(scope="session")
def served(shop: Path) -> Iterator[str]:
    """The address of the shop's pages, served by a real server."""
    yield from serve(shop)


def serve(path: Path) -> Iterator[str]:
    """Serve a workspace on a free port until the generator is closed."""
    server = uvicorn.Server(uvicorn.Config(app(path), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()
