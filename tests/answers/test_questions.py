import json

import omvei

ROWS = [
    ("ann", 1, "search", "beste telt"),
    ("ann", 2, "search", "telt test"),
    ("ann", 3, "purchase", None),
    ("bob", 1, "search", "telt test"),
    ("bob", 2, "search", "telt test"),
    ("eve", 1, "product_view", None), ("kim", 200, "search", "rabattkode"),
]  # fmt: skip


def shop(folder):
    file = folder / "log.jsonl"
    told = [
        {"person": person, "time": 1_700_000_000 + day * 86_400, "kind": kind, "query": query}
        for person, day, kind, query in ROWS
    ]
    file.write_text("\n".join(map(json.dumps, told)))
    made = omvei.init(folder / "w")
    made.take(file)
    return made.journeys


def test_each_question_has_its_class_people_and_what_came_after(tmp_path):
    told = shop(tmp_path).questions().to_json()
    rows = {row["query"]: row for row in told["questions"]}
    assert [row["query"] for row in told["questions"]] == ["telt test", "beste telt", "rabattkode"]
    assert {q: (r["query_class"], r["people"], r["touchpoints"]) for q, r in rows.items()} == {
        "telt test": ("review", 2, 3),
        "beste telt": ("category", 1, 1),
        "rabattkode": ("discount", 1, 1),
    }
    assert (rows["telt test"]["later"]["people"], rows["telt test"]["later"]["converted"]) == (2, 1)
    assert rows["rabattkode"]["later"] is None  # nobody was watched for long enough after it
    assert (told["n"], told["others"]) == (3, 0)
    classes = {row["query_class"]: row["people"] for row in told["classes"]}
    assert classes == {"category": 1, "review": 2, "discount": 1}


def test_the_rest_is_counted(tmp_path):
    told = shop(tmp_path).questions(many=1).to_json()
    assert [row["query"] for row in told["questions"]] == ["telt test"]
    assert told["others"] == 2


def test_data_without_words_has_no_questions(tmp_path):
    (tmp_path / "a.csv").write_text("person,time,kind\nann,2026-01-01,page_view\n")
    made = omvei.init(tmp_path / "w")
    made.take(tmp_path / "a.csv")
    told = made.journeys.questions().to_json()
    assert (told["n"], told["questions"], told["classes"]) == (0, [], [])
