"""How work units are mapped over processes. Every engine maps the same pure function.

local   worker processes on this machine, started once
"""
