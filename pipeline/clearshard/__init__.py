"""clearshard: from submitted transcripts to redacted training shards, with proof.

No file reaches a shard unless its contract permits it and its personal data has been removed; every
file that does not is accounted for; and both can be proved later. The path of the data, which is
also the order in which to read the code:

    sources      manifest, registry and transcripts in; bad input becomes a typed error
    eligibility  the gate: facts and policy → decisions, before any transcript is opened
    redaction    spans found once per transcript, applied to all its views, checked again
    recognizers  what finds personal data besides the NER, one a file
    shards       redacted transcripts → Parquet; accepts nothing that redaction did not seal
    audit        decisions, ledger, and the questions asked of them
    evaluation   the figures behind `clearshard eval`
    engines      how work units are mapped over processes
    telemetry    what a run tells Prometheus and OpenLineage
    run          the only place where these steps meet
    cli          the command: parse, load the configuration, call one function

Below them: `storage` (the file system), `children` (how processes are started), `config`, `terms`
(what a run was made under, in words), `records` (the values that travel), `inert` (text that does
nothing where it is shown) and `errors`. Imports go downwards only, and steps never import each
other; an import contract keeps it so.
"""
