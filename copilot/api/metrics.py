"""Prometheus metrics, in a registry of their own. Labels are route templates, kinds and states: nothing of a person, no tenant.

Requests, streams and deliveries of chat tools are counted where they happen: take the sum over replicas. What happened to turns,
suggestions and writes into chat tools is counted from the record's events, so it is right whichever replica did the work; over several
replicas take the maximum, not the sum.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from copilot.bootstrap import Application
from copilot.domain.case import Event
from copilot.domain.connections import Traffic

BATCH = 500
OUTBOX_SHOWN = 1000
"""The outbox is counted up to here; more is an alarm in any case."""
TURN_STATES = {
    "turn.minted": "minted",
    "evidence.ready": "frozen",
    "turn.done": "done",
    "turn.superseded": "superseded",
    "turn.failed": "failed",
}
LATENCY_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30)

WRITES = ("kind", "action", "state")
STUCK = ("kind", "state")


@dataclass
class OpenNow:
    """What is not done for one kind of chat tool, over all tenants."""

    lag_s: float = 0.0
    writes: dict[str, int] = field(default_factory=lambda: {"waiting": 0, "unsure": 0, "failed": 0})

    def add(self, traffic: Traffic, now: datetime) -> None:
        """One connection more."""
        if traffic.oldest_waiting is not None:
            self.lag_s = max(self.lag_s, (now - traffic.oldest_waiting).total_seconds())
        self.writes["waiting"] += traffic.unsent - traffic.unsure - traffic.given_up
        self.writes["unsure"] += traffic.unsure
        self.writes["failed"] += traffic.given_up


@dataclass
class Metrics:
    """All figures of one application."""

    application: Application
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    _cursors: dict[str, int] = field(default_factory=dict)
    _seen: dict[tuple[Counter, str], int] = field(default_factory=dict)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        labels = ("method", "route")
        self.requests = Counter("rapport_http_requests", "Requests answered.", (*labels, "status"), registry=self.registry)
        self.latency = Histogram(
            "rapport_http_request_seconds",
            "Time until the answer was complete; of a stream: until it began.",
            labels,
            buckets=LATENCY_S,
            registry=self.registry,
        )
        self.streams = Gauge("rapport_live_streams", "Open streams.", registry=self.registry)
        self.turns = Counter("rapport_turns", "Turns that reached a state.", ("state",), registry=self.registry)
        made = ("kind", "state", "producer")
        self.suggestions = Counter("rapport_suggestions", "Suggestions made.", made, registry=self.registry)
        self.decisions = Counter("rapport_decisions", "Decisions on suggestions.", ("kind", "action"), registry=self.registry)
        self.cost = Gauge("rapport_model_cost_microusd_today", "Cost of model calls today (UTC), micro-dollars.", registry=self.registry)
        self.outbox = Gauge("rapport_outbox_rows", f"Work that waits to be started, counted up to {OUTBOX_SHOWN}.", registry=self.registry)
        tool = ("kind",)
        self.taken = Counter("rapport_tool_deliveries", "Deliveries of chat tools that were verified, here.", tool, registry=self.registry)
        self.refused = Counter("rapport_tool_deliveries_refused", "Deliveries that were refused, here.", tool, registry=self.registry)
        self.wrote = Counter("rapport_tool_writes", "Tries to write into chat tools, by what came of them.", WRITES, registry=self.registry)
        self.stuck = Gauge("rapport_tool_writes_open", "Writes that wait, are unsure or were given up.", STUCK, registry=self.registry)
        self.lag = Gauge("rapport_tool_lag_seconds", "For how long the oldest delivery has waited.", tool, registry=self.registry)
        self.ready = Gauge("rapport_ready", "1 when the service is ready.", registry=self.registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answered request; `route` is the template, never the address."""
        self.requests.labels(method, route, str(status)).inc()
        self.latency.labels(method, route).observe(seconds)

    async def begin(self) -> None:
        """Count events from now on."""
        for tenant in await self.application.database.tenants():
            await self._cursor(tenant)

    async def page(self) -> bytes:
        """The figures as Prometheus reads them."""
        async with self._reading:
            cost, tenants = 0, await self.application.database.tenants()
            for tenant in tenants:
                cost += await self._read(tenant)
            await self._tools(tenants)
            self.cost.set(cost)
            self.outbox.set(len(await self.application.database.outbox(OUTBOX_SHOWN)))
        self.ready.set(self.application.ready)
        return generate_latest(self.registry)

    async def _read(self, tenant: str) -> int:
        """Count what is new of a tenant; returns what its model calls cost today."""
        after = await self._cursor(tenant)
        while True:
            async with self.application.database.read(tenant) as records:
                events = await records.log.events(after, limit=BATCH)
                cost = await records.admin.spent(self.application.clock().date())
            for event in events:
                self._count(event)
                after = event.id
            self._cursors[tenant] = after
            if len(events) < BATCH:
                return cost

    async def _tools(self, tenants: list[str]) -> None:
        """Chat tools: what was counted here, and what waits in the record."""
        tools = self.application.chat_tools
        open_now = {kind: OpenNow() for kind in tools.connecting.channels}
        for tenant in tenants:
            async with self.application.database.read(tenant) as records:
                kinds = {one.id: one.kind for one in await records.connections.all() if one.kind in open_now}
                traffic = await records.connections.traffic(history=False) if kinds else {}
            for ident, kind in kinds.items():
                open_now[kind].add(traffic.get(ident, Traffic()), self.application.clock())
        for kind, now in open_now.items():
            self.lag.labels(kind).set(now.lag_s)
            for state, count in now.writes.items():
                self.stuck.labels(kind, state).set(count)
            for counter, counted in ((self.taken, tools.receiving.verified), (self.refused, tools.receiving.refused)):
                seen = self._seen.get((counter, kind), 0)
                counter.labels(kind).inc(counted[kind] - seen)
                self._seen[counter, kind] = counted[kind]

    async def _cursor(self, tenant: str) -> int:
        if tenant not in self._cursors:
            async with self.application.database.read(tenant) as records:
                self._cursors[tenant] = await records.log.last_event()
        return self._cursors[tenant]

    def _count(self, event: Event) -> None:
        data = event.data
        if event.type in TURN_STATES:
            self.turns.labels(TURN_STATES[event.type]).inc()
        elif event.type == "suggestion.ready" and data:
            self.suggestions.labels(data["kind"], data["state"], data["producer"]).inc()
        elif event.type == "suggestion.decided" and data:
            self.decisions.labels(data["kind"], data["action"]).inc()
        elif event.type == "connection.wrote" and data:
            self.wrote.labels(data.get("kind", ""), data["action"], data["state"]).inc()
