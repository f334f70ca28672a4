"""NAME: what was it? Kind, channel, ownership, content, question, visit, purchase cycle."""
