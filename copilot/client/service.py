"""A client for the service: small, typed, synchronous. For integrators' programs and scripts.

    with Client("http://127.0.0.1:8321", key="rk_…") as client:
        client.send(conversation)
        for suggestion in client.suggestions("chat-4711").suggestions: …

Problem documents come back as our errors (`NotFound`, `Conflict`, `Refused`, `Invalid`, `Unavailable`) with what to do. POSTs carry an
`Idempotency-Key`, so a request that got no answer is sent again without harm.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel

from copilot.domain.errors import Conflict, CopilotError, Invalid, NotFound, Refused, Unavailable
from copilot.domain.formats import ConversationIn, MessageIn, SuggestOut

if TYPE_CHECKING:
    from copilot.adapters.owner import Owner
    from copilot.api.views import ConversationView, TurnView
    from copilot.domain.case import Handover, SentText
    from copilot.domain.channels import Missing
    from copilot.domain.connections import Connection
    from copilot.domain.knowledge import Hit
    from copilot.domain.people import Match
    from copilot.domain.suggestion import Decision
    from copilot.services.chat_tools.connecting import ConnectionIn, Made
    from copilot.services.chat_tools.sending import Leaving
    from copilot.services.chat_tools.standing import Standing, Whole
    from copilot.services.conversations.ingest import Received
    from copilot.services.conversations.queue import QueueLine
    from copilot.services.customers.erasure import Receipt
    from copilot.services.customers.matching import Known
    from copilot.services.customers.taking_in import Card
    from copilot.services.knowledge.articles import Imported

BY_STATUS: dict[int, type[CopilotError]] = {401: Refused, 403: Refused, 404: NotFound, 409: Conflict, 503: Unavailable}
ATTEMPTS = 3
"""How often a request is sent whose answer never came."""
TIMEOUT_S = 60.0
M = TypeVar("M", bound=BaseModel)
Body = BaseModel | Mapping[str, Any]


class StreamEvent(BaseModel):
    """One event of the stream. `id` is None for what lives only now."""

    id: int | None = None
    type: str
    data: dict[str, Any]


class Client:
    """The service's routes as methods. Safe to use from one thread."""

    def __init__(self, address: str, key: str, *, tenant: str = "", transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} | ({"X-Copilot-Tenant": tenant} if tenant else {})
        self._http = httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT_S, transport=transport)

    @classmethod
    def of_owner(cls, owner: "Owner", tenant: str = "default") -> "Client":
        """With the local owner token of a running service (`copilot.adapters.owner.running_service`)."""
        return cls(owner.address, owner.token, tenant=tenant)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def send(self, conversation: ConversationIn | Body) -> "Received":
        """A conversation, or what is new of one."""
        from copilot.services.conversations.ingest import Received

        return Received.model_validate(self.request("POST", "/v1/conversations", conversation))

    def add(self, ref: str, message: MessageIn | Body) -> "Received":
        """One more message of a conversation."""
        from copilot.services.conversations.ingest import Received

        return Received.model_validate(self.request("POST", f"/v1/conversations/{_part(ref)}/messages", message))

    def conversation(self, ref: str) -> "ConversationView":
        from copilot.api.views import ConversationView

        return ConversationView.model_validate(self.request("GET", f"/v1/conversations/{_part(ref)}"))

    def suggestions(self, ref: str) -> "TurnView":
        """The current turn with its evidence and suggestions."""
        from copilot.api.views import TurnView

        return TurnView.model_validate(self.request("GET", f"/v1/conversations/{_part(ref)}/suggestions"))

    def ask_for(self, ref: str, *kinds: str) -> str:
        """Ask for kinds now; returns the turn to follow."""
        return str(self.request("POST", f"/v1/conversations/{_part(ref)}/suggestions", {"kinds": list(kinds)})["turn_id"])

    def decide(self, suggestion_id: str, action: str, *, text: str = "", reason: str = "", decision_id: str = "") -> "Decision":
        """Used, edited (with the text) or dismissed (with a reason). The key has to belong to a person."""
        from copilot.domain.suggestion import Decision

        body = {"id": decision_id or str(uuid.uuid4()), "action": action, "text": text, "reason": reason}
        return Decision.model_validate(self.request("POST", f"/v1/suggestions/{_part(suggestion_id)}/decisions", body))

    def sent(self, suggestion_id: str, text: str, message_id: str = "") -> "SentText":
        """The text that left for the customer."""
        from copilot.domain.case import SentText

        body = {"text": text, "message_id": message_id}
        return SentText.model_validate(self.request("POST", f"/v1/suggestions/{_part(suggestion_id)}/sent", body))

    def hand_over(self, ref: str, offer: Body) -> "Handover":
        """Offer a conversation to someone else."""
        from copilot.domain.case import Handover

        return Handover.model_validate(self.request("POST", f"/v1/conversations/{_part(ref)}/handovers", offer))

    def queue(self, *, mine: bool = False) -> "list[QueueLine]":
        """Open conversations in the order of service."""
        from copilot.services.conversations.queue import QueueLine

        return [QueueLine.model_validate(line) for line in self.request("GET", "/v1/queue", mine=mine)["lines"]]

    def suggest(self, conversation: ConversationIn | Body, kinds: Sequence[str] = ()) -> SuggestOut:
        """The whole graph once; nothing is stored."""
        return SuggestOut.model_validate(self.request("POST", "/v1/suggest", conversation, kinds=",".join(kinds)))

    def search(self, question: str, limit: int = 6) -> "list[Hit]":
        """Passages for a question."""
        from copilot.domain.knowledge import Hit

        return [Hit.model_validate(hit) for hit in self.request("GET", "/v1/knowledge/search", q=question, limit=limit)["passages"]]

    def import_articles(self, files: Mapping[str, str]) -> "Imported":
        """Articles by file name (.md, .html)."""
        from copilot.services.knowledge.articles import Imported

        body = {"files": [{"name": name, "text": text} for name, text in files.items()]}
        return Imported.model_validate(self.request("POST", "/v1/knowledge/import", body))

    def import_customers(self, lines: Sequence[str], first: int = 1) -> "Imported":
        """Lines of a customers file."""
        from copilot.services.knowledge.articles import Imported

        return Imported.model_validate(self.request("POST", "/v1/customers/import", {"lines": list(lines), "first": first}))

    def card(self, customer: str) -> "Card":
        from copilot.services.customers.taking_in import Card

        return Card.model_validate(self.request("GET", f"/v1/customers/{_part(customer)}/card"))

    def erase(self, customer: str) -> "Receipt":
        """Erase a person everywhere; ask `erasure` for the receipt's state."""
        from copilot.services.customers.erasure import Receipt

        return Receipt.model_validate(self.request("DELETE", f"/v1/customers/{_part(customer)}"))

    def erasure(self, receipt_id: str) -> "Receipt":
        from copilot.services.customers.erasure import Receipt

        return Receipt.model_validate(self.request("GET", f"/v1/erasures/{_part(receipt_id)}"))

    def matches(self, customer: str) -> "list[Known]":
        """Other records that are, or may be, the same person's."""
        from copilot.services.customers.matching import Known

        found = self.request("GET", f"/v1/customers/{_part(customer)}/matches")["matches"]
        return [Known.model_validate(one) for one in found]

    def say_same(self, match_id: str, *, same: bool) -> "Match":
        """Whether both records are one person's; it can be said otherwise later. The key has to belong to a person."""
        from copilot.domain.people import Match

        return Match.model_validate(self.request("POST", f"/v1/matches/{_part(match_id)}", {"same": same}))

    def send_words(self, ref: str, text: str, suggestion_id: str = "") -> "Leaving":
        """Send in the chat tool, in the name of whose key this is, with their own token there. A draft is sent once."""
        from copilot.services.chat_tools.sending import Leaving

        body = {"text": text} | ({"suggestion_id": suggestion_id} if suggestion_id else {})
        return Leaving.model_validate(self.request("POST", f"/v1/conversations/{_part(ref)}/send", body))

    def connections(self) -> "list[Standing]":
        """Accounts of chat tools, and how they do."""
        from copilot.services.chat_tools.standing import Standing

        return [Standing.model_validate(one) for one in self.request("GET", "/v1/connections")["connections"]]

    def connection(self, ident: str) -> "Whole":
        """One of them, with what became of its newest deliveries and writes."""
        from copilot.services.chat_tools.standing import Whole

        return Whole.model_validate(self.request("GET", f"/v1/connections/{_part(ident)}"))

    def connect(self, given: "ConnectionIn | Body") -> "Made":
        """A new connection. Its signing secret is told once."""
        from copilot.services.chat_tools.connecting import Made

        return Made.model_validate(self.request("POST", "/v1/connections", given))

    def change_connection(self, ident: str, **values: Any) -> "Connection":
        """Name, url, settings, `active`, `shadow`."""
        from copilot.domain.connections import Connection

        return Connection.model_validate(self.request("PATCH", f"/v1/connections/{_part(ident)}", values))

    def new_secret(self, ident: str) -> str:
        """One more signing secret; the one before holds until the next."""
        return str(self.request("POST", f"/v1/connections/{_part(ident)}/secret", {})["secret"])

    def own_token(self, ident: str, token: str) -> None:
        """Your own access token in that tool."""
        self.request("PUT", f"/v1/connections/{_part(ident)}/own-token", {"token": token})

    def missing(self, ident: str) -> "list[Missing]":
        """What a connection lacks, as its tool says now."""
        from copilot.domain.channels import Missing

        return [Missing.model_validate(one) for one in self.request("GET", f"/v1/connections/{_part(ident)}/problems")["problems"]]

    def stream(self, conversation: str = "", after: int | None = None) -> Iterator[StreamEvent]:
        """What happens, as it happens, until the service ends the stream. Come back with the last `id` as `after`."""
        params = {"conversation": conversation} | ({} if after is None else {"after": str(after)})
        try:
            with self._http.stream("GET", "/v1/stream", params=params, timeout=httpx.Timeout(TIMEOUT_S, read=None)) as answer:
                if not answer.is_success:
                    answer.read()
                    raise error_of(answer)
                yield from read_events(answer.iter_lines())
        except httpx.TransportError as error:
            raise _silent(error) from error

    def request(self, method: str, path: str, body: Body | None = None, *, headers: Mapping[str, str] | None = None, **params: Any) -> Any:
        """Any route. Raises the problem as our error."""
        given = body.model_dump(mode="json", exclude_unset=True) if isinstance(body, BaseModel) else body
        sent = ({"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}) | dict(headers or {})
        wanted = {name: value for name, value in params.items() if value not in (None, "")}
        for left in reversed(range(ATTEMPTS)):
            try:
                answer = self._http.request(method, path, json=given, params=wanted, headers=sent)
                break
            except httpx.TransportError as error:
                if not left:
                    raise _silent(error) from error
        if not answer.is_success:
            raise error_of(answer)
        return answer.json() if answer.content else None


def read_events(lines: Iterator[str]) -> Iterator[StreamEvent]:
    """Server-Sent Events from lines; comments are skipped."""
    fields: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            fields[name] = f"{fields[name]}\n{value}" if name == "data" and name in fields else value
        elif "data" in fields:
            ident = int(fields["id"]) if "id" in fields else None
            yield StreamEvent(id=ident, type=fields.get("event", "message"), data=json.loads(fields["data"]))
            fields = {}


def error_of(answer: httpx.Response) -> CopilotError:
    """The problem document of an answer that is no success, as our error."""
    try:
        problem = answer.json()
    except ValueError:
        problem = {"detail": f"The service answered {answer.status_code}."}
    kind = BY_STATUS.get(answer.status_code, Unavailable if answer.status_code >= 500 else Invalid)
    return kind(str(problem.get("detail", "")), todo=str(problem.get("todo", "")))


def _silent(error: httpx.TransportError) -> Unavailable:
    return Unavailable(f"The service does not answer ({type(error).__name__}).", todo="Is it running? See: copilot doctor")


def _part(text: str) -> str:
    """An id as one piece of an address: a slash in it is the id's own, and `../` leads nowhere."""
    if text in (".", ".."):
        raise Invalid(f"{text!r} is no id.", todo="Check it.")
    return quote(text, safe="")
