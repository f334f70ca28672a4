"""The shop's pages: which address and title a touchpoint on the web has."""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .behaviour import CHECKOUT, EXPERIENCE, World
from .rows import NONE, Rows

FIXED = {
    "home": ("/", "Nordvidde – utstyr for friluft"),
    "account": ("/min-side", "Min side"),
    "offer_view": ("/tilbud", "Tilbud"),
    "faq_view": ("/sporsmal-og-svar", "Spørsmål og svar"),
    "terms_view": ("/levering-og-retur", "Levering og retur"),
    "newsletter_signup": ("/nyhetsbrev", "Nyhetsbrev"),
    "wishlist": ("/onskeliste", "Ønskeliste"),
    "add_to_cart": ("/handlekurv", "Handlekurv"),
    "cart_remove": ("/handlekurv", "Handlekurv"),
    "checkout_start": ("/kasse", "Kassen"),
    "delivery_choice": ("/kasse/levering", "Kassen: levering"),
    "purchase": ("/kasse/takk", "Takk for handelen"),
    "video_view": ("/film/slik-setter-du-opp-teltet", "Film: Slik setter du opp teltet"),
    "download": ("/nedlasting/storrelsesguide.pdf", "Størrelsesguide"),
}
"""Pages of which there is one: path and title."""


def slug(words: str) -> str:
    """Words as an address writes them.

    >>> slug("Hvorfor fryser du i soveposen? Bål på øya")
    'hvorfor-fryser-du-i-soveposen-bal-pa-oya'
    """
    plain = words.lower().translate(str.maketrans("æøåäö", "aoaao"))
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


@dataclass(frozen=True)
class Pages:
    """Every page, as a path and a title; a page's code is its place."""

    world: World
    words: tuple[str, ...]
    """Every search that can be made on the site."""

    @cached_property
    def groups(self) -> dict[str, list[tuple[str, str]]]:
        names = [product for product, *_ in self.world.products]
        return {
            **{kind: [page] for kind, page in FIXED.items()},
            "content_read": [(f"/artikler/{slug(t)}", t) for t in self.world.names["articles"]],
            "guide_read": [(f"/guider/{slug(t)}", t) for t in self.world.names["guides"]],
            "category_view": [
                (f"/kategori/{slug(c)}", c.capitalize()) for c in self.world.categories
            ],
            "product_view": [(f"/p/{slug(n)}", n) for n in names],
            "review_read": [(f"/p/{slug(n)}/omtaler", f"Omtaler av {n}") for n in names],
            "price_view": [(f"/p/{slug(n)}/pris", f"Prishistorikk for {n}") for n in names],
            "comparison": [(f"/sammenlign/{slug(n)}", f"Sammenlign {n}") for n in names],
            "search": [
                (f"/sok?q={query.replace(' ', '+')}", f"Søk: {query}") for query in self.words
            ],
        }

    @cached_property
    def first(self) -> dict[str, int]:
        """The code of the first page of each group."""
        sizes = np.cumsum([0, *map(len, self.groups.values())])
        return dict(zip(self.groups, sizes.tolist(), strict=False))

    @cached_property
    def all(self) -> list[tuple[str, str]]:
        return [page for group in self.groups.values() for page in group]

    def codes(
        self,
        rng: np.random.Generator,
        rows: Rows,
        kinds: tuple[str, ...],
        category: np.ndarray,
        query: np.ndarray,
    ) -> np.ndarray:
        """The page of each row of a visit to the web; `NONE` elsewhere."""
        page = np.full(len(rows), NONE)
        luck = rng.random(len(rows))
        for code, kind in enumerate(kinds):
            here = np.flatnonzero(rows.kind == code)
            if kind == "page_view":
                stage = rows.stage[here]
                page[here] = self.first["home"]
                page[here[stage == CHECKOUT]] = self.first["delivery_choice"]
                page[here[stage == EXPERIENCE]] = self.first["account"]
            elif kind in ("content_read", "guide_read"):
                page[here] = self.first[kind] + (luck[here] * len(self.groups[kind])).astype(int)
            elif kind == "category_view":
                page[here] = self.first[kind] + category[here]
            elif kind == "search":
                page[here] = self.first[kind] + query[here]
            elif kind in ("product_view", "review_read", "price_view", "comparison"):
                page[here] = self.first[kind] + rows.product[here]
            elif kind in self.first:
                page[here] = self.first[kind]
        return page
