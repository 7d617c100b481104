"""copilot customers: import, card, erase."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from copilot.commands.connection import Api
from copilot.commands.output import print_json, progress, say, warn
from copilot.domain.errors import Invalid, Unavailable

BATCH = 20
BATCH_BYTES = 2_000_000
LARGEST = 7_500_000
"""Bytes of a line; a request may have 8 MB."""
WAIT_S = 120


async def import_file(api: Api, path: Path, *, as_json: bool) -> int:
    """Import a customers file line by line; returns the exit code."""
    lines = _read(path)
    saved, refused = 0, []
    with progress("Importing", len(lines)) as bar:
        for first, part in _batches(lines):
            if len(part[0].encode()) > LARGEST:
                todo = "Give its interactions over several lines with the same id: each adds to the others."
                refused.append({"name": f"line {first}", "reason": f"The line has more than {LARGEST / 1e6:g} MB. {todo}"})
            else:
                done = await api.post("/v1/customers/import", {"lines": part, "first": first})
                saved += done["saved"]
                refused += done["refused"]
            bar.advance(len(part))
    if as_json:
        print_json({"saved": saved, "refused": refused})
    else:
        say(f"{saved} customers saved, {len(refused)} refused.")
        for one in refused:
            warn(f"  {one['name']}: {one['reason']}")
    return 1 if refused else 0


async def card(api: Api, customer: str, *, as_json: bool) -> int:
    """Print who a customer is to us."""
    shown = await api.get(f"/v1/customers/{customer}/card")
    if as_json:
        print_json(shown)
        return 0
    since = f", customer since {shown['since'][:10]}" if shown["since"] else ""
    say(f"{shown['name'] or shown['id']}{', ' + shown['tier'] if shown['tier'] else ''}{since}")
    for line in shown["who"]:
        say(f"  {line['text']}  ({line['why']})")
    if shown["promises"]:
        say("Promises")
    for promise in shown["promises"]:
        due = f", due {promise['due'][:16].replace('T', ' ')}" if promise["due"] else ", no date given"
        say(f"  {promise['state']}: {promise['text']} ({promise['owner']}{due})")
    say("On record (do not ask)")
    for detail in shown["known_details"]:
        say(f"  {detail['field'].replace('_', ' ')}: {detail['value']}{'' if detail['state'] == 'fresh' else '  – ' + detail['state']}")
    say("History")
    for memory in shown["memories"]:
        say(f"  {memory['at'][:10]}  {' '.join(memory['text'].split())[:200]}")
    return 0


async def erase(api: Api, customer: str, *, as_json: bool) -> int:
    """Erase a person and wait for the receipt."""
    receipt = await api.delete(f"/v1/customers/{customer}")
    for _ in range(WAIT_S * 5):
        receipt = await api.get(f"/v1/erasures/{receipt['id']}")
        if receipt["state"] == "done":
            break
        await asyncio.sleep(0.2)
    else:
        raise Unavailable(f"The erasure {receipt['id']} is still under way.", todo="It goes on when the service runs; ask again later.")
    if as_json:
        print_json(receipt)
    else:
        removed = ", ".join(f"{count} {name}" for name, count in sorted(receipt["removed"].items()) if count)
        say(f"Erased: {removed}. Receipt {receipt['id']}.")
    return 0


def _batches(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """(number of the first line, lines): a few customers, and no more bytes than a request should have; a huge line comes alone."""
    start, size = 0, 0
    for number, line in enumerate(lines):
        more = len(line.encode())
        if number > start and (number - start >= BATCH or size + more > BATCH_BYTES):
            yield start + 1, list(lines[start:number])
            start, size = number, 0
        size += more
    yield start + 1, list(lines[start:])


def _read(path: Path) -> list[str]:
    try:
        # Not splitlines: a JSON text may hold line separators of other scripts (U+2028).
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", todo="Check the path.") from error
    except UnicodeDecodeError:
        raise Invalid(f"{path} is not UTF-8 text.", todo="Save it as UTF-8, one JSON object a line.") from None
    if not any(line.strip() for line in lines):
        raise Invalid(f"{path} is empty.", todo="Write one JSON object a line.")
    return lines
