"""Orders that the web and the shop do not tell alike: all of them, in pages or as a table."""

import csv
from io import StringIO

from starlette.requests import Request
from starlette.responses import Response

from omvei.sheets.tables import safe
from omvei.web.asking import workspace
from omvei.web.showing import as_json, said, show, wants_json

PAGE = 100
COLUMNS = ("order", "day", "known", "web", "shop", "difference", "reason")


def orders(request: Request) -> Response:
    """Show the orders, a hundred at a time; as JSON all of them."""
    here = workspace(request)
    answer = here.journeys.orders().to_json()
    if wants_json(request):
        return as_json(answer)
    given = request.query_params.get("offset", "0")
    offset = int(given) if given.isdecimal() else 0
    return show(
        request, "orders.html", orders=answer, rows=answer["rows"][offset : offset + PAGE],
        offset=offset, each=PAGE, simulated=here.simulated, json="/data/orders.json",
    )  # fmt: skip


def table(request: Request) -> Response:
    """Send all of them as CSV, in the reader's language."""
    t, out = said(request), StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([t(f"orders.{column}") for column in COLUMNS])
    for row in workspace(request).journeys.orders().to_json()["rows"]:
        told = (row["order_id"], row["day"], t(f"orders.known.{row['known']}"))
        sums = ["" if row[one] is None else row[one] for one in ("web", "shop", "difference")]
        reason = t(f"line.{row['reason']}")
        writer.writerow([*map(safe, told), *sums, safe(reason)])
    return Response(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="orders.csv"'},
    )
