"""What went wrong with a database, in words that hold nothing of what it said.

Messages of servers quote values, and those of the client library addresses. So they are known by
their code, or by a piece that is always the same, and told in words of this project.
"""

#: By SQLSTATE, or how it begins.
_STATES = (
    ("28", "refuses this user: look at the user in the address, and at PGPASSFILE or PGPASSWORD"),
    ("3D000", "has no database of this name"),
    ("3F000", "has no schema of this name"),
    ("42501", "does not let this user read all that the query names: grant SELECT on it. Where row"
     " level security hides rows, a user with BYPASSRLS must read, or a view show all of them"),
    ("42P01", "has no table of a name in sources.registry_query: try the query in psql"),
    ("42703", "has no column of a name in sources.registry_query: try the query in psql"),
    ("42", "does not understand sources.registry_query: write one SELECT, and try it in psql"),
    ("25006", "was asked to change something: sources.registry_query may only read"),
    ("57014", "took longer than sources.registry_timeout_seconds, or the query was cancelled: make"
     " it faster (a materialized view), or allow it more"),
    ("40", "had to give up the query in favour of something else: run again"),
    ("57P", "is being stopped, or is not ready yet: run again later"),
    ("53300", "has too many connections: run again later"),
    ("53", "lacks memory, disk or connections: run again later"),
    ("22", "cannot compute sources.registry_query on some row: a cast or a number is wrong there"),
    ("08", "cannot be reached any more: run again later"),
)  # fmt: skip
#: By what the client library says before there is any code; server and language may differ.
_WHILE_CONNECTING = (
    ("could not translate host name", "has a host of which no address is known: is it spelled so?"),
    ("certificate verify failed", "has a certificate that nobody here has signed: name who has in"
     " sslrootcert (absolute path, or system) or PGSSLROOTCERT"),
    ("root certificate file", "cannot be checked: name who signs its certificate in sslrootcert"
     " (absolute path, or system) or PGSSLROOTCERT"),
    ("does not match host name", "has the certificate of another host: write its name as the"
     " certificate has it"),
    ("does not support SSL", "speaks no TLS: switch it on there (ssl = on)"),
    ("SSL", "and this machine agree on no TLS: it must be 1.2 or newer"),
    ("password", "refuses this user: look at the user in the address, and at PGPASSFILE or"
     " PGPASSWORD"),
    ("no pg_hba.conf entry", "does not let this user in from this machine (pg_hba.conf)"),
    ("definition of service", "is named by a service that is not there: look at PGSERVICEFILE"),
    ("role \"", "does not know this user"),
    ("database \"", "has no database of this name"),
    ("Connection refused", "cannot be reached: nobody listens there. Is it up, is the port right?"),
    ("timeout", "cannot be reached: it does not answer in time"),
    ("No such file or directory", "cannot be reached: nobody listens at this socket. Is it up?"),
)  # fmt: skip
#: By what is said where no code comes with it. No value of a row could hold one by chance.
_WHILE_READING = (
    ("canceling statement", "took longer than sources.registry_timeout_seconds, or the query was"
     " cancelled: make it faster (a materialized view), or allow it more"),
    ("terminating connection", "was stopped while its rows came: run again later"),
    ("server closed the connection", "was cut off while its rows came: run again later"),
    ("PQgetCopyData() failed", "was cut off while its rows came: run again later"),
    ("read-only transaction", "was asked to change something: sources.registry_query may only"
     " read"),
    ("attempt to write", "was asked to change something: sources.registry_query may only read"),
    ("no such table", "has no table of a name in sources.registry_query: try the query in sqlite3"),
    ("no such column", "has no column of a name in sources.registry_query: try it in sqlite3"),
    ("is locked", "is being written to, and was for long: run again later"),
    ("malformed", "is damaged: restore it"),
    ("syntax error", "does not understand sources.registry_query: write one SELECT"),
)  # fmt: skip
_CONNECTING = "cannot be reached, or does not let this user in: try the same with psql"
_READING = "could not answer sources.registry_query: try it there by hand"


def explained(error: Exception, *, connected: bool) -> str:
    """What went wrong, and what to do.

    Args:
        error: What was raised by the driver, or while rows were read.
        connected: Whether that was after the connection was made.
    """
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and state.isalnum():
        for begins, words in _STATES:
            if state.startswith(begins):
                return f"{words} (SQLSTATE {state})"
    said = str(error)
    for piece, words in _WHILE_READING if connected else _WHILE_CONNECTING:
        if piece in said:
            return words
    code = f" (SQLSTATE {state})" if isinstance(state, str) and state.isalnum() else ""
    return f"{_READING if connected else _CONNECTING}{code}"
