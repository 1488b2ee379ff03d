"""What is said before, between and after questions and answers.

A bar in brackets divides wordings, braces hold a slot; `{v}` is the value just told.
"""

# ruff: noqa: E501 - a phrase is one line, and its parts belong together

#: Words around a value that is read back.
READ_BACKS = """
so that's {v}
I have {v} [is that right|is that correct|]
let me read that back {v}
{v} [correct|right|yes|is that it]
[did you say|was that|you said] {v}
[okay|great|thanks|thank you|got it|perfect|just to confirm|confirming|and that was] {v}
{v} [okay|got it|thank you|perfect|and]
I've [got|put] {v} [down|]
[no that's|it's not] {v} [it's|but]
"""
#: Said to somebody whose name was told.
THANKS = """
[thank you|thanks|okay|great|perfect|alright|sure thing|nice to meet you|one moment|hi] {f}
[thank you|okay|hi|hello|thanks] {title} {l}
[great|okay|perfect|alright] {f} [how can I help|let me check|what can I do for you|bear with me]
[and |]how are you [today |doing |]{f}
[have a good day|bye|take care|you're welcome] {f}
"""
OPENINGS = """
[thank you|thanks] for calling {o} [my name is|this is] {f} [how can I help you|how may I help|]
[good morning|good afternoon|good evening|hello|welcome to] {o} [this is|you're speaking with] {f}
hi [this is|it's] {f} [from|with|at] {o}
[thanks for calling|hello|hi] how [may|can] I [help|assist] you [today|]
[hello|good morning|hi] this is [doctor|dr|nurse] {l}
[hi|hello|hey] [{f}|there|everyone|all]
[calls are monitored for training|your call is important to us|all our agents are busy]
"""
#: Said between a question and its answer.
BETWEEN = """
[sorry|pardon|what|come again]
[sorry |]could you [repeat|say] that [again|]
[hang on|hold on|one second|just a moment|give me a minute|bear with me] [|let me find it|let me look]
[I have it here somewhere|it's in my other bag|let me get my glasses|my dog is barking|where did I put it]
[which one|which one do you mean|the one on the letter|the new one or the old one]
[the one|you mean the one|is it the one|would that be the one] [at the top|at the bottom|on the back|by the barcode|in the corner] [of the {place}|of page {digit}|of my bill|]
[why do you need that|what do you need it for|I just told you that|I already gave it to your colleague]
[can I speak to a person|I'd rather not say|I don't know it|I don't remember it|no idea|I can't remember]
[no thanks|no thank you|not now|never mind|forget it|I'll call back later]
[yes please|go ahead|can you hear me|are you still there|hello|one more time|you're breaking up]
[um let me see|uh|hmm|well|oh boy|gosh|good question|let me think]
[do you need the whole thing|all of it|is that the long one|can I do that online]
[sure|yes|of course|okay|no problem]
"""
#: Asked when an answer was not understood.
AGAIN = """
[sorry |]could you [repeat|say] that [again|once more|] [please|]
[sorry|pardon|I'm sorry] [I didn't get that|what was that|one more time|once again please]
[could you|can you] [say|give me] [it|that] [slowly|one digit at a time|again]
[that doesn't match|I can't find that|that's not working] [try again|can you check|is there another one|]
"""
ACKNOWLEDGED = """
[okay|great|thank you|perfect|thanks for that|alright|got it|one moment please|thank you so much]
[let me pull that up|wonderful|excellent|very good|I see|no problem|got it thanks|brilliant|lovely]
[awesome|super|noted|right|fine|okay thanks|cheers|all set|fantastic|much appreciated]
"""
