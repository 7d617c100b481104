"""For integrators' programs: the service's routes as methods, and the webhooks that go in and out.

from copilot.client import Client, event_of
"""

from copilot.client.service import Client, StreamEvent, error_of, read_events
from copilot.client.webhooks import deliver, event_of

__all__ = ["Client", "StreamEvent", "deliver", "error_of", "event_of", "read_events"]
