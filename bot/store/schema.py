"""Which version a database is, and bringing it to ours.

Alembic is slow to import: a database that is up to date is recognised without it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from bot.errors import StoreError

VERSION_TABLE = "kefu_version"
# The newest file in migrations/versions; a test holds the two together.
HEAD = "0009"

_version = Table(VERSION_TABLE, MetaData(), Column("version_num", String))

# Any number will do, as long as every kefu takes the same.
_MIGRATION_LOCK = 0x6B656675


def current_version(connection: Connection) -> str | None:
    """The database's version; None where it is empty.

    Raises:
        StoreError: when there are tables that are not ours.
    """
    names = inspect(connection).get_table_names()
    if VERSION_TABLE in names:
        return connection.execute(select(_version.c.version_num)).scalar()
    if names:
        raise StoreError("The database belongs to another program. Give kefu one of its own with --database.")
    return None


def ensure_current(connection: Connection) -> None:
    """Bring the database to HEAD, inside the caller's transaction.

    Raises:
        StoreError: when it is newer than this program, or another program's.
    """
    if connection.dialect.name == "postgresql":  # several workers may start at once
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
    version = current_version(connection)
    if version == HEAD:
        return
    if version is not None and version not in _known_versions():
        raise StoreError(
            f"The database was made by a newer kefu (its version is {version}, this program knows {HEAD}). "
            "Upgrade kefu, or give it another database with --database."
        )
    migrate(connection, HEAD)


def migrate(connection: Connection, target: str) -> None:
    """Upgrade or downgrade to a version ("base" is an empty database), inside the caller's transaction."""
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    version = current_version(connection)
    if target == "base" or (version is not None and version > target):
        command.downgrade(config, target)
    else:
        command.upgrade(config, target)


def _known_versions() -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
