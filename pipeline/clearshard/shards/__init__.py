"""Redacted transcripts in, Parquet shards out. Accepts nothing that redaction did not seal.

    pseudonyms  keyed names of files and accounts
    staging     redacted transcripts of one work unit → a checkpoint, which is a staged file
    checkpoints what a killed run has left, as far as it can be believed
    reuse       chosen rows of an earlier run's shards or checkpoints → a staged file
    assemble    all staged files → shards whose bytes depend on their content alone
    card        the dataset card that makes `load_dataset(OUT)` work

Shards are ranges of `doc_key`, each sorted by it. Since the key is a keyed hash of the file id, the
order of the manifest, the number of workers and the history of the run leave no trace in the bytes,
and neighbours in a shard have nothing to do with each other.
"""
