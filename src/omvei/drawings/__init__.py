"""
One drawing per answer: data in, picture out, layout included.

A drawing takes what an answer says (`Result.to_json()`) and the words of a language, and returns
text: SVG, or a piece of HTML. It computes no number of its own and imports no web code, so that a
notebook, `--html` and the web page show the same picture. Colours come from `drawings.css`.
"""
