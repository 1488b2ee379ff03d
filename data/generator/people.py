"""Invented persons of many origins, with what a call may ask them for."""

import random
import unicodedata
from dataclasses import dataclass

from . import identifiers

# First names and surnames are drawn from the same line, so that a name hangs together; now and then
# a surname comes from another line, as it does in life.
ORIGINS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Maya", "Grant", "Hollis", "June", "Wade", "Carla", "Reed", "Dorothy", "Clint", "Faye"),
        ("Whitlow", "Barnard", "Tilley", "Marsh", "Oakes", "Pruitt", "Hale", "Stroud", "Vance"),
    ),
    (
        ("Rosalía", "Mateo", "Ximena", "Joaquín", "Beatriz", "Iván", "Lucero", "Efraín", "Noemí"),
        ("Lopez", "Arriaga", "Villaseñor", "Cárdenas", "Montoya", "Ibarra", "de la Cruz", "Quiroz"),
    ),
    (
        ("Adaeze", "Chidi", "Folake", "Tunde", "Ngozi", "Emeka", "Yewande", "Obinna", "Amara"),
        ("Okonkwo", "Adeyemi", "Eze", "Balogun", "Nwosu", "Olatunji", "Afolabi", "Uche"),
    ),
    (
        ("Priya", "Arjun", "Meenakshi", "Rohan", "Lakshmi", "Vikram", "Anjali", "Suresh", "Divya"),
        ("Raghunathan", "Banerjee", "Iyer", "Patel", "Chaudhary", "Deshpande", "Nair", "Gill"),
    ),
    (
        ("Wei", "Xiaoling", "Jun", "Meilin", "Zhihao", "Yuting", "Hao", "Lihua"),
        ("Zhang", "Ouyang", "Huang", "Xu", "Tsai", "Qian", "Lam", "Fong"),
    ),
    (
        ("Haruto", "Sachiko", "Kenji", "Aiko", "Daichi", "Naomi", "Takumi", "Yuki"),
        ("Fujimoto", "Hayashi", "Okada", "Kuroda", "Shimizu", "Yamane", "Ueda"),
    ),
    (
        ("Oksana", "Bogdan", "Zofia", "Tomasz", "Milena", "Andriy", "Katarzyna", "Lev", "Danica"),
        ("Kowalczyk", "Shevchuk", "Petrov", "Wiśniewska", "Horvat", "Bondarenko", "Novak"),
    ),
    (
        ("Layla", "Omar", "Yasmin", "Tariq", "Noor", "Hassan", "Rania", "Khalil", "Samira"),
        ("Haddad", "El-Sayed", "Mansour", "Khoury", "Rahimi", "Al-Amin", "Barakat", "Nasser"),
    ),
    (
        ("Siobhan", "Declan", "Aoife", "Cormac", "Niamh", "Ruairi", "Fergus", "Maeve"),
        ("O'Rourke", "Gallagher", "Byrne", "McNulty", "Quinlan", "O'Shea", "Tierney"),
    ),
    (
        ("Thuy", "Minh", "Linh", "Quang", "Ngoc", "Bao", "Huong", "Duc"),
        ("Nguyen", "Tran", "Pham", "Dang", "Vo", "Bui", "Truong"),
    ),
    (
        ("Giulia", "Matteo", "Chiara", "Lorenzo", "Ornella", "Dario", "Fiorella", "Renzo"),
        ("Bellandi", "Ricci", "Mancuso", "Tedesco", "Vitale", "Zanetti", "Caruso"),
    ),
    (
        ("Élodie", "Bastien", "Margaux", "Thierry", "Solène", "Gaspard", "Noémie", "Luc"),
        ("Lefèvre", "Moreau", "Chastain", "Delacroix", "Fontaine", "Girard", "Benoît"),
    ),
    (
        ("Eun-ji", "Min-jun", "Seo-yeon", "Jae", "Hana", "Dong-hyun", "Sora", "Yoon"),
        ("Kwon", "Jang", "Shin", "Yoo", "Hwang", "Baek", "Noh"),
    ),
    (
        ("Leilani", "Keoni", "Sina", "Tavita", "Mahina", "Kaleo", "Aroha", "Wiremu"),
        ("Kealoha", "Faleolo", "Tuilagi", "Ngata", "Kahale", "Parata"),
    ),
    (
        ("Ingrid", "Søren", "Astrid", "Leif", "Maja", "Henrik", "Saga", "Björn"),
        ("Lindqvist", "Halvorsen", "Bergström", "Dahl", "Ekholm", "Nygaard", "Rask"),
    ),
    (
        ("Tendai", "Thandiwe", "Sipho", "Wanjiru", "Kamau", "Nomvula", "Desta", "Hirut"),
        ("Mutasa", "Dlamini", "Kariuki", "Mokoena", "Tesfaye", "Odhiambo", "Bekele"),
    ),
    (
        ("Avital", "Eitan", "Shira", "Noam", "Ayelet", "Dov", "Tamar", "Gideon"),
        ("Rosenblum", "Ben-Ari", "Shalev", "Feldman", "Katz", "Mizrahi"),
    ),
    (
        ("Shanice", "Darnell", "Keisha", "Terrence", "Imani", "Marquis", "Latoya", "Andre"),
        ("Broadnax", "Gaines", "Toussaint", "Mayfield", "Pettiford", "Battle"),
    ),
    (
        ("Nigel", "Poppy", "Alistair", "Gemma", "Rhys", "Bronwen", "Callum", "Isla", "Trevor"),
        ("Ashworth", "Pemberton", "Llewellyn", "Braithwaite", "Drummond", "Entwistle", "Frost"),
    ),
    (
        ("Defne", "Emre", "Nilüfer", "Baran", "Elif", "Kaan", "Arman", "Ani"),
        ("Yavuz", "Aksoy", "Demirel", "Sarkisian", "Petrosyan", "Öztürk"),
    ),
)
US_CITIES = (
    ("Dayton", "Ohio", "45402"),
    ("Tacoma", "Washington", "98402"),
    ("Baton Rouge", "Louisiana", "70802"),
    ("Duluth", "Minnesota", "55802"),
    ("Santa Fe", "New Mexico", "87501"),
    ("Greensboro", "North Carolina", "27401"),
    ("Fresno", "California", "93721"),
    ("Kalamazoo", "Michigan", "49007"),
    ("Bangor", "Maine", "04401"),
    ("Amarillo", "Texas", "79101"),
    ("Boise", "Idaho", "83702"),
    ("Yonkers", "New York", "10701"),
    ("Chattanooga", "Tennessee", "37402"),
    ("Topeka", "Kansas", "66603"),
    ("Hialeah", "Florida", "33010"),
    ("Sioux Falls", "South Dakota", "57104"),
    ("Bend", "Oregon", "97701"),
    ("Worcester", "Massachusetts", "01608"),
)
UK_CITIES = (
    ("Leeds", "West Yorkshire", "LS6 2QT"),
    ("Norwich", "Norfolk", "NR2 4SB"),
    ("Swansea", "Wales", "SA1 8PL"),
    ("Inverness", "Scotland", "IV3 5RX"),
    ("Brighton", "East Sussex", "BN2 9TD"),
    ("Carlisle", "Cumbria", "CA1 3JN"),
    ("Bath", "Somerset", "BA2 6EH"),
    ("Stockport", "Greater Manchester", "SK4 1HU"),
)
AU_CITIES = (
    ("Geelong", "Victoria", "3220"),
    ("Cairns", "Queensland", "4870"),
    ("Hobart", "Tasmania", "7000"),
    ("Fremantle", "Western Australia", "6160"),
)
CITIES_ABROAD = (
    *("Lisbon", "Osaka", "Nairobi", "Lyon", "Cartagena", "Gdańsk", "Tunis", "Palermo", "Busan"),
    *("Accra", "Montevideo", "Tromsø", "Izmir", "Pune", "Toronto", "Da Nang", "Wellington"),
)
STREET_NAMES = (
    *("Alder Creek", "Tannery", "Wexcombe", "Juniper", "Old Mill", "Saltmarsh", "Kestrel"),
    *("Lantern", "Fourth", "Briar", "Cooper's", "Marigold", "Union", "Hawthorne", "Quarry"),
    *("Larkspur", "Seventeenth", "St. Anne's", "Beacon", "Pelican", "Dovecote", "Mariner"),
)
US_KINDS = ("Street", "Avenue", "Road", "Lane", "Court", "Boulevard", "Drive", "Place")
UK_KINDS = ("Street", "Terrace", "Road", "Close", "Gardens", "Crescent", "Row", "Way")
FLATS = ("apartment", "unit", "apt", "suite")
WORKPLACES = (
    *("Tidewater Dental", "Copperfield Joinery", "Bramble and Finch", "Northgate Logistics"),
    *("Orrin Valley School", "Helios Print Works", "Saltbox Bakery", "Ferris Brothers Roofing"),
    *("Marlin Freight", "Cedar and Pike", "Upland Veterinary Clinic", "Quayside Catering"),
)
# Stands only in fields that must be ignored. It is in no list above, so that finding it anywhere in
# an output means that an ignored field was copied.
DECOY_NAME = "Thaddeus Quillfeather"


@dataclass(frozen=True)
class Person:
    """Somebody who exists only in these samples."""

    first: str
    last: str
    country: str
    title: str
    birth: tuple[int, int, int]
    phone: tuple[str, ...]
    email: str
    house: str
    street: str
    flat: str
    city: str
    state: str
    postcode: str
    workplace: str

    @property
    def full(self) -> str:
        """First name and surname."""
        return f"{self.first} {self.last}"


def ascii_letters(name: str) -> str:
    """A name as an address line would have it: no accents, no signs, lower case."""
    bare = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("Ø", "O"))
    return "".join(letter for letter in bare.lower() if letter.isascii() and letter.isalpha())


def some_name(rng: random.Random) -> tuple[str, str]:
    """A first name and a surname, nearly always of one origin."""
    firsts, lasts = rng.choice(ORIGINS)
    if rng.random() < 0.12:
        lasts = rng.choice(ORIGINS)[1]
    last = rng.choice(lasts)
    if rng.random() < 0.05:
        other = rng.choice(rng.choice(ORIGINS)[1])
        last = f"{last}-{other}" if other != last and " " not in last + other else last
    return rng.choice(firsts), last


def some_email(rng: random.Random, first: str, last: str) -> str:
    """A mail address at a reserved host, made from the name, or not."""
    one, two = ascii_letters(first), ascii_letters(last)
    number = rng.choice(("", "", str(rng.randint(2, 99)), str(rng.randint(1961, 2004))))
    hobby = rng.choice(("gardens", "vinyl", "bakes", "cycling", "quilts", "fishing"))
    local = rng.choice(
        (
            f"{one}.{two}{number}",
            f"{one}{two}{number}",
            f"{one[0]}{two}{number}",
            f"{one}_{two}",
            f"{two}.{one[0]}{number}",
            f"{one}{number or 7}",
            f"{one}-{hobby}",
            f"{hobby}by{one}",
        )
    )
    return f"{local}@{rng.choice(identifiers.MAIL_HOSTS)}"


def some_person(rng: random.Random, country: str) -> Person:
    """A new person living in `us`, `uk` or `au`."""
    first, last = some_name(rng)
    cities = {"us": US_CITIES, "uk": UK_CITIES, "au": AU_CITIES}[country]
    city, state, postcode = rng.choice(cities)
    kinds = UK_KINDS if country == "uk" else US_KINDS
    house = rng.randint(2, 180) if country == "uk" else rng.choice((7, 52, 118, 409, 1420, 2316))
    house += rng.randint(0, 60)
    flat = f"{rng.choice(FLATS)} {rng.randint(1, 48)}" if rng.random() < 0.22 else ""
    return Person(
        first=first,
        last=last,
        country=country,
        title=rng.choice(("Mr.", "Ms.", "Mrs.", "Ms.", "Mr.", "Dr.")),
        birth=(rng.randint(1941, 2005), rng.randint(1, 12), rng.randint(1, 28)),
        phone=identifiers.phone(rng, country),
        email=some_email(rng, first, last),
        house=str(house),
        street=f"{rng.choice(STREET_NAMES)} {rng.choice(kinds)}",
        flat=flat,
        city=city,
        state=state,
        postcode=postcode,
        workplace=rng.choice(WORKPLACES),
    )
