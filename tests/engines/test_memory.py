import pytest

import omvei
from omvei.answers.tally import Tally
from omvei.engines import memory
from omvei.simulate import simulate
from omvei.touchpoints.vocabulary import codes


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    simulate(orders=200, seed=3).write(folder)
    workspace = omvei.init(folder / "w")
    workspace.take(folder / "events.parquet")
    return workspace.journeys


@pytest.fixture
def counted(shop, monkeypatch):
    """The shop's journeys, in a process that remembers; and how often blocks were asked."""
    from omvei import journeys as module

    real, asked = module.run, []

    def run(analysis, blocks):
        asked.append(analysis)
        return real(analysis, blocks)

    monkeypatch.setattr(module, "run", run)
    memory.remember(1 << 20)
    yield shop, asked
    memory.remember(0)


def test_the_same_question_is_answered_from_memory_and_another_is_not(counted):
    shop, asked = counted
    tally = Tally("kind", len(codes()))
    first = shop.run(tally)
    assert (shop.whole().run(tally) == first).all()
    assert len(asked) == 1
    shop.run(Tally("channel", len(shop.words["channel"])))
    shop.between("2025-06-01").run(tally)
    shop.where(kind="purchase").run(tally)
    assert len(asked) == 4


def test_what_is_done_to_an_answer_does_not_change_the_next(counted):
    shop, _ = counted
    tally = Tally("kind", len(codes()))
    first = shop.run(tally)
    kept = first.copy()
    first += 1
    assert (shop.run(tally) == kept).all()


def test_only_so_much_is_remembered_the_latest():
    memory.remember(4000)
    try:
        for number in range(8):
            memory.recalled(number, b"", lambda n=number: bytes(900) + bytes([n]))
        assert memory.recalled(7, b"", lambda: "asked again")[-1] == 7
        assert memory.recalled(0, b"", lambda: "asked again") == "asked again"
        assert memory.recalled("big", b"", lambda: bytes(2000)) == bytes(2000)
        assert memory.recalled("big", b"", lambda: "asked again") == "asked again"
    finally:
        memory.remember(0)


def test_answers_are_the_same_remembered_or_not(shop):
    told = [shop.map("kind").to_json(), shop.lens("hankins").own().to_json()]
    memory.remember(1 << 24)
    try:
        for _ in range(2):
            assert [shop.map("kind").to_json(), shop.lens("hankins").own().to_json()] == told
    finally:
        memory.remember(0)
