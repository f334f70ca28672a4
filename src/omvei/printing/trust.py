"""What can be trusted, printed: identities, policies, consent."""

from rich.console import Console

from .tables import ROWS, Row, print_lines, rate, table


def quality(said: Row) -> None:
    from ..language import words

    english = words("en")
    orders = said["orders"]
    print_lines(
        [
            f"{said['people']} people; known by name or address: {rate(said['known'])}; one browser"
            f" only, joined to nothing: {rate(said['alone'])}",
            f"Orders: {orders['web']} from the web, {orders['shop']} from the shop, "
            f"{orders['matched']} in both. Match rate: {rate(orders['match_rate'])}",
            f"Only in the web: {', '.join(orders['unmatched_web']) or 'none'}",
            f"Only in the shop: {', '.join(orders['unmatched_shop']) or 'none'}",
        ]
    )
    lines = [{**row, "line": english(f"line.{row['line']}")} for row in said["lines"]]
    table("From the web's total to the shop's", lines, ("line", "orders", "value"))
    table("Identifiers", said["kinds"], ("kind", "identifiers", "people"))
    seen = ("kind", "value", "people", "judged", "done", "first", "last")
    parts: tuple[tuple[str, list[Row], tuple[str, ...]], ...] = (
        ("Devices and addresses of several people", said["sharing"], seen),
        (
            "Shared by several, and not joined",
            said["shared"],
            ("kind", "value", "refused", "reason"),
        ),
        ("Spellings that became one", said["folded"], ("kind", "value", "spellings")),
        ("Sudden changes", said["changes"], ("day", "source", "events", "usual")),
    )
    for title, rows, columns in parts:
        if rows:
            table(title, rows[:ROWS], columns)
        if len(rows) > ROWS:
            print_lines([f"{len(rows) - ROWS} more are in --json."])
    largest = [
        {**row, "why look": english(f"look.{row['look']}") if row["look"] else None}
        for row in said["largest"][:5]
    ]
    counted = ("person", "identifiers", "browsers", "emails", "orders", "why look")
    table("Most identifiers", largest, counted)


def orders(said: Row) -> None:
    table("Orders that the two sides tell differently", said["reasons"], ("reason", "orders"))
    columns = ("order_id", "day", "known", "web", "shop", "difference", "reason")
    table(f"All {said['n']}", said["rows"], columns)


def policies(said: Row) -> None:
    from ..drawings.words import compared
    from ..language import words

    english = words("en")
    print_lines([*compared(said, english, str), english("compared.why")])
    rows = [{**row, "later": rate(row["buyers"])} for row in said["policies"]]
    columns = ("policy", "people", "customers", "sessions", "joins", "refused_joins", "later")
    table("Policies", rows, (*columns, "changed_moves"))
    table("People by channel", said["channels"], tuple(said["channels"][0]))


def consent(said: Row) -> None:
    table("Consent", said["states"], ("state", "people", "converted"))
    if said["bounds"]:
        low, high = said["bounds"]["low"], said["bounds"]["high"]
        Console().print(
            f"Of everybody, between {low:.0%} and {high:.0%} reached the goal, "
            "whatever those who did not consent did."
        )
