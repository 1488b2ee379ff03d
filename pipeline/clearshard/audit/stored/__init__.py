"""How the decisions of a run are stored: as a whole table, or as changes to an earlier one.

A run lists every file that its decisions are read from (`clearshard.records.run.DecisionsFile`):

- the rows of a whole table, which it or an earlier run wrote;
- for each run since that changed anything: the rows that it added, and the places of those that are
  in force no more because of it;
- what it knew of accounts. This it writes itself, each time: the export of a registry is dated, so
  of every account something is new every night.

The rows in force are all rows of these files but those whose places are listed. No file is ever
changed, and none is read that the record does not list. Why it is so:
docs/decisions/0032-decisions-are-a-table-and-its-changes.md

A file of rows has an index of them (`index`), by which some are found without the others
(`finding`): docs/decisions/0056-decisions-have-an-index.md
"""
