"""What all samples of one command share: the purse, and the answers that are kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from evals.answers.purse import Purse
from evals.answers.store import Store
from evals.judge.model import Judge


@dataclass(frozen=True)
class Session:
    """One command."""

    purse: Purse = field(default_factory=Purse)
    store: Store | None = None
    judges: dict[tuple[str, str], Judge] = field(default_factory=dict)

    def judge(self, name: str, base: str = "") -> Judge:
        """The one judge of this name."""
        if (name, base) not in self.judges:
            self.judges[name, base] = Judge(name, base, self.store, self.purse)
        return self.judges[name, base]

    async def close(self) -> None:
        """The judges' connections."""
        for one in self.judges.values():
            await one.close()


_CURRENT: ContextVar[Session | None] = ContextVar("session", default=None)


def session() -> Session:
    """The present one; outside of any, one that keeps nothing and spends without a limit."""
    return _CURRENT.get() or Session()


@contextmanager
def under(one: Session) -> Iterator[Session]:
    """What runs in the block, and what it starts, shares this session."""
    token = _CURRENT.set(one)
    try:
        yield one
    finally:
        _CURRENT.reset(token)
