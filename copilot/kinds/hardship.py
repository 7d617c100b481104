"""Illness, an accident or a death that the customer tells of: it is answered before any rule."""

import re
from typing import Literal

from copilot.domain.turn import Turn

_KIN = (
    r"(?:mother|father|mum|mom|dad|wife|husband|son|daughter|child|baby|sister|brother|partner|parents|friend|"
    r"gran(?:d\w+|ny|ma|pa)|uncle|aunt)"
)
_DEATH = re.compile(
    rf"\b{_KIN}(?: \w+)? (?:has |had |have |just |recently |suddenly )*(?:died|passed)\b|\bpassed away\b|\bfuneral\b"
    rf"|\b(?:my|our) late {_KIN}\b"
    rf"|\bdeath of (?:my|our) |\b(?:verstorben|beerdigung|trauerfall|todesfall)\b"
    r"|\b(?:mutter|vater|mann|frau|sohn|tochter|bruder|schwester|oma|opa)(?: \w+)? (?:ist )?gestorben\b|\bfalleci\w+\b|\bentierro\b",
    re.IGNORECASE,
)
_ILL = re.compile(
    rf"\b(?:in (?:the )?hospital|hospitali[sz]ed|ambulance|needs? surgery|had surgery|cancer|(?:had|a) stroke|heart attack|seriously ill"
    rf"|(?:car|road|had an) accident|{_KIN}(?: \w+)? (?:fell|collapsed|is ill|is sick|was ill|fell ill|got sick)"
    r"|im krankenhaus|notaufnahme|einen unfall|schwer krank|wurde operiert|en el hospital|un accidente|ingresad[oa]|operaron)\b",
    re.IGNORECASE,
)
_HARMLESS = re.compile(r"\b(?:accident(?:al|ally)|by accident|insurance|versicherung|seguro)\b", re.IGNORECASE)


def hardship(turn: Turn) -> tuple[Literal["death", "ill"], str] | None:
    """What befell them and the message that says so; None when nothing did. Only their own words in this conversation count."""
    for message in turn.waiting:
        if _HARMLESS.search(message.text):
            continue
        if _DEATH.search(message.text):
            return "death", message.id
        if _ILL.search(message.text):
            return "ill", message.id
    return None
