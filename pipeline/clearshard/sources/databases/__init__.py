"""A registry that is asked by SQL, of PostgreSQL or SQLite, over ADBC.

servers      what is particular to each: how it is reached, and begins to say one moment
sessions     one reading: connected, begun, asked; the only module that knows ADBC
within       the same in a thread, for no longer than it may take
kinds        which types of columns can be read as what
failures     what went wrong, in words without a value
digests      what was read, whatever the order of its rows
query        the rows as those of a table of facts
registry     all of it as a `RegistrySource`
"""
