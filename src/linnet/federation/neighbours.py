"""What the owner's pages are given of the federation (`door.neighbours.Neighbours`)."""

from linnet.db.tx import Tx
from linnet.door.neighbours import DomainRule, Parked, Sheet
from linnet.federation.delivery import figures as letters
from linnet.federation.letters import actions as incoming
from linnet.federation.letters import queries as taken
from linnet.federation.peers import actions, domains, figures, queries
from linnet.federation.peers.domains import Rule
from linnet.kernel.errors import NotFound
from linnet.kernel.wire import convert, plain


class Neighbourhood:
    """See `door.neighbours.Neighbours`. `own`: our own names."""

    told = staticmethod(letters.told)
    way = staticmethod(letters.way)
    overview = staticmethod(figures.overview)
    servers = staticmethod(figures.servers)
    try_now = staticmethod(actions.try_now)
    rules = staticmethod(figures.rule_rows)
    undecide = staticmethod(actions.undecide)
    lists = staticmethod(figures.lists)
    follow_list = staticmethod(actions.follow_list)
    end_list = staticmethod(actions.end_list)

    def __init__(self, own: tuple[str, ...]) -> None:
        self._own = own

    def parked(self, tx: Tx, *, n: int) -> list[Parked]:
        """See the Protocol."""
        return [
            Parked(one.id, one.uri, one.host, one.reason, one.parked_at or 0) for one in taken.parked(tx, n)
        ]

    def read_again(self, tx: Tx, letter_id: int, now: int) -> None:
        """See the Protocol."""
        if not incoming.again(tx, letter_id, now):
            raise NotFound("letter")

    def decide(self, tx: Tx, rule: DomainRule, now: int) -> str:
        """See the Protocol."""
        domains.check_severity(rule.severity)
        return actions.decide(tx, convert(Rule, plain(rule)), own=self._own, now=now).domain

    def csv(self, tx: Tx) -> str:
        """See the Protocol."""
        return domains.write_csv(queries.rules_of(tx, ""))

    def read_csv(self, text: str, now: int) -> Sheet:
        """See the Protocol."""
        found = domains.read_csv(text, self._own, now=now)
        return Sheet([convert(DomainRule, plain(rule)) for rule in found.rules], found.wrong)

    def take_in(self, tx: Tx, sheet: Sheet, now: int) -> int:
        """See the Protocol."""
        rules = [convert(Rule, plain(rule)) for rule in sheet.rules]
        return actions.take_in(tx, domains.Sheet(rules, sheet.wrong), now)
