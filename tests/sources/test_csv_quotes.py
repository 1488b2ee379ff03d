"""Where a value goes on behind the quote that ends it, however the bytes come."""

import random

import pytest

from clearshard.sources.csv_quotes import QuoteMarks


def marked(text: str, size: int = 0, delimiter: str = ",") -> str:
    marks, data = QuoteMarks(delimiter.encode(), b"#"), text.encode()
    size = size or len(data)
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(marks.marked(piece) for piece in [*pieces, b""]).decode()


def by_letter(text: str) -> str:
    """The same as RFC 4180 has it, one letter after the other."""
    done, state = "", "begin"
    for letter in text:
        if state == "quoted":
            state = "closed" if letter == '"' else "quoted"
        elif state == "closed" and letter == '"':
            state = "quoted"
        elif letter in ",\r\n":
            state = "begin"
        elif state == "closed":
            done, state = f"{done}#", "plain"
        else:
            state = "quoted" if state == "begin" and letter == '"' else "plain"
        done += letter
    return done


@pytest.mark.parametrize("size", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"fal"se,x\n', '"fal"#se,x\n'),
        ('x,"a" \n"b"\t,c\n', 'x,"a"# \n"b"#\t,c\n'),
        ('""x\r\n"a""b"c"d"e', '""#x\r\n"a""b"#c"d"e'),
        ('"é"ü,5" pipe,"y"z', '"é"#ü,5" pipe,"y"#z'),
        # What RFC 4180 allows, and quotes in values that have none around them.
        ('"a","b""c","d,e",""\n"","""","f\n"\r"g"\r\n', None),
        ('5" pipe,a "b" c, "d"e\n', None),
        ('"a""', None),
    ],
)
def test_what_goes_on_behind_a_quote_is_marked(text: str, said: str | None, size: int) -> None:
    assert marked(text, size) == (text if said is None else said) == by_letter(text)


def test_by_the_delimiter_of_the_table() -> None:
    assert marked('"a",b\t"c"\td', delimiter="\t") == '"a"#,b\t"c"\td'


def test_in_any_text_and_any_pieces() -> None:
    draw = random.Random(7)
    for _ in range(4000):
        text = "".join(draw.choices('a,\n\r"é', (3, 3, 1, 1, 6, 1), k=draw.randint(1, 30)))
        assert marked(text, draw.randint(1, 12)) == by_letter(text), text
