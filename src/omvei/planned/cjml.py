"""
Planned journeys in the XML of CJML 2.0, as its public tools write it.

Read and written: `plannedJourney` with `journeyID`, `journeyTitle`, `journeyPhases`, `actors`, and
`touchpoints` of `plannedCommunicationPoint` (initiator, receiver, channel) and `plannedAction`
(initiator). CJML says in words what happens, not how it is recognised in data, so a kind is read
from `<category>` where it names one of ours; else the touchpoint is looked for by its event's
name, which is the initiator's label. `within`, `after`, `optional`, `repeat` and `fails` have no
place in the format as it is known, and are not written.
"""

import re
from typing import Any
from xml.etree import ElementTree

from ..errors import OmveiError
from ..touchpoints.vocabulary import kinds
from .plan import Plan

POINTS = ("plannedCommunicationPoint", "plannedAction")


def write(plan: Plan) -> str:
    """The plan as CJML.

    >>> from omvei.planned.plan import Condition, Planned
    >>> one = Planned("Order", Condition(("purchase",)), (), phase="Buy", channel="Store")
    >>> "<channelName>Store</channelName>" in write(Plan("p", "P", (one,)))
    True
    """
    root = ElementTree.Element("CJML", version="2.0")
    journey = ElementTree.SubElement(root, "plannedJourney")
    _text(journey, "journeyID", plan.id)
    _text(journey, "journeyTitle", plan.name)
    phases = list(dict.fromkeys(one.phase for one in plan.touchpoints if one.phase))
    listed = ElementTree.SubElement(journey, "journeyPhases")
    for number, phase in enumerate(phases, 1):
        held = ElementTree.SubElement(listed, "journeyPhase", phaseID=f"P{number}")
        _text(held, "phaseName", phase)
    actors = ElementTree.SubElement(journey, "actors")
    for kind, name in (("endUser", "customer"), ("serviceProvider", "company")):
        ElementTree.SubElement(actors, kind, actorID=name)
    points = ElementTree.SubElement(journey, "touchpoints")
    for number, one in enumerate(plan.touchpoints, 1):
        asked = one.condition.kind
        starts = one.condition.initiator or (kinds()[asked[0]].initiator if asked else "customer")
        point = ElementTree.SubElement(points, POINTS[0])
        _text(point, "touchpointID", f"T{number}")
        if one.phase:
            ElementTree.SubElement(point, "belongsTo", phaseIDref=f"P{phases.index(one.phase) + 1}")
        meets = "customer" if starts == "company" else "company"
        for role, actor in (("initiator", starts), ("receiver", meets)):
            held = ElementTree.SubElement(point, role)
            ElementTree.SubElement(held, "refersTo", actorIDref=actor)
            _text(held, f"{role}Label", one.id)
        if one.channel:
            _text(ElementTree.SubElement(point, "channel"), "channelName", one.channel)
        if len(asked) == 1:
            _text(point, "category", asked[0])
    ElementTree.indent(root)
    return ElementTree.tostring(root, "unicode", xml_declaration=True) + "\n"


def read(text: str) -> dict[str, Any]:
    """What a plan's YAML would say, of the first planned journey in a CJML file.

    Raises `OmveiError` for what is no CJML, or has no planned journey.
    """
    if re.search(r"<!(DOCTYPE|ENTITY)", text):
        raise OmveiError("The file declares entities, which CJML has no use for. It is not read.")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise OmveiError(f"The file is not XML: {error}. Export it from the tool again.") from None
    journey = root if root.tag == "plannedJourney" else root.find(".//plannedJourney")
    if journey is None:
        raise OmveiError(
            "The file has no <plannedJourney>. Omvei reads planned journeys in CJML 2.0; actual "
            "ones are imported as events."
        )
    phases = {
        one.get("phaseID"): (one.findtext("phaseName") or "").strip()
        for one in journey.iter("journeyPhase")
    }
    rows: list[dict[str, Any]] = []
    used: set[str] = set()
    for point in journey.iter():
        if point.tag not in POINTS:
            continue
        label = (point.findtext("initiator/initiatorLabel") or "").strip()
        code = (point.findtext("touchpointID") or "").strip()
        name = label or code or f"Touchpoint {len(rows) + 1}"
        while name in used:
            name += f" ({code or len(rows) + 1})"
        used.add(name)
        kind = (point.findtext("category") or "").strip()
        row: dict[str, Any] = {"id": name}
        row |= {"kind": kind} if kind in kinds() else {"event": label or code or name}
        at = point.find("belongsTo")
        if at is not None and phases.get(at.get("phaseIDref")):
            row["phase"] = phases[at.get("phaseIDref")]
        if channel := (point.findtext("channel/channelName") or "").strip():
            row["channel"] = channel
        rows.append(row)
    if not rows:
        raise OmveiError("The planned journey has no touchpoints. Export it from the tool again.")
    title = journey.findtext("journeyTitle") or journey.findtext("journeyID") or "Plan"
    return {"name": title.strip(), "case": "person", "touchpoints": rows}


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text
