"""Errors by who must act. The message says what to do next; the edge chooses the HTTP status or exit code."""


class CopilotError(Exception):
    """What went wrong, and what to do about it, in one line each."""

    def __init__(self, detail: str, *, todo: str = "") -> None:
        super().__init__(f"{detail} {todo}".strip())
        self.detail = detail
        self.todo = todo


class Invalid(CopilotError):
    """The input is wrong: the sender corrects it and tries again."""


class NotFound(CopilotError):
    """There is no such record for this tenant."""


class Conflict(CopilotError):
    """The request contradicts what is stored: the sender reads the present state first."""


class Refused(CopilotError):
    """A rule forbids it: another person, role or order of steps is needed."""


class Unavailable(CopilotError):
    """Something needed is not there now: try again later, or an operator acts."""

    def __init__(self, detail: str, *, todo: str = "", retry_after: float | None = None) -> None:
        super().__init__(detail, todo=todo)
        self.retry_after = retry_after
        """Seconds after which a further try makes sense, when known."""
