"""How work units are mapped over processes. Every engine maps the same pure function.

engine     what an engine is, and the laws that each keeps
mapping    what all of them do alike: order, few units ahead, a request to stop
choice     which one does the work
local      worker processes on this machine, started once
asking     what a process asks of the one that has started it, having no network
helper     one process that answers requests, for what is no unit
worker     the parent's side of a process, watched; `serving` is the other side
forking    where processes come from
stopping   a request to stop
"""
