"""Banking, insurance and utilities."""

from .. import exchanges as ask
from .scenario import Matter, Scenario

BANKING = Scenario(
    name="banking",
    firms=("Alderbrook Savings", "Corvid Bank", "First Pelham Credit Union", "Merrow Trust"),
    topic="order",
    matters=(
        Matter(
            (
                (
                    "C: There's a charge on my statement from {day} for {amount} and I have no "
                    "idea what it is."
                ),
            ),
            endings=("dispute", "fee"),
            trouble=True,
        ),
        Matter(
            (
                (
                    "C: I think somebody used my card. I got a text about {amount} in {place} "
                    "and I'm sitting in my kitchen in {city}."
                ),
            ),
            endings=("card", "dispute"),
            trouble=True,
        ),
        Matter(
            (
                "C: I'd like to move some money to my son's account.",
                "A: Sure. What's his name?",
                "C: {other_full}. He banks with you too.",
            ),
            endings=("transfer",),
        ),
        Matter(
            (
                "C: So my card got declined at the grocery store.",
                "A: Oh dear, when was that?",
                "C: {day}, about {clock}. There was plenty in there.",
            ),
            endings=("card",),
            trouble=True,
        ),
        Matter(
            ("C: I want to close an account that belonged to my late mother, {third_full}.",),
            endings=("branch",),
            trouble=True,
        ),
        Matter(
            ("C: I lost my wallet on the train to {place}, so I need to cancel everything.",),
            endings=("card",),
            trouble=True,
        ),
        Matter(
            ("C: I'm locked out of online banking again, third time this month.",),
            endings=("login",),
            trouble=True,
        ),
        Matter(
            (
                "C: Can you tell me whether a wire came through? It's from {work}.",
                "A: Do you know roughly how much?",
                "C: {amount}, it should have landed on {day}.",
            ),
            endings=("wire",),
        ),
        Matter(
            ("C: I'd like to order checks, and while I have you, change my address.",),
            endings=("cheques",),
        ),
    ),
    checks=(
        (ask.ask_name, 0.85),
        (ask.ask_birth, 0.4),
        (ask.ask_account, 0.5),
        (ask.ask_ssn, 0.4),
        (ask.ask_card, 0.35),
        (ask.ask_phone, 0.35),
        (ask.ask_address, 0.3),
        (ask.ask_email, 0.15),
    ),
    middles=(
        (
            "A: I see a purchase at a hardware store for {amount}. Was that you?",
            (
                "C: No. I mean, maybe my husband {other}. Let me ask him. | "
                "That one's mine, yes. | Hardware? Definitely not."
            ),
            "A: And one on {day} for {amount2}?",
            "C: That's my gym. | Nope, not me either.",
        ),
        (
            "A: I'm sending a six digit code to your phone now. Don't read it to anyone but me.",
            "C: Isn't that what the scammers say? | Okay, it's buzzing.",
        ),
        (
            "A: Who was the payee?",
            "C: {third_full}, she does my books. | A landlord, {third_full}, in {place}. | {work}.",
        ),
        (
            "A: Your balance as of this morning is {amount}, with {amount2} pending.",
            "C: Okay, that sounds low. | Hm. Fine.",
        ),
        (
            "C: Do I still get the interest rate from before?",
            (
                "A: It's four and a quarter percent until the end of the quarter. | "
                "The promotional rate ended in the spring, I'm afraid."
            ),
        ),
        (
            "A: Your branch manager there is still {third_full}, by the way.",
            "C: Oh, {third}, yes, we go back. | I don't think we've met.",
        ),
    ),
    endings={
        "card": (
            (
                "A: I've blocked the old card and a new one will be with you in five to seven "
                "business days."
            ),
            "C: Will I still get paid on {day}? | And in the meantime?",
            "A: Yes, deposits aren't affected. | You can add the new one to your phone tonight.",
        ),
        "dispute": (
            "A: I've opened a dispute for {that_amount}. You'll see a temporary credit by {day}.",
            "C: Thank you, that's a relief.",
        ),
        "transfer": (
            "A: The transfer to {other_full} is done.",
            "C: That was quick. | He'll be thrilled.",
        ),
        "branch": (
            (
                "A: For that you'd need to come in with a photo ID, any branch, {place} is "
                "closest to you."
            ),
            "C: Do I need an appointment?",
            "A: It helps. I can put you down for {day} at {clock}.",
            "C: Go on then. | I'll just walk in.",
        ),
        "login": (
            "A: Your login is unlocked. Try it now while I'm here.",
            "C: I'm in. | It's spinning. Okay, there.",
        ),
        "wire": (
            "A: I can see it, {that_amount} from {work}, it cleared on {that_day}.",
            "C: Oh good. I was starting to sweat.",
        ),
        "cheques": (
            "A: The checks are ordered, with the new address on them.",
            "C: And the old ones?",
            "A: Just shred them. | Use them up, they still work.",
        ),
        "fee": (
            "A: That one's our annual fee, under a name nobody recognizes. I can take it off.",
            "C: Please do. | Why would you call it that?",
        ),
    },
)

INSURANCE = Scenario(
    name="insurance",
    firms=("Castor & Reed Insurance", "Halyard Mutual", "Brightmoor Assurance"),
    topic="order",
    matters=(
        Matter(
            (
                "C: I was in an accident this morning, nobody's hurt.",
                "A: I'm glad you're okay. Where did it happen?",
                (
                    "C: At the corner of {street} and the highway, in {city}. | "
                    "In {place}, right outside the school."
                ),
            ),
            endings=("claim",),
            trouble=True,
        ),
        Matter(
            (
                (
                    "C: A tree came down on our garage on {day} and the roof is, well, it isn't "
                    "a roof any more."
                ),
            ),
            endings=("claim",),
            trouble=True,
        ),
        Matter(
            ("C: I need to add my daughter to the car policy. She just got her license.",),
            endings=("added",),
        ),
        Matter(
            ("C: I've been waiting on a claim since {day} and nobody calls me back.",),
            endings=("released",),
            trouble=True,
        ),
        Matter(
            (
                (
                    "C: My renewal went from {amount} to {amount2} and I'd like somebody to "
                    "explain that to me."
                ),
            ),
            endings=("explain", "discount"),
            trouble=True,
        ),
        Matter(
            ("C: The other driver was a {third_full}, and his insurer keeps calling me.",),
            endings=("referred",),
            trouble=True,
        ),
        Matter(
            ("C: I'm moving to {place} and I want to know what that does to my home insurance.",),
            endings=("moved",),
        ),
        Matter(
            ("C: I'd like to cancel, to be honest. I found something cheaper.",),
            endings=("discount",),
            trouble=True,
        ),
    ),
    checks=(
        (ask.ask_name, 0.9),
        (ask.ask_member, 0.6),
        (ask.ask_birth, 0.4),
        (ask.ask_address, 0.45),
        (ask.ask_phone, 0.4),
        (ask.ask_other_person, 0.35),
        (ask.ask_topic, 0.35),
        (ask.ask_email, 0.25),
    ),
    middles=(
        (
            "A: Did you exchange details with the other driver?",
            (
                "C: Yes, {third_full}. I took a photo of the plate. | "
                "He just said his name was {third} and drove off."
            ),
            "A: Any witnesses?",
            "C: A lady from the bakery, {other_full}, she gave me her number. | Not that I saw.",
        ),
        (
            "A: What's the make and model?",
            "C: It's a twenty nineteen hatchback, blue. | A van, it's registered to {work}.",
        ),
        (
            "A: Your adjuster is {third_full}.",
            "C: How do I reach him? | {third}? I've left that person four messages.",
            "A: I'll ask for a call back on {day}. | Through me is fastest.",
        ),
        ("A: And the deductible on that is {amount}.", "C: Ouch. | Okay, I expected that."),
        (
            "C: Do I have to get three quotes?",
            "A: No, one is fine if it's under {amount}. | Two will do.",
        ),
    ),
    endings={
        "claim": (
            "A: I've opened the claim. The number is {topic}.",
            "C: {topic}. Okay. | Can you text me that?",
            "A: An adjuster will ring you by {day}. | Somebody will come out on {day}.",
        ),
        "added": (
            "A: So with {other} on the policy it's {amount} a month.",
            "C: Fine, go ahead. | That much? Okay.",
        ),
        "released": (
            (
                "A: I can see the payment was approved on {day}, it just wasn't released. I've "
                "done that now."
            ),
            "C: You're the first one who's actually looked.",
        ),
        "discount": (
            "A: I can take ten percent off if you stay.",
            "C: Make it fifteen. | Alright, let's do that.",
            "A: Let me ask. Okay, done.",
        ),
        "explain": (
            "A: Half of that is your postcode, and half is the claim from {day}.",
            "C: That wasn't even my fault. | So if I move, it gets cheaper?",
            "A: I'll ask for a review. You'd hear by {day2}.",
        ),
        "referred": (
            "A: Don't speak to them. Send them to {third_full} in our legal team.",
            "C: {third}. Okay. And if they turn up here?",
            "A: Same answer.",
        ),
        "moved": (
            "A: From {day} you're covered at both addresses for thirty days.",
            "C: That's all I wanted to know.",
        ),
    },
)

UTILITIES = Scenario(
    name="utilities",
    firms=("Gannet Water", "Tallgrass Energy", "Southmere Gas and Electric"),
    topic="order",
    matters=(
        Matter(
            ("C: Our power has been out since {clock} and your map says everything's fine.",),
            endings=("crew",),
            trouble=True,
        ),
        Matter(
            (
                (
                    "C: My bill is {amount}. It's never more than {amount2}. There's two of us "
                    "and a cat."
                ),
            ),
            endings=("reread",),
            trouble=True,
        ),
        Matter(("C: I'm moving out on {day} and I need to stop the service.",), endings=("stop",)),
        Matter(
            (
                "C: I just bought a house and I need the electricity in my name.",
                "A: Congratulations. Where is it?",
                "C: {street}, in {city}, the old {third_last} place.",
            ),
            endings=("start",),
        ),
        Matter(
            ("C: There's water coming up through the road in front of my house.",),
            endings=("crew",),
            trouble=True,
        ),
        Matter(
            ("C: Somebody left a card saying they couldn't read the meter.",),
            endings=("visit", "reread"),
        ),
        Matter(
            ("C: I want to set up a payment plan, I've fallen a bit behind.",),
            endings=("plan",),
        ),
        Matter(
            ("C: I smelled gas by the boiler earlier. It's gone now, but still.",),
            endings=("gas",),
            trouble=True,
        ),
    ),
    checks=(
        (ask.ask_name, 0.8),
        (ask.ask_account, 0.6),
        (ask.ask_address, 0.7),
        (ask.ask_phone, 0.45),
        (ask.ask_card, 0.2),
        (ask.ask_email, 0.2),
        (ask.ask_other_person, 0.2),
    ),
    middles=(
        (
            "A: Could you go and read me the meter?",
            (
                "C: Hang on. It says, um, four thousand and something. | "
                "It's behind the freezer, give me a minute."
            ),
            "A: That's near enough. | Okay, that's lower than what we estimated.",
        ),
        (
            "A: Is anyone in the home on medical equipment?",
            "C: My father, {other_full}, he's on oxygen. | No, thank goodness.",
        ),
        (
            "A: The last payment we got was {amount} on {day}.",
            "C: I paid another one on {day2}. | That sounds right.",
        ),
        (
            "C: My neighbor {third} on {street} has the same problem.",
            "A: Good to know, I'll add that to the report.",
        ),
        (
            "A: Any pets we should warn the technician about?",
            "C: Just {other}, and she's fourteen and toothless. | No pets.",
        ),
    ),
    endings={
        "crew": (
            "A: There's a crew on the way, they think it'll be back by {clock}.",
            "C: That's what they said last time.",
            "A: I know. I'll text you if it changes.",
        ),
        "reread": (
            "A: The reading was estimated. With the real one you owe {usual_amount}.",
            "C: Well, that's more like it.",
        ),
        "stop": (
            "A: Service stops on {that_day} and the final bill goes to the new address.",
            "C: Wonderful.",
        ),
        "plan": (
            "A: I can spread that over six months, so {amount} a month.",
            "C: Could we make it eight? | I can manage that.",
            "A: Yes, I can do that. | Great, it starts on {day}.",
        ),
        "visit": (
            "A: {third} from our field team will be there on {day} around {clock}.",
            "C: Should I be home for that?",
            "A: Please, or someone over eighteen.",
        ),
        "start": (
            "A: It's in your name from {day}. Welcome to {firm}.",
            "C: Do I get anything in writing?",
            "A: A letter to {street}, within the week.",
        ),
        "gas": (
            "A: Please open the windows and wait outside, {third} is twenty minutes away.",
            "C: In my slippers? | Okay, we're going.",
        ),
    },
)
