import pytest

from omvei.touchpoints.queries import classify

PAIRS = """
hvordan velge telt = problem
vandresko = category
beste telt = category
helsport telt = brand
soveposetest = review
bäst i test vandringskängor = review
anmeldelse af soveposer = review
sykkelpris = price
billige vandresko = price
rabatkode fjellet = discount
udsalg = discount
telt vs tarp = comparison
prissammenligning = comparison
reaktion = category
testament = category
"""


@pytest.mark.parametrize("pair", PAIRS.split("\n")[1:-1])
def test_a_query_has_its_class(pair):
    query, name = pair.split(" = ")
    assert classify(query, brands=["Helsport"]) == name


@pytest.mark.parametrize("query", ["omdome", "jamfor talt", "recension"])
def test_people_type_without_nordic_letters(query):
    assert classify(query) in ("review", "comparison")
