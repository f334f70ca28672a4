"""The catalogues: complete, alike, and never Norwegian where they should be something else."""

import re
from importlib.resources import files

import pytest
import yaml

from omvei.language import LANGUAGES, choose, vocabulary, words


def parts(language):
    return {
        file.name: yaml.safe_load(file.read_text("utf-8"))
        for file in files("omvei").joinpath(f"locale/{language}").iterdir()
    }


def catalogue(language):
    return {key: text for part in parts(language).values() for key, text in part.items()}


@pytest.mark.parametrize("language", ["nb", "sv", "da"])
def test_every_language_has_the_parts_of_english_and_each_key_in_the_same(language):
    keys = {name: set(part) for name, part in parts(language).items()}
    assert keys == {name: set(part) for name, part in parts("en").items()}
    assert sum(map(len, keys.values())) == len(set().union(*keys.values()))


def forms(sentence):
    return [sentence] if isinstance(sentence, str) else list(sentence.values())


def places(sentence):
    return {name for form in forms(sentence) for name in re.findall(r"{(\w+)}", form)}


@pytest.mark.parametrize("language", ["nb", "sv", "da"])
def test_every_language_has_the_keys_of_english(language):
    assert catalogue(language).keys() == catalogue("en").keys()


@pytest.mark.parametrize("language", ["nb", "sv", "da"])
def test_a_sentence_is_filled_in_with_the_same_values_in_every_language(language):
    english = catalogue("en")
    for key, sentence in catalogue(language).items():
        if key.startswith("refusal."):  # English is the terminal's; a page may need less of it
            assert places(sentence) <= places(english[key]), key
        else:
            assert places(sentence) == places(english[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_words(language):
    for key in catalogue("en"):
        assert all(forms(words(language).catalogue[key])), key


def test_no_sentence_speaks_of_causes_or_certainty():
    wrong = r"\blift|\buplift|løft|\beffekt|\beffect\b|95 ?%|entropi"
    for language in LANGUAGES:
        for key, sentence in catalogue(language).items():
            assert not re.search(wrong, " ".join(forms(sentence)), re.IGNORECASE), (language, key)


def test_what_is_missing_is_said_in_english():
    assert words("sv").catalogue.keys() == words("en").catalogue.keys()


def test_a_language_nobody_has_is_english():
    assert words("fi").language == "en"


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("sv", "nb", "sv"),
        (None, "nn-NO,en;q=0.5", "nb"),
        (None, "fr, da;q=0.8", "da"),
        (None, "fr", "en"),
        ("xx", None, "en"),
    ],
)
def test_the_language_is_the_one_chosen_else_the_first_the_browser_accepts(
    asked, accepted, language
):
    assert choose(asked, accepted) == language


def test_numbers_are_written_as_the_language_does():
    assert [words(name).number(6400) for name in LANGUAGES] == [
        "6\xa0400", "6\xa0400", "6.400", "6,400",
    ]  # fmt: skip
    assert words("nb").decimal(22.5) == "22,5"


def test_small_shares_keep_a_decimal():
    assert [words("en").percent(share) for share in (0, 0.004, 0.0194, 0.02, 0.5, 1)] == [
        "0%", "0.4%", "1.9%", "2%", "50%", "100%",
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_label(language):
    for kind in vocabulary():
        assert words(language).kind(kind)
