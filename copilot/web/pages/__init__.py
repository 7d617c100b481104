"""The pages, one file each. A new page: its file, one line here, its addresses in `copilot.web.rooms`."""

from fastapi import APIRouter


def routers() -> tuple[APIRouter, ...]:
    """Of all pages."""
    from copilot.web.pages import (
        article,
        connecting,
        connections,
        conversation,
        desk,
        draft,
        experiments,
        facts,
        gaps,
        handover,
        health,
        home,
        imports,
        knowledge,
        lab,
        memory,
        own_access,
        panel,
        promises,
        quality,
        quality_runs,
        queue,
        recalls,
        replies,
        scorecards,
        shift,
        supervisor,
        why,
        wrap_up,
    )

    work = (home, desk, queue, conversation, panel, promises, supervisor, memory, handover, wrap_up, shift)
    curated = (knowledge, article, draft, facts, recalls, replies, health, lab, imports, gaps)
    judged = (quality, quality_runs, experiments, why, scorecards)
    run = (connections, connecting, own_access)
    return tuple(room.router for room in (*work, *curated, *judged, *run))
