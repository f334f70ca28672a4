"""The map as a picture: what is drawn, where, and what it says to those who cannot see it."""

import re
import time
import xml.etree.ElementTree as ET

import pytest
from drawings.sample import sample

from omvei.drawings import map as drawing
from omvei.drawings.choosing import choose, colour
from omvei.language import words

SVG = "{http://www.w3.org/2000/svg}"


def tree(**options):
    map = options.pop("map", None) or sample()
    return ET.fromstring(drawing.draw(map, words("en"), **options))


def classes(element):
    return set(element.get("class", "").split())


def links(svg, name):
    return [a for a in svg.iter(f"{SVG}a") if name in classes(a)]


def test_the_same_map_is_drawn_the_same():
    assert drawing.draw(sample(), words("nb")) == drawing.draw(sample(), words("nb"))


def test_the_order_of_nodes_and_edges_does_not_matter():
    turned = sample()
    turned["edges"] = turned["edges"][::-1]
    assert drawing.draw(turned, words("nb")) == drawing.draw(sample(), words("nb"))


def test_start_and_end_are_no_nodes():
    nodes = [a.get("data-node") for a in links(tree(), "node")]
    assert len(nodes) == 10
    assert not {"(start)", "(end)"} & set(nodes)


def test_every_edge_is_a_link_to_its_own_address():
    svg = tree(
        link=lambda thing: f"/x?{thing.get('id') or thing['source'] + '>' + thing['target']}"
    )
    inside = [e for e in sample()["edges"] if not e["source"][0] == "(" != e["target"][0] != "("]
    hrefs = {a.get("href") for a in links(svg, "edge")}
    assert hrefs <= {f"/x?{e['source']}>{e['target']}" for e in inside}
    assert len(hrefs) == len(links(svg, "edge")) == choose(sample()).total


def test_nothing_in_the_picture_needs_an_inline_style_or_a_script():
    svg = drawing.draw(sample(), words("nb"), trail=["search", "product_view", "search"])
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", svg)


def test_the_main_axis_is_the_mean_position():
    layout = drawing.places(sample(), words("en"))
    position = {node["id"]: node["position"] for node in sample()["nodes"]}
    across = sorted(zip(layout.x, layout.ids, strict=True))
    assert [position[name] for _, name in across] == sorted(position[name] for _, name in across)


def test_on_a_phone_the_main_axis_goes_down():
    layout = drawing.places(sample(), words("en"), shape="tall")
    position = {node["id"]: node["position"] for node in sample()["nodes"]}
    down = [name for _, name in sorted(zip(layout.y, layout.ids, strict=True))]
    assert down == sorted(layout.ids, key=lambda name: position[name])


@pytest.mark.parametrize("shape", ["wide", "tall"])
@pytest.mark.parametrize("n", [1, 2, 3, 10, 28])
def test_no_two_nodes_touch(n, shape):
    layout = drawing.places(sample(n) if n > 1 else one(), words("sv"), shape=shape)
    for i in range(n):
        for j in range(i):
            away = ((layout.x[i] - layout.x[j]) ** 2 + (layout.y[i] - layout.y[j]) ** 2) ** 0.5
            assert away > layout.radius[i] + layout.radius[j]


def one():
    alone = sample(2)
    alone["nodes"] = [node for node in alone["nodes"] if node["id"] != "search"]
    alone["edges"] = []
    return alone


def test_saved_places_are_kept_when_nodes_go_and_come():
    whole = drawing.places(sample(), words("en")).fractions()
    fewer = sample()
    fewer["nodes"] = [node for node in fewer["nodes"] if node["id"] != "search"]
    fewer["edges"] = [e for e in fewer["edges"] if "search" not in (e["source"], e["target"])]
    again = drawing.places(fewer, words("en"), saved=whole).fractions()
    assert again == {name: place for name, place in whole.items() if name != "search"}


def test_at_first_the_strongest_edges_are_shown_and_every_best_way_in_and_out():
    shown = choose(sample())
    first = shown.edges[: shown.first]
    assert len(first) >= 23
    for node in shown.nodes:
        assert any(node["id"] in (e["source"], e["target"]) for e in first)
    beyond = [a for a in links(tree(), "edge") if "beyond" in classes(a)]
    assert len(beyond) == len(shown.edges) - shown.first


def test_the_share_of_steps_is_of_all_steps():
    map = sample()
    shown = choose(map)
    inside = [e for e in map["edges"] if "(" not in e["source"] + e["target"]]
    assert shown.steps == sum(e["transitions"] for e in inside)
    assert shown.total == len(inside)


def test_colour_says_whether_the_interval_excludes_no_difference():
    def edge(low, high, few=False):
        return {"difference": {"value": 0, "low": low, "high": high}, "later": {"too_few": few}}

    assert [colour(e) for e in (edge(0.1, 0.2), edge(-0.1, 0.2), edge(-0.2, -0.1))] == [
        "up", "flat", "down",
    ]  # fmt: skip
    assert colour(edge(0.1, 0.2, few=True)) == "flat"


@pytest.mark.parametrize("side", ["first", "otherwise"])
def test_a_comparison_with_too_few_people_has_no_colour(side):
    edge = {"difference": {"value": 0.3, "low": 0.1, "high": 0.8}, side: {"too_few": True}}
    assert colour(edge) == "flat"


def test_without_a_goal_all_edges_are_grey_and_no_rate_is_shown():
    svg = tree(map=sample(goal=False))
    assert all("flat" in classes(a) for a in links(svg, "edge"))
    assert not [c for c in svg.iter(f"{SVG}circle") if "ring" in classes(c)]
    assert "%" not in "".join(svg.itertext())


def test_edges_back_are_hollow_or_dashed():
    for a in links(tree(), "edge"):
        line = next(p for p in a if "line" in classes(p))
        hollow = any("core" in classes(p) for p in a)
        assert ("back" in classes(a)) == (hollow or line.get("stroke-dasharray") is not None)


def test_a_label_says_an_edge_in_natural_frequencies():
    said = [a.get("aria-label") for a in links(tree(), "edge")]
    assert any(re.search(r"From .+ to .+: [\d,]+ people\. \d+ of 100 buy later", s) for s in said)


def test_too_few_people_get_no_rate():
    map = sample(people=60)
    for node in map["nodes"]:
        node["later"] = {**node["later"], "too_few": True}
    assert "%" not in "".join(tree(map=map).itertext())


def test_only_one_node_is_a_tab_stop():
    stops = [a for a in tree().iter(f"{SVG}a") if a.get("tabindex") == "0"]
    assert len(stops) == 1


def test_a_followed_person_is_numbered_step_by_step():
    svg = tree(trail=["search", "product_view", "search", "purchase"])
    stops = [g for g in svg.iter(f"{SVG}g") if "stop" in classes(g)]
    assert ["".join(g.itertext()) for g in stops] == ["1", "2", "3", "4"]
    on = {a.get("data-node") for a in links(svg, "node") if "on" in classes(a)}
    assert on == {"search", "product_view", "purchase"}


def test_names_from_the_data_are_escaped():
    map = sample(3)
    map["by"] = "content"
    map["nodes"][0]["id"] = "<b>&\"'"
    map["edges"] = []
    ET.fromstring(drawing.draw(map, words("en")))


def test_an_empty_map_is_an_empty_picture():
    empty = {**sample(), "nodes": [], "edges": [], "n": 0}
    assert ET.fromstring(drawing.draw(empty, words("en"))).tag == f"{SVG}svg"


@pytest.mark.parametrize(("n", "most"), [(10, 0.3), (28, 1.0)])
def test_a_map_is_drawn_quickly_once_the_kernels_are_compiled(n, most):
    drawing.draw(sample(n), words("nb"))
    took = []
    for _ in range(3):
        start = time.perf_counter()
        drawing.draw(sample(n), words("nb"))
        took.append(time.perf_counter() - start)
    assert min(took) < most


def test_a_page_of_its_own_fetches_nothing():
    html = drawing.page(sample(), words("nb"))
    assert html.startswith("<!doctype html>")
    assert '<html lang="nb">' in html
    assert not re.search(r'(src|href)="(?!#|\?)', html)
    assert html.count("<svg") >= 2


def test_the_table_of_a_page_has_every_edge():
    html = drawing.page(sample(), words("en"))
    assert html.count("<tr id=") == len(sample()["edges"])
