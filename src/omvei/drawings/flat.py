"""
A drawing for readers of SVG that know no variables: its colours are written out, on white paper.

`drawings.css` names its colours once, for light and dark, and mixes them. A browser works that out;
what makes a PDF or a picture does not. Here the light ones are put in their places.

>>> mixed("color-mix(in oklab, #000000 25%, #ffffff)")
'#bfbfbf'
"""

import re
from functools import cache
from importlib.resources import files

FONT = "Libertinus Serif"
"""The letters of paper: they come with what sets the page."""
LETTERS = f"{FONT}, system-ui, sans-serif"
"""The letters in a drawing: those of paper, and on a screen the screen's."""
FAMILIES = ("see", "think", "do", "care", "plain")
"""What a thing on the map can be: each has a hue, which the rules mix."""
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_UNKNOWN = (":", "@", "::", "[")
"""Signs of a selector for something that paper does not have: focus, motion, a screen."""
_LATER = (".number.extra", ".trail", ".stop ")
"""What is shown only once somebody points at it, or follows a person."""


@cache
def styles() -> str:
    """Return the styles of the drawings with every colour written out."""
    text = files(__package__).joinpath("drawings.css").read_text("utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"@[^{]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", text)
    text = re.sub(r"light-dark\(([^,]+),[^)]+\)", r"\1", text)
    names = dict(re.findall(r"--([\w-]+):\s*([^;}]+?)\s*[;}]", text.partition("}")[0] + "}"))
    rules = []
    for selector, body in _RULE.findall(text):
        if any(sign in selector for sign in _UNKNOWN) or any(one in selector for one in _LATER):
            continue
        if "--hue" in body and "var(--hue)" not in body:
            continue
        for family in FAMILIES if "var(--hue)" in body else ("",):
            known = {**names, "hue": names.get(family, "")}
            rules.append(f"{_within(selector, family)}{{{_plain(body, known)}}}")
    return "".join(rules)


def _plain(body: str, names: dict[str, str]) -> str:
    """What a rule says, with the colours that have these names."""
    body = re.sub(r"var\(--([\w-]+)\)", lambda found: names[found[1]], body)
    body = re.sub(r"color-mix\((?:[^()]|\([^()]*\))*\)", lambda found: mixed(found[0]), body)
    return re.sub(r"--[\w-]+:[^;]*;", "", body)


def _within(selector: str, family: str) -> str:
    """The selector, of things of one family: without the class that every drawing has."""
    parts = [part.strip().removeprefix(".omvei").strip() for part in selector.split(",")]
    return ", ".join(f".{family} {part.rpartition(' ')[2]}" if family else part or "*"
                     for part in parts)  # fmt: skip


def mixed(rule: str) -> str:
    """Return the colour of a `color-mix` of two that are written as #rrggbb; clear is white."""
    found = re.fullmatch(r"color-mix\(in \w+,\s*(\S+)\s+([\d.]+)%,\s*(\S+)\)", rule)
    if not found:
        return "#ffffff"
    part = float(found[2]) / 100
    pairs = zip(_rgb(found[1]), _rgb(found[3]), strict=True)
    return "#" + "".join(f"{round(one * part + other * (1 - part)):02x}" for one, other in pairs)


def _rgb(colour: str) -> tuple[int, int, int]:
    text = colour.removeprefix("#")
    if len(text) == 3:
        text = "".join(sign * 2 for sign in text)
    if not re.fullmatch(r"[0-9a-fA-F]{6}", text):
        return 255, 255, 255
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def flat(svg: str) -> str:
    """Return an SVG with these styles inside it, on white."""
    css = f"{styles()}text{{font-family:{LETTERS}}}.number.extra{{display:none}}"
    return svg.replace(">", f"><style>{css}</style>", 1)
