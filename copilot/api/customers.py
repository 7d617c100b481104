"""About customers: bringing them in, their card, what is remembered, what was promised, erasing them."""

import json
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from pydantic import ValidationError

from copilot.api import examples
from copilot.api.auth import App, Me
from copilot.api.bodies import AbsenceIn, CustomersIn, MemoryIn, PromiseIn, example
from copilot.api.routing import audience
from copilot.api.views import AbsenceView, MemoriesView, PromisesView, PromiseView, outside
from copilot.domain.errors import Invalid
from copilot.domain.formats import explain
from copilot.domain.memory import Memory, MemoryState, Promise
from copilot.services.conversations import owed
from copilot.services.conversations.reading import actor
from copilot.services.customers.correcting import Correction
from copilot.services.customers.erasure import Receipt
from copilot.services.customers.exporting import Export
from copilot.services.customers.taking_in import Card
from copilot.services.knowledge.articles import Imported

router = audience("customers")
Ref = Annotated[str, Path(description="The sender's customer id, or ours.", examples=["cust-1042"])]
NDJSON = "application/x-ndjson"
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": CustomersIn.model_json_schema(), "examples": {"example": {"value": examples.CUSTOMERS}}},
            NDJSON: {"schema": {"type": "string"}, "examples": {"example": {"value": examples.CUSTOMER_LINE + "\n"}}},
        },
    }
}


@router.post("/customers/import", openapi_extra=BODY)
async def import_customers(
    app: App,
    me: Me,
    request: Request,
    first: Annotated[int, Query(ge=1, le=2**31, description="For NDJSON: the number of the first line, for messages.")] = 1,
) -> Imported:
    """Bring in customers with their history, one JSON object a line. Good lines land, bad ones are listed."""
    body = await request.body()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == NDJSON:
        lines, number = _text(body).splitlines(), first
    else:
        given = _lines(body)
        lines, number = given.lines, given.first
    return await app.customers.import_lines(me.tenant_id, lines, number)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("The body is not UTF-8 text.", todo="Send one JSON object a line, as UTF-8.") from None


def _lines(body: bytes) -> CustomersIn:
    try:
        return CustomersIn.model_validate(json.loads(_text(body)))
    except ValidationError as error:
        raise explain(error, "body") from None
    except (json.JSONDecodeError, RecursionError):
        todo = f'Send {{"lines": […]}} as application/json, or the lines themselves as {NDJSON}.'
        raise Invalid("The body is not JSON.", todo=todo) from None


@router.get("/customers/{ref:path}/card")
async def card(app: App, me: Me, ref: Ref) -> Card:
    """Who a customer is to us, in a few lines, each with its reason. Each look is noted in the audit."""
    shown = await app.customers.card(me.tenant_id, ref)
    await app.curating.viewed(me, shown.customer_id, "card")
    return shown


@router.get("/customers/{ref:path}/memories")
async def memories(
    app: App,
    me: Me,
    request: Request,
    ref: Ref,
    state: Annotated[list[MemoryState] | None, Query(description="Which: active and pending when left out.")] = None,
) -> MemoriesView:
    """What is remembered about a customer, newest first. Each look is noted in the audit."""
    found = await app.curating.memories(me, ref, state or ("active", "pending"))
    refs = await request.app.state.references.of(me.tenant_id, [m.conversation_id for m in found])
    return MemoriesView(memories=[outside(memory, refs) for memory in found])


@router.patch("/memories/{memory_id}")
async def judge_memory(
    app: App, me: Me, request: Request, memory_id: str, given: Annotated[MemoryIn, example(examples.MEMORY_STATE)]
) -> Memory:
    """Approve what live work taught, correct it, or forget what is remembered. What is sensitive can only ever guide."""
    memory = await app.curating.judge(me, memory_id, Correction(**given.model_dump()))
    shown: Memory = outside(memory, await request.app.state.references.of(me.tenant_id, [memory.conversation_id]))
    return shown


@router.get("/promises")
async def promises(
    app: App,
    me: Me,
    owner: Annotated[str, Query(max_length=200, description="me, or your own name: nobody else's can be picked out.")] = "",
) -> PromisesView:
    """Open promises, the most urgent first: agents see their own, supervisors and chat tools all.

    Your own are also those that moved to you, for good or while a colleague is away, and not those that moved from you. Those that are
    soon due come with an update for the customer.
    """
    return PromisesView(promises=[PromiseView.of_owed(one) for one in await app.day.owing.promises(me, owner)])


@router.patch("/promises/{promise_id}")
async def settle_promise(
    app: App, me: Me, request: Request, promise_id: str, given: Annotated[PromiseIn, example(examples.PROMISE_STATE)]
) -> Promise:
    """Say that a promise was kept or no longer holds, give it another owner, or another date.

    Anybody of the desk may take one over (owner: me); one's own may be given away, and by supervisors any.
    """
    promise = await app.day.owing.change(me, promise_id, owed.Change(**given.model_dump()))
    shown: Promise = outside(promise, await request.app.state.references.of(me.tenant_id, [promise.conversation_id]))
    return shown


@router.post("/users/{user_ref}/absence")
async def absence(
    app: App,
    me: Me,
    user_ref: Annotated[str, Path(description="A user's id, or me.", examples=["me"])],
    given: Annotated[AbsenceIn, example(examples.ABSENCE)],
) -> AbsenceView:
    """Somebody is away: a colleague minds their promises until then, and they come back by themselves. Without `until`: back now.

    Your own; a colleague's is said by supervisors.
    """
    away = await app.day.owing.absent(me, user_ref, given.until, given.promises_to)
    return AbsenceView(until=away.until if away else None, promises_to=away.promises_to if away else None)


@router.get("/customers/{ref:path}/export")
async def export(app: App, me: Me, response: Response, ref: Ref) -> Export:
    """Everything on record about one person, as JSON. Each export is noted in the audit."""
    response.headers["Content-Disposition"] = 'attachment; filename="customer.json"'
    response.headers["Cache-Control"] = "no-store"
    return await app.day.exporting.customer(me, ref)


@router.delete("/customers/{ref:path}", status_code=202)
async def erase(app: App, me: Me, ref: Ref) -> Receipt:
    """Erase a person everywhere: a durable job with a receipt. They cannot come back by import under the same id."""
    return await app.erasure.request(me.tenant_id, ref, actor(me))


@router.get("/erasures/{erasure_id}")
async def erasure(app: App, me: Me, erasure_id: str) -> Receipt:
    """How far an erasure is, and what it removed, in numbers."""
    return await app.erasure.receipt(me.tenant_id, erasure_id)
