"""Recordings that are not a call between two: voicemail, and meetings of several people."""

from ..scene import Scene

VOICEMAIL_STARTS = (
    "Hi {other}, it's {name}.",
    "Hello, this is a message for {third_full}.",
    "Yes, hello, {name} here, from {work}.",
    "Oh, it's the machine. Okay. This is {first}.",
)
VOICEMAIL_MATTERS = (
    "I'm calling about the invoice from {day}, the one for {amount}.",
    "I've got your keys, you left them at {work}.",
    "The plumber can come on {day} at {clock}, but somebody has to let him in.",
    "I saw the ad for the bike and I'd like to come and look at it.",
    "I wanted to ask if the room in {place} is still free.",
    "Mum's been moved to a different ward, she's fine, don't worry.",
)
VOICEMAIL_ASIDES = (
    "Hold on, there's a truck.",
    "Sorry, I'm walking.",
    "Anyway.",
    "{third} says hello, by the way.",
    "What was I going to say? Right.",
    "I tried you at {clock} too.",
    "I'll be in {place} until {day}, so after that it's difficult.",
)
VOICEMAIL_ENDS = (
    "Okay, bye.",
    "Talk soon. Bye.",
    "Call me whenever, just not at dinner time.",
    "That's all. It's {first}. Did I say that? Bye.",
)
MEETING_STARTS = (
    "Okay, shall we start? I think {third} is still dialling in.",
    "Morning everyone. {other}, can you hear us?",
    "Right, let's go round. Who wants to go first?",
)
MEETING_LINES = (
    "So the {firm} people came back on {day} and they want it by the end of the quarter.",
    "I talked to {third_full} over at {work}, and they're fine with the price.",
    "We had eleven tickets, nine are closed, {topic} is the one I'm worried about.",
    "Can somebody take notes? I did it last time.",
    "{other} is out until {day}, so {third} has the pager.",
    "The budget is {amount} over, but that's mostly travel to {place}.",
    "I'd rather not ship that on a Friday, to be honest.",
    "If anyone needs the room, it's free after {clock}.",
    "Yeah, I agree. Um, mostly.",
    "Can you send it to {email}? My work mail is full.",
    "They're asking for somebody on site in {city}.",
    "Sorry, I was on mute. I said we should ask {other_full}.",
    "My number's on the invite, it's {phone} if you lose the link.",
    "Let's take that offline.",
    "What's the status of the migration?",
    "Half done. The scary half is left.",
)
MEETING_NODS = ("Yeah.", "Okay.", "Mm-hmm.", "Makes sense.", "Noted.", "Sounds good to me.")
MEETING_ENDS = ("Alright, same time on {day}.", "Great, thanks all.", "Okay. Bye everyone.")


def voicemail(scene: Scene) -> None:
    """One person talks to a machine."""
    scene.caller(*VOICEMAIL_STARTS)
    scene.caller(*VOICEMAIL_MATTERS)
    for _ in range(scene.rng.randint(1, 4)):
        scene.caller(*VOICEMAIL_ASIDES)
    scene.caller(
        "You can reach me on {phone}.",
        "My number is {phone}.",
        "Ring me back on {phone}, or write to {email}.",
        "It's {email} if that's easier.",
    )
    if scene.chance(0.4):
        scene.caller("I'll say that again, {phone}.", "Again, that's {phone}.")
    if scene.chance(0.3):
        scene.caller(*VOICEMAIL_MATTERS)
    scene.caller(*VOICEMAIL_ENDS)


def meeting(scene: Scene) -> None:
    """Three or four people at a stand-up."""
    roles = ["agent", "caller", "guest", "late"][: scene.rng.randint(3, 4)]
    scene.says("agent", *MEETING_STARTS)
    for _ in range(scene.rng.randint(8, 14)):
        scene.says(scene.rng.choice(roles), *MEETING_LINES)
        if scene.chance(0.15):
            scene.says(scene.rng.choice(roles), *MEETING_NODS)
    scene.says("agent", *MEETING_ENDS)
