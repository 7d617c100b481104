"""Taking out what someone else wrote: quoted mail, forwarded mail, quoted speech. Another person's anger is not this customer's.

What decides is the form of the quotation, never what is quoted, so an angry and a calm quotation leave the same text behind.
"""

import re

_NAME_DAY = r"[^\n]{0,160}"
_ATTRIBUTION = re.compile(
    rf"""^\W{{0,3}}(?:
        on\b{_NAME_DAY}(?:\n{_NAME_DAY})?\bwrote
      | am\b{_NAME_DAY}(?:\n{_NAME_DAY})?\bschrieb\b[^\n:]{{0,120}}
      | le\b{_NAME_DAY}(?:\n{_NAME_DAY})?\ba\s[ée]crit
      | el\b{_NAME_DAY}(?:\n{_NAME_DAY})?\bescribi[óo]
      | il\b{_NAME_DAY}(?:\n{_NAME_DAY})?\bha\sscritto
      | op\b{_NAME_DAY}(?:\n{_NAME_DAY})?\bschreef\b[^\n:]{{0,120}}
      | em\b{_NAME_DAY}(?:\n{_NAME_DAY})?\bescreveu
    )\s*:[ \t]*$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
"""The line a mail program puts above the mail that is answered; it may be folded once."""

_FORWARDED = re.compile(
    r"""^[ \t]*(?:
        -{2,}[ \t]*(?:original|forwarded|urspr[üu]ngliche|weitergeleitete|message\s(?:d'origine|transf[ée]r[ée])
                     |mensaje\s(?:original|reenviado)|messaggio\s(?:originale|inoltrato)|oorspronkelijk|doorgestuurd)[^\n]{0,60}
      | begin\ forwarded\ message:?
      | anfang\ der\ weitergeleiteten\ (?:nachricht|e-mail):?
      | _{8,}
      | (?:from|von|de|da|van):[^\n]{1,200}\n[ \t]*(?:sent|date|to|gesendet|datum|an|envoy[ée]|enviado|inviato|verzonden)\b[^\n:]{0,20}:.*
    )[ \t]*$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_FORWARD_ENDS = re.compile(r"^[ \t]*-{2,}[ \t]*end (?:of )?(?:the )?forwarded[^\n]{0,40}$", re.IGNORECASE | re.MULTILINE)
_QUOTED_LINE = re.compile(r"^[ \t]*(?:>|\||»)[^\n]*(?:\n|\Z)", re.MULTILINE)
_BLOCKQUOTE = re.compile(r"<blockquote\b.*?(?:</blockquote>|\Z)", re.IGNORECASE | re.DOTALL)

_SAID = (
    r"(?:wrote|writes|written|said|says|told|tells|texted|texts|e-?mailed|e-?mails|sent|sends|posted|posts|replied|replies|answered"
    r"|shouted|yelled|complained|commented|forwarded|reads|quote[sd]?|goes|went|put it|answer was|reply was|words were|message was)"
)
_SAYS = re.compile(rf"\b{_SAID}\b", re.IGNORECASE)
_OWN = re.compile(r"\b(?:i|i've|i'd|we|we've)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_PASSAGE = re.compile(
    r"""(?:"[^"]{1,3000}"|“[^”"]{1,3000}[”"]|„[^“”"]{1,3000}[“”"]|«[^»]{1,3000}»|‘[^’]{1,3000}’(?!\w)
        |(?<!\w)'(?=\S)(?:[^'\n]|'(?=\w)){1,400}(?<=\S)'(?!\w))[.!?]?""",
    re.VERBOSE,
)
"""A passage in quotation marks, with its full stop. An apostrophe inside a word is no mark."""
_MARKS = re.compile(r"[\"“”„«»‘]|(?<!\w)'|'(?!\w)")
_LEAD = re.compile(r"[^.!?\n]{0,160}\Z")
_SAID_AFTER = re.compile(rf"[ \t]*,?[ \t]*(?:[\w'’\[\]]+[ \t]+){{0,3}}{_SAID}\b[^.!?\n]{{0,40}}[.!?]?", re.IGNORECASE)
_COLON_BLOCK = re.compile(
    rf"(?:^|(?<=[.!?][ \t]))[^\n:.!?]{{0,160}}\b{_SAID}\b[^\n:.!?]{{0,60}}:[ \t]*(?:\n[ \t]*)*(?:[^\n]+\n?)+", re.IGNORECASE | re.MULTILINE
)
"""“My brother wrote:” without quotation marks: the paragraph after it is his."""
_SHORT = 3
"""A quoted phrase of at most this many words, with nobody named who said it, is the writer's own (“your 'support'”)."""


def strip_quotes(text: str) -> str:
    """The text without what someone else wrote. Linear in the length of the text."""
    text = _BLOCKQUOTE.sub("\n", text)
    text = without_mail(text)
    return _without_speech(text)


def without_mail(text: str) -> str:
    """The text without the mail that it answers or forwards. Linear in the length of the text."""
    forwarded = _FORWARDED.search(text)
    if forwarded:
        after = _FORWARD_ENDS.search(text, forwarded.end())
        text = text[: forwarded.start()] + (text[after.end() :] if after else "")
    attribution = _ATTRIBUTION.search(text)
    if attribution:
        below = text[attribution.end() :].lstrip("\n")
        # With marked lines the writer may answer below or between them; without marks all that follows is the old mail.
        kept = text[attribution.end() :] if _QUOTED_LINE.match(below) else ""
        text = text[: attribution.start()] + _ATTRIBUTION.sub("", kept)
    return _QUOTED_LINE.sub("", text)


def _without_speech(text: str) -> str:
    if _wholly_quoted(text):
        return text
    kept, end = [], 0
    for passage in _PASSAGE.finditer(text):
        if passage.start() < end:
            continue
        lead = text[max(end, passage.start() - 160) : passage.start()]
        before, own, after = _around(lead, passage, text)
        kept += [text[end : passage.start() - before], own]
        end = passage.end() + after
    text = "".join([*kept, text[end:]])
    return _COLON_BLOCK.sub(lambda found: found[0] if _said_oneself(found[0]) else "", text)


def _around(lead: str, passage: re.Match[str], text: str) -> tuple[int, str, int]:
    """Of a quoted passage: how many characters before it introduce it, what stays in its place, how many after it belong to it."""
    clause = _LEAD.search(lead)
    introduction = clause[0] if clause else ""
    if _SAYS.search(introduction):
        if _said_oneself(introduction):
            return 0, _MARKS.sub("", passage[0]), 0
        bracket = "(" in introduction and text[passage.end() : passage.end() + 1] == ")"
        return len(introduction), " ", int(bracket)
    after = _SAID_AFTER.match(text, passage.end())
    if after:
        return 0, " ", after.end() - passage.end()
    return 0, passage[0] if len(passage[0].split()) <= _SHORT else " ", 0


def _said_oneself(clause: str) -> bool:
    """Does the clause quote the writer's own earlier words? Those are still theirs."""
    verb = _SAYS.search(clause)
    return verb is not None and _OWN.search(clause[: verb.start()]) is not None


def _wholly_quoted(text: str) -> bool:
    """Some forms wrap the customer's whole message in quotation marks: those are the customer's own words."""
    found = _PASSAGE.match(text.strip())
    return found is not None and found.end() == len(text.strip())
