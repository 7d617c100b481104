"""Good replies that use the evidence pass every check: an alarm that cries wolf is switched off."""

import pytest

from copilot.checks import Checked, run_checks, verdict
from copilot.domain.suggestion import Draft
from copilot.kinds import CATALOGUE as KINDS
from copilot.kinds.base import Kind
from copilot.testing.turns import CASES
from tests.checks.cases import case, findings

GOOD = [
    (
        "furious",
        "Margaret, we promised you the €142 refund for your Lisbon flight by 13 November, and we did not send it. That is our mistake. "
        "I'm releasing it today as an instant transfer, and I'll write to you by 14:20 with the confirmation.",
    ),
    (
        "furious",
        "Margaret, the €142 for flight TW482 never left us, although you have asked three times since 29 October. That is our failure. "
        "I am releasing the refund now, and I'd like to add a travel credit of 50 EUR for the broken promise. By 14:15 today I will write "
        "to you here and confirm both.",
    ),
    (
        "furious",
        "You are right, Margaret: the 142 euros were due on 13 November and were not sent. We broke our promise. I am sending the refund "
        "again today by instant transfer to your Visa ending 4417.",
    ),
    (
        "furious",
        "Margaret, after ten years with us you should not have to ask a third time. The 142 euros were never sent; that is our error. "
        "I'm releasing them today, and by 4 December at the latest the money is on your card.",
    ),
    (
        "furious_but_polite",
        "Thuy, the 142 EUR refund for your Lisbon flight was due on 13 November, and we did not send it. That was our mistake. I'm "
        "releasing it today and will write to you by 14:20.",
    ),
    (
        "bot_failed",
        "Ines, your suitcase did not arrive in Porto, and the bot sent you baggage allowances instead of an answer. Yes, you can buy what "
        "you need: up to 50 EUR a day, for at most 5 days. Keep the receipts; the money is back within 10 working days. Please report the "
        "bag in the app under Trips > Bags > Missing. Have you already done that?",
    ),
    (
        "bot_failed",
        "Ines, report the missing bag within 24 hours under Trips > Bags > Missing; you receive a file number that starts with PIR. There "
        "are two ways from there: buy what you need now, or wait for the bag. One question: which flight was it?",
    ),
    (
        "customer_fault",
        "Clara, a fall in the family and then a charge of 118 euros on top: I can see why that stings. The free period had ended on "
        "17 November and you cancelled on 18 November. I can refund the first night, up to 120 EUR. I will write to you today when it is "
        "done.",
    ),
    (
        "customer_fault",
        "Clara, I'm sorry to hear that your mother fell. Your booking HV-20931 could be cancelled free of charge until 17 November. Many "
        "hotels let you keep the paid night and use it within 6 months; shall I ask Hotel Lindenhof whether they agree?",
    ),
    (
        "customer_fault",
        "Clara, you wrote that 118 euros were taken for Vienna. There are three ways that often help. The simplest: keep the night you "
        "paid and use it on new dates within 6 months.",
    ),
    (
        "calm_adviser",
        "Hi David, if you fly once a year, Start is enough and costs nothing. Plus costs 60 EUR a year and includes a cabin bag in every "
        "fare. With Start we charge 1.8 % for payments in another currency. How many trips do you plan in the next twelve months?",
    ),
    (
        "calm_adviser",
        "David, you have been with us for two years. Reserve costs 180 EUR a year and adds lounge visits and travel insurance for the "
        "whole family. Is your address still Elbchaussee 9?",
    ),
    (
        "unproven",
        "Hello Robert, please block the card first: app > Card > Block, or +49 30 5550199, day and night. I can't read out what is on "
        "file before I know that it is you. I am sending a six-digit code to the phone or e-mail on file now; it is valid for 10 minutes. "
        "The new card then goes to the address in your profile.",
    ),
    ("unproven", "Hello Robert, could you tell me the six-digit code, please? Then the replacement goes to the address in your profile."),
    (
        "german",
        "Guten Tag Frau Brandt, bitte sperren Sie die Karte zuerst in der App unter Karte > Sperren oder unter +49 30 5550199. Die "
        "Ersatzkarte ist mit der Post in 5 Arbeitstagen bei Ihnen, kostenlos; mit dem Kurier in 2 Arbeitstagen für 15 EUR. Sie geht an die "
        "Adresse in Ihrem Profil. Welchen Weg möchten Sie?",
    ),
    (
        "german",
        "Guten Tag Frau Brandt, Ihre Karte haben Sie gestern in Hamburg verloren. Taucht sie wieder auf, können Sie die Sperre innerhalb "
        "von 48 Stunden aufheben. Die PIN finden Sie in der App.",
    ),
    (
        "spanish",
        "Hola, su vuelo a Madrid fue cancelado ayer. Le devolvemos el precio completo de cada parte que no voló, en un plazo de 10 días "
        "hábiles.",
    ),
    (
        "letter",
        "Dear Edith Nowak, your points for the flight to Rome on 12 October have not been added yet. You can claim them up to 6 months "
        "after the flight, in the app under Points > Missing. Send us the ticket number and the boarding pass. The points are on your "
        "account within 5 working days.",
    ),
    ("letter", "Edith, you can claim the missing points for Rome up to half a year after the flight, in the app under Points > Missing."),
    (
        "stranger",
        "Online check-in opens 36 hours before departure and closes 60 minutes before. You need the booking reference and your last name.",
    ),
    ("stranger", "It opens 36 hours before departure."),
    ("thanks", "I'm glad that adding the bag worked, Amina. Have a good flight to Oslo."),
    ("answered", "Nadia, I have not heard from the ticket desk about your ticket to Athens yet. I will be back by 15:00, as promised."),
    ("answered", "Your name on the ticket to Athens: I am still checking with the ticket desk and will be back by 15:00."),
    (
        "conflict",
        "Both are true, Tom, for different tickets. Light tickets bought on or after 1 February 2026 include one under-seat bag of up to "
        "40 × 30 × 20 cm; older ones include a cabin bag of up to 55 × 40 × 23 cm and 8 kg. When did you buy yours?",
    ),
    ("conflict", "Tom, with a Light ticket from before 1 February 2026 your cabin bag of 8 kg is included free of charge."),
    (
        "uncovered",
        "Luca, I don't have an answer about bees yet, and I don't want to guess. I am asking the baggage team and will write to you here "
        "by 14:20.",
    ),
    (
        "uncovered",
        "A cabin bag may weigh 8 kg, Luca. For living bees I have no rule here: I will ask the cabin team and write to you by 14:15.",
    ),
    (
        "asks_for_supervisor",
        "Clara, you asked for someone who can decide about the second night. I am asking my supervisor whether both nights can be "
        "refunded. I'll be back by 14:20 with her answer.",
    ),
    ("public_post", "Four weeks without your refund is too long. Please send us a private message, so that I can look at your case today."),
]


@pytest.mark.parametrize(("name", "text"), GOOD)
def test_a_good_reply_passes_every_check(name: str, text: str) -> None:
    found = findings(case(name), text)
    assert [(r.name, r.outcome, r.detail, text[slice(*r.span)] if r.span else None) for r in found] == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("name", sorted(CASES))
def test_what_rules_write_is_never_withheld(name: str, kind: Kind) -> None:
    turn = case(name)
    draft = kind.fallback(turn)
    if isinstance(draft, Draft):
        checked = Checked(kind=kind.name, text=draft.text, payload=draft.payload, citations=draft.citations)
        results = run_checks(turn, checked)
        assert verdict(results) != "withhold", [(r.name, r.detail) for r in results if r.outcome == "withhold"]
