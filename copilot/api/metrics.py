"""Prometheus metrics, in a registry of their own. Labels are route templates, kinds and states: nothing of a person, no tenant.

Requests and streams are counted where they happen. What happened to turns and suggestions is counted from the record's events, so it is
right whichever replica did the work; over several replicas take the maximum, not the sum.
"""

import asyncio
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from copilot.bootstrap import Application
from copilot.domain.case import Event

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


@dataclass
class Metrics:
    """All figures of one application."""

    application: Application
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    _cursors: dict[str, int] = field(default_factory=dict)
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
            cost = 0
            for tenant in await self.application.database.tenants():
                cost += await self._read(tenant)
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
