"""The same facts as three systems would export them, which only share orders and addresses.

* `ga4.jsonl`: the web, by cookie; see `analytics`.
* `shop_orders.csv`: the orders, by e-mail address, those of the shop in the street included.
* `newsletter.csv`: the mailing system, by e-mail address.

Web analytics writes order `1001`, the shop `#1001`.
"""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import yaml

from .behaviour import Ints, World
from .telling import Telling, letter_names, seconds, words
from .walk import SECOND

ACTIONS = {
    "email_received": "sent",
    "email_open": "opened",
    "email_click": "clicked",
    "unsubscribe": "unsubscribed",
}
"""What the mailing system calls a kind."""


def orders(told: Telling, path: Path) -> None:
    """Write the orders: semicolons and a decimal comma, as Nordic shops' systems write them."""
    scene, rows = told.scene, told.scene.rows
    at = np.flatnonzero(rows.kind == scene.kinds.index("purchase"))
    value = scene.value[rows.order[at]]
    money = pc.binary_join_element_wise(
        pa.array(value // 100).cast(pa.string()),
        pc.utf8_lpad(pa.array(value % 100).cast(pa.string()), 2, "0"),
        ",",
    )
    number = pa.array(told.order[at]).cast(pa.string())
    products = scene.world.products
    _write(
        path,
        {
            "Ordrenummer": pc.binary_join_element_wise("#", number, ""),
            "E-post": _addresses(told, at),
            "Dato": _times(rows.time[at]),
            "Beløp": money,
            "Valuta": words([scene.world.names["currency"]], np.zeros(len(at), np.int64)),
            "Produkt": words([name for name, *_ in products], rows.product[at]),
            "Merke": words([brand for _, brand, *_ in products], rows.product[at]),
            "Kategori": words(list(scene.world.categories), told.category[at]),
            "Salgssted": words(["butikk", "nettbutikk"], told.web[at].astype(np.int64)),
        },
    )


def newsletter(told: Telling, path: Path) -> None:
    """Write what was sent, opened, clicked and ended."""
    scene, rows = told.scene, told.scene.rows
    actions = [ACTIONS.get(kind, "") for kind in scene.kinds]
    at = np.flatnonzero(np.isin(rows.kind, [scene.kinds.index(kind) for kind in ACTIONS]))
    _write(
        path,
        {
            "E-post": _addresses(told, at),
            "Tidspunkt": _times(rows.time[at]),
            "Handling": words(actions, rows.kind[at]),
            "Kampanje": words(letter_names(scene), rows.letter[at]),
        },
    )


def _addresses(told: Telling, at: Ints) -> pa.Array:
    who = told.email[at]
    return told.scene.identity.emails.take(pa.array(who, mask=who < 0))


def _times(time: Ints) -> pa.Array:
    """Whole seconds with the zone, as `2024-03-05 14:03:22 +0000`."""
    stamp = pa.array(seconds(time) * SECOND).cast(pa.timestamp("us")).cast(pa.timestamp("s"))
    return pc.strftime(stamp, "%Y-%m-%d %H:%M:%S +0000")


def _write(path: Path, columns: dict[str, pa.Array]) -> None:
    options = pyarrow.csv.WriteOptions(delimiter=";", quoting_style="needed")
    pyarrow.csv.write_csv(pa.table(columns), path, options)


def definitions(world: World, folder: Path) -> None:
    """Write what the site's addresses and brands mean, for a workspace of the exports."""
    folder.mkdir(parents=True, exist_ok=True)
    text = files("omvei.simulate").joinpath("site.yaml").read_text("utf-8")
    (folder / "touchpoints.yaml").write_text(text, "utf-8")
    brands = yaml.safe_dump(world.names["brands"], allow_unicode=True)
    (folder / "brands.yaml").write_text(brands, "utf-8")
