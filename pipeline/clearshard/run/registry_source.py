"""Where a configuration says that the account registry is: in files, or in a database."""

import os

from clearshard.config import Config
from clearshard.run.located import table_place
from clearshard.sources.column_names import ColumnRules
from clearshard.sources.databases.query import Query
from clearshard.sources.databases.registry import DatabaseRegistry
from clearshard.sources.databases.servers import Postgres, Server, Sqlite
from clearshard.sources.registry import FileRegistry, RegistrySource
from clearshard.transport.databases import DatabaseAddress, is_database


def registry_source(config: Config, rules: ColumnRules) -> RegistrySource:
    """The registry that a configuration names; nothing is read yet.

    Args:
        config: Has been checked.
        rules: What is to become of columns that are not read.
    """
    sources = config.sources
    if sources.registry_query is None:
        return FileRegistry(table_place(config, sources.registry), rules)
    server: Server
    if is_database(sources.registry):
        server = Postgres(DatabaseAddress.parse(sources.registry), os.environ)
    else:
        server = Sqlite(config.path(sources.registry))
    query = Query(
        server,
        sources.registry_query,
        is_live=sources.registry_is_live,
        seconds=sources.registry_timeout_seconds,
    )
    return DatabaseRegistry(query, rules)
