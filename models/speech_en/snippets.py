"""Generated snippets of calls with marked names, places, addresses, organisations and dates.

Values come from public lists (names of the US Social Security Administration and the US Census,
GeoNames' cities) and from rules; the carrier phrases are written here. Nothing is copied from a
corpus except, where the caller asks for it, unmarked sentences that stand before or after.
"""

# ruff: noqa: SIM905, S311 - lists of words read better as words; seeded randomness is the point

import random
import re
from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

Span = tuple[int, int, str]
Text = tuple[str, list[Span]]
#: A piece of text and its label, if it has one.
Piece = tuple[str, str | None]

STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|"
    "Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|"
    "Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|"
    "New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|"
    "Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|"
    "West Virginia|Wisconsin|Wyoming"
).split("|")
#: Places that people name more often than their share of any list.
WELL_KNOWN = (
    "New York|Los Angeles|Chicago|Houston|Phoenix|Philadelphia|San Antonio|San Diego|Dallas|"
    "San Francisco|Seattle|Denver|Boston|Detroit|Portland|Las Vegas|Miami|Atlanta|Orlando|Tampa|"
    "Cleveland|Austin|Nashville|Minneapolis|New Orleans|Honolulu|Washington|Brooklyn|Manhattan|"
    "London|Manchester|Birmingham|Leeds|Glasgow|Edinburgh|Liverpool|Bristol|Cardiff|Belfast|"
    "Dublin|Paris|Berlin|Munich|Hamburg|Vienna|Zurich|Geneva|Rome|Milan|Madrid|Barcelona|Lisbon|"
    "Amsterdam|Brussels|Copenhagen|Stockholm|Oslo|Helsinki|Warsaw|Prague|Budapest|Athens|Moscow|"
    "Istanbul|Cairo|Lagos|Nairobi|Johannesburg|Cape Town|Dubai|Mumbai|Delhi|New Delhi|Bangalore|"
    "Chennai|Hyderabad|Kolkata|Pune|Karachi|Lahore|Dhaka|Beijing|Shanghai|Hong Kong|Taipei|Tokyo|"
    "Osaka|Seoul|Singapore|Bangkok|Jakarta|Manila|Sydney|Melbourne|Perth|Auckland|Toronto|"
    "Vancouver|Montreal|Mexico City|Havana|Bogota|Lima|Rio de Janeiro|Buenos Aires|Santiago|"
    "America|the US|the USA|the UK|England|Scotland|Wales|Ireland|Britain|Europe|Africa|Asia|"
    "France|Germany|Italy|Spain|Portugal|Greece|Turkey|Russia|China|Japan|Korea|India|Pakistan|"
    "Australia|Canada|Mexico|Brazil|Argentina|Egypt|Nigeria|Kenya|Vietnam|Thailand|Poland|Sweden|"
    "Norway|Denmark|Finland|the Netherlands|Belgium|Switzerland|Austria|Hungary|Romania|Ukraine"
).split("|")
STATE_CODES = (
    "AL AK AZ AR CA CO CT DE FL GA ID IL IA KS KY LA MD MA MI MN MO MT NE NV NH NJ NM NY NC ND OH "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY"
).split()
SUFFIXES = (
    "Street Street Street Avenue Avenue Road Road Drive Drive Lane Lane Court Boulevard Place Way "
    "Circle Terrace Parkway Trail Highway Square Crescent Close Grove Hill Alley Crossing Pike Row "
    "Loop Run Ridge Mews Gardens Plaza Walk"
).split()
ABBREVIATIONS = {
    "Street": "St", "Avenue": "Ave", "Road": "Rd", "Drive": "Dr", "Lane": "Ln", "Court": "Ct",
    "Boulevard": "Blvd", "Place": "Pl", "Parkway": "Pkwy", "Highway": "Hwy", "Square": "Sq",
}  # fmt: skip
STREET_WORDS = (
    "Oak Maple Cedar Elm Pine Birch Willow Park Lake Hill River Church School Mill Spring Station "
    "Chapel Meadow Forest Sunset Sunrise Highland Orchard Bridge Union Market Court Broad Garden "
    "Franklin Jackson Jefferson Lincoln Madison Monroe Victoria Albert King Queen Prince Abbey "
    "Castle Harbor Ocean Beach Valley Ridge Canyon Quarry Spruce Walnut Chestnut Hickory Magnolia "
    "Peach Cherry Laurel Holly Ivy Rose Lavender Heron Falcon Eagle Deer Fox Hunter Miller Cooper"
).split()
FOREIGN = (
    "Rue de {0} {n}|{n} rue {0}|{n} avenue de {0}|Via {0} {n}|{n} Via {0}|Viale {0} {n}|"
    "Calle {0} {n}|Calle de {0} {n}|Avenida {0} {n}|Rua {0} {n}|{0}straße {n}|{0} Straße {n}|"
    "{0}weg {n}|{0}platz {n}|{0}strasse {n}|{0}straat {n}|{0}laan {n}|{0}gatan {n}|{0}vägen {n}|"
    "{0}gata {n}|{0}vej {n}|{0}gade {n}|{0}veien {n}|{0}katu {n}|{0}tie {n}|ul. {0} {n}|"
    "ulica {0} {n}|ul {0}a {n}|{0}ova {n}|{0}ská {n}|{0} utca {n}|{0} u. {n}|{0} út {n}|"
    "Strada {0} {n}|Plaza {0} {n}|Piazza {0} {n}|{n} Jalan {0}|{0} tänav {n}|{0} iela {n}"
).split("|")
MONTHS = (
    "January February March April May June July August September October November December"
).split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
TENS = "- ten twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
NATO = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar "
    "papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"
).split()
AS_IN = (
    "apple boy cat dog elephant frank george harry igloo john kilo larry mary nancy orange peter "
    "queen robert sam tom uncle victor william xylophone yellow zebra"
).split()
AS_IN_2 = (
    "adam bravo charles david edward fox good henry ice jack king lion mother november ocean paul "
    "quick romeo sugar tango under van water xray young zoo"
).split()
ORG_KINDS = (
    "Bank|National Bank|Credit Union|Savings Bank|Insurance|Mutual|Life Insurance|Electric|"
    "Electric Company|Power and Light|Gas|Water|Energy|Telecom|Mobile|Wireless|Cable|Broadband|"
    "Airlines|Airways|Hotel|Inn|Suites|Resort|Clinic|Medical Center|Dental|Pharmacy|Hospital|"
    "Motors|Auto|Auto Repair|Plumbing|Heating and Air|Roofing|Realty|Properties|Law|Legal|"
    "Associates|and Sons|Group|Holdings|Partners|Logistics|Shipping|Freight|Travel|Tours|Foods|"
    "Market|Bakery|Grill|Pizza|Cafe|Kitchen|Coffee|Books|Furniture|Hardware|Software|Systems|"
    "Solutions|Technologies|Media|Studios|Fitness|Spa|Salon|Vet Clinic|Cleaning|Security|Storage|"
    "University|College|School|Institute|Foundation|Council|Inc|Ltd|LLC|Corp|Company"
).split("|")
FILLERS = "uh|um|er|uhm|hmm|ah|like|well|you know|i mean|let's see|sorry".split("|")

#: Braces hold a value's kind; a bar divides alternatives.
CARRIERS = {
    "PERSON": (
        "my name is {full}|my name is {first}|my name's {full}|i am {full}|i'm {full}|i'm {first}|"
        "this is {full}|this is {first}|it's {full}|it is {full}|the name is {full}|name is {full}|"
        "the name's {full}|that's {full}|yes this is {full}|yeah it's {first}|{full} here|"
        "{full} speaking|{first} speaking|my full name is {full}|my first name is {first}|"
        "first name {first} last name {last}|my last name is {last}|last name is {last}|"
        "surname {last}|family name {last} given name {first}|you can call me {first}|"
        "people call me {first}|just call me {first}|it's under {full}|it should be under {last}|"
        "the booking is in the name of {full}|under the name {full}|under {last}|"
        "the account is under {full}|the account belongs to {full}|the account holder is {full}|"
        "can i speak to {first}|could i speak with {full} please|is {first} there|"
        "may i speak to {title} {last}|i was talking to {first} yesterday|"
        "i spoke with {first} last week|i spoke to someone called {first}|"
        "somebody named {first} told me that|my wife {first} called earlier|"
        "my husband's name is {full}|my son {first} has an appointment|my daughter is {full}|"
        "my brother {first} and my sister {first}|my manager {full} asked me to call|"
        "i'm calling for {full}|i'm calling on behalf of {full}|calling about {full}|"
        "i am looking for {full}|please tell {first} that i called|tell {first} i said hello|"
        "please send it to {full}|send an email to {first}|send a message to {full}|"
        "call {first}|text {first} that i'm late|call {first} on his mobile|"
        "remind {first} to call me|"
        "invite {first} and {first} to the meeting|email {first} about the report|"
        "put {full} on the list|put {full} down as the second driver|set up a meeting with {first}|"
        "do i have any emails from {first}|what is {full}'s number|what is {first}'s address|"
        "{first} is my neighbor|{full} is my boss|{full} is the one who signed|"
        "{first} said it would be fine|{first} and {first} are coming too|{full} will pick it up|"
        "hi {first}|hello {first}|hey {first}|thanks {first}|thank you {first}|"
        "thank you so much {first}|"
        "okay {first}|alright {first}|good morning {first}|good afternoon {title} {last}|"
        "thank you {title} {last}|hello {title} {last}|bye {first}|no thanks {first}|"
        "sorry {first} i didn't get that|perfect {first} let me check|how are you {first}|"
        "nice to meet you {first}|you're welcome {first}|have a great day {first}|"
        "is this {full}|am i speaking with {full}|did you say {full}|so that's {full}|"
        "so that is {full} correct|the patient is {full}|the passenger is {full}|"
        "passengers are {full} and {full}|for {full}|a table for {full}|a reservation for {last}|"
        "appointment with doctor {last}|i see doctor {last}|i want to see {full}|with {full}|"
        "by {full}|from {full}|signed by {full}|according to {full}|written by {full}|"
        "{full} was born in {city}|{full} works at {org}|{full} moved to {city} with {first}|"
        "{full} and {full} met in {city}|his name is {full}|her name is {full}|"
        "their name is {full}|"
        "the driver was {full}|the doctor's name is {last}|the agent's name was {first}|"
        "transfer me to {first}|transfer money to {full}|pay {full} {amount}|"
        "i owe {first} {amount}|"
        "the beneficiary is {full}|the check is made out to {full}|"
        "my mother's maiden name is {last}|"
        "my maiden name is {last}|it's spelled {spelled}|i'll spell it {spelled}|"
        "that's {first} {spelled}|{last} that's {spelled}|{full} spelled {spelled}|"
        "first name is {spelled}|last name {spelled}|my name is {full} {spelled}|"
        "it's {asin}|{last} {asin}|spelled {asin}|{first} with a {letter}|"
        "{last} with two {letter}'s"
    ),
    "ADDRESS": (
        "my address is {street}|the address is {street}|my address is {street} {citystate}|"
        "address {street}|address is {street} {city} {state} {zip}|it's {street}|"
        "i live at {street}|i live on {road}|i'm at {street}|we are at {street} in {city}|"
        "my house is on {road}|the house is {street}|"
        "my home address is {street} {citystate} {zip}|the billing address is {street}|"
        "the billing address is {street} {citystate}|my mailing address is {street}|"
        "shipping address {street} {city} {zip}|ship it to {street}|please deliver it to {street}|"
        "deliver to {street} {citystate}|send the bill to {street} {citystate} {zip}|"
        "can you send it to {street}|i moved to {street}|i just moved from {street} to {street}|"
        "i used to live at {street}|my old address was {street}|my new address is {street}|"
        "the new address is {street} {city}|we're located at {street}|the office is at {street}|"
        "the store is on {road}|the shop on {road}|meet me at {street}|pick me up at {street}|"
        "i need a cab from {street} to {street}|i need a taxi at {street}|a ride to {street}|"
        "how do i get to {street}|take me to {street}|navigate to {street}|"
        "at the corner of {road} and {road}|between {road} and {road}|an accident on {road}|"
        "the property at {street}|the apartment is {street}|did you say {street}|"
        "you said {street} right|so that's {street}|is it still {street}|"
        "i have {street} on file|we have you at {street} {citystate}|"
        "the zip code is {zip}|my zip code is {zip}|zip {zip}|zip code {zip}|did you say {zip}|"
        "the zip is {zip}|and the zip code {zip}|my postcode is {postcode}|postcode {postcode}|"
        "the postcode is {postcode}|the postal code is {postcode}|it's {postcode}|"
        "my post code's {postcode}|{box}|{box} {citystate}|my address is {box}|mail it to {box}|"
        "my address is {long}|the address is {long}|please send it to {long}|"
        "it has to go to {long}|i live at {long}|change my address to {long}|"
        "here is the address {long}|deliver it to {long} please|we live at {foreign}|"
        "the shop is at {foreign}|i moved to {foreign}|the museum is on {foreign}|"
        "he lives on {foreign}|{city} {zip}|in {city} {zip}|{zip} {city}|"
        "the postcode is {postcode} in {city}|"
        "{street} is my address|{street} that's where i live|{street} if you know it|"
        "{street} yes|yes {street}|yes it's {street}"
    ),
    "LOCATION": (
        "i live in {city}|i live in {citystate}|i'm from {city}|i am from {country}|"
        "i'm calling from {city}|i'm calling from {citystate}|calling from {state}|"
        "we're in {city} {state}|i'm in {city} right now|i was born in {city}|"
        "born in {city} {country}|i'm moving to {city}|i moved to {state} last year|"
        "we moved here from {country}|flying to {city}|i want to fly from {city} to {city}|"
        "a flight from {city} to {citystate}|book a hotel in {city}|find me a restaurant in {city}|"
        "what's the weather in {city}|weather in {citystate}|will it rain in {city} {date}|"
        "what time is it in {city}|what's the time in {country}|how far is {city} from {city}|"
        "train to {city}|bus from {city}|tickets to {city}|traffic in {city}|news from {country}|"
        "i work in {city}|our office is in {city}|the branch in {city}|your {city} store|"
        "the {city} office|the city is {city}|the city is {citystate}|city {city}|state {state}|"
        "the state is {state}|in {city}|in {citystate}|near {city}|just outside of {city}|"
        "somewhere around {city}|to {city}|it's in {city}|{city} in {country}|"
        "i'll be in {city} {date}|i'm traveling to {country}|my card was used in {country}|"
        "someone used my card in {city}|can i use it in {country}|my parents live in {city}|"
        "{city} is beautiful|{city} is where i grew up|{first} lives in {city}|"
        "the population of {city}|the capital of {country}|houses for rent in {city}|"
        "from {city} airport|at {station}|i land at {station}|pick me up from {station}|{station}|"
        "in {city} near {station}|people from {country}|"
        "{country} won the game|{country} is far away|the economy of {country}|the {city} team|"
        "how many people live in {country}|show me {city} on the map|{city} weather|{city} time|"
        "from {city} to {country}|{city} to {city}|travel {city} to {city}|visit {city}|"
        "a concert in {city}|"
        "made in {country}|"
        "did you say {city}|{city} {state} yes|is that {city} or {city}"
    ),
    "ORG": (
        "thank you for calling {org} this is {first} how can i help you|"
        "thanks for calling {org} my name is {first}|thank you for calling {org}|"
        "hello this is {org} my name is {first} how can i help you today|"
        "good morning {org} {first} speaking|welcome to {org} my name is {full}|"
        "{org} this is {first}|{org} how may i help you|hi this is {first} from {org}|"
        "hi this is {full} with {org}|i'm calling from {org}|i work for {org}|i work at {org}|"
        "the company is {org}|the company name is {org}|it's called {org}|i have a bill from {org}|"
        "i need to pay {org}|my bill from {org} is {amount}|my insurance is with {org}|"
        "i bank with {org}|i got a letter from {org}|the name of the business is {org}|"
        "hello {first} this is {first} from {org} in {city}|book a table at {org}|"
        "i ordered from {org}|my employer is {org}|{full} from {org}|{org} in {city}"
    ),
    "BARE": (
        "{full}|{full}|{full}|{full}|{first}|{first}|{last}|{spelled}|{asin}|{first} {spelled}|"
        "{full} {spelled}|{last} {first}|{title} {last}|{title} {full}|{full} and {full}|"
        "{street}|{street}|{street}|{street} {citystate}|{street} {citystate} {zip}|{road}|{road}|"
        "{street} {city} {postcode}|{house}|{zip}|{zip}|{postcode}|{postcode}|{postcode}|{city}|"
        "{city}|{citystate}|{citystate}|{state}|{country}|{city} {country}|{citystate} {zip}|"
        "{org}|{date}|{date}|{full} {date}|{full} {postcode}|{city} {zip}|{foreign}|{foreign}|"
        "{box}|{long}|{long}|"
        "{long}|{full}, {long}|{station}|{zip} {city}|{last}, {first}"
    ),
    "DATE": (
        "my date of birth is {date}|i was born on {date}|born {date}|date of birth {date}|"
        "it's {date}|on {date}|for {date}|can i book it for {date}|is there anything on {date}|"
        "the appointment is on {date}|i called {date}|from {date} to {date}|since {date}|by {date}"
    ),
    "NONE": (
        "my phone number is {phone}|my number is {phone}|the number is {phone}|call me at {phone}|"
        "you can reach me on {phone}|{phone}|yes it's {phone}|my account number is {digits}|"
        "account number {digits}|card number {digits}|the last four are {four}|{four}|{digits}|"
        "my reference is {code}|booking code {code}|the code is {code}|confirmation number {code}|"
        "order number {code}|the policy number is {code}|it costs {amount}|i paid {amount}|"
        "the amount is {amount}|the bill is {amount}|{amount}|i want to transfer {amount}|"
        "i need {small} tickets|a table for {small} people|{small} large coffees please|"
        "there are {small} of us|give me {small} minutes|it took {small} weeks|{small}|"
        "i've been waiting for {small} hours|room {num} please|option {small}|page {num}|"
        "the main reason is the road is closed|there is no street parking|"
        "the light on my router is green|can you spell that for me|what is your address|"
        "may i have your name please|what's your name|what is your postcode|what city are you in|"
        "could you repeat the zip code|and your date of birth|how do you spell that|"
        "let me pull up your account|one moment please|just a second|is there anything else|"
        "no that's all thank you|that's right|that's correct|yes please|no thank you|sure|okay|"
        "yeah|uh huh|mm hmm|bye bye|have a nice day|you too|great thank you very much|"
        "i can't log in to my account|i forgot my password|i lost my card|the screen is black|"
        "it will be there in a bit|may i put you on hold|will you be home|i am happy to help|"
        "i am calling about my bill|this is regarding my order|i'm not sure|i'm sorry to hear that|"
        "i am trying to cancel my plan|this is ridiculous|it's not working|hi there|hello|"
        "good morning how can i help you|how may i help you today|i'm doing well|i'm good thanks|"
        "mark it as done|bill me later|may is fine|the will was signed|grace period|jack it up"
    ),
}  # fmt: skip
#: How often each kind of carrier is drawn.
WEIGHTS = {
    "PERSON": 28, "ADDRESS": 18, "LOCATION": 13, "ORG": 6, "BARE": 22, "DATE": 3, "NONE": 10,
}  # fmt: skip
_OPENERS = "hi|hello|yes|yeah|um|uh|okay|so|sure|hi there|good morning|oh|well|right|no".split("|")
_CLOSERS = "please|thank you|thanks|yes|yeah|right|okay|correct|sir|that's it|i think".split("|")


@dataclass(frozen=True)
class Names:
    """Lists that values are drawn from.

    Attributes:
        firsts: First names, most frequent first, and their cumulative counts.
        lasts: Surnames, likewise.
        cities: By region of the world: `us`, `gb`, `other`; each (city, region).
        countries: Of the same list.
        streets: Names of streets.
    """

    firsts: tuple[list[str], list[int]]
    lasts: tuple[list[str], list[int]]
    cities: dict[str, list[tuple[str, str]]]
    countries: list[str]
    streets: list[str]

    @classmethod
    def read(cls, folder: Path) -> "Names":
        """The lists of the corpora's folder of gazetteers."""
        firsts = [line.split("\t") for line in _lines(folder / "us_first_names_ssa.txt")]
        lasts = [line.split("\t") for line in _lines(folder / "us_surnames_census2010.txt")]
        cities: dict[str, list[tuple[str, str]]] = {"us": [], "gb": [], "other": []}
        countries = set()
        for line in _lines(folder / "world_cities_geonames.txt"):
            city, region, country = [*line.split("\t"), "", ""][:3]
            if not re.search(r"[A-Za-z]", city) or len(city) > 30:
                continue
            kind = {"United States": "us", "United Kingdom": "gb"}.get(country, "other")
            cities[kind].append((city, region))
            countries.add(country.partition(",")[0])
        return cls(
            ([row[0] for row in firsts], list(accumulate(int(row[2]) for row in firsts))),
            ([row[0] for row in lasts], list(accumulate(int(row[1]) for row in lasts))),
            cities,
            sorted(c for c in countries if c),
            [s for s in _lines(folder / "us_common_street_names.txt") if s.strip()],
        )


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


class Snippets:
    """Draws snippets, the same ones for the same seed.

    Args:
        names: Where values come from.
        seed: Of the draws.
        sentences: Unmarked sentences that may stand before or after a carrier.
    """

    def __init__(self, names: Names, seed: int, sentences: Sequence[str] = ()) -> None:
        self._names = names
        self._rng = random.Random(seed)
        self._sentences = sentences
        self._carriers = {kind: text.split("|") for kind, text in CARRIERS.items()}
        self._written = False
        self._values: dict[str, Callable[[], list[Piece]]] = {
            "first": lambda: [(self.first(), "PERSON")],
            "last": lambda: [(self.last(), "PERSON")],
            "full": lambda: [(self.full(), "PERSON")],
            "title": lambda: [(self._rng.choice(("Mr", "Mrs", "Ms", "Miss", "Doctor")), None)],
            "spelled": lambda: [(self._spelled(), "PERSON")],
            "asin": lambda: [(self._as_in(), "PERSON")],
            "letter": lambda: [(self._rng.choice("abcdefghiklmnprstyz"), None)],
            "city": lambda: [(self.city()[0], "LOCATION")],
            "state": lambda: [(self._state(), "LOCATION")],
            "citystate": self._city_state,
            "country": lambda: [(self._country(), "LOCATION")],
            "street": lambda: [(self._street(), "ADDRESS")],
            "road": lambda: [(self._road(), "ADDRESS")],
            "foreign": lambda: [(self._foreign_street(), "ADDRESS")],
            "house": lambda: [(self._house(), "ADDRESS")],
            "box": lambda: [(self._box(), "ADDRESS")],
            "long": lambda: [(self._long(), "ADDRESS")],
            "station": lambda: [(self._station(), "LOCATION")],
            "zip": lambda: [(self._zip(), "ADDRESS")],
            "postcode": lambda: [(self._postcode(), "ADDRESS")],
            "org": lambda: [(self._org(), "ORG")],
            "date": lambda: [(self._date(), "DATE")],
            "num": lambda: [(self._number(self._rng.randint(1, 999)), None)],
            "small": lambda: [(self._number(self._rng.randint(2, 30)), None)],
            "amount": lambda: [(self._amount(), None)],
            "phone": lambda: [(self._digits(10, (3, 6)), None)],
            "digits": lambda: [
                (self._digits(self._rng.choice((6, 8, 9, 10, 12, 16)), (4, 8)), None)
            ],
            "four": lambda: [(self._digits(4, ()), None)],
            "code": lambda: [(self._code(), None)],
        }

    def draw(self) -> Text:
        """One snippet, cased or as a recogniser of speech would write it."""
        rng = self._rng
        self._written = rng.random() < 0.35
        kind = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        pieces = self._fill(rng.choice(self._carriers[kind]))
        if rng.random() < 0.22:
            also = rng.choice([k for k in WEIGHTS if k != "BARE"])
            pieces += [(", " if self._written else " ", None)]
            pieces += self._fill(rng.choice(self._carriers[also]))
        if rng.random() < 0.15:
            pieces = [(rng.choice(_OPENERS) + " ", None), *pieces]
        if rng.random() < 0.12:
            pieces = [*pieces, (" " + rng.choice(_CLOSERS), None)]
        if self._sentences and kind != "BARE" and rng.random() < 0.35:
            sentence = rng.choice(self._sentences)
            before = rng.random() < 0.5
            pieces = (
                [(sentence + " ", None), *pieces] if before else [*pieces, (" " + sentence, None)]
            )
        if not self._written and rng.random() < 0.2:
            pieces = self._disfluent(pieces)
        text, spans = _join(pieces)
        if self._written:
            return (text[:1].upper() + text[1:] + rng.choice((".", "", "?", "."))), spans
        return speech_form(text, spans) if rng.random() < 0.85 else (text, spans)

    def first(self) -> str:
        """A first name: a frequent one, any one, or a made-up one."""
        if self._rng.random() < 0.1:
            return self._made_up(self._names.firsts[0])
        return self._pick(self._names.firsts, rare=0.4)

    def last(self) -> str:
        """A surname, likewise."""
        draw = self._rng.random()
        if draw < 0.22:
            return self._made_up(self._names.lasts[0])
        if draw < 0.27:
            return self._pick(self._names.lasts, 0.5) + "-" + self._pick(self._names.lasts, 0.5)
        return self._pick(self._names.lasts, rare=0.5)

    def full(self) -> str:
        """First name and surname, at times with something between."""
        first, last, draw = self.first(), self.last(), self._rng.random()
        if draw < 0.06:
            return f"{first} {self.first()} {last}"
        if draw < 0.1:
            return f"{first} {self._rng.choice('ABCDEFGHJKLMNPRSTW')} {last}"
        if draw < 0.14:
            between = self._rng.choice(("de", "van", "von", "al", "de la", "el", "di", "bin", "da"))
            return f"{first} {between} {last}"
        return f"{first} {last}"

    def city(self) -> tuple[str, str]:
        """A city and its region."""
        if self._rng.random() < 0.3:
            return self._rng.choice(WELL_KNOWN), ""
        kind = self._rng.choices(("us", "gb", "other"), (50, 12, 38))[0]
        return self._rng.choice(self._names.cities[kind])

    def _fill(self, carrier: str) -> list[Piece]:
        pieces: list[Piece] = []
        for text in re.split(r"(\{\w+\})", carrier):
            if text.startswith("{"):
                pieces += self._values[text[1:-1]]()
            elif text:
                pieces.append((text, None))
        return pieces

    def _disfluent(self, pieces: list[Piece]) -> list[Piece]:
        """A filler between words, or words said twice."""
        at = self._rng.choice([i for i, piece in enumerate(pieces) if piece[0].strip()])
        text, label = pieces[at]
        core = text.strip()
        before, after = text[: text.index(core)], text[text.index(core) + len(core) :]
        words = core.split(" ")
        where = self._rng.randrange(len(words) + 1)
        if label is None or self._rng.random() < 0.6:
            said = [self._rng.choice(FILLERS)] if self._rng.random() < 0.7 else words[:where][-2:]
            words[where:where] = said
        elif len(words) > 1:
            words = [*words[:1], *words]
        return [*pieces[:at], (before + " ".join(words) + after, label), *pieces[at + 1 :]]

    def _pick(self, names: tuple[list[str], list[int]], rare: float) -> str:
        words, counts = names
        if self._rng.random() < rare:
            return self._rng.choice(words)
        return words[min(bisect(counts, self._rng.random() * counts[-1]), len(words) - 1)]

    def _made_up(self, words: list[str]) -> str:
        """The head of one name and the tail of another, so that no list can be learned."""
        head, tail = self._rng.choice(words), self._rng.choice(words)
        if self._rng.random() < 0.5:
            tail = self.city()[0].split(" ")[-1]
        return (head[: max(2, len(head) // 2)] + tail[len(tail) // 2 :].lower()).capitalize()

    def _spelled(self) -> str:
        name = self.first() if self._rng.random() < 0.4 else self.last()
        letters = list(re.sub(r"[^a-z]", "", name.lower())[:12])
        if self._rng.random() < 0.2:
            # As recognisers hear it: letters run together and doubled letters said as such.
            at = self._rng.randrange(len(letters)) if letters else 0
            letters[at : at + 2] = ["".join(letters[at : at + 2])]
        if self._rng.random() < 0.5:
            letters = [letter.upper() for letter in letters]
        return " ".join(letters) or "a"

    def _as_in(self) -> str:
        name = re.sub(r"[^a-z]", "", self.last().lower())[:8] or "ab"
        form = self._rng.choice(("{0} as in {1}", "{0} for {1}", "{0} like {1}", "{1}"))
        words = self._rng.choice((NATO, AS_IN, AS_IN_2))
        if form == "{1}":
            words = NATO
        said = (form.format(c, words[ord(c) - 97]) for c in name)
        some = self._rng.random() < 0.3 and form != "{1}"
        return " ".join(
            c if some and self._rng.random() < 0.6 else phrase
            for c, phrase in zip(name, said, strict=True)
        )

    def _state(self) -> str:
        if self._written and self._rng.random() < 0.5:
            return self._rng.choice(STATE_CODES)
        return self._rng.choice(STATES)

    def _city_state(self) -> list[Piece]:
        city, region = self.city()
        if self._rng.random() < 0.6 or not region:
            region = self._state()
        between = ", " if self._written else " "
        if self._rng.random() < 0.5:
            return [(city, "LOCATION"), (between, None), (region, "LOCATION")]
        return [(city + between + region, "LOCATION")]

    def _country(self) -> str:
        # The last of the well-known places are countries and the largest cities far away.
        well_known = self._rng.random() < 0.5
        return self._rng.choice(WELL_KNOWN[-60:] if well_known else self._names.countries)

    def _station(self) -> str:
        kind = self._rng.choice(
            (
                "Airport|International Airport|Station|Central Station|Bus Station|Park|Beach|Mall|"
                "River|Lake|Island|Valley|County|Stadium|Bridge"
            ).split("|")
        )
        return f"{self._rng.choice((self.city()[0], self.last()))} {kind}"

    def _box(self) -> str:
        number = self._number(self._rng.randint(1, 9999))
        if self._rng.random() < 0.75:
            box = self._rng.choice(("P.O. Box", "PO Box", "Post Office Box") if self._written
                                   else ("p o box", "po box", "post office box"))  # fmt: skip
            return f"{box} {number}"
        unit = self._rng.choice(("PSC", "Unit", "CMR"))
        station = self._rng.choice(("APO AE", "APO AP", "FPO AE", "FPO AP", "APO AA", "DPO AE"))
        box = self._number(self._rng.randint(1, 9999))
        return f"{unit} {number} Box {box} {station} {self._zip()}"

    def _long(self) -> str:
        """Street, place and code in one, as they are written on an envelope."""
        rng = self._rng
        city, region = self.city()
        parts = [self._street() if rng.random() < 0.65 else self._foreign_street()]
        if rng.random() < 0.25:
            kind = rng.choice(("Suite", "Apt.", "Flat", "Unit"))
            parts.append(f"{kind} {self._number(rng.randint(1, 900))}")
        code = self._zip() if rng.random() < 0.75 else self._postcode()
        if rng.random() < 0.5:
            parts.append(f"{city}{',' if self._written else ''} {region or self._state()} {code}")
        else:
            parts += [city, rng.choice((code, f"{self._country()} {code}", self._country()))]
        if not self._written:
            return " ".join(parts)
        return rng.choice((", ", ", ", "\n", "\n ", " ")).join(parts)

    def _road(self) -> str:
        if self._rng.random() < 0.15:
            return re.sub(r"\s*\{n\}\s*", "", self._rng.choice(FOREIGN)).format(self._root())
        suffix = self._rng.choice(SUFFIXES)
        if self._written and self._rng.random() < 0.4:
            suffix = ABBREVIATIONS.get(suffix, suffix)
        side = ""
        if self._rng.random() < 0.15:
            side = self._rng.choice(("North", "South", "East", "West", "N", "S", "E", "W")) + " "
        return f"{side}{self._street_name()} {suffix}"

    def _street_name(self) -> str:
        draw = self._rng.random()
        if draw < 0.3:
            return self._rng.choice(STREET_WORDS)
        if draw < 0.5:
            return self._rng.choice(self._names.streets)
        if draw < 0.8:
            return self.last()
        if draw < 0.9:
            number = self._rng.randint(1, 99)
            return self._ordinal(number)
        return f"{self._rng.choice(STREET_WORDS)} {self._rng.choice(STREET_WORDS)}"

    def _root(self) -> str:
        return self._rng.choice((self.last, lambda: self.city()[0], self.first))()

    def _foreign_street(self) -> str:
        number = self._number(self._rng.randint(1, 250))
        if self._rng.random() < 0.15:
            number += " " + self._rng.choice("abcdABCD")
        return self._rng.choice(FOREIGN).format(self._root(), n=number)

    def _house(self) -> str:
        return self._number(self._rng.randint(1, 9999) if self._rng.random() < 0.7 else 12)

    def _street(self) -> str:
        if self._rng.random() < 0.18:
            return self._foreign_street()
        rest = ""
        if self._rng.random() < 0.25:
            kind = self._rng.choice(
                ("apartment", "apt", "unit", "suite", "flat", "floor", "number")
            )
            if self._written:
                kind = self._rng.choice((kind.capitalize(), "Apt.", "#", "Suite", "Unit"))
            number = self._number(self._rng.randint(1, 400))
            letter = self._rng.choice("abcdef")
            rest = f" {kind} {self._rng.choice((number, letter, number + ' ' + letter))}"
            if self._written and self._rng.random() < 0.5:
                rest = "," + rest
        return f"{self._house()} {self._road()}{rest}"

    def _zip(self) -> str:
        digits = f"{self._rng.randint(501, 99950):05d}"
        if self._written or self._rng.random() < 0.15:
            return digits + (
                f"-{self._rng.randint(1000, 9999)}" if self._rng.random() < 0.1 else ""
            )
        return self._said_digits(digits)

    def _postcode(self) -> str:
        rng = self._rng
        area = "".join(rng.choices("ABCDEGHKLMNPRSTW", k=rng.choice((1, 2))))
        outward = (
            area + str(rng.randint(1, 99)) + (rng.choice("AEHPW") if rng.random() < 0.05 else "")
        )
        inward = str(rng.randint(0, 9)) + "".join(rng.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
        if self._written:
            return outward + rng.choice((" ", " ", "")) + inward
        if rng.random() < 0.08:
            # Spoken, one in twelve is a Dutch, German or Canadian one.
            return rng.choice(
                (
                    f"{self._said_digits(str(rng.randint(1000, 9999)))} {inward[1]} {inward[2]}",
                    self._said_digits(str(rng.randint(10000, 99999))),
                    " ".join(
                        f"{rng.choice('ABCEGHJKLMNPRSTVXY')}{rng.randint(0, 9)}" for _ in "123"
                    ),
                )
            )
        digits_as_words, style = rng.random() < 0.5, rng.random()
        parts = []
        for c in outward + inward:
            if c.isdigit():
                parts.append(ONES[int(c)] if digits_as_words else c)
            elif style < 0.12:
                parts.append(NATO[ord(c.lower()) - 97])
            elif style < 0.2:
                parts.append(f"{c} for {AS_IN[ord(c.lower()) - 97]}")
            else:
                parts.append(c if rng.random() < 0.6 else c.lower())
        text = " ".join("oh" if p == "zero" and rng.random() < 0.5 else p for p in parts)
        if rng.random() < 0.25:
            text = re.sub(r"(?<=\d) (?=\d)", "", text)
        if rng.random() < 0.12:
            # As recognisers hear it: a letter lost or another in its place.
            said = text.split(" ")
            said[rng.randrange(len(said))] = rng.choice(
                ("", "be", "see", "are", "you", "why", "to")
            )
            text = " ".join(word for word in said if word) or text
        return text

    def _org(self) -> str:
        kind, draw = self._rng.choice(ORG_KINDS), self._rng.random()
        if draw < 0.45:
            return f"{self.last()} {kind}"
        if draw < 0.65:
            return f"{self.city()[0]} {kind}"
        if draw < 0.85:
            return f"{self._rng.choice(STREET_WORDS)} {self._rng.choice(STREET_WORDS)} {kind}"
        if draw < 0.93:
            return f"First {self.city()[0]} {kind}"
        return self._made_up(self._names.lasts[0]) + " " + kind

    def _date(self) -> str:
        rng = self._rng
        day, month, year = rng.randint(1, 28), rng.choice(MONTHS), rng.randint(1930, 2026)
        said_year = self._year(year)
        return rng.choice(
            (
                f"{month} {self._ordinal(day)}",
                f"{month} {self._ordinal(day)} {said_year}",
                f"{self._ordinal(day)} of {month} {said_year}",
                f"the {self._ordinal(day)} of {month}",
                f"{self._number(day)} {month} {said_year}",
                f"{rng.choice(DAYS)} the {self._ordinal(day)}",
                rng.choice(DAYS),
                f"next {rng.choice(DAYS)}",
                f"{rng.choice(DAYS)} at {self._number(rng.randint(1, 12))} "
                + rng.choice(("a m", "p m", "pm", "am")),
                f"{month} {said_year}",
                f"{day}/{MONTHS.index(month) + 1}/{year}" if self._written else "tomorrow",
            )
        )

    def _year(self, year: int) -> str:
        if self._written or self._rng.random() < 0.2:
            return str(year)
        if 2000 <= year < 2010:
            return f"two thousand {ONES[year % 10] if year % 10 else ''}".strip()
        return f"{words_of(year // 100)} {words_of(year % 100)}"

    def _ordinal(self, number: int) -> str:
        if self._written or self._rng.random() < 0.2:
            suffix = (
                "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
            )
            return f"{number}{suffix}"
        if number <= 20:
            return ORDINALS[number - 1]
        rest = number % 10
        if not rest:
            return TENS[number // 10][:-1] + "ieth"
        return f"{TENS[number // 10]} {ORDINALS[rest - 1]}"

    def _amount(self) -> str:
        amount = self._rng.randint(1, 2000)
        if self._written:
            return f"${amount}"
        return f"{words_of(amount)} {self._rng.choice(('dollars', 'pounds', 'bucks', 'euros'))}"

    def _number(self, number: int) -> str:
        draw = self._rng.random()
        if self._written or draw < 0.2:
            return str(number)
        if draw < 0.55 or number < 10:
            return (
                words_of(number) if number < 100 or draw < 0.3 else self._said_digits(str(number))
            )
        text = str(number)
        if len(text) == 3 and text[1] != "0":
            return f"{ONES[number // 100]} {words_of(number % 100)}"
        if len(text) == 4 and text[2] != "0":
            return f"{words_of(number // 100)} {words_of(number % 100)}"
        return words_of(number)

    def _said_digits(self, digits: str) -> str:
        oh = self._rng.random() < 0.5
        return " ".join("oh" if oh and d == "0" else ONES[int(d)] for d in digits)

    def _digits(self, length: int, breaks: Sequence[int]) -> str:
        digits = "".join(self._rng.choices("0123456789", k=length))
        if self._written:
            return "-".join(filter(None, re.split(r"(?<=^...)|(?<=^......)", digits)))
        if self._rng.random() < 0.2:
            return digits
        parts = [digits[a:b] for a, b in zip((0, *breaks), (*breaks, length), strict=True)]
        return " ".join(self._said_digits(part) for part in parts if part)

    def _code(self) -> str:
        letters = "abcdefghijklmnopqrstuvwxyz"
        chars = self._rng.choices(letters + "0123456789" * 2, k=self._rng.randint(5, 9))
        if self._written:
            return "".join(chars).upper()
        said = self._rng.random() < 0.6
        return " ".join(ONES[int(c)] if c.isdigit() and said else c for c in chars)


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


def _join(pieces: Sequence[Piece]) -> Text:
    text, spans = "", []
    for piece, label in pieces:
        if not piece:
            continue
        if label:
            spans.append((len(text), len(text) + len(piece), label))
        text += piece
    return text, spans


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
