"""Who is here: what the frame of every page needs from the database."""

from linnet.db.tx import Tx
from linnet.desk.firm import queries as firm_queries
from linnet.desk.firm.rules import Firm
from linnet.desk.start import actions as starting
from linnet.desk.start.rules import Hold
from linnet.desk.trial import obeying
from linnet.desk.trial.obeying import LightNow
from linnet.kernel.value import Value
from linnet.social.notices import queries as notice_queries
from linnet.social.people import queries as people_queries
from linnet.social.people.rules import Account, Session


class Here(Value):
    """What the frame itself needs from the database, read in one go. `quiet`: when the quiet time of
    the account's trial ends, in words; '' when it may post. `held`: the pages that a which-page trial does not
    promote this week. `light`: what is left of a light day of the trial, while it is one."""

    firm: Firm | None
    session: Session | None
    accounts: list[Account]
    unread: int
    quiet: str = ""
    held: tuple[str, ...] = ()
    hold: Hold | None = None  # what holds the first post of the firm back, for a session of its account
    light: LightNow | None = None

    @property
    def of_firm(self) -> bool:
        """Has the person who is here to do with the firm: speaking as its account, or as the server's owner?"""
        session, firm = self.session, self.firm
        return bool(session and firm and (session.owner or session.account_id == firm.account_id))


def here(tx: Tx, cookie: str, now: int, known: Firm | None) -> Here:
    """Who is here: no query for a stranger where the firm is `known`, four for somebody who is
    logged in, five in a trial, six while light days of one are in sight; and while the first post of the firm
    waits, one for each day until enough are counted. A page adds its own: five for a list of posts, whatever its
    length."""
    firm = known or firm_queries.firm(tx)
    session = people_queries.session(tx, cookie, now) if cookie else None
    if session is None:
        return Here(firm, None, [], 0)
    accounts = people_queries.accounts_of_person(tx, session.person_id)
    unseen = notice_queries.unseen(tx, session.account_id)
    trial = obeying.known(tx, session.account_id, now)
    quiet, held = obeying.now_quiet(trial, now), obeying.now_held(trial, now)
    waits = firm is not None and firm.waits and session.account_id == firm.account_id
    hold = starting.hold(tx, firm, now) if firm and waits else None
    return Here(firm, session, accounts, unseen, quiet, held, hold, obeying.now_light(trial, now))
