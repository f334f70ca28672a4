from drawing import journeys


def test_the_people_on_a_move_are_the_people_the_map_counts(tmp_path):
    shop = journeys(
        tmp_path,
        ann="search product_view search product_view",
        bob="search",
        eve="product_view search",
    )
    drawn = shop.map("kind").to_json()
    for edge in drawn["edges"]:
        listed = shop.people(by="kind", edge=(edge["source"], edge["target"])).to_json()
        assert listed["n"] == len(listed["rows"]) == edge["people"], edge
    for node in drawn["nodes"]:
        assert shop.people(by="kind", node=node["id"]).to_json()["n"] == node["people"], node


def test_the_people_on_a_move_of_stages_include_silences(tmp_path):
    shop = journeys(tmp_path, ann="search 120d guide_read", bob="search guide_read").lens("hankins")
    for edge in shop.map("stage").to_json()["edges"]:
        listed = shop.people(by="stage", edge=(edge["source"], edge["target"])).to_json()
        assert listed["n"] == edge["people"], edge


def test_a_list_is_shown_in_pieces_and_says_how_many_there_are(tmp_path):
    shop = journeys(tmp_path, **{f"p{i}": f"{i}d search" for i in range(1, 6)})
    first, second = (shop.people(limit=2, offset=k).to_json() for k in (0, 2))
    assert first["n"] == second["n"] == 5
    assert first["rows"][0]["at"] > first["rows"][1]["at"] > second["rows"][0]["at"]
