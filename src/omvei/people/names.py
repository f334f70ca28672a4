"""A person's id: 60 bits of a keyed hash, written as twelve letters and digits.

The id of a person is the id of their strongest, then smallest, identifier, so it stays the same
however their events were ordered or split, and says nothing about who they are.
"""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
LETTERS = 12


def name(person: int) -> str:
    """The written form of a person's number.

    >>> name(0), name(1 << 59), number(name(123456789))
    ('000000000000', 'g00000000000', 123456789)
    """
    return "".join(ALPHABET[person >> shift & 31] for shift in range(5 * (LETTERS - 1), -1, -5))


def number(written: str) -> int | None:
    """The number of a written id, or None if it is not one.

    >>> number("G00000000000") == 1 << 59, number("ann@example.org")
    (True, None)
    """
    text = written.strip().lower()
    if len(text) != LETTERS or any(letter not in ALPHABET for letter in text):
        return None
    total = 0
    for letter in text:
        total = total << 5 | ALPHABET.index(letter)
    return total
