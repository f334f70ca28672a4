"""Write how to get each file, in four languages, at the end of the pages of the sources."""

from pathlib import Path

from omvei import sources
from omvei.sources.howto import how_to

FOLDER = Path(__file__).parent / "sources"
MARK = "## In four languages\n"
NAMES = {"nb": "På norsk", "sv": "På svenska", "da": "På dansk", "en": "In English"}
LETTER = {
    "nb": "Tekst du kan sende",
    "sv": "Text att skicka",
    "da": "Tekst, du kan sende",
    "en": "A text to send",
}


def section(source: str) -> str:
    """What stands at the end of the page."""
    parts = [MARK]
    for language, name in NAMES.items():
        told = how_to(source)[language]
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(told.steps, 1))
        parts.append(f"### {name}\n\n{steps}\n\n**{LETTER[language]}**: *{told.ask}*\n")
    return "\n".join(parts)


def written(source: str) -> str:
    """The whole page of a source, with its section as it should be."""
    page = (FOLDER / f"{source}.md").read_text(encoding="utf-8")
    return f"{page.partition(MARK)[0].rstrip()}\n\n{section(source)}"


if __name__ == "__main__":
    for source in sources.names():
        if how_to(source):
            page = written(source)
            (FOLDER / f"{source}.md").write_text(page, encoding="utf-8")
