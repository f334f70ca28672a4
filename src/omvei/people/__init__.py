"""STITCH: whose is it? Identifiers that occur together belong to one person, within guards."""
