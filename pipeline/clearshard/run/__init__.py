"""The only place where the steps meet.

accepted   policy and settings, held against the published policy and the default redaction
intake     manifest → gate → provisional decisions, on disk, in bounded memory
recall     what earlier work is believed: the visible run's, and what a killed one has left
earlier    the index of it, asked by file, account and content
confirm    every eligible file read again: which are still the same?
containers records of containers, read in a process of its own
units      provisional decisions → work units for the eligible files, balanced by bytes
fingerprint  what decides a row, and what a row promises: two digests
work       what a worker does with a unit: read, decode, redact, stage
outcomes   what became of each eligible file, on disk, next to its provisional decision
final      decisions after redaction: the gate's last word, then quarantine, then written
finish     registry read again, shards and decisions below the staging folder
publish    ledger, shards, decisions, record: all or nothing
job        a whole run, from configuration to summary
housekeeping  what a job leaves behind, and when it is swept
folder     the output folder: is it ours, what is visible, what did a crash leave behind?
lock       one run at a time, and where that cannot be promised
decide     decisions alone, for `clearshard gate`
redact     transcripts alone, for `clearshard.redact`
told       a run, and what monitoring is told of it

Called, as in `clearshard.run("job.toml")`, this package is the function `clearshard.api.run`.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

#: What takes long to import and every worker needs.
PRELOAD = ("clearshard.run.work",)


class _Run(ModuleType):
    """A package that can be called: as a name of `clearshard` it is a verb."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # By its name, since what lies above is not imported here; see `clearshard.api.run`.
        return import_module("clearshard.api").run(*args, **kwargs)


sys.modules[__name__].__class__ = _Run
