"""The values that travel down the pipeline, and the Arrow schemas of what is written.

All are frozen; those of which a transcript has many are msgspec structs, made in less time.

- `states`: how a file ends a run, and what is raised to end it so
- `facts`: columns of the tables that decide
- `transcript`: speech, before redaction and after
- `tasks`: what goes to a worker, and what comes back
- `schemas`: columns of shards and decisions
- `run`: the run record, and what is in it
- `receipt`: what was taken out of what was written
- `times`: moments as text
"""
