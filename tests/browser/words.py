"""English words that no Danish page may show. Words that are Danish as well (and, for, in, to, start, status …) are left out."""

ENGLISH = frozenset(
    """
    about above account action actions added adding adjustment after again all already amount amounts an any apply
    approved are assigned back batch because been before below between both browse but button by can cancel case cases
    change changed changes check choose citizen citizens clear click close closed code confirm confirmed copy
    correct corrected create created currently daily date day days decided decision decisions delete deleted details
    done download draft due each edit employer employers empty enter error errors every expired failed field
    fields file files filters first forgotten found friday from full generated given go good grant grants has have
    hearing held help hide history hold home hour hours how if income incomes invalid invoice its job jobs keep kind
    language last law letter letters loading log login logout lookup make may mean message missing monday month months
    monthly more most must my name new next no none not note notes nothing now number of off ok on only open opened or
    order other out outcome over own page paid parameter parameters password pay payable payment payments pending
    people please posted prepared previous queue read ready reason reasons recalculation record records released remove
    request required reset result results retry return reversed role row rows rule rules run running saturday save
    saved search see select selected sent session set setting settings show shown sick sign since skip some
    staff state step steps stop stopped submit subsidy success successfully sum sunday system-check task tasks tax than
    that the their them then there these they this those thursday time today toggle too total true try tuesday
    under undo unknown until up update updated upload use used user users valid value values view was wednesday
    week weeks welcome were what when where which while who why will with without work wrong year years yes yesterday
    you your false
    """.split()
) - frozenset(
    # Danish words that are spelled as English ones.
    """an job jobs stop total skip sum over under all log hold note noter on ok by task browser case login fire system
    state top result set have men her stand side last sign law sent best der hat du i at hold not""".split()
) | frozenset(["not"])
