"""READ: turn an export into our columns. Only here are the names of vendors known.

`open_files` finds and unpacks the plain files a path means, `detect` tells which source a file is
for, and `read` gives its rows in the schema `omvei.events.schema.READ`. Each source is a module
with `NAME`, `TITLE`, `recognises` and `read`; its rules stand in YAML beside it.
"""

from omvei.sources import catalogue
from omvei.sources.catalogue import SOURCES, detect, names, read
from omvei.sources.files import open_files
from omvei.sources.reading import Options, Reading

__all__ = ["SOURCES", "Options", "Reading", "detect", "names", "open_files", "read"]

catalogue.add_packages()
