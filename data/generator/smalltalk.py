"""How calls begin, drift and end, whatever they are about."""

from .scene import Scene

RECORDED = (
    "This call may be recorded for quality and training purposes.",
    "Thanks for holding, calls are recorded.",
    "You're through to {firm}, all calls are recorded.",
)
OPENINGS = (
    "Thank you for calling {firm}, this is {agent}. How can I help you today?",
    "{firm}, {agent} speaking.",
    "Hello, you've reached {firm}. My name is {agent}, what can I do for you?",
    "Good morning, {firm}, how may I direct your call?",
    "Hi there, {agent} here from {firm}. What's going on?",
    "Good afternoon, this is {agent_full} at {firm}.",
    "Thanks for your patience, you're speaking with {agent}. What can I help with?",
    "Welcome to {firm}. How are you today?",
    "Hello, {agent} on the line, sorry about the wait.",
    "{firm} customer care, may I help you?",
    "Evening, {firm}, you're talking to {agent}.",
    "{firm}, good morning.",
    "{agent} speaking, how can I help?",
    "Hello and thanks for holding, this is {agent_full}.",
    "Hey, thanks for calling in to {firm}, I'm {agent}.",
    "Service desk at {firm}, {agent} here.",
)
GREETINGS = (
    "Hi {agent}, my name's {first}.",
    "Hello, can you hear me okay?",
    "Hi, yes, this is {name} calling.",
    "Oh, finally a human being. Hello.",
    "Hey, good morning.",
    "Hi, how are you?",
    "Yes, hello, {name} here.",
    "Hello? Oh hi, sorry, I was on hold so long I forgot who I'd called.",
)
OUTBOUND = (
    (
        (
            "A: Hello, am I speaking with {name}? | Hi, is this {first}? | "
            "Good morning, could I talk to {formal} please?"
        ),
        "C: Yes, speaking. | This is {first}. | Who's asking?",
        (
            "A: This is {agent} from {firm}, I'm returning your call. | "
            "It's {agent} with {firm}, you left us a message. | "
            "I'm {agent}, calling from {firm} about the form you sent in."
        ),
        (
            "C: Oh, right, thanks for calling back. | Great, I was about to try again. | "
            "Okay, good timing."
        ),
    ),
    (
        "A: Hi, this is {agent} calling from {firm} for {name}.",
        "C: That's me. | {other} speaking, hang on, I'll get {first}. | Speaking.",
        (
            "A: Is now a good time? | You asked us to ring after {clock}. | "
            "Do you have a couple of minutes?"
        ),
        "C: Sure, go ahead. | As good as any. | Yes, I just pulled over.",
    ),
)
ACCEPTS = (
    "Okay, I can help you with that.",
    "No problem, we'll get that sorted.",
    "Sure thing. I'll just need a few details first.",
    "Got it. Let me pull up your file.",
    "Of course. I have to ask a couple of questions first.",
    "Right, okay. Let me get into the system.",
    "Absolutely, happy to.",
    "Yes, that's me you want. One second.",
    "Okay, good, you've come to the right place.",
    "Let's have a look, then.",
    "Yes, we can do that over the phone.",
    "That's easily done.",
    "Mm, okay. Give me a moment to bring that up.",
    "You can do that with me, yes.",
)
SORRY = (
    "I'm sorry to hear that. Let me take a look.",
    "Oh no. Alright, let's see what we can do.",
    "I understand, that's frustrating.",
    "Oh, that shouldn't happen. Let me get into the system.",
    "Okay, don't worry, we'll get to the bottom of it.",
    "I apologize for that. A few questions and we'll fix it.",
    "Ah, I see. Let me pull up your file.",
    "That doesn't sound right at all. Let's see.",
    "Oh dear. Okay, let me have a look at what we've got here.",
    "Right, sorry you're having to chase this.",
    "Yeah, that's not what we want. Bear with me.",
    "Oh goodness. Okay, first things first.",
    "Hm. That's odd. Let me check something.",
    "I can imagine. We'll go through it step by step.",
)
PROMPTS = (
    "What can I do for you?",
    "And what's the reason for your call?",
    "How can I help?",
    "Okay, tell me what happened.",
    "Sure, what's going on?",
    "What's up?",
    "So what's this about?",
    "Yes, what do you need?",
    "Fire away.",
)
BACKCHANNELS = ("Mm-hmm.", "Right.", "Okay.", "I see.", "Uh-huh.", "Oh wow.", "Sure.")
WAITS = (
    (
        (
            "A: Can I put you on a brief hold? | Bear with me, the system is slow today. | "
            "Just loading your details."
        ),
        "C: Sure. | No worries. | Take your time. | Okay.",
        (
            "A: Thanks for holding. | Alright, I'm back. | Thanks for waiting, {first}. | "
            "Okay, here we go."
        ),
    ),
    (
        (
            "C: Sorry, can you hang on a second, somebody's at the door. | "
            "Hold on, my kettle's screaming."
        ),
        "A: Of course. | No rush.",
        "C: Okay, I'm back. | Right, sorry about that. | Where were we?",
    ),
    (
        "A: Are you still there? | Hello? I think I lost you for a second.",
        "C: Yes, sorry, bad signal here. | I'm here, I was on mute. | Yeah, I'm in the car.",
    ),
)
DIGRESSIONS = (
    (
        "C: It's been raining here all week, honestly. How is it where you are?",
        "A: We're in {place}, so, sunny but freezing. | Same here in {place}, it won't stop.",
        "C: My sister lives up there. {third}. She loves it. | Ha, I wouldn't last a day.",
    ),
    (
        "C: You'll have to speak up, my son is practicing the trumpet.",
        "A: Ha, I thought that was the hold music. | I can hear that. He's not bad.",
        "C: Tell {third} that, he's been at it for two years.",
    ),
    (
        "A: Is that a dog I hear?",
        (
            "C: That's {third}, yes, she hates the phone. | "
            "Yeah, two of them, they think you're the mailman."
        ),
        "A: I've got a beagle, so I know. | Aw.",
    ),
    (
        (
            "C: I spoke to a {third} last week, I believe, and she told me something completely "
            "different."
        ),
        (
            "A: I'm sorry about the mix-up. I do see a note here. | "
            "That would be {third_full} in our other office."
        ),
    ),
    (
        "C: I used to do your job, you know, at {work}. Eleven years on the phones.",
        "A: Oh really? Then you know what Mondays are like. | Then you know more than I do.",
    ),
    (
        "C: We're leaving for {place} in the morning, so I want this off my plate.",
        "A: Oh nice, for work? | I've always wanted to go.",
        (
            "C: Wedding. My cousin {third} finally found someone. | "
            "Visiting my in-laws, so pray for me."
        ),
    ),
    (
        "A: How's your day going otherwise?",
        (
            "C: Long. Two kids home with a fever and a deadline. | "
            "Can't complain. Well, I can, but nobody listens."
        ),
        "A: I hope they feel better soon. | I hear you.",
    ),
    (
        "C: By the way your website kept throwing me out. I tried {url} about nine times.",
        (
            "A: We did have an outage this morning, it should be back. | "
            "Yeah, that page moved. I'll note it."
        ),
    ),
    (
        "C: Sorry, my handwriting is terrible. I can't tell if that's a one or a seven.",
        "A: Happens to the best of us.",
        "C: {third} usually does all of this. | I should really get new glasses.",
    ),
    (
        "C: Is {third_full} still working there? Tall guy, very patient.",
        "A: {third} moved to the night shift, I think. | I don't think I know that name, sorry.",
    ),
    (
        "A: I see you've been with us nearly twenty years.",
        (
            "C: Has it been that long? I was still living in {place}. | "
            "Since before my kids were born."
        ),
        "A: Well, we appreciate it.",
    ),
)
MORE = (
    "Is there anything else I can help you with?",
    "Anything else today, {first}?",
    "Was there something else?",
    "Are we all good otherwise, or is there more?",
    "Is there anything else on your mind, {formal}?",
    "Can I do anything else for you?",
    "Okay. Anything else while I've got you?",
    "So, other than that?",
    "Did you have any other questions?",
    "And is everything else all right?",
    "Anything more from your side?",
    "Shall I look at anything else while I'm in here?",
)
NO_MORE = (
    "No, that was it.",
    "That's everything, thank you.",
    "Nope, you've been great.",
    "No, I think that covers it.",
    "I don't think so. Thanks, {agent}.",
    "That'll do it.",
    "No, all good.",
    "I'm good, thanks.",
    "No. Thank you so much.",
    "Nah, that's all.",
    "I'll call back if there is.",
    "No, you answered all of it.",
    "Uh, no. No, that's it.",
    "Nothing I can think of.",
)
REFERENCES = (
    (
        (
            "A: Your reference for today is {topic}. | "
            "Let me give you a reference number, it's {topic}. | "
            "Write this down if you can, {topic}."
        ),
        "C: Say that again? | Let me find a pen. Okay. | {topic}, got it.",
        "A: {topic}. | Sure, {topic}.",
    ),
    (
        "A: You'll get an email at {email} shortly. | We'll send a text to {phone} when it's done.",
        "C: Great. | Perfect. | Okay, I'll look out for it.",
    ),
    (
        "A: If anything changes, go to {url} or just ring us back.",
        "C: Okay, {url}. | Will do.",
    ),
    (
        "A: I've made a note that you spoke to {agent_full}, so nobody asks you all this again.",
        "C: I'll believe it when I see it. | Thank you, that helps. | Bless you.",
    ),
    (
        "A: You may get a short survey after this, just so you know.",
        "C: I'll give you full marks. | I never do those. | Okay.",
    ),
    (
        "C: And if it doesn't work, do I ask for you?",
        "A: Anyone can see the notes, but yes, {agent}, most mornings. | Ask for {third_full}.",
        "C: Okay. | {third}, right. | Let's hope I won't have to.",
    ),
)
GOODBYES = (
    "Thank you for calling {firm}. Have a great day.",
    "Thanks, {first}. Take care now.",
    "Alright, bye now.",
    "Enjoy the rest of your evening, {formal}.",
    "Thanks for your patience. Goodbye.",
    "You have a good weekend.",
    "My name's {agent} if you need to ask for me again. Bye.",
    "Cheers, bye bye.",
    "Okay, take care, {first}.",
    "Bye for now.",
    "Thanks for ringing {firm}.",
    "All the best, {formal}.",
    "Okay then, have a good one.",
    "Talk to you soon. Bye-bye.",
    "Thank you so much for your time today.",
    "Right, I'll let you go. Bye.",
)
LAST_WORDS = (
    "Bye.",
    "You too.",
    "Thanks, bye.",
    "Okay, bye-bye.",
    "Take care.",
    "Thank you, {agent}.",
    "Cheers.",
    "Thank you, goodbye.",
    "Have a good day.",
    "Thanks again.",
    "Bye, thanks.",
)


def open_call(scene: Scene, *, outbound: bool) -> None:
    """Somebody picks up; `outbound` if the firm rang."""
    if outbound:
        scene.lines(scene.rng.choice(OUTBOUND))
        scene.agent(*PROMPTS)
        return
    if scene.chance(0.12):
        scene.agent(*RECORDED)
    scene.agent(*OPENINGS)
    if scene.chance(0.3):
        scene.caller(*GREETINGS)
        scene.agent(*PROMPTS)


def accept(scene: Scene, *, trouble: bool) -> None:
    """The agent takes the matter on."""
    if scene.chance(0.85):
        scene.agent(*(SORRY if trouble else ACCEPTS))


def drift(scene: Scene) -> None:
    """A detour that has nothing to do with the matter."""
    scene.lines(scene.rng.choice(WAITS if scene.chance(0.4) else DIGRESSIONS))


def close_call(scene: Scene) -> None:
    """Perhaps a reference, perhaps "anything else", then goodbye."""
    if scene.chance(0.4):
        scene.lines(scene.rng.choice(REFERENCES))
    if scene.chance(0.6):
        scene.agent(*MORE)
        scene.caller(*NO_MORE)
    scene.agent(*GOODBYES)
    if scene.chance(0.65):
        scene.caller(*LAST_WORDS)
