"""What is wrong with a transcript, and where: a rule and a path, never a value.

`ValidationError: words[3].start (expected int)`: what stands behind the colon tells one file from
another, what stands before it one kind of fault.
"""

import re

import msgspec

# Messages of the decoder quote nothing of what they are about but for names of our own fields; only
# what has one of these forms is told all the same.
_PATH = re.compile(r" - at `\$((?:\.[A-Za-z_]+|\[\d+\])*)`$")
_RULES = (
    re.compile(r"Expected `(?P<expected>[a-z]+(?: \| [a-z]+)*)`"),
    re.compile(r"Object missing required field `(?P<missing>[a-z_]+)`"),
)


def told(error: Exception, where: str) -> str:
    """The name of an error and what is wrong where.

    Args:
        error: What a decoder has raised.
        where: The path of what was decoded; empty for the whole transcript.
    """
    name = type(error).__name__
    if not isinstance(error, msgspec.ValidationError):
        return name
    message = str(error)
    path = _PATH.search(message)
    place = (where + (path[1] if path else "")).removeprefix(".") or "transcript"
    for rule in _RULES:
        if found := rule.match(message):
            ((kind, what),) = found.groupdict().items()
            return f"{name}: {place} ({kind} {what.replace(' | null', '').replace(' | ', ' or ')})"
    return f"{name}: {place}"
