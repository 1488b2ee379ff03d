"""The only place where the steps meet.

job        a whole run: the list of its stages, and what becomes of it if one fails
stages/    one stage each: what it is given, what it makes, and what it says
options    what is asked of a run besides its configuration, and who is told
accepted   policy and settings, held against the published policy and the default redaction
intake     manifest → gate → provisional decisions, on disk, in bounded memory
before     the decisions of the run before, read once for all who ask of them
resume/    which transcripts are as they were, and what was made of those
partitions records in scratch files by hash, so that any number is joined in bounded memory
containers records of containers, read in a process of its own
container_rows  the rows that point into containers, so that each is read once
units      provisional decisions → work units for the eligible files, balanced by bytes
fingerprint  what decides a row, and what a row promises: two digests
examined   how redaction is configured, looked at beside the run: problems and digests
assigned   what a worker is told and tells
work       what a worker does with a unit: read, decode, redact, stage
outcomes   what became of each eligible file, on disk, next to its provisional decision
output/    the output folder: what is written, how it becomes visible, and what is swept
decide     decisions alone, for `clearshard gate`
forecast/  what another policy, registry or fact would change
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
