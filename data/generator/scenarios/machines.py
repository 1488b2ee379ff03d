"""Computers, phones and lines that do not work."""

from .. import exchanges as ask
from .scenario import Matter, Scenario

TECH = Scenario(
    name="tech_support",
    firms=("Bluefinch Support", "Nodewell", "Harbor Desk", "Cobalt Ridge Software"),
    topic="ticket",
    matters=(
        Matter(
            (
                (
                    "C: My laptop says it can't find the server, and I don't know which server "
                    "it means."
                ),
            ),
            endings=("proxy",),
        ),
        Matter(
            ("C: I can't print. Well, I can, but only to the printer in {place}.",),
            endings=("printer",),
        ),
        Matter(
            (
                (
                    "C: I got an email from a {third_full} asking me to confirm my password, and "
                    "I, um, I may have."
                ),
            ),
            endings=("password",),
            trouble=True,
        ),
        Matter(
            ("C: The shared drive at {work} has been gone since {clock}.",),
            endings=("proxy", "escalated"),
            trouble=True,
        ),
        Matter(
            ("C: I've reset my password four times and it still says it's wrong.",),
            endings=("password", "escalated"),
            trouble=True,
        ),
        Matter(("C: My screen is upside down. I'm not joking.",), endings=("upright",)),
        Matter(
            (
                (
                    "C: I had a ticket open with {other} and it was closed without anything "
                    "being fixed."
                ),
            ),
            endings=("escalated",),
            trouble=True,
        ),
        Matter(
            ("C: The app crashes whenever I open the calendar.",), endings=("update", "escalated")
        ),
    ),
    checks=(
        (ask.ask_name, 0.75),
        (ask.give_network, 0.75),
        (ask.ask_topic, 0.55),
        (ask.ask_email, 0.5),
        (ask.ask_member, 0.2),
        (ask.ask_phone, 0.35),
    ),
    middles=(
        (
            "A: Have you tried turning it off and on?",
            "C: Twice. And once in anger.",
            "A: Okay, then we'll skip that.",
        ),
        (
            "A: Could you open {url} and click allow?",
            "C: It says not found. | Okay, it's asking for a code.",
            "A: Try it without the last part. | Read me the code, please.",
        ),
        (
            "A: Who else uses that machine?",
            "C: {other}, on weekends. | Only me and {third_full} from accounts.",
        ),
        (
            "A: Which version do you see at the bottom?",
            "C: Eleven point four. | It says two thousand and nineteen.",
        ),
        (
            "A: I'm looking at your screen now. Could you close the photos of, is that {place}?",
            "C: Oh, sorry, yes, that's our holiday.",
        ),
    ),
    endings={
        "proxy": (
            "A: There it is. The proxy was still pointing at the old office.",
            "C: I'll pretend I know what that means.",
            "A: It means it's fixed.",
        ),
        "escalated": (
            "A: I've escalated it, the ticket is {topic}.",
            "C: Could you say that slower? | {topic}. Okay.",
            "A: {topic}. {third} will take it from here.",
        ),
        "password": (
            "A: Please change that password on everything else too.",
            "C: Everything? | I use the same one for the bank. Oh no.",
        ),
        "upright": (
            "A: Press control, alt and the up arrow.",
            "C: Oh my God. It's the right way up.",
        ),
        "printer": (
            "A: You were mapped to the wrong floor. Try again now.",
            "C: It's printing! It's printing everything from the last two weeks.",
        ),
        "update": (
            "A: There's an update for exactly that, it's at {url}.",
            "C: {url}, let me see. | Will I lose my appointments?",
            "A: No, they're on the server.",
        ),
    },
)

TELECOM = Scenario(
    name="telecom",
    firms=("Osprey Mobile", "Lumenline", "Redwing Broadband"),
    topic="ticket",
    matters=(
        Matter(("C: I've had no signal in {city} since {day}.",), endings=("mast",), trouble=True),
        Matter(("C: I want to keep my number and move to you.",), endings=("port",)),
        Matter(
            ("C: There's {amount} of roaming on here and I haven't left {city} in two years.",),
            endings=("courtesy",),
            trouble=True,
        ),
        Matter(
            ("C: My internet drops every evening at {clock}, you could set your watch by it.",),
            endings=("ticket", "engineer"),
            trouble=True,
        ),
        Matter(("C: I keep getting calls for somebody called {third_full}.",), endings=("block",)),
        Matter(
            ("C: The engineer was supposed to come on {day} and nobody showed up.",),
            endings=("engineer",),
            trouble=True,
        ),
        Matter(("C: I'd like to put my son {other} on a plan of his own.",), endings=("plan",)),
        Matter(
            ("C: My phone fell in a lake. A nice lake, but still.",),
            endings=("lake",),
            trouble=True,
        ),
    ),
    checks=(
        (ask.ask_name, 0.8),
        (ask.ask_phone, 0.8),
        (ask.ask_account, 0.4),
        (ask.ask_address, 0.45),
        (ask.ask_birth, 0.25),
        (ask.ask_ssn, 0.2),
        (ask.give_network, 0.25),
        (ask.make_appointment, 0.35),
        (ask.ask_email, 0.25),
    ),
    middles=(
        ("A: How many bars do you see?", "C: One. None. One. | What do you mean, bars?"),
        (
            "A: What color is the light on the box?",
            "C: Orange, and it's blinking. | There's no light. Should there be a light?",
            "A: Okay, pull the plug and count to twenty.",
        ),
        (
            "A: There's a second line on the account, for {other}.",
            "C: That's my ex-wife, she should've been off it since {day}. | My mother's, yes.",
        ),
        (
            "A: The plan you're on is {amount} with unlimited texts.",
            "C: Who still sends texts? | And how much for the big one?",
        ),
        (
            "A: Can I talk to the account holder, {third_full}?",
            (
                "C: That's my father, he's right here. | "
                "He passed away in the spring, that's why I'm calling."
            ),
        ),
    ),
    endings={
        "mast": (
            "A: There's a mast down near {place}. It should be back by {clock}.",
            "C: Okay, at least I'm not going mad.",
        ),
        "engineer": (
            "A: I've booked {third} for {day}, he did your neighbor's too.",
            "C: Good, he knows the way.",
        ),
        "courtesy": (
            "A: I've taken the {that_amount} off as a one time courtesy.",
            "C: One time? It wasn't me.",
        ),
        "ticket": (
            "A: Your ticket is {topic}, keep it for when they call.",
            "C: {topic}. | I'm writing, go on.",
            "A: That's it.",
        ),
        "port": (
            "A: The number moves on {day}, at about {clock}. Keep the old SIM in until then.",
            "C: And nothing happens to my voicemail?",
            "A: That you'd lose, sorry.",
        ),
        "plan": (
            "A: {other} gets his own number from {day}, it's {amount} a month.",
            "C: And I can see what he spends?",
            "A: Down to the cent.",
        ),
        "block": (
            (
                "A: The number belonged to {third} before you. I can change yours, or block the "
                "worst of them."
            ),
            "C: Block them. | What would the new one be?",
        ),
        "lake": (
            "A: You're insured. A new handset goes out on {day}.",
            "C: And the photos?",
            "A: If they were backed up, yes.",
        ),
    },
)
