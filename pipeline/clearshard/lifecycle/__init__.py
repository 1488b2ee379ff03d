"""What becomes of files after the run: deletion, as the published policy has it.

- `purge`: what leaves the shards that a run has written, on paper; `clearshard.run.purge` does it
- `retention`: by when each artefact must be gone, and how it goes
- `confirmation`: that it is gone from where customers see it
"""
