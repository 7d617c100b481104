"""Words that are also names: which of them may be masked when they stand alone, and how."""

PARTICLES = frozenset(
    """
    van von vom zu zum zur der den den de del della dello di da das dos do du des la le les el al bin ibn ben abu af av op ter ten te
    mac mc st san santa jr sr ii iii iv dr prof mr mrs ms miss herr frau señor señora monsieur madame signor signora dott ing
    and und et e y i the a an of in on at to for with by as is it its be been are was were has have had do does did will would
    can could shall should may might must not no yes so or but if we us you he she they them his her their our your my me
    this that these those there here who what when where why how all any some more most one two up out now then than too very
    an am im ist sind war hat kann soll muss nicht kein ja nein oder aber wenn wir sie ihr er es ich du man mit auf aus bei nach
    un una uno il lo gli que con por para si como más ya su sus son est sont pas ne plus pour dans sur au aux ou où
    """.split()  # noqa: SIM905 - a word list is read and extended as text
)
"""Articles, particles, titles and the commonest words: never masked alone, however they are written ("Will" stays)."""

EVERYDAY = frozenset(
    """
    abbey amber angel april art ash august autumn bank banks baker bay bell best bill bird bishop black blue bond brook brooks brown
    bush butler button carpenter case chance chase christian church clay close coffin cole cook cooper cross crystal daisy dale dawn day
    dean dear dell diamond drew duke earl east eve faith field fisher flora flower ford forest fox francs frank free french friend frost
    gale gene gift glass gold good grace grant gray green grey ground guy hall harmony hay hazel heath heather hill holiday holly home
    honey hope house hunt hunter iris ivy jack jasmine jet jewel joy judge june justice king knight lake lamb land lane law lee lily
    little long love loyal major mark marks marsh mason may melody mercy miles mill miller moon morning north oak page park parish pat
    pearl penny pepper pierce pool poole poor pope porter post pound power precious price prince purple queen rain ray reed rich rise
    river road rob robin rock roman rose royal ruby rush sage sand sandy saunders savage sea sharp short singer skip sky small smart
    snow south speed spring star stark stephens stone storm strange street strong sue summer sun sunny swan sweet taylor temple terry
    trip true trust turner victor victory violet walker wall walls ward water waters way weaver webb weeks welcome wells west white
    wild wind winter wise wolf wood woods world worth young

    baum berg bach blum braun ernst fischer frei freund fröhlich fuchs groß gross grün gut hahn haus herzog holz kaiser kern klein
    koch könig kraft krämer kurz lang lange licht mai mann meister müller neu neumann nord reich richter ritter rot sauer schäfer
    schneider schön schulz schwarz sommer sonne stark stein stern sturm tag tanz vogel wagner weber weiß weiss winter wolf wunder zeit

    cruz blanco bravo bueno campos casas cruz delgado flores fuentes gallego iglesias leon león luna mar montes moreno paz pilar reyes
    rico rios romero rosa rojo rubio sol soledad torres vega verde vera vidal blanc bois bon boucher boulanger chevalier clair fleur
    fontaine grand gros lebrun leclerc legrand marchand noir petit roi roux bianco bella bruno costa fiore gallo grande leone monti
    rossi russo sale serra villa vista
    """.split()  # noqa: SIM905 - a word list is read and extended as text
)
"""Everyday words that are also names: masked alone only as a name is written ("Mark", not "mark")."""
