"""The settings of the embedded server: safe, reachable by its socket only, silent about data."""

from pathlib import Path

from sekisho_links.postgres.homes import PORT, Home

FILE = "sekisho.conf"
LOGS_KEPT = 5

FIXED = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "timezone": "Asia/Tokyo",
    "log_timezone": "Asia/Tokyo",
    "datestyle": "iso, ymd",
    "max_connections": "100",
    # a long transaction stops sealing; the owner's loads may last longer (roles.py)
    "transaction_timeout": "60s",
    "idle_in_transaction_session_timeout": "30s",
    # a log that holds no row and no statement: a failing row is a person's name
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgres-%Y%m%d-%H%M%S.log",
    "log_file_mode": "0600",
    "log_rotation_size": "50MB",
    "log_rotation_age": "0",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
UNSAFE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
}


def write(home: Home, *, durable: bool) -> None:
    """Write our settings; nothing else of the cluster's files is ours."""
    chosen = {
        **FIXED,
        **(SAFE if durable else UNSAFE),
        "unix_socket_directories": str(home.sockets),
    }
    lines = (f"{name} = '{_quoted(value)}'\n" for name, value in chosen.items())
    path = home.data / FILE
    path.write_text("".join(lines))
    path.chmod(0o644)


def include(data: Path) -> None:
    """Let the cluster read our settings, after its own."""
    with (data / "postgresql.conf").open("a") as file:
        file.write(f"\ninclude_if_exists = '{FILE}'\n")


def drop_old_logs(data: Path) -> None:
    """Keep the newest five files of the server's log."""
    for old in sorted((data / "log").glob("postgres-*.log"))[:-LOGS_KEPT]:
        old.unlink(missing_ok=True)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
