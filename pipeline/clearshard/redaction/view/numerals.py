# ruff: noqa: RUF001 - letters that are drawn as digits are what this is about

"""Letters and signs that stand for digits → digits, in what is a number otherwise.

"4O0l", "59o7", "Ⅳ8": people read the number, and no recognizer of numbers does. A letter is a digit
between digits, if at least half of its word is; or anywhere in a stretch of words of which at least
six characters are one or the other. "B12", "5S" and "80s" stay what they are.
"""

import re

_DRAWN_AS = {
    **dict.fromkeys("OoQDᴏ○◯⭘", "0"),
    **dict.fromkeys("lI|∣ǀ", "1"),
    **dict.fromkeys("ZƧ", "2"),
    **dict.fromkeys("ЗзƷʒȜȝƐ", "3"),
    **dict.fromkeys("SƼ", "5"),
    **dict.fromkeys("Gб", "6"),
    **dict.fromkeys("BȢȣ", "8"),
}
_DIGITS = str.maketrans(_DRAWN_AS)
_ALIKE = re.escape("".join(_DRAWN_AS))
_GAP = r"[ \t.\-]{1,3}"
#: A word of a stretch has a digit, or letters alone between two words with one: of two letters only
#: between hyphens, as there are many such words.
_WITH_DIGIT = rf"(?=[{_ALIKE}]{{0,24}}[0-9])[0-9{_ALIKE}]{{1,24}}+(?!\w)"
_WITHOUT = rf"(?:[{_ALIKE}]{{3,8}}+|(?<=-)[{_ALIKE}]{{2}}(?=-))(?!\w)"
_STRETCH = re.compile(
    rf"(?<![\w|])(?:{_WITH_DIGIT})(?:{_GAP}(?:{_WITHOUT}{_GAP})?{_WITH_DIGIT}){{0,24}}"
)
#: Most texts have none of these beside a digit, and are ruled out.
_SIGN = re.compile(rf"[0-9][{_ALIKE}]|[{_ALIKE}][0-9]|[0-9]{_GAP}[{_ALIKE}]{{2,8}}{_GAP}[0-9]")
_LEAST = 6
#: So many characters of a word, of which the first and the last are digits.
_LEAST_OF_WORD = 3

#: Roman numerals in one character, of one to nine, beside another one or a digit.
_ONE_TO_NINE = {
    **{chr(0x2160 + number): str(number + 1) for number in range(9)},
    **{chr(0x2170 + number): str(number + 1) for number in range(9)},
}
_ROMAN_DIGITS = str.maketrans(_ONE_TO_NINE)
_ROMAN = "".join(_ONE_TO_NINE)
_NUMERALS = re.compile(rf"(?<![{_ROMAN}])(?:(?<=\d)[{_ROMAN}]+|[{_ROMAN}]+(?=\d)|[{_ROMAN}]{{2,}})")


def with_digits(text: str) -> str:
    """The text with digits for what is drawn as one in a number.

    Every character stays where it was.
    """
    if _SIGN.search(text) is None:
        return text
    return _STRETCH.sub(_number, text)


def with_roman_digits(text: str) -> str:
    """The text with digits for Roman numerals that stand beside digits or each other.

    Every character stays where it was.
    """
    if text.isascii():
        return text
    return _NUMERALS.sub(lambda found: found.group().translate(_ROMAN_DIGITS), text)


def _number(stretch: "re.Match[str]") -> str:
    said = stretch.group()
    digits, alike = _count(said)
    if digits + alike >= _LEAST and digits >= alike:
        return said.translate(_DIGITS)
    return "".join(map(_word, re.split(rf"({_GAP})", said)))


def _word(said: str) -> str:
    digits, alike = _count(said)
    is_number = digits >= alike and len(said) >= _LEAST_OF_WORD
    ends = is_number and said[0].isdecimal() and said[-1].isdecimal()
    return said.translate(_DIGITS) if ends else said


def _count(said: str) -> tuple[int, int]:
    """How many digits it has, and how many letters and signs that may be some."""
    digits = sum(map(str.isdecimal, said))
    return digits, sum(character in _DRAWN_AS for character in said)
