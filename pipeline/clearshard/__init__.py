"""clearshard: from submitted transcripts to redacted training shards, with proof.

No file reaches a shard unless its contract permits it and its personal data has been removed; every
file that does not is accounted for; and both can be proved later. The path of the data, which is
also the order in which to read the code:

    sources      manifest, registry and transcripts in; bad input becomes a typed error
    eligibility  the gate: facts and policy → decisions, before any transcript is opened
    redaction    spans found once per transcript, applied to all its views, checked again
    tagger       what is personal in a conversation, by a network that reads all of it
    recognizers  what finds personal data besides, one a file
    shards       redacted transcripts → Parquet; accepts nothing that redaction did not seal
    audit        decisions, ledger, and the questions asked of them
    lifecycle    what leaves shards, by when artefacts must be gone, and that they are
    evaluation   the figures behind `clearshard eval`
    engines      how work units are mapped over processes, here or on a cluster
    telemetry    what a run tells Prometheus and OpenLineage
    run          the only place where these steps meet
    api          the same for programs: `run`, `redact`, `decide`, `open_shards`
    cli          the command: parse, load the configuration, call one function

Below them: `vault` (files with redacted text, encrypted or not), `storage` (folders and buckets),
`children` (how processes are started), `layout` (where in an output everything lies), `config`,
`terms` (what a run was made under, in words), `records` (the values that travel), `transport` (how
others are spoken to over TLS), `inert` (text that does nothing where it is shown) and `errors`.
Imports go downwards only, and steps never import each other; an import contract keeps it so.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clearshard.api import Decided, RunResult, decide, open_shards, redact, run
    from clearshard.config import Config, load_config
    from clearshard.errors import (
        ClearshardError,
        ConfigError,
        EngineUnavailable,
        IntegrityError,
        KmsUnavailable,
        OutputFull,
        OutputUnusable,
        RegistryStale,
        RunFailed,
        RunLocked,
        ShardsUnread,
        SourceUnavailable,
        TooManyGone,
    )
    from clearshard.run.opened import Shards
    from clearshard.run.redact import Quarantined, Redacted

#: Where each name is. Nothing is imported before it is asked for: this package is also where
#: workers, which need little of it, begin.
_PLACES = {
    **dict.fromkeys(("Decided", "RunResult", "decide", "open_shards", "redact"), "clearshard.api"),
    **dict.fromkeys(("Config", "load_config"), "clearshard.config"),
    **dict.fromkeys(
        (
            *("ClearshardError", "ConfigError", "EngineUnavailable", "IntegrityError"),
            *("OutputFull", "OutputUnusable"),
            *("KmsUnavailable", "RegistryStale", "RunFailed", "RunLocked", "ShardsUnread"),
            *("SourceUnavailable", "TooManyGone"),
        ),
        "clearshard.errors",
    ),
    **dict.fromkeys(("Quarantined", "Redacted"), "clearshard.run.redact"),
    "Shards": "clearshard.run.opened",
}

__all__ = [
    "ClearshardError",
    "Config",
    "ConfigError",
    "Decided",
    "EngineUnavailable",
    "IntegrityError",
    "KmsUnavailable",
    "OutputFull",
    "OutputUnusable",
    "Quarantined",
    "Redacted",
    "RegistryStale",
    "RunFailed",
    "RunLocked",
    "RunResult",
    "Shards",
    "ShardsUnread",
    "SourceUnavailable",
    "TooManyGone",
    "decide",
    "load_config",
    "open_shards",
    "redact",
    "run",
]


def __getattr__(name: str) -> Any:
    if name == "run":
        # The steps meet in a package of this name; called, it is `clearshard.api.run`.
        return import_module("clearshard.run")
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
