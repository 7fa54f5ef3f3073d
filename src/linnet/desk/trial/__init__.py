"""To tweet or not: a randomized trial of the firm's own posting, its statistics and its verdict.

The way through the pure part, from the plan to the answer (all Values stand in `values`):

    power.steps(history, design, seed, profile)   before the start: progress, then what can be seen
                                                  (power_pages.steps for pages)
    verdict.before(design, worth, power)          `do_not_start`, or None
    protocol.freeze(design, worth, seed, …)       everything decided, refused where it cannot work
    calendar.calendar(design, seed)               on or quiet, day by day (page_calendar for pages)
    calendar.visible(calendar, day)               what of it the owner may see
    analysis.read(protocol, seed, records, day)   a Reading when a look is due (paged.read for pages)
    verdict.judge(protocol, reading)              one of five verdicts, in figures
    verdict.words(protocol, reading, verdict)     the same in words
    protocol.export(…), protocol.verify(data)     the document, and everything in it computed again

Of three arms (full, light, quiet) the same; `three` compares two of them, Reading.light and Verdict.light hold the
second results, light_words says them.

Beside it, observed and not proven: dose.slope(weeks) and dose.words, effort and return by week.
"""
