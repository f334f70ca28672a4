"""A form that changes a file of `definitions/`: write, take away, undo or redo."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omvei import keeping
from omvei.web.asking import workspace
from omvei.web.guard import check_form

Write = Callable[[Path, Any, str], None]
"""Writes what a form says: the file, the form, and what its button does (`save`, ...)."""


async def change(request: Request, name: str, write: Write, back: str) -> Response:
    """Do what the form's button says to the file `name`, and go back to a page.

    Raises `StaleFormError` for a form without its token, `OmveiError` for what cannot be written.
    """
    async with request.form(max_files=1) as form:
        check_form(request, form.get("token"))
        file = workspace(request).path / "definitions" / name
        do = str(form.get("do", "save"))
        if do == "undo":
            keeping.undo(file)
        elif do == "redo":
            keeping.redo(file)
        else:
            write(file, form, do)
    return RedirectResponse(back, 303)
