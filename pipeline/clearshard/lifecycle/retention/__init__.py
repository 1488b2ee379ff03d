"""The published schedule of retention: what must be gone by when, and how it goes.

- `matrix`: the schedule as data, one clause for each cell of the published table
- `known`: what is known of artefacts and their accounts, and what is not
- `circumstances`: of which artefacts each circumstance of a clause holds
- `judging`: facts and clauses → when deletion begins, by when it must be done, and how it stands
- `tally`: how many artefacts stand how, by clause
- `removal`: deletes artefacts from a store, seen to be gone
- `settling`: makes the receipts that killed sweeps have not come to
- `receipts`: what was deleted, for whoever asks later
"""
