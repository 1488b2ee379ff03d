"""Numbers and codes that belong to nobody.

Telephone numbers come from the ranges that regulators keep free for fiction, hosts and networks
from those reserved for documentation, cards from the lists that payment companies publish for
testing, and social security numbers from area numbers that are never issued.
"""

import random

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
TEST_CARDS = (
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "4000056655665556",
    "5555555555554444",
    "5105105105105100",
    "5200828282828210",
    "6011111111111117",
    "6011000990139424",
    "378282246310005",
    "371449635398431",
    "30569309025904",
    "3530111333300000",
)
US_AREA_CODES = ("212", "303", "312", "404", "415", "503", "512", "614", "702", "718", "786", "907")
AU_MOBILES = ("0491570006", "0491570156", "0491570157", "0491570158", "0491570159", "0491570110")
MAIL_HOSTS = ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org")


def some_digits(rng: random.Random, count: int) -> str:
    """Digits of which the first is not zero."""
    return str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(count - 1))


def some_letters(rng: random.Random, count: int) -> str:
    """Capital letters without I and O, which codes avoid."""
    return "".join(rng.choice(LETTERS) for _ in range(count))


def phone(rng: random.Random, country: str) -> tuple[str, ...]:
    """A telephone number in the groups in which it is said."""
    if country == "uk":
        if rng.random() < 0.6:
            return ("07700", "900", f"{rng.randint(0, 999):03d}")
        area = rng.choice((("020", "7946"), ("0161", "496"), ("0113", "496"), ("0131", "496")))
        return (*area, f"0{rng.randint(0, 999):03d}")
    if country == "au":
        mobile = rng.choice(AU_MOBILES)
        return (mobile[:4], mobile[4:7], mobile[7:])
    return (rng.choice(US_AREA_CODES), "555", f"01{rng.randint(0, 99):02d}")


def card(rng: random.Random, *, valid: bool) -> tuple[str, ...]:
    """A payment card number in groups; `valid` says whether its Luhn digit agrees."""
    digits = rng.choice(TEST_CARDS)
    if not valid:
        digits = digits[:-1] + str((int(digits[-1]) + rng.randint(1, 9)) % 10)
    if len(digits) == 15:
        return (digits[:4], digits[4:10], digits[10:])
    return tuple(digits[at : at + 4] for at in range(0, len(digits), 4))


def luhn_agrees(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def ssn(rng: random.Random) -> tuple[str, str, str]:
    """A social security number: areas from 900 and groups below 50 are never issued."""
    return (str(rng.randint(900, 989)), str(rng.randint(11, 48)), f"{rng.randint(1001, 9899)}")


def url(rng: random.Random) -> str:
    """A page on one of the documentation hosts."""
    page = rng.choice(("help", "faq", "contact", "my-page", "visit", "start", "info", "hello"))
    return f"{rng.choice(('example.com', 'example.org', 'www.example.net'))}/{page}"


def ip_address(rng: random.Random) -> str:
    """An address of one of the documentation networks."""
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randint(2, 250)}"


def ticket(rng: random.Random) -> str:
    """A ticket of the demo customer: TKT, letters, a dash, one check digit."""
    return f"TKT{some_letters(rng, rng.randint(4, 6))}-{rng.randint(0, 9)}"


def loyalty(rng: random.Random) -> str:
    """A loyalty number of the demo customer."""
    return f"SKY-{some_letters(rng, 2)}{some_digits(rng, 5)}"


def order(rng: random.Random) -> str:
    """An order, booking, claim or tracking reference in one of several shapes."""
    shape = rng.randrange(5)
    if shape == 0:
        return some_digits(rng, rng.randint(7, 9))
    if shape == 1:
        return f"{some_letters(rng, 3)}{some_digits(rng, 3)}"
    if shape == 2:
        return f"{some_letters(rng, 2)}-{some_digits(rng, 6)}"
    if shape == 3:
        return f"{some_digits(rng, 3)}-{some_digits(rng, 7)}"
    return f"{some_letters(rng, 1)}{some_digits(rng, 2)}{some_letters(rng, 2)}{some_digits(rng, 2)}"


def member(rng: random.Random) -> str:
    """A membership, policy or employee number."""
    shape = rng.randrange(4)
    if shape == 0:
        return some_digits(rng, 9)
    if shape == 1:
        return f"{some_letters(rng, 3)}{some_digits(rng, 6)}"
    if shape == 2:
        return f"{some_letters(rng, 1)}{some_digits(rng, 8)}"
    return f"{some_letters(rng, 2)}{some_digits(rng, 4)}{some_letters(rng, 1)}"


def account(rng: random.Random) -> str:
    """A bank or utility account number."""
    return some_digits(rng, rng.choice((8, 8, 9, 10, 12)))


def password(rng: random.Random) -> str:
    """A bad password, as people read them out."""
    word = rng.choice(("sunflower", "Gizmo", "trombone", "Winter", "marigold", "Pickles", "saturn"))
    return f"{word}{rng.randint(10, 2025)}"
