"""What the command, and the process that workers are forked from, import before everything else.

What they import then is some hundred thousand objects that stay. Python would look through them for
garbage again and again, a fifth of the time that importing takes.
"""

import gc

#: So many new objects before Python looks for garbage among them; by itself, after 700.
_SELDOM = 100_000

_USUAL = gc.get_threshold()
gc.set_threshold(_SELDOM)


def loaded() -> None:
    """Says that all is imported: from here on there is garbage, and it is looked for as usual."""
    gc.set_threshold(*_USUAL)
