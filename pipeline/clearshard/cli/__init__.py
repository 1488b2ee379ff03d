"""The command: parse, load the configuration, call one function, map its error to an exit code.

    entry      the command's entry point; the only place that turns errors into exit codes
    commands   which module has which command, imported when it is called
    options    options that several commands share
    console    what a person or a program sees: progress, notes, tables, the JSON line
    run        `run`
    gate       `gate`
    detection  `detect`, `eval`
    what_if    `gate --against`
    audit      `audit summary | list | explain | diff | query | verify`, one a file
    rows       rows of an answer: a table, or CSV, JSON lines, Parquet
    changes    what has become of files, as tables
    purge      `purge plan | execute | lift`
    export     `export record`
    mirror     `mirror`
    keys       `keys init | rotate | show`
    policy     `policy show | check`

What takes longest to import is imported inside the commands, so that `clearshard --help` is quick.
"""
