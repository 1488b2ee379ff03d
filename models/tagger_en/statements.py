"""How a value is told unasked, by kind of value.

A bar in brackets divides wordings, braces hold a slot; `{v}` is a value of the kind itself.
"""

# ruff: noqa: E501 - a phrase is one line, and its parts belong together

STATEMENTS = {
    "PERSON": """
[I spoke to|I talked to|I was speaking with|I had|they gave me] {p} [in billing|yesterday|last week|]
my {role} {f} [called|said|wanted it|set it up|is on the line|has one|told me to call]
my {role}'s name is {p}
[this is|I'm|my name is|you've reached] {p} and I [need help|want to cancel|have a question] with {tech}
[doctor|dr|Dr.|dr .] {l} [prescribed|told me to take|stopped|put me on] {drug}
{title} {l} [is here|called|rang|wrote|left|said so|will see you now|signed it|came by]
[thanks|thank you|hi|hey|hello|good morning|bye|sorry|so|okay|alright|right|well|and] {f}
[hi|hello|hey|good morning] {title} {l} [how are you|nice to see you|what brings you in|]
[hi|hello] {f} how's [the|your] {anatomy} [doing|feeling|]
{f} [can|could|would|will] you [take|send|show|check|bring|explain] [the|that|those] {plain_word}
[what|how about you|what about you|any thoughts|your turn|go ahead|over to you] {f}
[as|like] {f} [said|mentioned|pointed out|suggested] the {tech} is [fine|late|expensive]
I think {f} [has a point|is right|wanted|meant|was saying] [something|the {plain_word}|]
{f} and {f} [are|were] [coming|late|working on the {tech}|out this week]
[ask|tell|call|text|email|invite|remind|pay|meet] {p} [about|for] the {plain_word}
this patient {p} is a {age} year old [man|woman|male|female] with {condition}
{f}'s [a|an] {age} year old [man|woman|male|female|] [who|with|and] {plain_word}
so {f} [tell me|what does that|how did|when did|what's] [about|mean|it|you|going on] [|with your {anatomy}]
[okay|alright|go ahead|there|now|sit up] {f} I'm [gonna|going to] [go|look|listen|check|press]
[let|make|have] me know when {f} [emails|calls|gets here|is done|texts]
[any|did I get|show me|read|reply to|respond to] [mail|emails|the message|the email|a text] from {p} [today|]
[add|remove|save|put] {p} [to|from|in|on] my [contacts|list|favorites|calendar]
{f}'s [email|birthday|number|office|address|party|wedding|meeting|flight] [is|was|on] [{date}|at {time}|]
[what's|find|where is|tell me about] {p}'s [email|number|birthday|office|address|story]
send [an email|a text|it] to {f} [and tell|saying|that] [her|him|them|I'm] {plain_word}
{f}, [can|could|may|would] [I|you|we] [please |]{plain_word} [the|that|it]
[I don't want|not|it's not|I said] {f}
[my attorney|the landlord|the tenant|our nurse|the clerk|your agent] {f} {l} [will|would|can|may] [call|sign|write]
[miss|ms|mrs|mr|dr] {l} [is|was|has|will|and] [here|a very pleasant|out|called|{plain_word}]
[oh no|oh dear|wait|hmm|] {f} [will|won't|can't|would|has to|is going to] [be|come|stay] [out|late|busy|there|off|home] [on {date}|]
[a gift|a surprise|flowers|dinner|tickets] for [my|our|his|her] {role} {f}
[send|pay|lend|give|request|split] {money} [to|with|from] {f}
[with|to|from|by|for] {f}
[remind|tell|ask] me [to meet|to call|about|of] {f} [today|on {date}|at {time}|]
[find|call|text|message|ring|video call] {f} [from my contacts|now|on speaker|back|]
[I want to|can I|let's] go to {f}'s [party|wedding|birthday|place|recital] [on {date}|]
[has|did|does] {f} [sent|send|reply|replied|want|call] [me|us|] [anything|emails|that] [about {f}|]
[the|a|that|unlike the|like the] {l} [family|case|report|account|estate|brothers|paper|house|file]
[named|naming] [him|her|it|the dog|the boy] {f}
[her|my|his] maiden name [is|was] {l}
[the customer|the caller|the agent|the patient|my attorney|the nurse|the driver|the witness] [is|was|] {p}
[the customer|the agent|the tenant|our guest] {p} [called|complained|was polite|signed] [twice|]
[signed|regards|best|sincerely|yours|cheers] {p}
{p} [is my|was my] {role}
so {f} [let me|I'm going to|we'll] [look at|check|examine|listen to] your {anatomy}
[it's|it was] {f}'s {plain_word}
[she|he|they] [named|called] [him|her|the baby] {f}
[I'm here|he came in|she came] with [my|his|her] {role} {f}
{f} [says|said|wrote|thinks] [the |]{plain_word} [is|was] {plain_word}
[played by|directed by|written by|starring|sung by|with] {p}
[who is|who was|tell me about|what did|look up|the story of|the age of] {p} [do|say|play|]
[is|was|where was|when was|how old is|how tall is] {p} [born|married|alive|president|]
[play|put on|I want to hear|shuffle|the new album by|songs by|a film with] {p} [please|songs|]
your [driver|agent|server|guide|stylist|nurse|host] [will be|is|today is|was] {f}
[sadly|oh|shoot|unfortunately|apparently|hm|] {f} [will be|won't be|is|isn't|can't be] [away|available|there|around|free|in] [then|on {date}|until {date}|]
[you can reach|contact|ask for|look for|speak to] {p} [or|and] {p} [at|in|about] [the {place}|the office|that|home]
{f} and {f} [live|lives|work|stay|eat|are] [at home|in the {place}|here|together]
[see|hear|saw|catch|watching] {f} live [tonight|on stage|was {plain_word}|in the {place}]
[with|for|from] {title} {l} [the |][outlook|forecast|mail|live show|result] [is|was|looks] [good|{plain_word}]
[with|for|and|plus] {f}, {f} and {f}
[invite|remind|tell|add] {f}, {f} and {f} [to|about] [lunch|the {plain_word}|that]
[signed|sincerely|love], [{p}|{w}]
[customer|caller|officer|nurse|judge|client|patient] [{p}|{w}] [called|wrote|complained|paid|came|left]
[the|my|our|his|her] [{role}|landlord|tenant|caller|agent] {w} [signed|called|was rude|will call|says so|came|and I talked|can confirm]
[the {role} {w}|{w}] and [the {role} {w}|{w}|{p}] [both |][signed|agreed|left|called]
[the case|the matter|the appeal|that one|] [of |]{l} [versus|v|v.|vs|against] [{l}|the state|the city|{l} and {l}]
[my name is|the name is|it's|under|for] {p} {s} [four people|table for {digit}|I need a {goods}|I have a question|and I called|at {time}|on {date}]
[you can reach|ask for|I met|it's for|this is|talk to] {w} [at the {place}|today|please|] [or {w}|]
{w}
""",
    "PHONE": """
[my phone number is|my number is|my cell's|the number is] {v} and I'm [ringing|calling] about {plain_word}
[call|ring|text|reach|try] me [at|on|] {v} [please|after six|any time|]
[fax it to|dial|call the office on|the hotline is] {v}
[dial|my extension is|extension|ext|ext.] {ext}
[two phones|the numbers are|I have two,] {v} [and|or] {v}
""",
    "CARD": """
[my card number is|the card is|card number] {v} [and it expires|expires|exp] {exp}
[I used|charge|put it on|it was] the card ending [in|with] {four_card}
card {v} was [charged twice|declined|stolen|swallowed]
[the expiry is|it expires] {exp} and the [three digits|code|security code] {cvv}
""",
    "CARD_CODE": """
[the|my] [security code|code on the back|cvv] is {cvv} [but it says invalid|and it expires {exp}|]
[my card|it|the card] [expires|expired|runs out] [in|on|] {exp}
""",
    "ACCOUNT": """
my [account|account number] is {v} [before|but|and] [the line dropped|it is locked|I can't log in]
[transfer|move|send|wire] {money} to [account |]{v}
[from|to] [the |my ][checking |savings |]account ending [in |]{four_account}
account {v} [is overdrawn|was closed|has a balance of {money}]
""",
    "SSN": """
[my social is|social security number|my ssn is|ssn] {v}
the last four digits of [my|his|her] social are {four_ssn}
""",
    "ID": """
[my|the|her] {id_name} is {v} and [somebody else|the neighbor|nobody] [picked it up|has it|saw it]
[I'm calling about|it's about|regarding|re] {id_name} {v}
{id_name} {v} [never arrived|is late|was cancelled|has been closed|expired] [too bad|sir|]
[it says|there's|I have] {id_name} {v}
your {id_name} is {v} [please write it down|keep it safe|]
[the|that] {id_name} was {v} and I want to [change|cancel|return] it
[under|with|for|on] {id_name} {v}
""",
    "PASSWORD": """
[my|the] password is {v} [and it's locked|but it won't take it|and I changed it|]
[log in|sign in] with [the |]password {v}
[user|login|username] {user} [password|pass|pw] {v}
""",
    "CODE": """
[my pin is|I typed|I entered|I put in] {v} [but it didn't work|and nothing happened|]
[your|the] [verification|security|login|one time|confirmation] code is {v}
[use|enter|type] [code |the code |]{v} [to sign in|to log in|at the door|within ten minutes|]
{v} is your [login|verification|sign in] code
my pin [is|was] either {v} or {v}
""",
    "SECRET": """
[my first pet was called|the security answer is|the secret answer is|my memorable word is|the safe word is] {pet}
""",
    "USERNAME": """
my username is {v} [and I can't log in|]
[I log in|I signed up|find me|add me|follow me] as {v}
""",
    "EMAIL": """
[send|forward|mail] [it|that|the invoice|the link] to {v} [please|thanks|]
my email is {v} and my name is {p}
[I emailed from|write to|contact|cc] {v}
{p} [at|,|-|is at] {v}
""",
    "DOB": """
[born|was born|born on|date of birth|dob|] {v}
{v}
{p} [born|date of birth|dob|,] {v}
[he|she|the patient|my {role}] was born [on |]{v}
my [birthday|date of birth] is {v} [and|so] I'm {age}
""",
    "ADDRESS": """
[I live at|I'm staying at|come to|meet me at|deliver to|I moved from|ship to] {v} [in |]{c}
[ship|send|deliver] it to {v} {c} {z}
the [package|parcel|bill] went to {v} [instead|]
[I'm in|we're in|ship to|it goes to] {z}
[my zip is|the zip code is|my postcode is|postcode] {z} [and|but|so] {plain_word} [is|was] {plain_word}
[we're|they are|the shop is|it's] [at|on|near|on the corner of] {crossing}
[it|it's|they're|they are|the house is|a nice place] [located|found|based|right] [at|on] {v} [and|with] [rated {digit}|has {count} rooms|costs {money}]
[their|the|its|his|our] [address|location] [is|to reach is|would be|you want is] {v} [in {c}|, {c}|]
[there is|I found] a [house|home|hotel|flat|property] [called {plain_word} {plain_word}|] [located|] at {v}
[a ride|a cab|a taxi|directions|the way] to {v} [for {digit}|please|in {c}|]
[return|send|bring|mail] [it|them|the {plain_word}] to {v}
{v}
""",
    "LOCATION": """
[he|she|who|they] [grew up|lives|works|studied|was raised|spent a year] in {c}
[who's|I'm|we're|are you] [coming|going|moving|heading|back] to {c} [with me|next week|for {event}|]
[I live in|we live in|my {role} lives in|my cousin and her kids live in|I'm from|I grew up in] {c}
[flights|a train|a bus|tickets|a ride] from {c} to {c} [on {date}|at {time}|]
what's the [weather|time|population|capital] [in|of] {c}
[a hotel|a table|an apartment|our branch|an office|a job] in {c}
[I was|we were|he was] in {c} [last week|in {year}|for {count} days|]
[shipping|moving|driving|flying] to {c} [{st}|]
[it was|my passport was|the visa was|they are|the {goods} was|this one was] [issued|made|built|registered|filed|printed|based|stored|sold|found] in {c} [in {year}|on {date}|]
[pick me up|a ride|a taxi|drop me] [at|from|to] {crossing}
a [taxi|ride] from {crossing} to the {place}
[the|a] [taxi|cab|ride|driver|bus] [goes|will take you|leaves] from [the |']{place}['|] to {crossing}
[the cafe|the bank|the office|the party|a branch|a shop] [at|on] {crossing}
[he studied|she works|I was|they met] at the [university of|hospital in] {c}
the {c} [office|team|branch|airport|store]
[find|I need|book|show me|any] [a {plain_word}|restaurants|something|{plain_word}] [in|near|around|at] {c}, {region} [for {count}|on {date}|please|]
[leaving|from] {c}, {region} [to|and going to] {c}, {region}
[the weather|news|the time|traffic] [in|for|from|around] {c} [please|today|now|]
[I|we|he|she] [was|were] born in {c} and [live|lives|work|works|grew up] in {c}
[a friend|my {role}|a guest|somebody|visitors] from {c} [is|are|wants] [coming|here|visiting|a table]
""",
    "IP": """
[my ip is|the request came from|log in from|connect to|ping|it runs on|blocked] {v} [port {count}|at {time}|]
""",
    "MAC": """
the [mac|mac address|hardware address] is {v}
""",
    "URL": """
[find us at|our website is|visit us at|go to|order at|sign up at|register at|it's on the site at] {v}
[my site is|see|check|visit|my web page is] {v}
""",
}
