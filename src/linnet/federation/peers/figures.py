"""What the owner reads about other servers and about the rules for domains."""

from linnet.db.tx import Tx
from linnet.door.neighbours import DomainList, DomainRule, NotTaken, Overview, Server
from linnet.federation.peers import actions, rules
from linnet.federation.peers.queries import PEER_COLUMNS, RULE_COLUMNS
from linnet.federation.peers.rules import Peer
from linnet.kernel.clock import DAY, moment
from linnet.kernel.value import Value

LATELY = 7 * DAY
MOST_NOT_TAKEN = 20

OVERVIEW = """SELECT COUNT(*) AS servers, CAST(COALESCE(SUM(waiting), 0) AS BIGINT) AS waiting,
        COUNT(CASE WHEN failures > 0 THEN 1 END) AS troubled
    FROM peer"""
NOT_TAKEN = """SELECT reason, host, CAST(SUM(times) AS BIGINT) AS times FROM dropped WHERE day >= :day
    GROUP BY reason, host ORDER BY SUM(times) DESC, reason, host LIMIT :n"""
ALL = f"""SELECT {PEER_COLUMNS}
    FROM peer WHERE host > :after AND host LIKE '%' || :search || '%' ORDER BY host LIMIT :n"""
WAITING = f"""SELECT {PEER_COLUMNS}
    FROM peer WHERE host > :after AND host LIKE '%' || :search || '%' AND waiting > 0 ORDER BY host LIMIT :n"""
TROUBLE = f"""SELECT {PEER_COLUMNS}
    FROM peer WHERE host > :after AND host LIKE '%' || :search || '%' AND failures > 0 ORDER BY host LIMIT :n"""
WHICH = {"all": ALL, "waiting": WAITING, "trouble": TROUBLE}

RULES = f"""SELECT {RULE_COLUMNS}
    FROM domain_rule WHERE domain > :after AND domain LIKE '%' || :search || '%' ORDER BY domain LIMIT :n"""
LISTS = "SELECT address, asked_at, read_at, domains, error FROM domain_list ORDER BY added_at, address"


class _Sums(Value):
    servers: int
    waiting: int
    troubled: int


def overview(tx: Tx, now: int) -> Overview:
    """All servers together, and what was not taken in the last seven days."""
    since = moment(now - LATELY).strftime("%Y-%m-%d")
    dropped = tx.all(NotTaken, NOT_TAKEN, day=since, n=MOST_NOT_TAKEN)
    [sums] = tx.all(_Sums, OVERVIEW)
    return Overview(sums.servers, sums.waiting, sums.troubled, dropped)


def servers(tx: Tx, *, which: str, search: str, after: str, n: int, now: int) -> list[Server]:
    """Servers by name; `which`: trouble | waiting | all."""
    chosen = which if which in WHICH else "all"
    found = tx.all(Peer, WHICH[chosen], search=_like(search), after=after, n=n)
    return [_server(tx, peer, now) for peer in found]


def _server(tx: Tx, peer: Peer, now: int) -> Server:
    rule = actions.rule_for(tx, peer.host)
    return Server(
        peer.host,
        peer.software,
        peer.version,
        peer.waiting,
        peer.next_at,
        peer.failures,
        peer.failing_since,
        peer.delivered_at,
        peer.heard_at,
        peer.error,
        rules.state(peer, now),
        rule.severity if rule else "",
    )


def rule_rows(tx: Tx, *, search: str, after: str, n: int) -> list[DomainRule]:
    """Rules by name."""
    return tx.all(DomainRule, RULES, search=_like(search), after=after, n=n)


def lists(tx: Tx) -> list[DomainList]:
    """Lists that are followed."""
    return tx.all(DomainList, LISTS)


def _like(search: str) -> str:
    """What was typed, without what LIKE takes for something else. Names have neither."""
    return search.strip().lower().replace("%", "").replace("_", "")[:253]
