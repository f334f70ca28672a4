"""Models of one's own: files in a workspace, made from a copy, and checked with their examples."""

import re
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from ..errors import DefinitionError, LensError, UnknownNameError
from ..keeping import put
from .drawn import stages
from .lens import Lens, load, names, read, text

FOLDER = Path("definitions") / "lenses"
"""Where they stand in a workspace; the file's name is the model's."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def files(workspace: Path) -> dict[str, Path]:
    """The models of a workspace, by name."""
    return {file.stem: file for file in sorted((workspace / FOLDER).glob("*.yaml"))}


def usable(workspace: Path) -> dict[str, Lens]:
    """The models of a workspace that can be used, by name; one with a mistake is left out."""
    found = {}
    for name, file in files(workspace).items():
        with suppress(LensError):
            found[name] = open_own(file)
    return found


def open_own(file: Path, **parameters: float) -> Lens:
    """A model from a file of a workspace. Its name is the file's, whatever `id` the file says.

    Raises `LensError` with the line and what was expected.
    """
    said = file.read_text("utf-8")
    if parameters:
        return replace(read(said, str(file), parameters), id=file.stem)
    return _read_once(said, file)


@lru_cache(maxsize=64)
def _read_once(said: str, file: Path) -> Lens:
    return replace(read(said, str(file)), id=file.stem)


def named(workspace: Path, name: str | Path, **parameters: float) -> Lens:
    """A model by its name: the workspace's own, else one that comes with Omvei, or a file.

    Raises `UnknownNameError` for a name that is not there, `LensError` for a file that is wrong.
    """
    own = files(workspace)
    if str(name) in own:
        return open_own(own[str(name)], **parameters)
    return load(name, **parameters)


def copy(workspace: Path, name: str, source: str) -> Path:
    """Begin a model of one's own as a copy of another; the rules and the comments come along. On
    screen it is called by its own name.

    Raises `UnknownNameError` for a source that is not there, `DefinitionError` for a name that is
    taken or cannot be one.
    """
    file = workspace / FOLDER / f"{name}.yaml"
    if not NAME.fullmatch(name):
        raise DefinitionError(
            str(file), 1, f"{name!r} is no name: small letters, digits and _, a letter first"
        )
    if name in names() or file.exists():
        raise DefinitionError(str(file), 1, f"there is a model called {name!r} already")
    own = files(workspace)
    if source not in own and source not in names():
        raise UnknownNameError("model", source, [*own, *names()])
    said = own[source].read_text("utf-8") if source in own else text(source)
    file.parent.mkdir(parents=True, exist_ok=True)
    said = re.sub(r"(?m)^id:.*$", f"id: {name}", said, count=1)
    title = name.replace("_", " ").capitalize()
    said = re.sub(r"(?m)^name:.*\n(?:[ \t]+.*\n)*", f"name: {title}\n", said, count=1)
    put(file, said)
    return file


def check(file: Path) -> list[LensError]:
    """What is wrong with a model's file: the first mistake in it, or every example that the rules
    see otherwise than it says. None: it can be used.

    Raises `UnknownNameError` where there is no such file.
    """
    if not file.exists():
        raise UnknownNameError("model", str(file), names())
    return mistakes(file.read_text("utf-8"), file)


def mistakes(said: str, file: Path) -> list[LensError]:
    """What is wrong with a model's text, as `check` says it; `file` is named in it."""
    try:
        lens = read(said, str(file))
    except LensError as error:
        return [error]
    wrong = []
    lines = said.splitlines()
    for example in lens.examples:
        line = next((n for n, line in enumerate(lines, 1) if example["journey"] in line), 1)
        try:
            seen = stages(lens, example["journey"])
        except UnknownNameError as error:
            wrong.append(LensError(str(file), line, str(error)))
            continue
        if seen != example["stages"]:
            problem = f"the rules see {seen!r} here, the example says {example['stages']!r}"
            wrong.append(LensError(str(file), line, problem))
    return wrong
