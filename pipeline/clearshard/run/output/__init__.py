"""The output folder: what is written, how it becomes visible, and what is swept.

folder         is it ours, what is visible, what did a crash leave behind?
lock           one run at a time, and where that cannot be promised
writer         shards and decisions below the staging folder, after the registry was read again
last_word      decisions after redaction: the gate once more, then quarantine, then written
decision_rows  the same as rows of the table, as often as they are asked for
marks          rows in numbers, by which they are compared
changes        what is new since the run before
keeping        a whole table, or what is new
drop           what is gone since the run before, and whether that may be
publish        ledger, shards, decisions, record: all or nothing
commit         the same as a protocol, without a file system: of two that would, one does
settling       the same of who finds what a killed run has left
steps          what both are made of: operations, and what each comes to
announced      what the ledger says of runs
recorded       what the record of a run lists, by the keys of an output
operations     its steps in a folder, and in the bucket that it is the mirror of
binding        the file by which a folder is the mirror of a bucket
mirror         such a folder: what the bucket is, and nothing else
tombstones     what a purge keeps out, on its way in
receipts       what was taken out, and that it is gone
exports        which run went into which training set
replaced       shards that the newest run does not list any more
housekeeping   what a job leaves behind, and when it is swept
"""
