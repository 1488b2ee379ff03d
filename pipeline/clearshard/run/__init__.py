"""The only place where the steps meet.

A run
    job             a whole run: the list of its stages, and what becomes of it if one fails
    stages/         one stage each: what it is given, what it makes, and what it says
    output/         the output folder: what is written, how it becomes visible, what is swept
    resume/         which transcripts are as they were, and what was made of those
    options         what is asked of a run besides its configuration, and who is told
    accepted        policy and settings, held against the published policy and the defaults
    examined        how redaction is configured, looked at beside the run: problems and digests
    fingerprint     what decides a row, and what a row promises: two digests
    agent           who runs, and on which machine
    journal         the ledger as a run writes it: signed, and dated by its clock

Its files
    located         where sources are: on this machine, or in a bucket
    intake          manifest → gate → provisional decisions, on disk, in bounded memory
    registry_source  where the account registry is: in files, or in a database
    listed          the rows of a manifest as they lie on disk
    tombstones      what was purged, as the gate needs it
    purged_contents  what purged files held, by digests under the pseudonym key
    row_marks       by what stored decisions are found again
    known_files     what the runs that are kept know of files that somebody names
    links           files that are one file on the disk, whatever the manifest calls them
    stored_facts    files as the run before knew them, to be decided on once more
    before          the decisions of the run before, read once for all who ask of them
    shared          transcripts that are somebody else's too, taken out when all are known
    outcomes        what became of each eligible file, next to its provisional decision
    ahead           the next batch is made while the one before is worked on
    partitions      records in scratch files by hash, so that any number is joined in bounded memory

Its work
    units           provisional decisions → work units for the eligible files, balanced by bytes
    contents        units whose transcripts are there: fetched, where a worker has no network
    containers      records of containers, read in a process of its own
    container_rows  the rows that point into containers, so that each is read once
    assigned        what a worker is told and tells
    crossing        how work crosses to other machines
    work            what a worker does with a unit: read, decode, redact, stage

Beside a run
    told            a run, and what monitoring is told of it
    telemetry       metrics and lineage around a run
    asked           what is meant where nothing is asked for
    checked         a configuration, held against everything that it names
    decide          decisions alone, for `clearshard gate`
    retention/      by when artefacts must be gone, their deletion, and that they are
    forecast/       what another policy, registry or fact would change
    redact          transcripts alone, for `clearshard.redact`
    detect          spans of plain documents, for `clearshard detect` and `clearshard eval`
    curve           the same with a surer or less sure tagger, for `clearshard eval --curve`
    purge/          a purge: what was asked for leaves the shards, and stays out
    exported        which run went into which training set
    endpoint        what an endpoint offers of TLS, against the policy
    opened          the shards in force, for `clearshard.open_shards`
    keys/           the keys of a job: made, shown, replaced
    check_sources   transcripts, held against what a run has recorded of them

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
