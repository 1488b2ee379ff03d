"""Tables of facts and transcripts in; whatever is wrong with them becomes a typed error here.

    table        a table of facts: rows streamed in batches, bad rows marked, one digest
    tables       what is expected of one, and what its rows are before they are typed
    files        the files of a table: one, those of a folder, or those that a pattern names
    stored_files the same of a table in a store
    parts        what both give: each part with its folders, and one digest
    partitions   what the folders of a part say: `region=eu` is a column
    column_names what columns are called: read, almost so, or not read at all
    formats      which function reads which format: csv_rows, json_rows, parquet_rows
    csv_quotes   values of CSV that go on behind their quotes
    legible      whether each column can be read at all
    streams      chunks and lines of plain and compressed files
    columns      columns of text → booleans, times, seconds, ids; unreadable values marked
    hints        what a manifest says of content, which is no fact and in nobody's way
    manifest     the file manifest as batches for the gate
    registry     the account registry as one table, by what is asked of whatever holds it
    databases/   the same as a query of PostgreSQL or SQLite
    containers   records of JSON Lines and Parquet files that hold many transcripts
    stored_containers  the same out of a store, for a process without a network
    fetching     transcripts out of a store, ahead of whoever uses them, in bounded memory
    faults       what is wrong with a transcript, and where
    transcripts  bytes of one transcript → `Transcript`, or the reason why not

Errors name the file, the column and the row, never a value.
"""
