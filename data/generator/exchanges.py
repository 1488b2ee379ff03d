"""Moves in which a datum is asked for, given, doubted, corrected and read back.

Each takes the scene and adds its turns. What is asked may be answered in one breath, broken over
two turns, corrected half-way, or spelled; which of these is chance.
"""

from . import identifiers, saying
from .saying import Datum
from .scene import Scene
from .spoken import DIGITS, HOMEMADE, number
from .turns import Said, marked, plain

CORRECTIONS = ("sorry,", "no wait,", "no, sorry,", "I mean", "let me start over,", "scratch that,")
NICKNAMES = ("Kit", "Bo", "Dee", "Max", "Jo", "Teddy", "Sunny", "Ray", "Mimi", "Ash", "Pip")
ACKS = ("Mm-hmm.", "Okay.", "Yep.", "Go on.", "Got that.", "Uh-huh.", "Right.", "Yes?")
THANKS = (
    "Thank you.",
    "Perfect, thanks.",
    "Lovely, thank you.",
    "Great.",
    "Okay, I've got that.",
    "Thanks, one moment.",
    "Brilliant.",
)
CONFIRMS = (
    "That's right.",
    "Yes.",
    "Correct.",
    "Yep, that's it.",
    "That's the one.",
    "Mm-hmm, yes.",
    "You got it.",
)


def answer(scene: Scene, datum: Datum, *, leads: tuple[str, ...]) -> None:
    """Say a datum after one of the leads (templates with `{it}`), in one way or another."""
    manner = scene.rng.random()
    if manner < 0.2 and len(datum.parts) > 1:
        first, second = datum.halves()
        scene.caller(*leads, it=first)
        if scene.chance(0.7):
            scene.agent(*ACKS)
        scene.caller("{it}.", "{it}.", "And then {it}.", it=second)
    elif manner < 0.33 and datum.slip:
        scene.caller(*leads, it=datum.repaired(scene.rng.choice(CORRECTIONS)))
    elif manner < 0.5:
        scene.caller("{it}.", "{it}", it=datum.whole())
    else:
        scene.caller(*leads, it=datum.whole())


def read_back(scene: Scene, again: Said, *, likelihood: float = 0.5) -> None:
    """The agent repeats the datum, or only thanks."""
    if scene.chance(likelihood):
        scene.agent(
            "So that's {it}?",
            "I have {it}, is that right?",
            "Let me read that back, {it}.",
            "Okay, {it}.",
            "{it}, correct?",
            "Just to confirm, {it}?",
            it=again,
        )
        scene.caller(*CONFIRMS)
    elif scene.chance(0.5):
        scene.agent(*THANKS)


def ask_name(scene: Scene) -> None:
    """Full name, perhaps spelled, perhaps misheard."""
    caller, rng = scene.caller_person, scene.rng
    if scene.name_is_known():
        spell_name(scene)
        return
    scene.agent(
        "Can I get your full name, please?",
        "Who am I speaking with?",
        "May I have your first and last name?",
        "And your name is?",
        "Could you tell me the name on the account?",
        "Let's start with your name.",
        "Sorry, I didn't catch your name.",
        "What name is it under?",
    )
    scene.caller(
        "{name}.",
        "It's {name}.",
        "My name is {name}.",
        "Yeah, this is {name}.",
        "{first}. {first} {last}.",
        "Sure, {name}, but everyone calls me {nick}.",
        "It should be under {last}, {first} {last}.",
        "I'm {name}, I'm calling for myself.",
        nick=marked(rng.choice(NICKNAMES), "PERSON"),
    )
    manner = rng.random()
    if manner < 0.3:
        spell_name(scene)
    elif manner < 0.45 and caller.last[0] not in "AEIOUÖ" and caller.last[1] in "aeiou":
        letter = caller.last[0].lower()
        wrong = rng.choice([c for c in "BDFKMNPST" if c.lower() != letter]) + caller.last[1:]
        scene.agent(
            "Was that {wrong}?",
            "Did you say {wrong}?",
            "{wrong}, right?",
            wrong=marked(wrong, "PERSON"),
        )
        scene.caller(
            "No, {last}, {letter} as in {aid}.",
            "Not quite, it's {last}. {letter} for {aid}.",
            "{last}, with {letter} like {aid}.",
            letter=marked(letter.upper(), "PERSON"),
            aid=plain(HOMEMADE.get(letter, "apple")),
        )
    if scene.chance(0.55):
        scene.agent(
            "Thank you, {formal}.",
            "Thanks, {first}.",
            "Hi {first}, nice to meet you.",
            "Okay, {first}, bear with me.",
            "Perfect. Thank you, {first}.",
            "{formal}, thank you for that.",
        )


def spell_name(scene: Scene) -> None:
    """Surname letter by letter."""
    scene.agent(
        "Could you spell the last name for me?",
        "How do you spell that?",
        "Can you spell your surname, please?",
        "Is that spelled the usual way?",
        "And how is the last name spelled?",
    )
    scene.caller(
        "{it}.",
        "Sure, it's {it}.",
        "Yeah, {it}.",
        "{last}, that's {it}.",
        "It's a bit unusual, {it}.",
        it=saying.spelled_name(scene.caller_person.last, scene.rng, scene.voice),
    )


def ask_birth(scene: Scene) -> None:
    """Date of birth."""
    caller = scene.caller_person
    datum = saying.date_of_birth(caller.birth, caller.country, scene.rng, scene.voice)
    scene.agent(
        "And your date of birth?",
        "Can you confirm your date of birth for me?",
        "When were you born?",
        "For security, what's your date of birth?",
        "What's your birthday, including the year?",
        "I just need a date of birth.",
    )
    answer(
        scene,
        datum,
        leads=(
            "It's {it}.",
            "{it}.",
            "I was born {it}.",
            "My birthday is {it}.",
            "Date of birth is {it}.",
            "Yes, {it}.",
        ),
    )
    again = saying.date_of_birth(caller.birth, caller.country, scene.rng, scene.voice)
    read_back(scene, again.whole(), likelihood=0.25)


def ask_phone(scene: Scene) -> None:
    """Telephone number, perhaps misheard."""
    caller, rng, voice = scene.caller_person, scene.rng, scene.voice
    scene.agent(
        "What's the best number to reach you?",
        "Can I have a phone number in case we get cut off?",
        "What's the phone number on the account?",
        "Could you give me a callback number?",
        "And a contact number?",
        "Is there a mobile number I can put down?",
        "Which number should they call?",
    )
    answer(
        scene,
        saying.phone(caller, rng, voice),
        leads=(
            "It's {it}.",
            "Sure, {it}.",
            "My cell is {it}.",
            "You can use {it}.",
            "The number is {it}.",
            "Okay, so, {it}.",
            "Best one is {it}, that's my mobile.",
            "Try {it} after lunch.",
        ),
    )
    if scene.chance(0.15):
        *_, tail = caller.phone
        last = saying.grouped((tail,), "PHONE_NUMBER", rng, voice, ("",)).whole()
        scene.agent(
            "Sorry, you broke up. What were the last digits?", "Can you repeat the end of that?"
        )
        scene.caller("{it}.", "Ends in {it}.", "{it}, sorry, I'm on speaker.", it=last)
    read_back(scene, saying.phone(caller, rng, voice).whole(), likelihood=0.45)


def ask_email(scene: Scene) -> None:
    """Mail address, perhaps spelled."""
    caller, rng, voice = scene.caller_person, scene.rng, scene.voice
    scene.agent(
        "What email should I send that to?",
        "And your email address?",
        "Which email do you have on file with us?",
        "Can I get a good email for the confirmation?",
        "Would you like that by email? If so, which address?",
    )
    answer(
        scene,
        saying.email(caller.email, rng, voice),
        leads=(
            "It's {it}.",
            "Yes, {it}.",
            "{it}.",
            "My email is {it}.",
            "Send it to {it}, please.",
            "Um, use {it}, I check that one.",
            "That'd be {it}, all lower case.",
        ),
    )
    if scene.chance(0.3):
        scene.agent(
            "Could you spell the first part?",
            "Sorry, can you spell that out for me?",
            "One more time?",
        )
        scene.caller(
            "Sure, {it}.",
            "{it}.",
            "Yep, so {it}.",
            it=saying.email(caller.email, rng, voice, careful=True).whole(),
        )
    read_back(scene, saying.email(caller.email, rng, voice).whole(), likelihood=0.4)


def ask_address(scene: Scene) -> None:
    """Street address, in one breath or part by part."""
    caller, rng, voice = scene.caller_person, scene.rng, scene.voice
    code = "zip code" if caller.country == "us" else "postcode"
    if scene.chance(0.25):
        scene.agent(
            "Can you tell me your {code} please?",
            "I'll find you by {code}, what is it?",
            "What's the {code} there?",
            code=plain(code),
        )
        scene.caller(
            "{it}.",
            "It's {it}.",
            "{code} is {it}.",
            "Yeah, {it}, in {city}.",
            code=plain(code),
            it=saying.postcode(caller.postcode, rng, voice),
        )
        if scene.chance(0.5):
            scene.agent("And the house number and street?", "And the first line of the address?")
            line = saying.address(caller, rng, voice, full=False).parts[:1]
            scene.caller("{it}.", "That's {it}.", it=line)
        return
    scene.agent(
        "What's the address?",
        "Can you confirm the address on file?",
        "Where should we send it?",
        "And your home address, please?",
        "Could I take the full address with {code}?",
        "What address are you at?",
        code=plain(code),
    )
    answer(
        scene,
        saying.address(caller, rng, voice, full=scene.chance(0.75)),
        leads=(
            "It's {it}.",
            "{it}.",
            "I'm at {it}.",
            "The address is {it}.",
            "We're still at {it}.",
            "Sure, it's {it}.",
            "We just moved, so now it's {it}.",
        ),
    )
    if scene.chance(0.3):
        scene.agent(
            "Is that {street}?",
            "{street}, in {city}?",
            "Okay, {street}, got it.",
            "And that's {city}, yes?",
        )
        scene.caller(*CONFIRMS)


def ask_card(scene: Scene) -> None:
    """Payment card, in groups with acknowledgements between them."""
    rng, voice = scene.rng, scene.voice
    groups = identifiers.card(rng, valid=scene.chance(0.75))
    datum = saying.grouped(groups, "CREDIT_CARD", rng, voice, ("-", " ", " ", ""))
    scene.agent(
        "Whenever you're ready, the long number on the front of the card.",
        "Can I take a card number for that?",
        "What card would you like to use?",
        "Go ahead with the card number.",
        "Could you read me the card number, please?",
    )
    if scene.chance(0.3):
        for at, part in enumerate(datum.parts):
            scene.caller("{it}", "{it}.", "Okay, {it}." if not at else "{it}.", it=(part,))
            if at < len(datum.parts) - 1 and scene.chance(0.8):
                scene.agent(*ACKS)
    else:
        answer(
            scene,
            datum,
            leads=("It's {it}.", "{it}.", "Okay, it's {it}.", "My card is {it}.", "Visa, {it}."),
        )
    if scene.chance(0.5):
        scene.agent("And the expiration date?", "When does it expire?", "Expiry?")
        month, year = rng.randint(1, 12), rng.randint(27, 31)
        written = not voice.asr and scene.chance(voice.numerals)
        said = f"{month:02d}/{year}" if written else _expiry(month, year)
        scene.caller("{it}.", "It's {it}.", "Says {it}.", it=marked(said, "DATE_TIME"))
    if scene.chance(0.3):
        last = saying.grouped((groups[-1],), "CREDIT_CARD", rng, voice, ("",)).whole()
        scene.agent("So the card ending in {it}.", "Charging the card ending {it}, okay?", it=last)
        scene.caller("Yes, please.", "Go ahead.", *CONFIRMS)
    else:
        scene.agent(*THANKS)


def _expiry(month: int, year: int) -> str:
    first = f"oh {DIGITS[month]}" if month < 10 else number(month)
    return f"{first} {number(year)}"


def ask_ssn(scene: Scene) -> None:
    """Social security number, whole or its last four digits."""
    rng, voice = scene.rng, scene.voice
    groups = identifiers.ssn(rng)
    if scene.chance(0.4):
        scene.agent(
            "Can you verify the last four of your social?",
            "Last four digits of the social, please?",
            "And the last four of the social security number?",
        )
        tail = saying.grouped(groups[2:], "US_SSN", rng, voice, ("",))
        scene.caller("{it}.", "It's {it}.", "Last four is {it}.", it=tail.whole())
        scene.agent(*THANKS)
        return
    scene.agent(
        "I'll need your social security number for that.",
        "What's your social?",
        "Can I get the full social, please?",
    )
    datum = saying.grouped(groups, "US_SSN", rng, voice, ("-", "-", " "))
    answer(scene, datum, leads=("It's {it}.", "My social is {it}.", "{it}.", "Okay, {it}."))
    again = saying.grouped(groups, "US_SSN", rng, voice, ("-", " "))
    read_back(scene, again.whole(), likelihood=0.25)


def ask_account(scene: Scene) -> None:
    """Account number."""
    scene.agent(
        "What's the account number?",
        "Do you have your account number handy?",
        "Could you read me the account number from the top of the bill?",
        "Which account is this about?",
    )
    datum = saying.code(scene.account_id, "ACCOUNT_NUMBER", scene.rng, scene.voice)
    answer(
        scene,
        datum,
        leads=(
            "It's {it}.",
            "Account number {it}.",
            "Yeah, hold on, {it}.",
            "It says {it}.",
            "The account is {it}.",
        ),
    )
    again = saying.code(scene.account_id, "ACCOUNT_NUMBER", scene.rng, scene.voice)
    read_back(scene, again.whole(), likelihood=0.35)


def ask_topic(scene: Scene) -> None:
    """Order, booking, claim or ticket reference."""
    scene.agent(
        "Do you have a reference for that?",
        "What's the confirmation number?",
        "Can you read me the number from the email?",
        "Is there a reference number on it?",
        "And the order or reference number?",
    )
    datum = saying.code(scene.topic, "ORDER_NUMBER", scene.rng, scene.voice)
    answer(
        scene,
        datum,
        leads=(
            "It's {it}.",
            "Yes, {it}.",
            "Reference {it}.",
            "The confirmation is {it}.",
            "Let me find it. {it}.",
            "I think it's {it}.",
        ),
    )
    again = saying.code(scene.topic, "ORDER_NUMBER", scene.rng, scene.voice)
    read_back(scene, again.whole(), likelihood=0.4)


def ask_member(scene: Scene) -> None:
    """Membership, policy or employee number."""
    scene.agent(
        "What's your member ID?",
        "Can I have the number on your membership card?",
        "And the member or policy number?",
        "Do you know your ID number with us?",
    )
    datum = saying.code(scene.member_id, "MEMBER_ID", scene.rng, scene.voice)
    answer(
        scene,
        datum,
        leads=(
            "It's {it}.",
            "Member ID {it}.",
            "The card says {it}.",
            "Um, {it}, I think.",
            "Yes, {it}.",
        ),
    )
    again = saying.code(scene.member_id, "MEMBER_ID", scene.rng, scene.voice)
    read_back(scene, again.whole(), likelihood=0.3)


def ask_other_person(scene: Scene) -> None:
    """Somebody else who matters: a partner, a contact, a second driver."""
    scene.agent(
        "Is there anybody else authorized on this?",
        "Would you like to add a second contact?",
        "Who else lives at the property?",
        "Can someone else be there if you're not?",
    )
    scene.caller(
        "My partner, {other_full}.",
        "My other half, {other}, same last name.",
        "Yes, my eldest. That's {other_full}.",
        "You can put down my neighbor {other_full}.",
        "Just my roommate {other}.",
        "{other_full}, we run the shop together.",
        "My cousin {other_full}, who's usually home.",
    )
    scene.agent("And how do I spell that?", "Thank you, I've added {other}.", "Okay, {other}.")
    if scene.turns[-1].said[0].text.lower().startswith("and how"):
        scene.caller("{it}.", it=saying.spelled_name(scene.other_first, scene.rng, scene.voice))


def give_network(scene: Scene) -> None:
    """User name, IP address and a password that should not have been said."""
    rng, voice = scene.rng, scene.voice
    caller = scene.caller_person
    user = caller.email.split("@")[0]
    if scene.chance(0.65):
        scene.agent(
            "What's your username?", "Which user are you signing in with?", "And your login name?"
        )
        scene.caller(
            "{it}.",
            "It's {it}.",
            "I sign in as {it}.",
            it=saying.host(user, "USERNAME", rng, voice),
        )
    if scene.chance(0.6):
        scene.agent(
            "Can you read me the IP address it shows?",
            "Under network settings, what does it say for IP?",
            "Type what is my IP into the search bar and tell me what you get.",
        )
        said = saying.host(identifiers.ip_address(rng), "IP_ADDRESS", rng, voice)
        scene.caller("{it}.", "It says {it}.", "Okay, I see {it}.", it=said)
    if scene.chance(0.5):
        said = saying.host(identifiers.password(rng), "PASSWORD", rng, voice)
        scene.caller(
            "My password is {it}, by the way.",
            "I keep typing {it} and it keeps saying no.",
            "It won't take {it}, and that has always been my password.",
            it=said,
        )
        scene.agent(
            "Please don't tell me your password, I can't see it anyway.",
            "Okay, you'll want to change that one after this call.",
            "No need to read that out. Let's reset it.",
        )


def make_appointment(scene: Scene) -> None:
    """A day and a time that suit."""
    scene.new_subject()
    scene.agent(
        "I have {day} at {clock}, or {day2} at {clock2}.",
        "What day works for you?",
        "The next opening is {day}, {clock}.",
        "Would {day} suit you?",
        "How about {clock} on {day}?",
    )
    scene.caller(
        "{day} is better for me.",
        "Could you do {clock2}?",
        "I work until {clock2}, so anything after that.",
        "Not {day}, I'm away. What about {day2}?",
        "{clock2} would be easier, same day.",
        "I can do {day}, but not before {clock2}.",
    )
    scene.agent(
        "Done, {day} at {clock2}.",
        "Okay, I've put you in for {clock2}.",
        "You're all set for {day}.",
        "That's booked.",
        "Let me see. Yes, {clock2} is free.",
    )
    scene.remember_matter()
