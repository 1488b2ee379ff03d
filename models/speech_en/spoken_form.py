"""Text and numbers as recognition writes them: lowercase, no punctuation, digits as words."""

from collections.abc import Sequence

from word_lists import ONES, TENS

Span = tuple[int, int, str]
Text = tuple[str, list[Span]]


def words_of(number: int) -> str:
    """A number below ten thousand in words."""
    if number < 20:
        return ONES[number]
    if number < 100:
        return TENS[number // 10] + (f" {ONES[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" {words_of(number % 100)}" if number % 100 else ""
        return f"{ONES[number // 100]} hundred{rest}"
    rest = f" {words_of(number % 1000)}" if number % 1000 else ""
    return f"{words_of(number // 1000)} thousand{rest}"


def speech_form(text: str, spans: Sequence[Span]) -> Text:
    """Lowercase and without punctuation, spans moved along; marks within a word stay."""
    out: list[str] = []
    new_at = []
    for i, char in enumerate(text):
        new_at.append(len(out))
        inside = 0 < i < len(text) - 1 and text[i - 1].isalnum() and text[i + 1].isalnum()
        # A letter whose lower case is longer (İ) would move the rest: it stays.
        small = char.lower() if len(char.lower()) == 1 else char
        if (
            char.isalnum()
            or (char in "'\u2019" and inside)
            or char in "@/&$#+%"
            or (char in ".:-" and inside)
            or char == "\n"
        ):
            out.append(small)
        elif out and not out[-1].isspace():
            out.append(" ")
    new_at.append(len(out))
    moved = []
    for start, end, label in spans:
        a, b = new_at[start], new_at[end]
        while a < b and out[a].isspace():
            a += 1
        while b > a and out[b - 1].isspace():
            b -= 1
        if a < b:
            moved.append((a, b, label))
    return "".join(out).rstrip(), moved
