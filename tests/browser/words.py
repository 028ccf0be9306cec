"""English words that no page may show. What is a Danish word as well (and, for, in, to, start, job …) is left out."""

WORDS = """
about above account action actions added adding adjustment after again already amount amounts any apply approved are
assigned back batch because been before below between both browse but button can cancel cases change changed changes
choose citizen citizens clear click close closed code confirm confirmed copy correct corrected create created
currently daily date day days decided decision decisions delete deleted details done download draft due each edit
employer employers empty enter error errors every expired failed false field fields file files filters first
forgotten found friday from full generated given go good grant grants has hearing held help hide history home hour
hours how if income incomes invalid invoice its keep kind language letter letters loading logout lookup make may
mean message missing monday month monthly months more most must my name new next no none not notes nothing now
number of off only open opened or order other out outcome own page paid parameter parameters password pay payable
payment payments pending people please posted prepared previous queue read ready reason reasons recalculation record
records released remove request required reset results retry return reversed role row rows rule rules run running
saturday save saved search see select selected session setting settings show shown sick since some staff step steps
stopped submit subsidy success successfully sunday system-check tasks tax than that the their them then there these
they this those thursday today toggle too true try tuesday undo unknown until up update updated upload use used
user users valid value values view was wednesday week weeks welcome were what when where which while who why will
with without work wrong year years yes yesterday you your
"""
ENGLISH = frozenset(WORDS.split())
