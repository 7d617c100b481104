"""What Slack is shown, as blocks: text escaped, nothing in it made into a link or a mention, every limit of theirs held.

Source: docs.slack.dev (Block Kit: text object, section, actions, button, confirmation dialog, input; formatting message text). `verbatim`
keeps Slack from making links of plain words; escaped, no word can be a mention (`<@U1>`, `<!channel>`) or a link.
"""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from copilot.domain.triage import Ask, Offer, Shown

TEXT: Final = 3000
"""Characters of a text object, escaped."""
BLOCKS: Final = 50
FALLBACK: Final = 3000
"""Characters of `text` beside blocks, which notifications and screen readers get."""
LONGEST: Final = 39_000
"""Characters of a message without blocks; Slack cuts at 40,000."""
FIELD: Final = 3000
"""Characters of a text field in a modal; a longer draft is changed on the desk."""
REMARK: Final = 300
PREFIX: Final = "rapport_"
USE, EDIT, DISMISS, OPEN = (f"{PREFIX}{name}" for name in ("use", "edit", "dismiss", "open"))
FORM: Final = f"{PREFIX}edit"
"""callback_id of the modal."""
ANSWER: Final = "text"
"""block_id and action_id of its field."""


def escaped(text: str) -> str:
    """The three characters with which Slack's own markup begins."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def message(shown: Shown) -> dict[str, Any]:
    """`text` and, unless it is words to be copied, `blocks`."""
    if shown.words:
        told = f"{escaped(shown.heading)}\n{escaped(shown.words)}" if shown.heading else escaped(shown.words)
        return {"text": told[:LONGEST], "mrkdwn": False, "parse": "none", "link_names": False}
    first = "\n".join(part for part in (shown.heading, shown.cue) if part)
    return {"text": _cut(escaped(first or "Rapport"), FALLBACK), "blocks": list(_blocks(shown))[:BLOCKS], "link_names": False}


def modal(ask: Ask, text: str) -> dict[str, Any]:
    """A form that holds the draft. Where it was asked for travels along."""
    at = {"suggestion": ask.suggestion_id, "channel": ask.place.channel, "message": ask.place.message, "thread": ask.place.thread}
    told = "With your own access token of the customer's tool it is sent now, in your name. Without one it is put into the thread."
    field = {"type": "plain_text_input", "action_id": ANSWER, "multiline": True, "initial_value": text, "max_length": FIELD}
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": json.dumps(at),
        "title": _plain("Edit the draft"),
        "submit": _plain("Use"),
        "close": _plain("Cancel"),
        "blocks": [
            {"type": "input", "block_id": ANSWER, "label": _plain("What the customer shall read"), "hint": _plain(told), "element": field}
        ],
    }


def _blocks(shown: Shown) -> Iterator[dict[str, Any]]:
    if shown.heading:
        yield from _sections(f"*{escaped(shown.heading)}*")
    if shown.said:
        yield from _sections("\n".join(f"> {escaped(line)}" for line in shown.said.splitlines()))
    if shown.cue:
        yield from _sections(escaped(shown.cue))
    for offer in shown.offers:
        yield {"type": "divider"}
        yield from _offer(offer)
    if shown.link:
        yield {"type": "actions", "elements": [_button(OPEN, "Open on the desk", url=_address(shown.link))]}


def _offer(offer: Offer) -> Iterator[dict[str, Any]]:
    yield from _sections(f"*{escaped(offer.title)}*\n{escaped(offer.text)}")
    remarks = [_cut(escaped(remark), REMARK) for remark in offer.remarks]
    if offer.outcome:
        remarks.append(f"*{escaped(offer.outcome)}*")
    if remarks:
        yield {"type": "context", "elements": [_markup(_cut("\n".join(remarks), TEXT))]}
    if not offer.outcome:
        yield {"type": "actions", "block_id": offer.suggestion_id[:255], "elements": list(_buttons(offer))}


def _buttons(offer: Offer) -> Iterator[dict[str, Any]]:
    told = (
        "With your own access token of the customer's tool it is sent to the customer now, in your name. Without, it is put here to copy."
    )
    confirm = {"title": _plain("Use this draft?"), "text": _plain(told), "confirm": _plain("Use"), "deny": _plain("Not yet")}
    yield _button(USE, "Use", value=offer.suggestion_id, style="primary", confirm=confirm)
    if len(offer.text) <= FIELD:
        yield _button(EDIT, "Edit", value=offer.suggestion_id)
    yield _button(DISMISS, "Dismiss", value=offer.suggestion_id)


def _button(action: str, label: str, **given: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": _plain(label), **given}


def _sections(told: str) -> Iterator[dict[str, Any]]:
    """As many as it takes. No escaped character is cut in two."""
    while told:
        end = len(told) if len(told) <= TEXT else _end(told, TEXT)
        yield {"type": "section", "text": _markup(told[:end])}
        told = told[end:]


def _end(told: str, most: int) -> int:
    """Where to cut: at a line's or a word's end if there is one near, and never inside `&amp;`."""
    near = most - 200
    at = max(told.rfind("\n", near, most), told.rfind(" ", near, most))
    at = at + 1 if at > 0 else most
    begun = told.rfind("&", at - 5, at)
    return begun if begun > 0 and ";" not in told[begun:at] else at


def _cut(told: str, most: int) -> str:
    return told if len(told) <= most else f"{told[: _end(told, most - 1)].rstrip()}…"


def _address(link: str) -> str:
    return quote(link, safe=":/?#[]@!$&'()*+,;=%")


def _markup(told: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": told, "verbatim": True}


def _plain(told: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": told, "emoji": False}
