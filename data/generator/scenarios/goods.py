"""Shops, parcels, tables and trips."""

from .. import exchanges as ask
from .scenario import Matter, Scenario

SUPPORT = Scenario(
    name="support",
    firms=("Larch & Loom", "Pocketbarn", "Ember Outfitters", "The Kettle Room"),
    topic="order",
    matters=(
        Matter(
            (
                (
                    "C: I ordered a coat and got a child's raincoat. It's very nice, but it "
                    "doesn't fit."
                ),
            ),
            endings=("label",),
            trouble=True,
        ),
        Matter(
            ("C: I returned a pair of boots on {day} and there's still no refund.",),
            endings=("refund",),
            trouble=True,
        ),
        Matter(
            ("C: My order has said processing for nine days.",),
            endings=("shipped", "credit"),
            trouble=True,
        ),
        Matter(
            ("C: The lamp arrived in about forty pieces, and it's a one-piece lamp.",),
            endings=("label", "credit"),
            trouble=True,
        ),
        Matter(
            ("C: I was charged twice, {amount} both times.",), endings=("refund",), trouble=True
        ),
        Matter(
            (
                (
                    "C: I want to change the delivery address before it ships, it's a gift for "
                    "my niece {other}."
                ),
            ),
            endings=("address",),
        ),
        Matter(
            ("C: The discount code from your newsletter doesn't do anything.",), endings=("code",)
        ),
        Matter(
            ("C: I've got a gift card that your machine won't take.",),
            endings=("code", "credit"),
            trouble=True,
        ),
        Matter(
            ("C: I'd like to know whether the green one is ever coming back.",), endings=("stock",)
        ),
    ),
    checks=(
        (ask.ask_name, 0.75),
        (ask.ask_topic, 0.75),
        (ask.ask_email, 0.55),
        (ask.ask_address, 0.4),
        (ask.ask_card, 0.3),
        (ask.ask_phone, 0.25),
    ),
    middles=(
        (
            "A: Is there a name on the order?",
            "C: It says {other_full}, which isn't me. | Mine, I hope. | It's {other}'s, really.",
        ),
        (
            "A: Did you order as a guest or with an account?",
            "C: With an account. | As a guest, I think. My wife {other} set it up.",
        ),
        (
            "A: I see two orders, one for {amount} and one for {amount2}.",
            "C: The second one. | I only made one.",
        ),
        (
            "C: I wrote to {third} in your chat and was promised a voucher.",
            "A: I can see that conversation, yes. | Was that with {third_full}?",
        ),
        (
            "A: Would you rather have an exchange or your money back?",
            "C: Money back, please. | Exchange, if you have a medium.",
        ),
    ),
    endings={
        "label": (
            "A: I've sent a prepaid label to {email}.",
            "C: And I keep the box?",
            "A: Please, any box will do.",
        ),
        "refund": (
            "A: The refund of {that_amount} went out just now. Three to five days.",
            "C: Wonderful, thanks.",
        ),
        "shipped": (
            "A: It left our warehouse in {place} an hour ago.",
            "C: So it'll be here by {day}?",
            "A: That's what it says.",
        ),
        "credit": (
            "A: I've put {amount} credit on the account for the trouble.",
            "C: That's kind of you. | I'd rather have the lamp, but okay.",
        ),
        "address": (
            "A: Changed. It'll go to {other_full} now, with your note.",
            "C: And no price on the slip?",
            "A: No price. | I'll ask them to leave it out.",
        ),
        "code": (
            "A: That code was for new customers. I'll give you the same off by hand.",
            "C: Can you? Lovely.",
        ),
        "stock": (
            "A: The green one's back around {day}. Shall I put one aside for you?",
            "C: Put two. | Under {last}, please.",
        ),
    },
)

DELIVERY = Scenario(
    name="delivery",
    firms=("Swiftlet Parcels", "Marlin Couriers", "Oakhand Delivery"),
    topic="order",
    matters=(
        Matter(
            ("C: It says delivered and there's nothing here.",),
            endings=("turning", "trace"),
            trouble=True,
        ),
        Matter(
            (
                (
                    "C: Your driver left my parcel with a neighbor I've never heard of, some "
                    "{third_full}."
                ),
            ),
            endings=("turning",),
            trouble=True,
        ),
        Matter(("C: I won't be home on {day}, can you leave it somewhere?",), endings=("again",)),
        Matter(
            ("C: You've had my package in {place} for a week.",),
            endings=("depot", "trace"),
            trouble=True,
        ),
        Matter(("C: The driver rang and said he can't find {street}.",), endings=("turning",)),
        Matter(
            (
                (
                    "C: I'm trying to send a box to my brother in {place} and the form won't "
                    "take his postcode."
                ),
            ),
            endings=("form",),
        ),
        Matter(
            ("C: There's a customs charge of {amount} on a birthday card.",),
            endings=("customs",),
            trouble=True,
        ),
    ),
    checks=(
        (ask.ask_topic, 0.85),
        (ask.ask_name, 0.6),
        (ask.ask_address, 0.75),
        (ask.ask_phone, 0.5),
        (ask.ask_other_person, 0.25),
        (ask.ask_email, 0.2),
    ),
    middles=(
        (
            "A: The photo shows a red door. Is that yours?",
            "C: Ours is green. | Red? That's {third_last}'s, across the way.",
        ),
        (
            "A: It was signed for by {third}.",
            "C: There's no {third} here. | Oh! That's my cleaner.",
        ),
        ("A: Who is it from?", "C: {work}. | My cousin, {other_full}, in {place}."),
        (
            "A: Is there a gate code?",
            "C: No, just push hard. | Ring the bottom bell, it says {other_last}.",
        ),
        (
            "A: The driver's name is {third}, I've sent a message to his scanner.",
            "C: Does he answer those? | Great.",
        ),
    ),
    endings={
        "turning": (
            "A: He's turning round, he'll be with you before {clock}.",
            "C: You're a star.",
        ),
        "again": ("A: We'll try again on {day} between {clock} and {clock2}.", "C: I'll be in."),
        "depot": (
            "A: You can pick it up from the depot in {place}, bring some ID.",
            "C: Until when are they open?",
            "A: Until {clock}.",
        ),
        "trace": (
            "A: I've started a trace. If it doesn't turn up by {day} we'll pay out.",
            "C: It's worth {amount}, just so you know.",
        ),
        "form": (
            "A: I've typed it in by hand, your label's at {url}.",
            "C: {url}. Okay. | And it goes to {place}?",
            "A: By {day}, all being well.",
        ),
        "customs": (
            "A: Somebody declared it at {amount2}. I've taken the {that_amount} off.",
            "C: It's a card. With a dog on it.",
        ),
    },
)

RESTAURANT = Scenario(
    name="restaurant",
    firms=("Trattoria Folletto", "The Salted Plum", "Bistro Kestrel", "Casa Lumbre"),
    topic="order",
    matters=(
        Matter(("C: I'd like a table for four on {day}, around {clock}.",), endings=("table",)),
        Matter(
            ("C: We have a booking under {last} and there'll be two more of us.",),
            endings=("larger",),
        ),
        Matter(("C: I left a scarf at your place on {day}.",), endings=("scarf",)),
        Matter(
            ("C: Do you do private dinners? It's my boss's sixtieth, {third_full}.",),
            endings=("deposit",),
        ),
        Matter(
            (
                "C: Can I order something to go?",
                "A: Sure, what would you like?",
                "C: The lamb, two of the soups, and whatever {other} had last time. Dumplings?",
            ),
            endings=("takeaway",),
        ),
        Matter(
            ("C: My delivery came without the noodles. It was mostly noodles.",),
            endings=("noodles",),
            trouble=True,
        ),
        Matter(
            ("C: Is there anything for tomorrow night? For two, it's our anniversary.",),
            endings=("table",),
        ),
    ),
    checks=(
        (ask.ask_name, 0.9),
        (ask.ask_phone, 0.7),
        (ask.make_appointment, 0.4),
        (ask.ask_card, 0.25),
        (ask.ask_email, 0.25),
        (ask.ask_address, 0.25),
    ),
    middles=(
        (
            "A: Any allergies?",
            "C: One vegetarian, and {other} can't have nuts. | None. | Shellfish, but only me.",
        ),
        (
            "A: Inside or on the terrace?",
            (
                "C: Terrace, if it's dry. | "
                "Wherever it's quiet, my father-in-law {third} is hard of hearing."
            ),
        ),
        (
            "A: We're short a chef tonight, so the menu's smaller.",
            "C: Is the risotto still on?",
            "A: It is. | Sadly not.",
        ),
        ("A: Is {third} joining you again?", "C: Not after last time. | Yes, and he's sorry."),
        (
            "C: And could you write something on the cake?",
            "A: Of course, what should it say?",
            "C: Happy birthday {other}. | Just {other}, with a heart.",
        ),
    ),
    endings={
        "table": ("A: Lovely, that's {that_day} at {that_clock} for {last}.", "C: See you then."),
        "takeaway": (
            "A: That comes to {amount}, ready at {clock}.",
            "C: I'll send {other} to get it. | Perfect.",
        ),
        "deposit": (
            "A: Yes, the back room. We'll need a deposit of {amount} for a party that size.",
            "C: Fair enough.",
        ),
        "scarf": (
            "A: I have the scarf right here. Grey, with a name tag, {other}?",
            "C: That's it! | No, mine's red.",
        ),
        "larger": (
            "A: So six then, I'll move you to the round table.",
            "C: Perfect. | Not next to the kitchen, please.",
        ),
        "noodles": (
            "A: I'm so sorry. {third} is on his bike with them now.",
            "C: Tell {third} to ride fast. | Okay. We'll start with the soup.",
        ),
    },
)

TRAVEL = Scenario(
    name="travel",
    firms=("Petrel Air", "Sandpiper Rail", "Hotel Miravento", "Cormorant Holidays"),
    topic="loyalty",
    matters=(
        Matter(
            ("C: My flight to {abroad} on {day} was cancelled and your app wants me to walk.",),
            endings=("seats",),
            trouble=True,
        ),
        Matter(
            (
                (
                    "C: I'd like to change the name on a booking. It says {third} and he can't "
                    "come any more."
                ),
            ),
            endings=("rename",),
        ),
        Matter(("C: My suitcase went to {abroad}. I didn't.",), endings=("bag",), trouble=True),
        Matter(("C: We'd like a later checkout, room's under {last}.",), endings=("checkout",)),
        Matter(("C: I'm trying to add my loyalty number to a trip.",), endings=("miles",)),
        Matter(
            ("C: I need two seats together, I'm flying with my mother, {other_full}.",),
            endings=("seats",),
        ),
        Matter(
            ("C: I never got the refund for {day}, it was {amount}.",),
            endings=("refund",),
            trouble=True,
        ),
        Matter(
            ("C: Do I need a visa if I'm only changing planes in {abroad}?",), endings=("visa",)
        ),
    ),
    checks=(
        (ask.ask_name, 0.85),
        (ask.ask_topic, 0.75),
        (ask.ask_birth, 0.3),
        (ask.ask_email, 0.4),
        (ask.ask_card, 0.3),
        (ask.ask_phone, 0.35),
        (ask.make_appointment, 0.25),
    ),
    middles=(
        (
            "A: Is {third_full} travelling with you?",
            "C: Yes, and {other}. | No, just me this time.",
        ),
        (
            "A: There's one at {clock} and one at {clock2}.",
            "C: The earlier one. | Neither works, what about {day}?",
        ),
        ("A: Aisle or window?", "C: Aisle for me, window for {other}. | Anything but the middle."),
        (
            "A: I can see you're flying for {work}.",
            "C: Not any more. Can you take that off? | Yes, they're paying, so be generous.",
        ),
        (
            "A: What does the bag look like?",
            (
                "C: Black, like all of them. There's a tag with {other_full} on it, it's my "
                "sister's. | Green, with a broken wheel."
            ),
        ),
    ),
    endings={
        "seats": (
            "A: You're confirmed on {day} at {clock}, out of {city}.",
            "C: Two seats?",
            "A: Two seats, together.",
        ),
        "bag": ("A: The bag's on tonight's flight. They'll drop it at {street}.", "C: About time."),
        "refund": (
            "A: The refund is {that_amount}, back to the card you paid with.",
            "C: When?",
            "A: Up to ten days, usually three.",
        ),
        "checkout": ("A: Late checkout is fine until {clock}.", "C: Marvellous."),
        "miles": (
            "A: I've put the number {topic} on the booking.",
            "C: And the miles?",
            "A: They'll show after {day}.",
        ),
        "rename": (
            "A: The name's changed to {other_full}.",
            "C: Does that cost anything?",
            "A: {amount}, I'm afraid. | Not within a day of booking.",
        ),
        "visa": (
            "A: If you stay in the terminal, no. Keep the onward ticket handy.",
            "C: That's what {third} said. | Good, one form less.",
        ),
    },
)
