"""copilot suggest: the whole graph once, on one conversation file."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from copilot.commands.connection import Api
from copilot.commands.output import print_json, say
from copilot.domain.errors import Invalid, Unavailable
from copilot.domain.formats import ConversationIn, SuggestionOut, explain

WAIT_S = 180


def read_conversation(path: Path) -> dict[str, Any]:
    """A conversation file (`-`: standard input), checked against its format. Raises Invalid."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.", todo="Check the path.") from error
    except UnicodeDecodeError:
        raise Invalid(f"{path} is not UTF-8 text.", todo="Save it as UTF-8.") from None
    try:
        given = json.loads(text)
        ConversationIn.model_validate(given)
    except json.JSONDecodeError as error:
        raise Invalid(f"{path} is not JSON: {error.msg} at line {error.lineno}.", todo="Correct the file.") from None
    except RecursionError:
        raise Invalid(f"{path} is not JSON that can be read: it is nested too deeply.", todo="Correct the file.") from None
    except ValidationError as error:
        raise explain(error, str(path)) from None
    return dict(given)


async def once(api: Api, given: dict[str, Any], kinds: str, *, as_json: bool) -> int:
    """Suggest without storing anything."""
    out = await api.post("/v1/suggest", given, kinds=kinds, source="file")
    _show(out, as_json=as_json)
    return 0


async def saved(api: Api, given: dict[str, Any], kinds: str, *, as_json: bool) -> int:
    """Store the conversation, let the service draft, and print what it saved."""
    if given.get("as_of"):
        raise Invalid("`as_of` belongs to a replay, which stores nothing.", todo="Leave out --save, or as_of.")
    customer = given.get("customer")
    if customer and "assurance" not in customer:
        given = {**given, "customer": {**customer, "assurance": "proven"}}
    received = await api.post("/v1/conversations", given)
    ref, turn = received["conversation_id"], received["turn_id"]
    if kinds:
        turn = (await api.post(f"/v1/conversations/{ref}/suggestions", {"kinds": kinds.split(",")}))["turn_id"]
    if turn is None:
        raise Invalid("Nobody waits in this conversation: it is stored, and there is nothing to suggest.", todo="Ask for kinds by name.")
    out = await _wait(api, turn, set(kinds.split(",")) if kinds else set())
    if out["state"] == "failed" or out["turn"] is None:
        raise Unavailable(
            f"The conversation is stored, but its suggestions could not be made (turn {turn}).",
            todo="See the service's log, then ask again.",
        )
    _show(out, as_json=as_json)
    return 0


async def _wait(api: Api, turn: str, kinds: set[str]) -> dict[str, Any]:
    for _ in range(WAIT_S * 10):
        out: dict[str, Any] = await api.get(f"/v1/turns/{turn}")
        ready = {s["kind"] for s in out["suggestions"]}
        if out["state"] in ("failed", "superseded") or (out["state"] == "done" and kinds <= ready):
            return out
        await asyncio.sleep(0.1)
    raise Unavailable("The suggestions are still being made.", todo=f"Read them later: GET /v1/turns/{turn}")


def _show(out: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        # A stored suggestion says more (stale, decided …) than the contract of `suggest --json`.
        made = [{name: one[name] for name in SuggestionOut.model_fields} for one in out["suggestions"]]
        print_json({name: out[name] for name in ("schema_version", "turn")} | {"suggestions": made})
        return
    _show_evidence(out["turn"]["evidence"])
    for suggestion in out["suggestions"]:
        _show_suggestion(suggestion)


def _show_evidence(seen: dict[str, Any]) -> None:
    emotion = seen["emotion"]
    say(f"Heat {emotion['heat']:.0f}, {emotion['label'] or 'mood not measured'}, {emotion['trend']}: {emotion['why']}")
    for promise in seen["promises"]:
        if promise["state"] in ("open", "overdue"):
            say(f"  {promise['state']} promise ({promise['owner']}): {promise['text']}")
    asked = [d["field"].replace("_", " ") for d in seen["known_details"] if d["state"] == "fresh"]
    if asked:
        say(f"  Do not ask: {', '.join(asked)}")
    for hit in seen["passages"]:
        say(f"  {hit['score']:.2f} {hit['title']} [{hit['passage_id']}]")


def _show_suggestion(suggestion: dict[str, Any]) -> None:
    say()
    made = suggestion["producer"] if not suggestion["model"] else suggestion["model"]
    say(f"── {suggestion['kind']} ({suggestion['state']}, {made}) " + "─" * 30)
    if suggestion["reason"]:
        say(suggestion["reason"])
    if suggestion["text"]:
        say(suggestion["text"])
    for check in suggestion["checks"]:
        if check["outcome"] != "pass":
            say(f"  ! {check['name']}: {check['detail']}")
