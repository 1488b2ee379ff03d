"""A registry in PostgreSQL: its types, its users, its failures; and what it may not do."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clearshard.errors import ConfigError, SourceUnavailable
from clearshard.sources.databases.registry import DatabaseRegistry

from .making import ROW, registry
from .postgres import HOST, PASSWORD, READER, Server

pytestmark = pytest.mark.servers
SECRET = "Hildegard Ostermann"


def refusal(source: DatabaseRegistry) -> str:
    with pytest.raises(SourceUnavailable) as raised:
        source.read()
    said = str(raised.value)
    assert SECRET not in said
    assert PASSWORD not in f"{said} {source!r}"
    assert said.startswith(f"{source.name}: ")
    assert raised.value.__cause__ is None
    return said


def with_column(name: str, value: str) -> str:
    """One good row, with something else in a column."""
    pairs = dict(part.rsplit(" AS ", 1)[::-1] for part in ROW.split(", "))
    return "SELECT " + ", ".join(f"{v} AS {n}" for n, v in {**pairs, name: value}.items())


ID = "account_id"


@pytest.mark.parametrize(
    ("column", "value", "read"),
    [
        (ID, "'x'::varchar(5)", "x"),
        (ID, "'ab'::char(5)", "ab"),
        (ID, "'ab'::name", "ab"),
        (
            ID,
            "'6f1e1c1e-0000-4000-8000-000000000001'::uuid",
            "6f1e1c1e-0000-4000-8000-000000000001",
        ),
        (ID, "7::bigint", "7"),
        (ID, "7::numeric", "7"),
        (ID, "'free'::plan", "free"),
        (ID, "'dom'::account_name", "dom"),
        ("opted_out", "'t'::text", True),
        ("opted_out", "1", True),
        ("opted_out", "0::numeric(1)", False),
        ("opted_out", "CASE WHEN n > 1 THEN true END", None),
        ("opted_out", "CASE WHEN n > 1 THEN 'f' ELSE '' END", None),
        ("opted_out", "true::flag", True),
        ("opted_out", "'{\"a\": true}'::jsonb ->> 'a'", True),
        ("ttl_seconds", "3600::numeric", 3600),
        ("ttl_seconds", "3600.0::float8", 3600),
        ("ttl_seconds", "'NaN'::numeric", None),
        ("ttl_seconds", "extract(epoch FROM interval '1 hour')::bigint", 3600),
        ("opted_out_at", "timestamptz '2026-05-01 02:00:00+02'", datetime(2026, 5, 1, tzinfo=UTC)),
        ("opted_out_at", "'2026-05-01T02:00:00+02:00'", datetime(2026, 5, 1, tzinfo=UTC)),
        # Nobody has said where it is meant.
        ("opted_out_at", "timestamp '2026-05-01 02:00:00'", None),
        ("opted_out_at", "timestamptz 'infinity'", None),
        ("opted_out_at", "timestamptz '-infinity'", None),
        ("opted_out_at", "timestamptz '0044-03-15 00:00:00+00 BC'", None),
        ("opted_out_at", "timestamptz '12026-01-01 00:00:00+00'", None),
    ],
)
def test_what_types_are_read_as(server: Server, column: str, value: str, read: object) -> None:
    """Of five rows the first has the value: one that cannot be read is no export gone wrong."""
    if column == ID:
        query = with_column(column, value)
    else:
        others = column != "opted_out" or "CASE" in value
        value = value if "CASE" in value or not others else f"CASE WHEN n = 1 THEN {value} END"
        query = with_column(column, value).replace("'acct-1'", "'acct-' || n")
        query += " FROM generate_series(1, 5) AS n"
    rows = {row[ID]: row for row in registry(server.address(), query).read().table.to_pylist()}
    row = rows[str(read)] if column == ID else rows["acct-1"]
    assert row[column] == read
    assert row.get(f"{column}_unreadable", False) is (read is None and column != "opted_out")


@pytest.fixture(scope="module", autouse=True)
def _types(server: Server) -> None:
    server.do(
        "CREATE TYPE plan AS ENUM ('free', 'paid')",
        "CREATE DOMAIN account_name AS text",
        "CREATE DOMAIN flag AS boolean",
    )


@pytest.mark.parametrize(
    ("column", "value", "advice"),
    [
        ("opted_out", "'true'::jsonb", "->>"),
        ("opted_out", "'true'::json", "->>"),
        ("opted_out", "ARRAY[true]", "::text"),
        ("opted_out", "B'1'", "B'1'"),
        ("opted_out", "now()", "::text"),
        (ID, "'x'::bytea", "::text"),
        (ID, "row(1, 2)", "::text"),
        (ID, "1.5::float8", "::text"),
        (ID, "'1 USD'::text::char(1)::\"char\"", "::text"),
        ("ttl_seconds", "interval '1 hour'", "epoch"),
        ("ttl_seconds", "60::money", "::text"),
        ("exported_at", "DATE '2026-05-31'", "AT TIME ZONE"),
        ("exported_at", "1764547200", "to_timestamp"),
    ],
)
def test_types_that_are_not_read(server: Server, column: str, value: str, advice: str) -> None:
    said = refusal(registry(server.address(), with_column(column, value)))
    assert f"column {column} has the type" in said
    assert advice in said


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT 1 AS account_id", "training_permitted"),
        (f"SELECT {ROW}, true AS opted_out", "there twice"),
        (f'SELECT {ROW}, true AS "optedOut"', "almost opted_out"),
        (f"SELECT {ROW} WHERE false", "gives no rows"),
        ("SELECT * FROM nobody", "42P01"),
        ("SELECT nobody FROM pg_class", "42703"),
        ("SELEC 1", "42601"),
        (f"SELECT {ROW}; DROP TABLE kept", "42601"),
        (f"SELECT {ROW}) AS x; DROP TABLE kept; --", "42601"),
        (f"INSERT INTO kept SELECT '{SECRET}'", "42601"),
        (f"WITH gone AS (DELETE FROM kept RETURNING 1) SELECT {ROW}", "0A000"),
        (f"SELECT {ROW}, wipe()", "only read"),
        (with_column("opted_out", f"'{SECRET}'::boolean"), "22"),
        (f"SELECT {ROW} FROM generate_series(1, 300000) AS n WHERE 1 / (n - 299999) < 5", ""),
    ],
)
def test_what_is_no_query_of_a_registry(server: Server, query: str, said: str) -> None:
    server.do(
        "CREATE TABLE IF NOT EXISTS kept AS SELECT 'it' AS it",
        "CREATE OR REPLACE FUNCTION wipe() RETURNS text LANGUAGE plpgsql AS "
        "$$ BEGIN DELETE FROM kept; RETURN 'x'; END $$",
    )
    assert said in refusal(registry(server.address(), query))
    count = "SELECT count(*)::text || '-there' AS account_id"
    [row] = (
        registry(server.address(), f"{with_column(ID, f'({count} FROM kept)')}").read().table[ID]
    )
    assert row.as_py() == "1-there"


def test_all_that_one_reading_says_is_of_one_moment(server: Server) -> None:
    """Between its first row and its last, somebody opts out."""
    server.do(
        "DROP TABLE IF EXISTS flags",
        f"CREATE TABLE flags AS SELECT {ROW}",
        # Looks each time that it is called, as whoever has no snapshot does.
        "CREATE OR REPLACE FUNCTION flag_now() RETURNS boolean LANGUAGE plpgsql VOLATILE AS "
        "$$ BEGIN RETURN (SELECT opted_out FROM flags); END $$",
    )
    before = registry(server.address(), "SELECT * FROM flags").read().snapshot
    query = (
        with_column("opted_out", "flag_now()").replace("'acct-1'", "n::text")
        + " FROM generate_series(1, 2) AS n, pg_sleep(n - 1) AS s"
    )
    meanwhile = threading.Timer(0.5, lambda: server.do("UPDATE flags SET opted_out = true"))
    meanwhile.start()
    flags = registry(server.address(), query).read().table.column("opted_out").to_pylist()
    meanwhile.join()
    assert flags == [False, False]
    assert not registry(server.address(), "SELECT * FROM flags").unchanged_since(before)


def test_a_reading_is_one_transaction_that_reads(server: Server) -> None:
    settings = ("transaction_isolation", "transaction_read_only", "row_security", "TimeZone")
    value = " || '/' || ".join(f"current_setting('{name}')" for name in settings)
    source = registry(server.address(), with_column(ID, value))
    assert source.read().table.column(ID).to_pylist() == ["repeatable read/on/off/UTC"]


def test_live_rows_are_of_the_moment_of_the_query(server: Server) -> None:
    query = f"SELECT {ROW.rpartition(', ')[0]}"
    source = registry(server.address(), query, live=True)
    read = source.read()
    assert read.snapshot.newest_exported_at == read.snapshot.taken_at
    taken = datetime.fromisoformat(read.snapshot.taken_at or "")
    assert abs(datetime.now(UTC) - taken) < timedelta(minutes=1)
    assert source.unchanged_since(read.snapshot)


@pytest.mark.parametrize("now", ["now()", "clock_timestamp()", "now() + interval '1 hour'"])
def test_the_moment_of_the_query_is_no_export(server: Server, now: str) -> None:
    said = refusal(registry(server.address(), with_column("exported_at", now)))
    assert "registry_is_live" in said


def test_rows_that_a_user_may_not_see_are_not_left_out_in_silence(server: Server) -> None:
    server.do(
        "DROP TABLE IF EXISTS hidden",
        f"CREATE TABLE hidden AS SELECT {ROW}",
        f"GRANT SELECT ON hidden TO {READER}",
        "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY open_ones ON hidden USING (NOT opted_out)",
    )
    source = registry(server.address(user=READER), "SELECT * FROM hidden", PGPASSWORD=PASSWORD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        assert "BYPASSRLS" in refusal(source)


class TestWhoMayRead:
    def test_a_password_from_the_environment(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = registry(server.address(user=READER), f"SELECT {ROW}")
        assert "PGPASSFILE" in refusal(source)
        monkeypatch.setenv("PGPASSWORD", f"not {PASSWORD}")
        assert "refuses this user" in refusal(source)
        monkeypatch.setenv("PGPASSWORD", PASSWORD)
        assert source.read().snapshot.row_count == 1

    def test_a_password_from_a_file(
        self, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        file = tmp_path / "passwords"
        file.touch(mode=0o600)
        file.write_text(f"127.0.0.1:{server.port}:*:{READER}:{PASSWORD}\n")
        monkeypatch.setenv("PGPASSFILE", str(file))
        source = registry(server.address(user=READER), f"SELECT {ROW}")
        assert source.read().snapshot.row_count == 1

    def test_a_service(
        self, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """It could lead anywhere, so that what it does not say of TLS is said."""
        file = tmp_path / "services"
        file.write_text(
            f"[crm]\nhost={server.folder}\nport={server.port}\nuser={READER}\n"
            f"password={PASSWORD}\ndbname=postgres\nsslmode=disable\n"
        )
        monkeypatch.setenv("PGSERVICEFILE", str(file))
        by_socket = registry("postgresql://?service=crm", f"SELECT {ROW}")
        assert by_socket.read().snapshot.row_count == 1
        file.write_text(file.read_text().replace(str(server.folder), "127.0.0.1"))
        assert "sslrootcert" in refusal(by_socket)
        assert "PGSERVICEFILE" in refusal(registry("postgresql://?service=nobody", f"SELECT {ROW}"))

    def test_no_permission(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        server.do("DROP TABLE IF EXISTS closed", f"CREATE TABLE closed AS SELECT {ROW}")
        monkeypatch.setenv("PGPASSWORD", PASSWORD)
        source = registry(server.address(user=READER), "SELECT * FROM closed")
        assert "grant SELECT" in refusal(source)

    def test_nobody(self, server: Server) -> None:
        assert "does not know this user" in refusal(registry(server.address(user="nobody-there")))
        assert "no database of this name" in refusal(registry(server.address("nothing-there")))


class TestTls:
    def source(self, server: Server, more: str = "", host: str = HOST) -> DatabaseRegistry:
        place = f"{READER}@{host}:{server.port}/tls?hostaddr=127.0.0.1{more}"
        return registry(f"postgresql://{place}", f"SELECT {ROW}")

    @pytest.fixture(autouse=True)
    def _with_password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PGPASSWORD", PASSWORD)

    def test_a_certificate_that_somebody_known_has_signed(self, server: Server) -> None:
        source = self.source(server, f"&sslrootcert={server.folder}/ca.pem")
        assert source.read().snapshot.row_count == 1

    def test_one_that_nobody_here_has(self, server: Server) -> None:
        assert "sslrootcert" in refusal(self.source(server))
        assert "sslrootcert" in refusal(self.source(server, "&sslrootcert=system"))

    def test_one_of_another_host(self, server: Server) -> None:
        source = self.source(server, f"&sslrootcert={server.folder}/ca.pem", "else.example.test")
        assert "certificate of another host" in refusal(source)

    def test_less_is_not_asked_for(self, server: Server) -> None:
        with pytest.raises(ConfigError, match="verify-full"):
            self.source(server, "&sslmode=require").read()


class TestNobodyThere:
    def test_no_port(self, server: Server) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            assert "nobody listens" in refusal(registry(f"postgresql://127.0.0.1:{port}/x"))

    def test_no_name(self) -> None:
        assert "no address" in refusal(registry("postgresql://nowhere.invalid/x"))

    def test_no_socket(self, tmp_path: Path) -> None:
        assert "socket" in refusal(registry(f"postgresql:///x?host={tmp_path}"))

    def test_one_who_never_answers(self) -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            port = silent.getsockname()[1]
            source = registry(f"postgresql://127.0.0.1:{port}/x", seconds=1)
            assert "registry_timeout_seconds" in refusal(source)


class TestTooLong:
    def test_a_slow_query_is_cancelled_there(self, server: Server) -> None:
        query = f"SELECT {ROW} FROM pg_sleep(60) WHERE pg_sleep IS NOT NULL"
        assert "registry_timeout_seconds" in refusal(registry(server.address(), query, seconds=1))

    def test_a_server_that_hangs_holds_nobody(self, server: Server) -> None:
        """It is stopped in the middle of its rows, and cancels nothing any more."""
        query = f"SELECT {ROW} FROM generate_series(1, 3000000)"
        source = registry(server.address(), query, seconds=3)
        stopped: list[int] = []

        def stop() -> None:
            for pid in _backends(server):
                os.kill(pid, signal.SIGSTOP)
                stopped.append(pid)

        timer = threading.Timer(0.5, stop)
        timer.start()
        try:
            assert "registry_timeout_seconds" in refusal(source)
        finally:
            timer.join()
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
        assert stopped


def test_a_connection_that_is_cut_in_the_middle_is_no_shorter_registry(server: Server) -> None:
    query = f"SELECT {ROW} FROM generate_series(1, 1000000)"
    with _relay(server.port, cut_after=3_000_000) as port:
        source = registry(f"postgresql://postgres@127.0.0.1:{port}/postgres", query)
        assert "while its rows came" in refusal(source)


def test_a_server_that_is_stopped_in_the_middle(server: Server) -> None:
    query = f"SELECT {ROW} FROM generate_series(1, 3000000)"
    end = threading.Timer(
        0.5,
        lambda: server.do(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE '%3000000%' AND pid <> pg_backend_pid()"
        ),
    )
    end.start()
    assert "run again later" in refusal(registry(server.address(), query))
    end.join()


def _backends(server: Server) -> list[int]:
    """Processes that serve somebody now."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            name = path.read_bytes()
            parent = path.with_name("stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == server.pid and b"127.0.0.1" in name:
            found.append(int(path.parts[2]))
    return found


@contextmanager
def _relay(port: int, cut_after: int) -> Iterator[int]:
    """Hands on what two say to each other, until the server has said so many bytes to one."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()

    def hand_on(one: socket.socket, other: socket.socket, most: int) -> None:
        try:
            while most > 0 and (some := one.recv(min(65536, most))):
                other.sendall(some)
                most -= len(some)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def serve() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", port))
            for ends in ((client, server, 1 << 40), (server, client, cut_after)):
                threading.Thread(target=hand_on, args=ends, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        listening.close()
