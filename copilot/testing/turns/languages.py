"""Cases in other languages: with passages, without, and where emotion is not measured."""

from typing import Any

from copilot.domain.turn import Evidence, Need, Person, Turn
from copilot.testing.turns.parts import ago, detail, found, hit, mood, said, turn


def german(**changes: Any) -> Turn:
    """In German, with German passages: a lost card, formal address."""
    window = (
        said(
            "g1",
            "customer",
            "Guten Tag, ich habe gestern in Hamburg meine Karte verloren. Wie bekomme ich eine neue und wie lange dauert das?",
            ago(minutes=3),
        ),
    )
    evidence = Evidence(
        passages=(
            hit(
                "karte-verloren",
                "Karte verloren oder gestohlen",
                "**Zuerst sperren**: App > **Karte > Sperren** oder +49 30 5550199, Tag und Nacht. Taucht die Karte wieder auf, "
                "können Sie die Sperre "
                "innerhalb von 48 Stunden aufheben.",
                0.8,
                locale="de",
            ),
            hit(
                "karte-verloren",
                "Karte verloren oder gestohlen",
                "## Die Ersatzkarte\n\n| | Dauer | Kosten |\n|---|---|---|\n| Post | 5 Arbeitstage | kostenlos |\n| Kurier mit "
                "Unterschrift | 2 Arbeitstage | "
                "15 EUR |\n\nDie Ersatzkarte geht an die **Adresse in Ihrem Profil**, die PIN in die App.",
                0.77,
                locale="de",
                number=1,
            ),
        ),
        known_details=(detail("address", "Weidenallee 3, 20357 Hamburg"), detail("card_last4", "1186")),
        emotion=mood("worried", 38.0, waiting_seconds=180.0, since=ago(minutes=3)),
        coverage=found("Karte verloren neue Karte", 0.8),
        needs=(Need(field="card_last4", article_id="karte-verloren"),),
    )
    person = Person(id="c-heike", name="Heike Brandt", since=ago(days=4100), tier="gold", locale="de-DE")
    return turn("german", changes, language="de", person=person, window=window, evidence=evidence)


def spanish(**changes: Any) -> Turn:
    """In Spanish, where knowledge has the answer in English only: nothing can be quoted."""
    window = (said("s1", "customer", "Hola, mi vuelo a Madrid fue cancelado ayer. ¿Puedo recuperar mi dinero?", ago(minutes=5)),)
    evidence = Evidence(
        passages=(
            hit(
                "flight-cancelled",
                "We cancelled your flight: your choices",
                "You get the full price of every part you did not fly, within 10 working days.",
            ),
        ),
        emotion=mood("worried", 40.0, waiting_seconds=300.0),
        coverage=found("vuelo cancelado dinero", 0.6),
        needs=(Need(field="booking_reference", article_id="flight-cancelled"),),
    )
    person = Person(id="c-lucia", name="Lucía Herrera", since=ago(days=90), locale="es-ES")
    return turn("spanish", changes, language="es", person=person, window=window, evidence=evidence)


def unmeasured(**changes: Any) -> Turn:
    """In Polish, where emotion is not measured: only the wait is known."""
    window = (said("p1", "customer", "Dzień dobry, chciałabym zmienić datę lotu do Gdańska. Jak to zrobić?", ago(minutes=16)),)
    evidence = Evidence(
        passages=(
            hit(
                "change-your-flight",
                "Change your flight",
                "You can change the date under Trips > Change until 2 hours before departure.",
                0.55,
            ),
        ),
        emotion=mood(
            None, 61.0, base=40.0, waiting_seconds=960.0, since=ago(minutes=16), why="16 minutes without an answer", measured=False
        ),
        coverage=found("zmienić datę lotu", 0.55),
    )
    return turn("polish", changes, language="pl", person=Person(id="c-ewa", name="Ewa Zielińska"), window=window, evidence=evidence)
