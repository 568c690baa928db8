"""Handlers of `signup.yaml`: an account, a trial and a welcome that is put into an outbox."""

import asyncio
import sqlite3
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path


def normalize(name: str, address: str) -> dict[str, object]:
    return {"name": " ".join(name.split()), "address": address.strip().lower()}


def check_address(address: str) -> dict[str, object]:
    local, _, domain = address.partition("@")
    if not local or "." not in domain:
        raise ValueError("that is no e-mail address")
    return {"domain": domain}


def create_account(
    database: str, name: str, address: str, domain: str, referrer: str | None
) -> dict[str, object]:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS accounts"
            " (id INTEGER PRIMARY KEY, name TEXT, address TEXT UNIQUE, domain TEXT, referrer TEXT)"
        )
        inserted = connection.execute(
            "INSERT INTO accounts (name, address, domain, referrer) VALUES (?, ?, ?, ?)",
            (name, address, domain, referrer),
        )
    return {"user_id": inserted.lastrowid}


def grant_trial(database: str, user_id: int, days: int) -> dict[str, object]:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS trials (user_id INTEGER, days INTEGER)")
        connection.execute("INSERT INTO trials VALUES (?, ?)", (user_id, days))
    return {"ends_after_days": days}


def write_welcome(name: str, address: str, user_id: int, days: int) -> dict[str, object]:
    message = EmailMessage()
    message["To"] = address
    message["Subject"] = f"Welcome, {name}"
    message.set_content(f"Your account is number {user_id}. Your trial ends in {days} days.\n")
    return {"message": message.as_string()}


async def send_welcome(outbox: str, message: str) -> dict[str, object]:
    folder = Path(outbox)
    target = folder / "welcome.eml"

    def write() -> None:
        folder.mkdir(exist_ok=True)
        target.write_text(message, encoding="utf-8")

    await asyncio.to_thread(write)
    return {"sent": target.name}
