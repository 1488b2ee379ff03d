"""Health bookings and personnel matters."""

from .. import exchanges as ask
from .scenario import Matter, Scenario

HEALTH = Scenario(
    name="health_booking",
    firms=("Pinemarsh Clinic", "Dr. Achterberg's office", "Oriel Street Surgery", "Wren Dental"),
    topic="order",
    matters=(
        Matter(
            ("C: I need to see somebody about my knee, it's swollen up like a melon.",),
            endings=("squeeze", "booked"),
            trouble=True,
        ),
        Matter(("C: I have an appointment on {day2} and I have to move it.",), endings=("booked",)),
        Matter(
            (
                (
                    "C: I'm calling for my mother, {other_full}. She needs a refill on her blood "
                    "pressure pills."
                ),
            ),
            endings=("refill",),
        ),
        Matter(
            ("C: I had blood drawn on {day2} and nobody has called with the results.",),
            endings=("results",),
        ),
        Matter(
            (
                "C: My son has a rash.",
                "A: How old is he?",
                "C: He's four. {other}. He's one of Dr. {third_last}'s patients.",
            ),
            endings=("squeeze",),
            trouble=True,
        ),
        Matter(
            ("C: I'd like to register as a new patient, we just moved from {place}.",),
            endings=("registered",),
        ),
        Matter(
            ("C: You sent me a bill for {amount} and my insurance says it should be covered.",),
            endings=("claim",),
            trouble=True,
        ),
        Matter(
            ("C: Dr. {third_last} referred me to you, but I don't think the letter has arrived.",),
            endings=("letter", "booked"),
        ),
        Matter(
            ("C: Hi, I chipped a tooth. On an olive, if you can believe it.",),
            endings=("squeeze", "booked"),
            trouble=True,
        ),
    ),
    checks=(
        (ask.ask_name, 0.85),
        (ask.ask_birth, 0.85),
        (ask.ask_phone, 0.4),
        (ask.ask_member, 0.35),
        (ask.ask_address, 0.3),
        (ask.make_appointment, 0.7),
        (ask.ask_other_person, 0.2),
        (ask.ask_email, 0.15),
    ),
    middles=(
        (
            "A: Have you seen Dr. {third_last} before?",
            "C: Once, years ago. | I usually see {other}, the nurse.",
            "A: Okay. | Retired, I'm afraid.",
        ),
        (
            "A: Any fever, or trouble breathing?",
            "C: No, just tired. | A bit of a temperature last night.",
        ),
        (
            "A: Which pharmacy do you use?",
            "C: The one on {street}. | The big one in {city}, next to the bank.",
            "A: I'll send it over there.",
        ),
        (
            "A: Are you allergic to anything?",
            "C: Penicillin. | Only to Mondays. | Not that I know of.",
        ),
        (
            "A: And who's your emergency contact?",
            "C: My partner, {other_full}. | Still my sister {other}.",
            "A: Same number as before? | Thank you.",
        ),
        (
            "C: Is {third_full} still the receptionist there?",
            "A: Speaking of which, she says hello. | She left us in the summer.",
        ),
    ),
    endings={
        "booked": (
            "A: So we'll see you {that_day} at {that_clock}. Please come ten minutes early.",
            "C: And do I need to fast?",
            "A: Nothing to eat after midnight. | No, just bring your card.",
        ),
        "results": ("A: The results are normal, the doctor left a note.", "C: Oh, thank God."),
        "refill": (
            "A: The refill will be ready after {clock}.",
            "C: Can my husband {other} pick it up?",
            "A: Yes, as long as he has ID.",
        ),
        "claim": ("A: I've resent the claim. Please ignore that bill for now.", "C: Gladly."),
        "squeeze": (
            "A: I can squeeze you in today, Dr. {third_last} has a gap at {that_clock}.",
            "C: I'll take it.",
        ),
        "registered": (
            "A: You're registered. Your doctor will be {third_full}.",
            "C: Is she nice?",
            "A: Everybody asks for her.",
        ),
        "letter": (
            "A: The letter's here, it was filed under {other_last}.",
            "C: That's my maiden name. | Who's that?",
            "A: I'll fix that now.",
        ),
    },
)

PERSONNEL = Scenario(
    name="hr",
    firms=("Quillon People Services", "the Ostler Group", "Fennimore Staffing"),
    topic="ticket",
    matters=(
        Matter(
            ("C: My last paycheck was short by {amount}, I think my overtime is missing.",),
            endings=("nextrun", "payroll"),
            trouble=True,
        ),
        Matter(
            (
                (
                    "C: I'm getting married on {day} and I want to know how to change my name in "
                    "the system."
                ),
            ),
            endings=("form",),
        ),
        Matter(
            ("C: I start at {work} on {day} and I haven't got my paperwork.",), endings=("start",)
        ),
        Matter(
            ("C: I need a letter confirming my employment for a mortgage.",), endings=("letter",)
        ),
        Matter(
            ("C: I'd like to add my newborn to my health plan. {other}, three weeks old.",),
            endings=("form",),
        ),
        Matter(
            ("C: My manager, {third_full}, said to call you about parental leave.",),
            endings=("form", "payroll"),
        ),
        Matter(("C: I'm calling about the warehouse job in {place}.",), endings=("interview",)),
        Matter(
            ("C: I changed banks, so my direct deposit has to go somewhere else.",),
            endings=("deposit",),
        ),
    ),
    checks=(
        (ask.ask_name, 0.9),
        (ask.ask_member, 0.55),
        (ask.ask_ssn, 0.45),
        (ask.ask_birth, 0.35),
        (ask.ask_account, 0.3),
        (ask.ask_address, 0.35),
        (ask.ask_email, 0.45),
        (ask.ask_phone, 0.3),
    ),
    middles=(
        (
            "A: Who do you report to?",
            "C: {third_full}. | It was {third}, now it's {other_full}.",
            "A: Thank you, I see that in the chart.",
        ),
        (
            "A: How many hours was it?",
            "C: Eleven, over two weekends. | I wrote it down, hold on. Nine and a half.",
        ),
        (
            "A: Where did you work before?",
            "C: {work}, for six years. | I was at a bakery in {place}.",
            "A: And may we contact them? | Okay.",
        ),
        (
            "A: Could you tell me a little about yourself?",
            (
                "C: Well, I grew up in {place}, moved to {city} for school, and I've been "
                "driving forklifts since."
            ),
            "A: Great, that's useful.",
        ),
        (
            "C: Does {third} have to sign it?",
            "A: Yes, or anybody at director level. | Not any more, it's all online.",
        ),
    ),
    endings={
        "nextrun": (
            "A: The missing hours will be in the next run, on {day}.",
            "C: Can't it be sooner? My rent is due.",
            "A: I can ask for an off-cycle payment. No promises.",
        ),
        "form": (
            "A: The form is at {url}, under life events.",
            "C: {url}. Got it. | I'll look for it tonight.",
        ),
        "payroll": (
            "A: I've opened ticket {topic} with payroll.",
            "C: {topic}, thanks. | Who's handling that?",
            "A: {third_full}, you'll hear by {day}.",
        ),
        "letter": ("A: I'll email the letter to {email} within two days.", "C: Perfect."),
        "start": (
            "A: I've sent the pack again, to {email} this time.",
            "C: Got it, just came in. | Nothing yet. Oh, there.",
            "A: Sign page four and you're done.",
        ),
        "interview": (
            "A: We'd like you to come in on {day} at {clock}. Ask for {third_full}.",
            "C: What should I wear?",
            "A: Boots, if you have any.",
        ),
        "deposit": (
            "A: The new account is in. The next pay on {day} goes there.",
            "C: And the old one can be closed?",
            "A: Wait until you've seen the money.",
        ),
    },
)
