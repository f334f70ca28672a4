"""Worksheets, printed: plan, checklist, advice, content, touchpoints, channels, plans."""

from .tables import ROWS, Row, between, headed, print_lines, rate, table, whose


def advice(said: Row) -> None:
    from ..language import words
    from ..plan.advice import elsewhere, leads, sentences

    english = words("en", said.get("own"), said["unit"])
    print_lines([leads(said, english)] if said["rows"] else [])
    for row in said["rows"]:
        what, why = sentences(row, english)
        told = row["evidence"]
        number = rate(
            {**told, "converted": told["count"], "people": told["n"], "rate": told["value"]}
        )
        if told["unit"] not in ("share", "difference"):
            number = f"{told['value']:.4g} ({told['low']:.4g}–{told['high']:.4g})"
        print_lines(
            [
                f"{row['rank']}. {what}",
                f"   {why}",
                *([f"   Also: {'; '.join(elsewhere(row, english))}"] if row["others"] else []),
                f"   {row['stage']} · {told['unit']} {number} · judge it by {row['kpi']}",
            ]
        )
    print_lines([english(f"advised.bring.{one['what']}") for one in said["bring"]])
    if said["rows"]:
        print_lines(["Observed. Association, not cause: look into it, and test."])


def groups(said: Row) -> None:
    rows = []
    for row in said["rows"]:
        told = {"rate": row["share"], "converted": row["people"], "people": said["n"]}
        seen = row["people"] is not None
        rows.append({**row, "share": rate({**row, **told}) if seen else "–"})
    table("Target groups", rows, ("group", "people", "share"))


def handovers(said: Row) -> None:
    rows = [{**row, "went on": rate(row), "others": rate(row["otherwise"])} for row in said["rows"]]
    columns = ("source", "target", "people", "went on", "others", "judged")
    table(f"Own channels, within {said['horizon_days']} days", rows[:ROWS], columns)
    print_lines(["Compared with who began in a third own channel; association, not cause."])


def statements(said: Row) -> None:
    rows = [
        {
            **row,
            "touchpoint": row["id"] or "all",
            "waiting": row["negative_unanswered"],
            "answered": answered(row),
            "half within": days(row["days"]),
        }
        for row in said["rows"]
    ]
    columns = (
        "touchpoint", "statements", "people", "negative", "neutral", "positive", "answered",
        "half within", "waiting",
    )  # fmt: skip
    table("What people say", rows, columns)
    rows = [
        {**row, "time": row["time"][:10], "days": f"{row['days']:.0f}"}
        for row in said["unanswered"]
    ]
    listed = ("person", "time", "kind", "channel", "content", "score", "days")
    table(f"Negative and unanswered: {said['open']}, the newest first", rows, listed)
    print_lines(
        ["What was said lately has had less time. Words are not read: stars and scores are."]
    )


def answered(row: Row) -> str:
    """How much of what people said was answered; counts where it is of too few people."""
    return rate({**row, "converted": row["answered"], "people": row["statements"]})


def days(told: Row) -> str:
    """A median of days with its interval; a dash where it was not reached."""
    if told["value"] is None:
        return "–"
    high = "–" if told["high"] is None else f"{told['high']:.1f}"
    return f"{told['value']:.1f} d ({told['low']:.1f} to {high})"


def campaigns(said: Row) -> None:
    rows = [
        {
            **row,
            "for": row["stage"] or "–",
            **{key: rate(row[key]) for key in ("there", "soft", "hard")},
            "cost": ", ".join(f"{one['cost']:.0f} {one['currency']}" for one in row["costs"])
            or "–",
        }
        for row in said["rows"]
    ]
    columns = ("campaign", "for", "people", "new", "there", "soft", "hard", "judge", "why", "cost")
    table(f"Campaigns, within {said['horizon_days']} days", rows, columns)
    print_lines([headed("What people did after they were met; not because of it.")])


def readiness(said: Row) -> None:
    rows = said["readiness"] if said["answer"] == "choice" else said["rows"]
    told = [{**r, "channel": r["channel"] or "all", "ready": rate(r)} for r in rows]
    table(f"Ready now ({said['ready']})", told, ("channel", "people", "ready"))
    print_lines([f"Seen in the last {said['seen_days']} days. The claim, unsourced: 2%."])


def choice(said: Row) -> None:
    rows = [
        {**row, **{f"{told['days']} d": rate(told) for told in row["within"]}}
        for row in said["rows"]
    ]
    days = [f"{told['days']} d" for told in (said["rows"][0]["within"] if said["rows"] else ())]
    table("Goal after the first time by a channel", rows, ("channel", "people", *days))
    table(
        "By visit", [{**r, "in it": rate(r)} for r in said["visits"]], ("visit", "in it", "share")
    )
    table("Who can be met again", said["pools"], ("stage", "people", "consented"))
    table("Sales", said["sales"], ("customer", "purchases", "share"))
    again(said["remarketing"])
    if said["money"]:
        table("Money by stage", said["money"], ("stage", "currency", "meant", "met", "people"))
    readiness(said)


def remarketing(said: Row) -> None:
    again(said["rows"])
    print_lines(
        [
            f"Who went on within {said['horizon_days']} days, of people in the same stage at the "
            "same time, seen as lately and as often. Association, not cause."
        ]
        if said["rows"]
        else ["Nobody here was reached by remarketing, as far as the data tell."]
    )


def again(rows: list[Row]) -> None:
    """Those reached by remarketing beside the others."""
    told = [
        {
            "stage": row["stage"] or "all",
            "reached": row["reached"],
            "compared": row["people"],
            "went on": "too few" if row["too_few"] else f"{row['went_on']:.0%}",
            "others": "too few" if row["too_few"] else f"{row['others']:.0%}",
            "difference": "–"
            if row["too_few"]
            else f"{row['difference']:+.1%} ({row['low']:+.1%} to {row['high']:+.1%})",
        }
        for row in rows
    ]
    columns = ("stage", "reached", "compared", "went on", "others", "difference")
    table("With and without remarketing", told, columns)


def content(said: Row) -> None:
    missing = [row for row in said["rows"] if row["gap"]]
    table("Missing", missing[:ROWS], ("stage", "format", "channel", "people"))
    table("People and content", said["stages"], ("stage", "people", "items"))
    there = len(said["rows"]) - len(missing)
    print_lines([f"{len(said['pieces'])} pieces of content; {there} cells with content: --json."])


def touchpoints(said: Row) -> None:
    rows = [
        {
            **row,
            "stages": ", ".join(row["stages"]),
            "trust": "–"
            if row["trust"] is None or row["too_few"]
            else f"{row['trust']:+.0%} ({row['low']:+.0%} to {row['high']:+.0%})",
        }
        for row in said["rows"]
    ]
    columns = ("id", "by", "ownership", "people", "stages", "trust", "advice", "reason")
    table("Touchpoints", rows, columns)
    spoken = [row for row in said["rows"] if row["said"]]
    if spoken:
        rows = [
            {**row["said"], "id": row["id"], "by": row["by"], "answered": answered(row["said"])}
            for row in spoken
        ]
        heard = ("id", "by", "negative", "neutral", "positive", "answered", "negative_unanswered")
        table("What people say there", rows, heard)
    print_lines(
        [
            f"trust: how many more went on within {said['horizon_days']} days than others in the "
            "same situation. Association, not cause."
        ]
        if said["n"]
        else ["No data yet: only what is written in definitions/touchpoint_map.yaml."]
    )


def plan(said: Row) -> None:
    rows = [
        {
            **row,
            "kpi": row["kpi"] or None,
            "note": f"needs {' or '.join(row['missing'])}" if row["missing"] else row["note"],
        }
        for row in said["rows"]
    ]
    columns = ("stage", "kpi", "target", "value", "low", "high", "n", "status", "note")
    table(f"Plan ({said['model']})", rows, columns)


def conform(said: Row) -> None:
    steps = ("touchpoint", "phase", "people", "kept", "failing", "missing", "out_of_order")
    table(f"Plan {said['name']}", said["touchpoints"], (*steps, "waiting", "late"))
    real = [
        {
            **row,
            "people": row["took"]["people"] if row["took"] else None,
            "in order": rate(row["took"]) if row["observed"] else "not observed",
            "instead": ", ".join(
                f"{one['kind'] or 'nothing more'} {one['converted']}" for one in row["instead"][:3]
            ),
        }
        for row in said["touchpoints"]
    ]
    table("Beside the real way", real, ("touchpoint", "people", "in order", "instead"))
    rows = [
        {**row, "later": rate(row["later"]), "otherwise": rate(row["otherwise"])}
        for row in said["deviations"]
    ]
    columns = ("deviation", "touchpoint", "people", "share", "later", "otherwise")
    table("Deviations", rows[:ROWS], columns)
    fit = said["fitness"]
    fitness = f"{fit['value']:.2f} ({fit['low']:.2f}-{fit['high']:.2f})" if fit else "none"
    print_lines(
        [
            f"{said['n']} {whose(said)} compared, {said['kept']} as planned, {said['open']} still "
            f"under way; {said['without']} never met the plan. Fitness: {fitness}",
            f"later, otherwise: {said['goal'] or 'no goal'} within {said['horizon_days']} days "
            "after the last planned touchpoint. Association, not cause.",
        ]
    )


def deviating(said: Row) -> None:
    title = f"{said['n']} {whose(said)}: {said['deviation']} {said['touchpoint']}"
    table(title, said["rows"], ("person", "fitness", "deviations"))


def alongside(said: Row) -> None:
    title = f"Person {said['person']} beside the plan {said['name']}: {said['fitness']:.2f}"
    table(title, said["rows"], ("planned", "state", "time", "kind", "content", "channel"))


def checklist(said: Row) -> None:
    for row in said["rows"]:
        missing = f"No rows are any of {', '.join(row['missing'])}." if row["missing"] else None
        told = (f"{row['question']}: {row['verdict']}", row["ask"], row["evidence"] or missing)
        own = f"Your own answer: {row['own']}" if row["own"] else None
        print_lines([line for line in (*told, own, f"Next: {row['next']}", "") if line is not None])


def report(said: Row) -> None:
    from ..sheets import Sentences, sheet

    made = sheet(said, "en")
    lines = [made.title, made.dated, *made.notes]
    for part in made.parts:
        if isinstance(part, Sentences):
            lines += ["", part.title]
            for number, item in enumerate(part.items, 1):
                lines += [f"{number}. {item.said}", *(f"   {more}" for more in item.more)]
    print_lines(lines)
    if said["plan"]:
        plan({**said, "rows": said["plan"]})


def rounds(said: Row) -> None:
    columns = ("round", "from", "to", "days_to_next", "assets", "tests", "decided", "won")
    table("Campaign rounds", said["rounds"], (*columns, "winners_gain"))
    reach = [{**row, "later": rate(row["later"])} for row in said["reach"]]
    table("Reach", reach, ("round", "channel", "worked", "people", "visits", "later"))
    rows = [
        {
            **row,
            "tailored": rate(row["tailored"]),
            "generic": rate(row["generic"]),
            "ratio": between(row["ratio"], "value")
            if row["ratio"] and not row["too_few"]
            else None,
        }
        for row in said["variants"]
    ]
    if rows:
        table("Tailored beside generic", rows, ("round", "name", "tailored", "generic", "ratio",
                                                "label"))  # fmt: skip
    names = ("stage", "starts", "current", "reentries", "returned", "nothing")
    if said["customers"]:
        table(f"The customers meanwhile ({said['customer_model']})", said["customers"], names)
    print_lines(
        [
            f"later: {said['goal'] if said['n'] else 'the goal'} within {said['horizon_days']} "
            "days of the first time. Observed differences are associations, not causes."
        ]
    )
