"""What of earlier work stays: which transcripts are as they were, and what was made of them.

looks          what each eligible file looks like from outside, and which version of it that is
looking        the same for all of them, in processes beside this one
stored_looks   the same of objects of a store, by its listing
declared       what the manifest declares of each, and which version of it that is
versions       how such versions are made, whole columns at a time
kept_versions  which of the two is kept, and whether one that was kept stands
remembered     what the visible run and killed ones have made, as far as it is believed
leaves         which shard rows are in
checkpointed   what killed runs have made, by the content of a transcript
matching       which transcripts are as they were
judge          the same of one that was read: by its content
gather         the rows that stay: whole shards, and staged files
grounds        what all decisions follow from: while it is the same, nothing is looked up
seen_shards    shards that were found to be what was recorded, and look as they did then
wishes         what is to be done again although nothing has changed
hashjoin       rows of two tables about one file, in memory that does not grow with the tables
bytes_columns  columns of digests as arrays of bytes
"""
