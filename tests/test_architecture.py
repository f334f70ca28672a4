"""The arrows of ARCHITECTURE.md, checked: a part may import only the parts named here."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import omvei
from omvei import errors

ROOT = Path(omvei.__file__).parent

# In the order the data moves. `sources` and `events` share two small modules, because a reading
# is what a source gives and the columns are what events keep.
MAY_IMPORT = {
    "errors": set(),
    "mapped": {"errors", "stores"},
    "durations": {"errors"},
    "stores": {"errors"},
    "keeping": {"errors", "stores"},
    "moment": set(),
    "shipped": set(),
    "sources": {"errors", "events.schema", "shipped"},
    "events": {"errors", "sources.reading", "stores"},
    "people": {"errors", "events", "keeping", "mapped", "shipped", "stores"},
    "touchpoints": {"errors", "keeping", "shipped"},
    "blocks": {"errors", "events", "mapped", "people", "stores", "touchpoints"},
    "planned": {"durations", "errors", "keeping", "touchpoints"},
    "lenses": {"blocks", "durations", "errors", "keeping", "shipped", "touchpoints"},
    "groups": {"blocks", "durations", "errors", "keeping", "language", "lenses", "touchpoints"},
    "result": {"drawings", "errors", "sheets"},
    "answers": {
        "blocks",
        "durations",
        "errors",
        "groups",
        "lenses",
        "moment",
        "people",
        "planned",
        "result",
        "shipped",
        "touchpoints",
    },
    # a build on Spark is the same build, one bucket of people a task
    "engines": {"answers", "blocks", "errors", "events", "people", "stores", "touchpoints"},
    "language": {"errors", "lenses", "shipped"},
    "drawings": {"errors", "language", "shipped"},
    # a worksheet says an answer in words, and so needs the words of all that it names
    "sheets": {"answers", "drawings", "errors", "language", "lenses", "plan", "touchpoints"},
    "simulate": {"errors", "events.schema", "shipped"},
    "plan": {
        "answers",
        "errors",
        "keeping",
        "language",
        "lenses",
        "result",
        "shipped",
        "touchpoints",
    },
}
DOORS = {"__init__", "__main__", "workspace", "journeys", "cli", "printing", "web", "collector"}
"""They open the house, so they may import any part of it."""

ONLY_IN = {
    "duckdb": {"sources", "events", "people", "touchpoints", "blocks"},
    "deltalake": {"sources", "events", "people", "touchpoints", "blocks", "stores"},
    "pyspark": {"engines"},
    "starlette": {"web", "collector"},
    "click": {"cli"},
}

HEAVY = ("numba", "scipy", "pyarrow", "duckdb", "deltalake", "starlette")

MODULES = sorted(ROOT.rglob("*.py"))


def part_of(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def at_run_time(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        only_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not only_types:
            yield node
            yield from at_run_time(node)


def imports(file: Path) -> Iterator[str]:
    """The full name of each module that `file` imports, its own package included."""
    package = ["omvei", *file.relative_to(ROOT).parts[:-1]]
    for node in at_run_time(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # `from . import leaks` names modules; `from .leaks import Leaks` names what is in one.
            yield from (f"{module}.{alias.name}" for alias in node.names)


def allowed(module: str, part: str) -> bool:
    inside = module.removeprefix("omvei.")
    if inside.split(".")[0] == part or inside.startswith("__"):
        return True
    return any(inside == may or inside.startswith(f"{may}.") for may in MAY_IMPORT[part])


def test_every_part_has_its_arrows():
    parts = {part_of(file) for file in MODULES}
    assert parts - DOORS <= set(MAY_IMPORT)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_imports_follow_the_arrows(file):
    part = part_of(file)
    if part in DOORS:
        return
    ours = {module for module in imports(file) if module.startswith("omvei.")}
    assert {module for module in ours if not allowed(module, part)} == set()


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_engines_and_storage_are_imported_only_where_they_are_named(file):
    outside = {module.split(".")[0] for module in imports(file)}
    assert {name for name in outside & set(ONLY_IN) if part_of(file) not in ONLY_IN[name]} == set()


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_segment_is_the_vendor_and_nothing_else(file):
    if part_of(file) == "sources":
        return
    words = {
        getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "name", None)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
    }
    assert not words & {"segment", "segments", "Segment", "Segments"}


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_no_module_is_a_drawer_of_odds_and_ends(file):
    words = set(file.relative_to(ROOT).with_suffix("").parts)
    assert not words & {"utils", "helpers", "common", "core", "misc", "managers"}


def test_help_loads_nothing_heavy():
    program = (
        "import sys\n"
        "from omvei.cli import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit as stop:\n    assert not stop.code\n"
        f"print('loaded:', *(name for name in {HEAVY} if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].strip() == "loaded:"


PUBLIC = [
    name
    for name in sorted(".".join(["omvei", *f.relative_to(ROOT).parts[:-1]]) for f in MODULES)
    if hasattr(import_module(name), "__all__")
]


@pytest.mark.parametrize("name", sorted(set(PUBLIC)))
def test_what_is_visible_is_what_is_said_to_be(name):
    module = import_module(name)
    visible = {
        word
        for word, thing in vars(module).items()
        if not word.startswith("_") and not isinstance(thing, ModuleType)
    }
    # A submodule may be said to be public: it is visible once it is imported.
    said = {word for word in module.__all__ if not isinstance(getattr(module, word), ModuleType)}
    assert visible == said


def test_every_error_stands_in_the_tree_of_errors():
    classes = [
        name
        for name, thing in vars(errors).items()
        if inspect.isclass(thing) and issubclass(thing, Exception)
    ]
    assert [name for name in classes if name not in (errors.__doc__ or "")] == []


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_every_module_says_what_it_is(file):
    text = file.read_text("utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text))
