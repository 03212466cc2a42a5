"""The command line of `kefu people`: it parses and calls."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Who may use the console: add, list, change, remove.", no_args_is_help=True)


class RoleName(StrEnum):
    """What somebody may do."""

    agent = "agent"
    supervisor = "supervisor"
    admin = "admin"


ProjectFolder = Annotated[Path, typer.Argument(help="The assistant's folder.", metavar="PROJECT")]
Name = Annotated[str, typer.Argument(help="As customers read it.", metavar="NAME")]
DatabaseUrl = Annotated[
    str | None, typer.Option(help="SQLAlchemy URL; a SQLite file inside PROJECT by default.")
]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="en, zh …; all by default.", metavar="CODE")
]
Skills = Annotated[
    list[str] | None, typer.Option("--skill", help="An intent; all by default.", metavar="INTENT")
]
MostChats = Annotated[int | None, typer.Option(min=0, max=100, help="Given at once; agents 5, others 0.")]


@app.command("add")
def add(
    project: ProjectFolder,
    name: Name,
    role: RoleName = RoleName.agent,
    language: Languages = None,
    skill: Skills = None,
    most_chats: MostChats = None,
    database: DatabaseUrl = None,
) -> None:
    """Make an account; the password is asked for, or read from the input's first line."""
    from bot.commands.people import add_command
    from bot.people.accounts import Work
    from bot.people.person import Role

    work = Work(
        role=Role.named(role.value),
        languages=tuple(language or ()),
        skills=tuple(skill or ()),
        most_chats=most_chats,
    )
    typer.echo(add_command(project, name, work=work, database=database))


@app.command("list")
def show(project: ProjectFolder, database: DatabaseUrl = None) -> None:
    """Show who there is."""
    from bot.commands.people import list_command

    typer.echo(list_command(project, database=database))


@app.command("change")
def change(
    project: ProjectFolder,
    name: Name,
    role: Annotated[RoleName | None, typer.Option(help="Another role.")] = None,
    language: Languages = None,
    skill: Skills = None,
    most_chats: MostChats = None,
    disabled: Annotated[
        bool | None, typer.Option("--disabled/--enabled", help="Whether the person may sign in.")
    ] = None,
    database: DatabaseUrl = None,
) -> None:
    """Change what somebody may do and is given; what is not named stays."""
    from bot.commands.people import change_command
    from bot.people.accounts import Work
    from bot.people.person import Role

    work = Work(
        role=Role.named(role.value) if role else None,
        languages=tuple(language) if language else None,
        skills=tuple(skill) if skill else None,
        most_chats=most_chats,
        disabled=disabled,
    )
    typer.echo(change_command(project, name, work=work, database=database))


@app.command("password")
def password(project: ProjectFolder, name: Name, database: DatabaseUrl = None) -> None:
    """Give somebody a new password, which signs them out everywhere."""
    from bot.commands.people import password_command

    typer.echo(password_command(project, name, database=database))


@app.command("remove")
def remove(project: ProjectFolder, name: Name, database: DatabaseUrl = None) -> None:
    """Take somebody's account away; conversations keep the name."""
    from bot.commands.people import remove_command

    typer.echo(remove_command(project, name, database=database))
