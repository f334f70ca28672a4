"""KEEP: the facts as they came, append-only, in an open table."""
