"""The pages in the browser. They print answers and compute nothing.

`app` makes the application of a workspace, `serve` runs it. Every page has a `.json`.
"""

from omvei.web.application import app, serve

__all__ = ["app", "serve"]
