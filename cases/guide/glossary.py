"""Ordliste: the words of the law and of the portal, each in a sentence or two."""

GLOSSARY: tuple[tuple[str, str], ...] = (
    ("Advis", "En besked på en sag, som ikke stopper den. Du kvitterer, eller du handler på den."),
    (
        "Automatik",
        "Sager, som ingen regel stopper, afgøres og godkendes uden en person. Begge afbrydere er slukket fra start.",
    ),
    ("Bankdag", "En hverdag, hvor bankerne har åbent. Udbetalingsdagen er månedens sidste bankdag."),
    ("Bevilling", "Borgerens ret til fleksløntilskud, med en første og eventuelt en sidste dag. Også kaldt sagen."),
    (
        "Bruttoficering",
        "At regne nettoferiepenge om til beløbet før skat med borgerens trækprocent (bekg. 227/2024 § 6).",
    ),
    (
        "Efterregulering",
        "Forskellen mellem det udbetalte og det rigtige for en tidligere måned, betalt eller trukket senere.",
    ),
    ("eIndkomst", "Skatteforvaltningens register over løn, som arbejdsgiverne indberetter til."),
    ("Ekstra ATP", "Borgerens eget bidrag af tilskuddet (LAB § 137). Det trækkes fra, før tilskuddet udbetales."),
    ("FerieKonto", "Udbetaler feriepenge. De tæller med i den måned, ferien holdes."),
    ("Fingeraftryk", "En kort kode, der ændrer sig, hvis blot ét tal bag afgørelsen er et andet."),
    ("Fire øjne", "To personer: den ene foreslår, den anden bekræfter."),
    ("Fleksjob", "Et job på særlige vilkår, hvor arbejdsgiveren betaler for de timer, borgeren kan arbejde."),
    ("Fleksløntilskud", "Kommunens supplement til lønnen i et fleksjob (LAB § 123)."),
    (
        "Forventet løn",
        "Den løn, en ny sag regnes af, indtil en hel måneds løn er indberettet (bekg. 227/2024 § 4, stk. 2).",
    ),
    ("Genberegning", "En proces, der regner måneder igen, som allerede er betalt (FLEX_BEREGN)."),
    ("Grundbeløb", "98 % af højeste dagpenge: tilskuddet, før lønnen er trukket fra."),
    ("Indtægtsgrænse", "Op til grænsen trækkes 30 % af lønnen fra tilskuddet, over den 55 %."),
    ("Indtægtsmåned", "Måneden før tilskudsmåneden. Novembers tilskud regnes af oktobers løn (bekg. 227/2024 § 4)."),
    ("Kontrolrapport", "Månedens tal: hvad automatikken har afgjort, hvad personer har, og hvad der venter."),
    ("Kørsel", "Månedens behandling af alle sager på én gang."),
    ("Ledighedsydelse", "Ydelse til den, der er visiteret til fleksjob og er uden job eller holder ferie uden løn."),
    ("Lønloft", "Fuldtidslønnen i samme job. Løn og tilskud må tilsammen ikke være højere (LAB § 123, stk. 3)."),
    ("Løntimer", "Timer, arbejdsgiveren har betalt for. De bestemmer ATP-bidraget, ikke tilskuddet."),
    ("Manuel behandling", "En person ser sagen og beslutter. Det modsatte af automatisk."),
    (
        "Mistet ret",
        "Borgeren har selv mistet retten til fx sygedagpenge. Beløbet trækkes fra, som om det var betalt "
        "(LAB § 124, stk. 4).",
    ),
    ("Opgave", "Noget, en person skal tage stilling til. Står i indbakken med frist og årsag."),
    ("Opslagslog", "Listen over, hvem der har set hvilken borgers oplysninger, hvornår og hvorfor."),
    ("Opstart", "Processen, der åbner en ny sag (FLEX_OPSTART)."),
    (
        "Partshøring",
        "Borgeren får lov at sige sin mening om oplysninger, der er til ugunst, før der afgøres "
        "(forvaltningsloven § 19).",
    ),
    ("Prøvekørsel", "En kørsel, der regner alt og gemmer intet."),
    ("Refusion", "Statens del af kommunens udgift."),
    ("Regel", "En betingelse med en fast kode, fx INC3. Er den brudt, stopper sagen, eller den vises på sagen."),
    ("Revision", "Rollen, der må se alt og ikke ændre noget."),
    (
        "Skyggemåned",
        "En måned, hvor det udbetalte sammenlignes krone for krone med det, Fleksløn regner. Intet gemmes på sagerne.",
    ),
    (
        "Skøn under regel",
        "At lade en fast regel afgøre noget, loven vil have en person til at vurdere. Det er ikke tilladt.",
    ),
    ("Tilskudsmåned", "Den måned, tilskuddet er til."),
    ("Trin", "I en beregning: én linje med beløb og paragraf. I en proces: ét af trinene 4, 6 og 7."),
    ("Undringsårsag", "Grunden til, at sagen stopper for en person. Altid med sine tal."),
    ("Visitation", "Kommunens afgørelse om, at borgeren har ret til fleksjob."),
)
