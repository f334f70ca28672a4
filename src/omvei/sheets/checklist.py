"""The checklist to pass on: without an answer there are boxes to tick."""

from collections.abc import Mapping
from typing import Any

from ..language import Words
from ..plan.checklist import VERDICTS
from . import cells
from .sheet import Item, Part, Sentences, Table


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """Each question with the user's answer, the data's, and what to do next; and as a table."""
    heads = (t("sheet.question"), t("checklist.own"), t("checklist.data"), t("sheet.evidence"),
             t("people"), t("checklist.next"))  # fmt: skip
    rows = tuple(
        (
            row["ask"],
            t(f"checklist.own.{row['own']}") if row["own"] else None,
            t(f"checklist.verdict.{row['verdict']}"),
            row["evidence"],
            cells.count(row["n"], t) if row["unit"] == "people" and row["n"] else None,
            row["next"],
        )
        for row in said["rows"]
    )
    return [
        Sentences("", tuple(_item(row, bool(said.get("n")), t) for row in said["rows"]), True),
        Table(t("checklist.title"), heads, rows, on_paper=False),
    ]


def _item(row: Mapping[str, Any], with_data: bool, t: Words) -> Item:
    boxes = "   ".join(
        f"{'☒' if row['own'] == verdict else '☐'} {t(f'checklist.own.{verdict}')}"
        for verdict in VERDICTS
    )
    found = [f"{t('checklist.own')}: {boxes}"]
    if with_data or row["evidence"]:
        verdict = t(f"checklist.verdict.{row['verdict']}")
        found.append(f"{t('checklist.data')}: {verdict}. {row['evidence'] or ''}".strip())
    if row["agree"] is False:
        found.append(t("checklist.differ"))
    found += [f"{t('checklist.next')}: {row['next']}", row["rule"]]
    return Item(row["ask"], tuple(found))
