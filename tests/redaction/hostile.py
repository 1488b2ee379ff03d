"""Texts that are made to take long: one pattern's delight each, of any size."""

import random
import string
from collections.abc import Callable

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _drawn(seed: int, draw: Callable[[random.Random], str]) -> Callable[[int], str]:
    """Pieces one after the other until there are so many letters."""

    def text(letters: int) -> str:
        source = random.Random(seed)
        parts: list[str] = []
        size = 0
        while size < letters:
            parts.append(draw(source))
            size += len(parts[-1])
        return "".join(parts)

    return text


def _again(piece: str) -> Callable[[int], str]:
    return lambda letters: piece * (letters // len(piece))


def _word(source: random.Random, letters: int) -> str:
    return "".join(source.choices(string.ascii_lowercase, k=letters))


#: Name → text of about so many letters.
GENERATORS: dict[str, Callable[[int], str]] = {
    "titles": _again("mr "),
    "names_in_titles": _again("mr smith "),
    "at_dot": _again("at a dot "),
    "spoken_emails": _again("john at gmail dot com "),
    "dots": _again("dot "),
    "at": _again("at "),
    "numbers": _drawn(1, lambda r: f"{r.randrange(10**10, 10**11)} "),
    "numbers_alike": _drawn(2, lambda r: f"4155550{r.randrange(10**4, 10**7)} "),
    "phones": _drawn(3, lambda r: f"({r.randrange(200, 999)}) 555-{r.randrange(1000, 9999)}, "),
    "cards": _drawn(4, lambda r: f"4532 {r.randrange(10**4):04} {r.randrange(10**4):04} 0366 "),
    "names": _drawn(5, lambda r: f"my name is {_word(r, 6).title()} {_word(r, 7).title()}. "),
    "names_said_once": _drawn(6, lambda r: f"{_word(r, 7).title()} "),
    "one_name": _again("John Smith "),
    "number_words": _again("four five "),
    "number_words_drawn": _drawn(7, lambda r: r.choice(_DIGITS) + " "),
    "doubles": _again("double four triple five "),
    "teens": _again("twenty one hundred thousand "),
    "spelled": _drawn(8, lambda r: r.choice(string.ascii_lowercase) + " "),
    "spelled_names": _again("s as in sam m as in mary "),
    "dashes": _again("s-m-i-t-h "),
    "codes": _drawn(9, lambda r: f"{_word(r, 3).upper()}{r.randrange(1000)}{_word(r, 1)} "),
    "code_cues": _again("my code is "),
    "named_codes": _drawn(10, lambda r: f"account number {_word(r, 2)}{r.randrange(9999)} "),
    "quotes": _again("\"' "),
    "addresses": _drawn(11, lambda r: f"{r.randrange(9999)} {_word(r, 6).title()} Street, "),
    "streets": _again("street "),
    "suites": _again("suite 5, apt 3, "),
    "dates": _drawn(12, lambda r: f"{r.randrange(1, 28)}/{r.randrange(1, 12)}/1980 "),
    "months": _again("january the first "),
    "urls": _drawn(13, lambda r: f"https://www.{_word(r, 5)}.com/{_word(r, 3)} "),
    "domains": _again("a.b."),
    "emails": _drawn(14, lambda r: f"{_word(r, 4)}@{_word(r, 4)}.com "),
    "at_signs": _again("@a "),
    "handles": _again("a_1 @b "),
    "ips": _again("10.0.0.1 "),
    "ipv6": _again("a:b::c "),
    "ibans": _again("GB82 WEST 1234 5698 7654 32 "),
    "ssns": _drawn(15, lambda r: f"{r.randrange(100, 999)}-{r.randrange(10, 99)}-9999 "),
    "blanks": _again(" \t "),
    "lines": _again("\n"),
    "answers": _again("what is your name? john. what is your number? 12345. "),
    "questions": _again("what is your name? "),
    "nhs": _again("943 476 5919 "),
    "possessives": _again("john's "),
    "cues": _again("i am this is call me "),
    "hyphens": _again("1-"),
    "commas": _again("1,"),
    "groups": _again("12 34 "),
    "accents": _again("José Núñez "),
    "marks": _again("e\u0301 "),
    "sounds": _again("[pause] "),
    "brackets": _again("[("),
    "emphasis": _again("**Jo** *x* "),
    "stars": _again("*"),
    "letters_with_signs": _again("s.m.i.t.h. "),
    "letters_and_dots": _again("s."),
    "signs_said": _again("at [at] jo (dot) "),
    "addresses_joined": _again("jo_at_x_dot_"),
    "hesitation": _again("uhhh ummm 4 mm-hmm "),
    "long_hesitation": _again("uhmh"),
    "cut_addresses": _again("john.cooper."),
    "mixed": _drawn(
        16, lambda r: r.choice(("mr ", "at ", "dot ", "4 ", "five ", "Jo ", "@", ", "))
    ),
}
