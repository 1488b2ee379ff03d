"""Workers on the machines of a cluster of Ray.

engine      the engine: connects when there is a unit, or earlier, and maps with a crew
connecting  a connection that is made beside other work
crew        the members and what each has in hand; what becomes of it if one is lost
member      what is spoken with one of them
ground      what a crew stands on, whoever makes members
actors      Ray: members as actors, calls and their answers
shell       a member: an actor that opens what comes for its worker process
hosting     its key, and that process
messages    all that crosses, as declared forms
sealing     nothing crosses in clear
reaching    whether a cluster can be reached, and what it is

A member hosts one worker process as the local engine has them, made by the same code: with its
bounds of time and memory, without a network, taken apart from what kills it. The actor around it is
what has a network, opens and seals, and does nothing else.
"""
