"""The only place where the steps meet.

intake     manifest → gate → provisional decisions, on disk, in bounded memory
containers records of containers, read in a process of its own
units      provisional decisions → work units for the eligible files, balanced by bytes
work       what a worker does with a unit: read, decode, redact, stage
outcomes   what became of each eligible file, on disk, next to its provisional decision
publish    registry read again, shards, decisions, ledger, record: all or nothing
job        a whole run, from configuration to summary
folder     the output folder: is it ours, what is visible, what did a crash leave behind?
lock       one run at a time, and where that cannot be promised
decide     decisions alone, for `clearshard gate`
"""

#: What takes long to import and every worker needs.
PRELOAD = ("pipeline.run.work",)
