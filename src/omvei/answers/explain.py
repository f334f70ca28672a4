"""Why a touchpoint stands in a stage: the rule that caught it, or how long a stage lasts."""

from typing import TYPE_CHECKING, Any

from ..errors import UnknownNameError
from ..lenses.carrier import NOWHERE
from ..lenses.catching import by_rule
from ..moment import moment
from ..people.names import name
from ..result import Result
from ..touchpoints.vocabulary import kinds
from .trace import ANY_IDENTIFIER, find

if TYPE_CHECKING:
    from ..journeys import Journeys


def explain(journeys: "Journeys", person: str) -> Result:
    """Say of each touchpoint of a person which rule of the journeys' model put it in its stage.

    One row a touchpoint: `time, kind, content, stage` (None: none yet), `rule` (from 1, in the
    order in which the model asks them) with what it asks (`when`), and `by`: `rule`; `kept` (no
    rule holds, so the stage before goes on); `silence` (the same, after so long a silence that the
    person rested); `deepest` (a rule holds, but they had been further in this purchase cycle);
    `nothing` (no rule held so far).

    Raises `UnknownNameError` for somebody who is not here.
    """
    who = journeys.find(person)
    model = journeys.model
    rules = by_rule(model)
    seen = journeys.lens(rules)
    seen._lens[model.id] = model  # both columns are read of one block
    seen._lens["(rules)"] = rules
    block = find(seen, who) if who is not None else None
    if who is None or block is None:
        raise UnknownNameError("person", person, [], ANY_IDENTIFIER)
    stages, caught = block[f"stage:{model.digest}"], block[f"stage:{rules.digest}"]
    names, contents = list(kinds()), journeys.words["content"]
    rows: list[dict[str, Any]] = []
    for row in range(block.rows):
        rule = int(caught[row]) if caught[row] != NOWHERE else None
        stage = int(stages[row]) if stages[row] != NOWHERE else None
        content = int(block["content"][row])
        if rule is not None:
            by = "rule" if model.rules[rule].stage == stage else "deepest"
        elif stage is None:
            by = "nothing"
        else:
            before = int(stages[row - 1]) if row else stage
            by = "silence" if stage == model.rest and before != stage else "kept"
        rows.append(
            {
                "time": moment(int(block["time"][row])),
                "kind": names[int(block["kind"][row])],
                "content": contents[content] if content >= 0 else None,
                "stage": model.stages[stage].id if stage is not None else None,
                "by": by,
                "rule": rule + 1 if rule is not None else None,
                "when": model.rules[rule].when if rule is not None else None,
            }
        )
    meaning = journeys.meaning(1) | {"person": name(who), "lens": model.id}
    return Result("explain", meaning, {"rows": rows})
