"""Text from outside that does nothing where it is shown: in a terminal, in a table, in Markdown."""

import re

#: What Markdown, or HTML within it, gives a meaning to; a backslash takes it away.
_MARKS = re.compile(r"([\\`*_\[\]<>()&|~#!$])")


def printable(name: str) -> str:
    """A name from outside, safe to show: control, direction and undecodable characters escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def in_markdown(name: str) -> str:
    """The same for a line of Markdown, or a cell of a table: it stays the text that it is."""
    return _MARKS.sub(r"\\\1", printable(name))
