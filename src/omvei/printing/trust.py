"""What can be trusted, printed: identities, policies, consent."""

from rich.console import Console

from .tables import ROWS, Row, print_lines, rate, table


def quality(said: Row) -> None:
    orders = said["orders"]
    print_lines(
        [
            f"{said['people']} people; known by name or address: {rate(said['known'])}",
            f"Orders: {orders['web']} from the web, {orders['shop']} from the shop, "
            f"{orders['matched']} in both. Match rate: {rate(orders['match_rate'])}",
            f"Only in the web: {', '.join(orders['unmatched_web']) or 'none'}",
            f"Only in the shop: {', '.join(orders['unmatched_shop']) or 'none'}",
        ]
    )
    table("Identifiers", said["kinds"], ("kind", "identifiers", "people"))
    table(
        "Devices and addresses of several people",
        said["sharing"][:ROWS],
        ("kind", "value", "people", "judged", "done", "first", "last"),
    )
    if len(said["sharing"]) > ROWS:
        print_lines([f"{len(said['sharing']) - ROWS} more are in --json."])
    table("Shared by two people", said["shared"], ("kind", "value", "refused"))
    columns = ("person", "identifiers", "browsers", "emails", "orders")
    table("Most identifiers", said["largest"][:5], columns)


def orders(said: Row) -> None:
    table("Orders that the two sides tell differently", said["reasons"], ("reason", "orders"))
    columns = ("order_id", "day", "known", "web", "shop", "difference", "reason")
    table(f"All {said['n']}", said["rows"], columns)


def policies(said: Row) -> None:
    from ..drawings.words import compared
    from ..language import words

    english = words("en")
    print_lines([*compared(said, english), english("compared.why")])
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
