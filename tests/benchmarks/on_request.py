"""Calls in which data of the types on request are told: what the tagger has never learned from.

The calls are those of `data/generator`; between their turns stand sentences that hold a value each.
Sentences and values were written for this measurement, and no list holds one of the values
(`tests/recognizers/requested/test_lists.py`); beside them stand as many words of the lists.
"""

# ruff: noqa: E501, SIM905 - a phrase is one line; lists of words

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clearshard.recognizers.lists.medicine import CONDITIONS, DRUGS
from clearshard.recognizers.lists.occupations import OCCUPATIONS
from clearshard.recognizers.lists.things import ALSO_NATIONALITIES, EVENTS, LANGUAGES
from data.generator.calls import some_call

#: Type → what people call one.
VALUES: dict[str, tuple[str, ...]] = {
    "DRUG": tuple(
        "bisacodyl|nitrofurantoin|ticagrelor|dabigatran|edoxaban|febuxostat|mirabegron|"
        "solifenacin|oxybutynin|lacosamide|levetiracetam|carbamazepine|phenytoin|"
        "hydroxyzine|lurasidone|memantine|ropinirole|pramipexole|cyclobenzaprine|"
        "tizanidine|ketorolac|indomethacin|tapentadol|buprenorphine|stelara|otezla|"
        "cosentyx|tramacet|xeljanz|skyrizi|tremfya|nurtec|vraylar|rexulti|emgality|"
        "breo|trelegy|anoro|tradjenta|nucynta|potassium tablets|heart pills|diet pills|"
        "water tablets|charcoal capsules|throat lozenges".split("|")
    ),
    "MEDICAL_CONDITION": tuple(
        "impetigo|gastroparesis|diverticulosis|anaphylaxis|pleurisy|shin splints|"
        "trigeminal neuralgia|restless legs|mitral regurgitation|an enlarged prostate|"
        "polycystic ovaries|a detached retina|a slipped disc|bone spurs|"
        "a rotator cuff tear|sickle cell disease|heat exhaustion|vitiligo|"
        "pernicious anemia|labyrinthitis|costochondritis|chilblains|keratoconus|"
        "pyloric stenosis|west nile virus|legionnaires|cluster headaches|night terrors|"
        "a bad hip|water on the knee|morning sickness|a lazy eye|gum disease|"
        "a staph infection|hand foot and mouth|tunnel vision|mood swings|thyroid trouble|"
        "low iron|swollen glands".split("|")
    ),
    "OCCUPATION": tuple(
        "zookeeper|beekeeper|glazier|upholsterer|statistician|astronomer|meteorologist|"
        "goldsmith|yoga instructor|choreographer|film director|screenwriter|copy editor|"
        "proofreader|radio host|news anchor|prison guard|customs officer|bailiff|notary|"
        "forklift driver|longshoreman|lumberjack|park ranger|systems administrator|"
        "ux researcher|cartographer|cobbler|blacksmith|acupuncturist|puppeteer|"
        "taxidermist|sound engineer|tree surgeon|deckhand|set designer|ski instructor|"
        "piano tuner|claims adjuster|toll collector|croupier|grocery bagger|shepherd|"
        "sign painter|window washer".split("|")
    ),
    "ORGANIZATION": tuple(
        "Delmarva Freight|Quillstone Partners|Bramble and Hart|Tessellate Robotics|"
        "Oakhurst Credit Union|First Prairie Bank|Saint Brigid's Hospital|Larkfield Clinic|"
        "Meridian Mutual|Copper Kettle Coffee|Halvorsen Shipping|Nimbus Airways|"
        "Redwood Insurance Group|Petrov Foods|Silverlake University|Green Valley High School|"
        "the Ministry of Transport|the Coastal Trust|Northern Gas Works|Ashdown Pharmacy|"
        "Velora Systems|Keystone Motors|Bluepoint Media|Harbor Light Church|Cobalt Energy|"
        "Marlow and Sons|Pinecrest Realty|Stanton Elementary|Juniper Telecom|Omnidyne".split("|")
    ),
    "AGE": tuple(
        "41|seventeen|sixty eight|29 years old|fifty two years old|34|nineteen years old|"
        "eighty one|ninety three|six months old|11|three years old|a hundred and two|73|"
        "twenty two years old|four and a half".split("|")
    ),
    "MONEY": tuple(
        "$1,249.99|eighteen hundred dollars|twelve dollars and ninety nine cents|"
        "forty five bucks|£350|two hundred pounds|€19.50|six thousand euros|a million dollars|"
        "half a million dollars|three fifty a month|$7.5 million|five grand|sixty cents|"
        "twenty quid|a hundred and ten dollars|1,500 dollars|nine hundred ninety nine dollars|"
        "$80k|75 cents|ten thousand yen|four hundred Canadian dollars|$3|one point two million dollars".split(
            "|"
        )
    ),
    "EVENT": tuple(
        "Bonfire Night|Glastonbury|the Winter Games|Hurricane Andrea|the spring conference|"
        "Arbor Day|Fashion Week|the Rose Parade|the Berlin Marathon|Storm Eunice|"
        "the Maple Syrup Festival|Holi|Songkran|the Calgary Stampede|the school play|"
        "parents' evening|Restaurant Week|the Ryder Cup|the Pumpkin Fair|"
        "the dealers convention|the home show|Sports Day|the regatta|the air show|"
        "the Tulip Festival|the Falklands War|the ice storm|the general election|"
        "the chess championship|the charity run".split("|")
    ),
    "LANGUAGE": tuple(
        "Galician|Assamese|Odia|Twi|Maori|Chamorro|Frisian|Luxembourgish|Tajik|"
        "Turkmen|Kyrgyz|Romani|Patois|Breton|Corsican|Papiamento|Ewe|Kikuyu|Karen|"
        "Rohingya|Aymara|Guarani|Sicilian|Flemish|Hokkien|Taiwanese|Shanghainese|"
        "Mixtec|Inuktitut|Bislama".split("|")
    ),
    "DATE": tuple(
        "Wednesday|next Friday|the 14th of June|June 9th|last month|tomorrow|March third|"
        "the twenty second of August|10/14|2019-03-02|this coming Monday|nineteen ninety six|"
        "the week before last|two thousand and eleven|mid November|the first of the month|"
        "the day after tomorrow|September|April of 2020|the ninth".split("|")
    ),
    "TIME": tuple(
        "nine thirty|4 pm|half past six|quarter to eight|noon|10:45|seven in the evening|"
        "two o'clock|eleven a.m.|five fifteen p m|tonight|this afternoon|twenty past three|16:20|"
        "about a quarter after one".split("|")
    ),
    "DURATION": tuple(
        "two weeks|forty five minutes|a year and a half|six months|half an hour|30 days|"
        "three business days|a couple of hours|ten years|a fortnight|the whole summer|"
        "an hour|several weeks|one and a half hours|the better part of a decade".split("|")
    ),
    "STATISTICS": tuple(
        "twelve percent|3.5%|two out of three|one in four|ninety nine percent|forty per cent|"
        "a third|half a percent|nine times out of ten".split("|")
    ),
    "BLOOD_TYPE": tuple("O negative|AB positive|A positive|B neg|O pos|A minus|AB".split("|")),
    "ZODIAC_SIGN": tuple("Virgo|Sagittarius|Leo|Cancer|Aquarius|Pisces|Scorpio".split("|")),
    "MARITAL_STATUS": tuple(
        "divorced|married|widowed|single|separated|engaged|a widower|remarried|"
        "living with a partner|in a civil partnership".split("|")
    ),
    "GENDER": tuple("female|male|non-binary|transgender|a woman|a man|a trans man".split("|")),
    "SEXUALITY": tuple("gay|lesbian|bisexual|straight|asexual|queer|into women".split("|")),
    "FILENAME": tuple(
        "invoice_march.pdf|photo dot jpg|statement-2.xlsx|setup.exe|notes dot txt|"
        "resume final.docx|scan0042.png|backup dot zip".split("|")
    ),
    "MEDICAL_CODE": tuple("E11.9|M54.5|99213|J45.909|G0439|Z00.00|F 32 point 1".split("|")),
    "MEDICAL_PROCESS": tuple(
        "a hip replacement|chemotherapy|an MRI|a colonoscopy|dialysis|a root canal|a skin graft|"
        "an angioplasty|physical therapy|a flu shot|a vasectomy|a sonogram|gallbladder surgery|"
        "a hearing test|laser treatment|an allergy test|a spinal tap".split("|")
    ),
    "INJURY": tuple(
        "a broken wrist|a concussion|whiplash|a torn ligament|a sprained ankle|second degree burns|"
        "a hairline fracture|a dislocated shoulder|a dog bite|bruises all over|a deep cut|"
        "a cracked rib|a pulled hamstring|a bump on the head".split("|")
    ),
    "PHYSICAL_ATTRIBUTE": tuple(
        "five foot nine|six feet tall|blue eyes|curly hair|bald|left handed|180 pounds|"
        "red hair|a tattoo|5'11|a limp|a scar on the chin|a hundred and sixty pounds".split("|")
    ),
    "CORPORATE_ACTION": tuple(
        "the merger|a stock split|the acquisition|layoffs|an IPO|a hostile takeover|bankruptcy|"
        "a hiring freeze|a share buyback|a secondary offering".split("|")
    ),
    "FINANCIAL_METRIC": tuple(
        "EBITDA|gross margin|net income|cash flow|return on equity|market cap|credit score|"
        "dividend yield|earnings per share|average order value".split("|")
    ),
}

#: Type → how it is told; `{v}` is the value.
PHRASES: dict[str, tuple[str, ...]] = {
    "DRUG": (
        "the pharmacy says my {v} is out of stock",
        "is {v} covered under my plan",
        "she had a bad reaction to {v} once",
        "he gave me a prescription for {v}",
        "can you mail me more {v}",
        "I ran out of {v} again",
        "they swapped it for {v} because of the price",
        "does {v} go together with alcohol",
        "I need prior authorization for {v}",
        "my mother's been on {v} for ages",
    ),
    "MEDICAL_CONDITION": (
        "I was off work because of {v}",
        "he was diagnosed with {v} after all",
        "the claim is for {v} I believe",
        "does the policy cover {v}",
        "she has {v} so she can't stand in line",
        "I've had {v} ever since I was a kid",
        "my dad passed away from {v}",
        "they say it could be {v}",
        "is there a clinic that treats {v}",
        "we cancelled because my daughter came down with {v}",
    ),
    "OCCUPATION": (
        "I work as a {v} downtown",
        "my job title is {v}",
        "she used to be a {v} before she retired",
        "he makes a living as a {v}",
        "what do you do, oh I'm a {v}",
        "my husband got hired as a {v}",
        "put down {v} under employment",
        "both my parents were {v}s",
        "we had a {v} come out to look at it",
        "I've been a {v} all my life",
    ),
    "ORGANIZATION": (
        "I've been with {v} since college",
        "the bill came from {v}",
        "she left {v} to start over",
        "my employer is {v}",
        "I got a letter from {v} about it",
        "we switched over from {v}",
        "is {v} in your network",
        "they told me at {v} to call you",
        "thank you for calling {v} how can I help",
        "the check is made out to {v}",
    ),
    "AGE": (
        "my son is {v} so he's still on my plan",
        "I'm {v} and I live alone",
        "she turns {v} soon",
        "he was {v} when it happened",
        "my mom's {v} she doesn't do computers",
        "how old is the driver, {v}",
        "the baby's {v} now",
    ),
    "MONEY": (
        "they took {v} out of my account",
        "the deductible is {v} I think",
        "you quoted me {v} last time",
        "I was charged {v} twice",
        "my rent went up by {v}",
        "there's a fee of {v} on here",
        "he still owes us {v}",
        "so the difference would be {v} right",
        "could I pay {v} first and the rest later",
        "I won {v} in a raffle",
    ),
    "EVENT": (
        "we're flying out for {v}",
        "are you open on {v}",
        "I lost it at {v}",
        "the package should be here before {v}",
        "we got tickets for {v}",
        "I was going to call you but then it was {v}",
        "it's been like that ever since {v}",
        "do you have a sale for {v}",
    ),
    "LANGUAGE": (
        "is there anybody who speaks {v}",
        "my wife only understands {v}",
        "could you send me the form in {v}",
        "I'd need an interpreter for {v}",
        "do you have the manual in {v}",
        "sorry my first language is {v}",
        "press two for {v}",
        "she's taking {v} classes",
    ),
    "DATE": (
        "I called about this {v}",
        "it's supposed to arrive {v}",
        "the appointment was moved to {v}",
        "we bought the house in {v}",
        "can somebody come out on {v}",
        "the payment's due by {v}",
    ),
    "TIME": (
        "could you ring me back at {v}",
        "I'm home until {v}",
        "the driver came around {v}",
        "does {v} work for you",
        "the lines close at {v}",
    ),
    "DURATION": (
        "I've been on hold for {v}",
        "the warranty lasts {v}",
        "that'll take {v}",
        "we've lived here {v}",
        "it went dead for {v} and then came back",
    ),
    "STATISTICS": (
        "the rate went up {v}",
        "it fails {v}",
        "they say {v} of customers have that",
        "I get {v} off with my card",
    ),
    "BLOOD_TYPE": (
        "my blood type is {v}",
        "he's {v} so they couldn't use it",
        "they need {v} blood",
        "blood group {v}",
    ),
    "ZODIAC_SIGN": ("I'm a {v} so I worry", "my star sign is {v}", "she's a typical {v}"),
    "MARITAL_STATUS": (
        "I'm {v} now so take him off the policy",
        "put {v} on the form",
        "we were {v} when I opened it",
        "my status is {v}",
    ),
    "GENDER": ("it says {v} on my file", "I'm {v} and it's wrong", "sex {v}", "the patient is {v}"),
    "SEXUALITY": ("he's {v} and his family knows", "I told them I'm {v}", "she came out as {v}"),
    "FILENAME": ("I attached {v}", "the file's called {v}", "it can't open {v}"),
    "MEDICAL_CODE": (
        "the diagnosis code is {v}",
        "they billed {v} instead",
        "it says {v} on the claim",
    ),
    "MEDICAL_PROCESS": (
        "she's scheduled for {v} there",
        "do I need a referral for {v}",
        "I had {v} before",
        "is {v} covered",
    ),
    "INJURY": (
        "I ended up with {v}",
        "he came back from the game with {v}",
        "the claim is about {v}",
        "she's off with {v}",
    ),
    "PHYSICAL_ATTRIBUTE": (
        "the guy had {v}",
        "I'm {v} if that helps",
        "she's got {v}",
        "he weighs {v}",
    ),
    "CORPORATE_ACTION": ("since {v} nobody answers", "what happens to my shares after {v}"),
    "FINANCIAL_METRIC": ("what's their {v}", "the {v} looks bad", "my {v} dropped"),
}

#: Words of lists that are told as well, by type.
LISTED: dict[str, Sequence[str]] = {
    "DRUG": DRUGS,
    "MEDICAL_CONDITION": CONDITIONS,
    "OCCUPATION": OCCUPATIONS,
    "EVENT": EVENTS,
    "LANGUAGE": (*LANGUAGES, *ALSO_NATIONALITIES),
}
#: Sentences that hold nothing of the kind.
_NOTHING = (
    "let me pull that up for you",
    "I waited for a bit",
    "the light on the box keeps blinking",
    "and it was fine until then",
    "no that's the other department",
    "is that the one with the label",
    "I can barely hear you",
    "okay so what happens next",
)


@dataclass(frozen=True)
class Value:
    """Something that is told.

    Attributes:
        start: First code point, without an article.
        end: One past the last.
        kind: Its type.
        is_listed: Whether it is in a list of the recognizers.
    """

    start: int
    end: int
    kind: str
    is_listed: bool


@dataclass(frozen=True)
class Told:
    """A call in which something is told.

    Attributes:
        text: With a line break between turns.
        values: What is told, in order.
        looked_at: Turns of which it is known what is in them: those that were put in.
    """

    text: str
    values: tuple[Value, ...]
    looked_at: tuple[tuple[int, int], ...]


def calls(count: int, seed: int) -> Iterator[Told]:
    """Calls, each with some turns that tell something; the same for the same arguments.

    Args:
        count: How many.
        seed: Of all draws.
    """
    for number in range(count):
        rng = random.Random(f"on request {seed} {number}")
        call = some_call(number, rng)
        yield _with_told([call.text[start:end] for _, start, end in call.ranges], rng, call.asr)


def _with_told(turns: list[str], rng: random.Random, is_small: bool) -> Told:
    kinds = sorted(PHRASES)
    places = {rng.randrange(1, len(turns) + 1) for _ in range(1 + len(turns) // 4)}
    text, values, looked_at = "", [], []
    for number in range(len(turns) + 1):
        if number in places:
            kind = rng.choice(kinds)
            is_listed = kind in LISTED and rng.random() < 0.5
            value = rng.choice(LISTED[kind] if is_listed else VALUES[kind])
            before, behind = rng.choice(PHRASES[kind]).split("{v}")
            article = re.match(r"(?:an?|the) ", value)
            start = len(text) + len(before) + (article.end() if article else 0)
            values.append(Value(start, len(text) + len(before) + len(value), kind, is_listed))
            turn = f"{before}{value}{behind}\n{rng.choice(_NOTHING)}"
            looked_at.append((len(text), len(text) + len(turn)))
            text += (turn.lower() if is_small else turn) + "\n"
        if number < len(turns):
            text += turns[number] + "\n"
    return Told(text.rstrip("\n"), tuple(values), tuple(looked_at))
