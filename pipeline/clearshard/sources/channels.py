"""What a source calls the channels of a call → numbers, which are all that is written of them.

A channel that has a number keeps it, so that it still says which channel of the audio is meant.
Anything else could be anybody's name: such channels are numbered in order of appearance.
"""

from collections.abc import Iterable

_Label = str | int | None
#: More channels has no recording that a recogniser takes.
_MOST = 32
_OWN_NUMBERS = {str(number): number for number in range(1, _MOST + 1)}


def numbered_channels(labels: Iterable[_Label]) -> dict[_Label, int | None]:
    """A number from 1 for each channel; none for what is on none.

    Args:
        labels: What the source calls the channels of one transcript, in order of appearance, with
            or without repetition. Its own numbers are kept if all of them are whole numbers from 1
            to 32, be they numbers or text.
    """
    named = [label for label in dict.fromkeys(labels) if label is not None]
    spelled = dict.fromkeys(map(str, named))
    numbers = _OWN_NUMBERS
    if not numbers.keys() >= spelled.keys():
        numbers = {label: number for number, label in enumerate(spelled, 1)}
    return {None: None, **{label: numbers[str(label)] for label in named}}
