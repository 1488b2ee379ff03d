"""The gate: facts and policy in, decisions with every reason out. Never opens a transcript.

    ids         one 64-bit hash of ids, for looking up accounts and finding duplicates
    spelling    which ids are one id, spelled in more than one way
    accounts    the registry as columns, indexed by account
    values      the values that text facts can have, and what else they are called
    policy      the rules as data: read, checked against the floor no policy may go below
    moment      when decisions are taken: what has expired, and what can have happened yet
    facts       columns of facts, and what of them is known
    gate        rules and facts → decisions, column-wise, in three-valued logic
    tombstones  files and accounts that were purged, and stay out
    duplicates  file ids that occur more than once, in bounded memory

Everything here is pure: batches of columns in, batches of columns out; the moment is an argument.
"""
