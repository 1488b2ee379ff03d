r"""Text from outside as a cell of a spreadsheet: never a formula, nothing invisible, nothing lost.

Two steps, both of which can be undone; `recovered` does, and is the law that tests hold::

    recovered(cell(text)) == text

1. Characters that do not show (control, direction and format characters, line ends) and the
   backslash are spelled as in Python: ``\n``, ``\x1b``, ``\u202e``, ``\\``.
2. A cell that a spreadsheet could take for a formula gets an apostrophe in front, and so does one
   that begins with an apostrophe, so that one can be taken off again without a doubt.

An ordinary id goes through both unchanged.
"""

import re

#: What begins a formula (OWASP, CSV Injection), also in the full width that some take for it.
_BEGINS_FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20'")
_ESCAPE = re.compile(r"\\(?:[\\nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")


def cell(text: str) -> str:
    """The text as a cell; see the module."""
    if text and text.isascii() and text.isprintable() and text[0].isalnum() and "\\" not in text:
        return text
    spelled = "".join(
        c if c.isprintable() and c != "\\" else c.encode("unicode_escape").decode() for c in text
    )
    # A spreadsheet may look past spaces.
    begins = (text[:1], text.lstrip()[:1])
    return f"'{spelled}" if not _BEGINS_FORMULA.isdisjoint(begins) else spelled


def recovered(cell: str) -> str:
    """The text that `cell` made this of."""
    return _ESCAPE.sub(
        lambda found: found[0].encode("ascii").decode("unicode_escape"), cell.removeprefix("'")
    )
