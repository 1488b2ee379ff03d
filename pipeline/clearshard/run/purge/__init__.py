"""A purge, carried out: what was asked for leaves the shards, and stays out.

    find      the decisions on files that go: by their ids, or by the gate on what is stored of them
    chosen    all that a purge takes out of a run
    stages    one stage of a purge each
    job       a whole purge: its stages in their order, and what becomes of it if one fails
    plan      what a purge would do, without the lock and the keys of the job
    lift      tombstones that are lifted

What is pure of it is in `clearshard.lifecycle.purge`.
"""
