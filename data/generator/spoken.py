"""Written forms put into words, as people say them on the telephone."""

import random

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
IRREGULAR_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NATO = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (
            *("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india"),
            *("juliett", "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo"),
            *("sierra", "tango", "uniform", "victor", "whiskey", "x-ray", "yankee", "zulu"),
        ),
        strict=True,
    )
)
# What callers reach for when they never learned the official alphabet.
HOMEMADE = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (
            *("apple", "boy", "cat", "dog", "elephant", "frank", "george", "harry", "igloo"),
            *("jack", "kite", "lemon", "mother", "nancy", "orange", "peter", "queen", "robert"),
            *("sugar", "tom", "umbrella", "violin", "water", "xylophone", "yellow", "zebra"),
        ),
        strict=True,
    )
)
SYMBOLS = {".": "dot", "_": "underscore", "-": "dash", "/": "slash", "@": "at", ":": "colon"}


def number(value: int) -> str:
    """A number below ten thousand in words, without "and"."""
    if value >= 1000:
        head, rest = divmod(value, 1000)
        return f"{number(head)} thousand" + (f" {number(rest)}" if rest else "")
    if value >= 100:
        head, rest = divmod(value, 100)
        return f"{number(head)} hundred" + (f" {number(rest)}" if rest else "")
    if value >= 20:
        head, rest = divmod(value, 10)
        return TENS[head] + (f" {DIGITS[rest]}" if rest else "")
    return TEENS[value - 10] if value >= 10 else DIGITS[value]


def ordinal(value: int) -> str:
    """The ordinal of a number below a hundred: `twenty first`."""
    *head, last = number(value).split()
    if last in IRREGULAR_ORDINALS:
        last = IRREGULAR_ORDINALS[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last += "th"
    return " ".join([*head, last])


def year(value: int, rng: random.Random) -> str:
    """A year: `nineteen eighty six`, `two thousand four`, or only `eighty six`."""
    century, rest = divmod(value, 100)
    if value >= 2000 and rest < 10:
        return "two thousand" + (f" {number(rest)}" if rest else "")
    tail = f"oh {DIGITS[rest]}" if 0 < rest < 10 else number(rest) if rest else "hundred"
    if century == 19 and rest >= 10 and rng.random() < 0.25:
        return tail
    return f"{number(century)} {tail}"


def digits(text: str, rng: random.Random) -> str:
    """A run of digits: one by one, with `oh`, with `double`, or in pairs."""
    manner = rng.random()
    zero = rng.choice(("oh", "zero", "oh"))
    if manner < 0.2 and len(text) % 2 == 0 and "00" not in text:
        pairs = [text[at : at + 2] for at in range(0, len(text), 2)]
        return " ".join(
            f"{zero} {DIGITS[int(pair[1])]}" if pair[0] == "0" else number(int(pair))
            for pair in pairs
        )
    words: list[str] = []
    at = 0
    doubling = manner > 0.55
    while at < len(text):
        name = zero if text[at] == "0" else DIGITS[int(text[at])]
        run = len(text[at:]) - len(text[at:].lstrip(text[at]))
        if doubling and run in (2, 3):
            words += ["double" if run == 2 else "triple", name]
            at += run
        else:
            words.append(name)
            at += 1
    return " ".join(words)


def spelled(word: str, rng: random.Random, *, aid: str) -> str:
    """A word letter by letter.

    Args:
        word: Letters and digits; anything else is left out.
        rng: Chooses how digits are said.
        aid: `letters`, `nato`, `as in` (homemade words), or `mixed` (an aid for some letters only).
    """
    said: list[str] = []
    for character in word.lower():
        if character.isdigit():
            said.append(digits(character, rng))
        elif character not in NATO:
            if character.isalpha():
                said.append(character)
        elif aid == "nato":
            said.append(NATO[character])
        elif aid == "as in" or (aid == "mixed" and rng.random() < 0.35):
            link = rng.choice(("as in", "for", "like"))
            said.append(f"{character} {link} {HOMEMADE[character]}")
        else:
            said.append(character)
    return " ".join(said)


def handle(text: str, rng: random.Random) -> str:
    """An email address, host or user name with its signs said aloud: `ana dot ruiz at ...`."""
    words: list[str] = []
    run = ""
    for character in [*text, ""]:
        if character and character.isalnum() and (not run or run.isdigit() == character.isdigit()):
            run += character
            continue
        if run:
            words.append(digits(run, rng) if run.isdigit() else run)
        run = character if character.isalnum() else ""
        if character in SYMBOLS:
            words.append(SYMBOLS[character])
    return " ".join(words)


def clock(hour: int, minute: int, rng: random.Random) -> str:
    """A time of day: `four thirty p m`, `half past four`, `ten to nine`."""
    half = rng.choice(("p m", "pm", "in the afternoon")) if hour >= 12 else "in the morning"
    if hour < 12 and rng.random() < 0.5:
        half = rng.choice(("a m", "am"))
    shown = number((hour - 1) % 12 + 1)
    if not minute:
        return rng.choice((f"{shown} o'clock", f"{shown} {half}"))
    if minute == 30 and rng.random() < 0.4:
        return f"half past {shown}"
    if minute == 15 and rng.random() < 0.4:
        return f"quarter past {shown}"
    return f"{shown} {number(minute)} {half}"


def money(cents: int, rng: random.Random, unit: str) -> str:
    """An amount: `forty eight dollars and twenty cents`, or `forty eight twenty`."""
    whole, part = divmod(cents, 100)
    if not part:
        return f"{number(whole)} {unit}"
    if rng.random() < 0.5:
        return f"{number(whole)} {f'oh {DIGITS[part]}' if part < 10 else number(part)}"
    return f"{number(whole)} {unit} and {number(part)} {'pence' if unit == 'pounds' else 'cents'}"
