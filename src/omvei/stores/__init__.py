"""Object stores: where they are, what is published there, and copies whose files come when needed.

A store has no folders, no locks and no files that change. So a workspace in a store is a list of
files with their checksums (`lists.py`), files that lie there under their names (`objects.py`), and
on every machine that reads or changes it a copy, in which a file appears when it is first opened
(`copies.py`).
"""
