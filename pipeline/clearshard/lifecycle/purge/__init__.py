"""A purge on paper: what was asked for, what it takes out, and what that comes to.

    asked     of whom a purge is
    rows      decisions on purged files, out of those that stood
    shards    which shards hold them
    plan      what a purge takes out, in numbers, and what it cannot undo

What carries it out is in `clearshard.run.purge`.
"""
