"""The words by which people name a secret, in the languages customers write most; parts of regular expressions."""

PASSWORD_WORDS = "|".join([
    r"passwords?", r"pass\s?word", r"passwd", r"passcode", r"pwd", r"pw",
    r"passw[oö]rte?", r"kennwort", r"losungswort",
    r"contrase(?:ñ|n|n\u0303)as?", r"clave de acceso", r"(?:mi|tu|su) clave",
    r"mots? de passe", r"mdp", r"parola d['’]ordine", r"wachtwoord",
    r"senhas?", r"palavra[- ]passe", r"has[łl]o", r"l[öo]senord", r"adgangskode", r"passord",
    r"salasana", r"heslo", r"jelsz[óo]", r"şifre", r"пароль",
])  # fmt: skip
PASSPHRASE_WORDS = "|".join(
    [r"pass\s?phrase", r"passphrase", r"recovery phrase", r"seed phrase", r"frase de contraseña", r"phrase secrète"]
)
PIN_WORDS = "|".join([
    r"(?:card |phone |sim )?pin", r"pin[- ]?(?:code|number|nummer)", r"puk", r"geheimzahl", r"geheimnummer",
    r"c[óo]digo pin", r"code (?:pin|secret)", r"codice pin", r"pincode",
])  # fmt: skip
CARD_WORDS = "|".join([
    r"(?:credit|debit|bank|maestro)?[ -]?cards?", r"cc", r"maestro", r"(?:kredit|bank|giro|debit|ec-?)?karten?(?:nummer)?", r"tarjetas?",
    r"carte (?:bancaire|de crédit|bleue)", r"carta di (?:credito|debito)", r"(?:bank|credit|debet)?kaart",
])  # fmt: skip
OTHER_CARDS = r"gift|loyalty|member|membership|bonus|boarding|points|library|sim|miles|discount|student|treue|geschenk|kunden|bord"
"""What stands before "card" when it pays for nothing."""
SECURITY_CODE_WORDS = "|".join([
    r"cvc2?", r"cvv2?", r"cid", r"csc", r"(?:card )?security (?:code|number)", r"pr(?:ü|ue)f(?:ziffer|nummer)", r"kartenprüfnummer",
    r"sicherheitscode", r"c[óo]digo de seguridad", r"code de s[ée]curit[ée]", r"cryptogramme",
    r"codice di sicurezza", r"beveiligingscode", r"c[óo]digo de segurança",
])  # fmt: skip

FILLERS = "now|still|currently|just|actually|jetzt|noch|immer noch|ahora|todavía|aún|maintenant|toujours|encore|adesso|ancora|nu|nog"

HARMLESS = frozenset(
    """
    a an the my your his her our their this that it not no never none nothing now still always too very so only also again already
    wrong incorrect correct right invalid valid expired expiring old new weak strong short long safe secure unsafe
    required needed necessary missing lost gone forgotten unknown blocked locked stolen leaked compromised hacked changed reset
    updated accepted rejected refused denied working broken different same empty available unavailable ok okay fine good bad
    being getting sent stored saved shown hidden written something anything what where when how why which because and or but if
    reset? please help problem problems issue issues error page link field form manager change recovery protected in on at to for
    from with by of be been one case

    nicht kein keine keiner nie niemals immer falsch richtig korrekt ungültig gültig abgelaufen alt neu vergessen weg gesperrt
    geändert zurückgesetzt gestohlen unbekannt leer mein dein ihr das der die ein eine zu sehr wohl ja nein auch schon bereits
    wie was wo warum und oder aber wenn erforderlich nötig notwendig sicher unsicher schwach stark kurz lang

    no nunca siempre incorrecta correcta inválida válida caducada vieja nueva olvidada perdida bloqueada la el una un mi tu su
    muy que cuando donde como y o pero si necesaria segura débil

    pas jamais toujours incorrect incorrecte correcte invalide valide expiré ancien nouveau oublié perdu bloqué le la un une mon
    ton son votre très que quand où comment et ou mais si nécessaire

    non mai sempre sbagliata corretta scaduta dimenticata persa bloccata il lo mia tua sua molto che niet nooit altijd fout juist
    verlopen vergeten geblokkeerd het een mijn não nunca sempre errada correta expirada esquecida bloqueada o uma minha sua
    """.split()  # noqa: SIM905 - a word list is read and extended as text
)
"""What may follow "my password is" without being one."""
