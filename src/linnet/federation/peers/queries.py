"""SQL of peers: servers, rules about domains, lists."""

from collections.abc import Iterable, Sequence

from linnet.db.tx import Tx
from linnet.federation.peers.domains import Rule
from linnet.federation.peers.rules import Peer
from linnet.kernel.value import Value


class Listed(Value):
    """A list of domains that the owner follows."""

    address: str
    added_at: int
    asked_at: int
    read_at: int | None
    domains: int
    error: str


# servers

PEER_COLUMNS = """host, software, version, asked_at, signature, waiting, next_at, held, failures, failing_since,
    delivered_at, error, heard_at"""
PEER = f"SELECT {PEER_COLUMNS} FROM peer WHERE host = :host"
PEERS = f"SELECT {PEER_COLUMNS} FROM peer WHERE host IN :hosts"


def peer(tx: Tx, host: str) -> Peer | None:
    """One server."""
    return tx.one(Peer, PEER, host=host)


def peers(tx: Tx, hosts: Iterable[str]) -> dict[str, Peer]:
    """Those of `hosts` that are known."""
    return {one.host: one for one in tx.all(Peer, PEERS, hosts=list(hosts))}


QUEUE = """INSERT INTO peer (host, waiting, next_at) VALUES (:host, :n, :next_at)
    ON CONFLICT (host) DO UPDATE SET waiting = peer.waiting + :n,
        next_at = CASE WHEN peer.held > 0 THEN peer.next_at ELSE :next_at END"""


def queue(tx: Tx, rows: Sequence[tuple[str, int, int]]) -> None:
    """So many more wait for each host, which is due then: (host, n, next_at)."""
    tx.many(QUEUE, [{"host": host, "n": n, "next_at": next_at} for host, n, next_at in rows])


NEXT_DUE = "SELECT next_at FROM peer WHERE waiting > 0 ORDER BY next_at LIMIT 1"
DUE = "SELECT host FROM peer WHERE waiting > 0 AND next_at <= :now ORDER BY next_at LIMIT :n"
# PostgreSQL: what another process takes at this moment is not waited for
PG_DUE = """SELECT host FROM peer WHERE waiting > 0 AND next_at <= :now ORDER BY next_at LIMIT :n
    FOR UPDATE SKIP LOCKED"""
HOLD = f"""UPDATE peer SET next_at = :until, held = :until
    WHERE host IN :hosts AND waiting > 0 AND next_at <= :now
    RETURNING {PEER_COLUMNS}"""


def next_due(tx: Tx) -> int | None:
    """When the next server with something waiting is due, in ms."""
    return tx.one(int, NEXT_DUE)


def due(tx: Tx, n: int, now: int) -> list[str]:
    """Up to `n` servers that are due, the longest waiting first; to be held in the same transaction."""
    return tx.all(str, PG_DUE if tx.dialect == "postgres" else DUE, n=n, now=now)


def hold(tx: Tx, hosts: list[str], until: int, now: int) -> list[Peer]:
    """Takes those of `hosts` that are still due until then. Two never hold the same one: the UPDATE
    looks again."""
    return tx.all(Peer, HOLD, hosts=hosts, until=until, now=now)


REPORT = """UPDATE peer SET waiting = waiting - :off, failures = :failures, failing_since = :failing_since,
        delivered_at = :delivered_at, signature = :signature, error = :error,
        next_at = CASE WHEN held = :until THEN :next_at ELSE next_at END,
        held = CASE WHEN held = :until THEN :held ELSE held END
    WHERE host = :host"""


def write_report(tx: Tx, peer: Peer, *, off: int, until: int) -> None:
    """The server as a report left it. Who holds it and when it is due is only written under the same
    lease."""
    tx.run(
        REPORT,
        host=peer.host,
        off=off,
        until=until,
        failures=peer.failures,
        failing_since=peer.failing_since,
        delivered_at=peer.delivered_at,
        signature=peer.signature,
        error=peer.error.replace("\x00", "\ufffd")[:500],
        next_at=peer.next_at,
        held=peer.held,
    )


TAKE_OFF = "UPDATE peer SET waiting = waiting - :n WHERE host = :host"


def take_off(tx: Tx, host: str, n: int) -> None:
    """So many wait no longer."""
    tx.run(TAKE_OFF, host=host, n=n)


FREE = "UPDATE peer SET held = 0, next_at = :now WHERE held > 0"


def free(tx: Tx, now: int) -> int:
    """Ends every lease."""
    return tx.run(FREE, now=now)


SOONER = "UPDATE peer SET next_at = :now WHERE host IN :hosts AND held = 0 AND next_at > :now"


def sooner(tx: Tx, hosts: list[str], now: int) -> None:
    """They are due now, if nobody holds them."""
    tx.run(SOONER, hosts=hosts, now=now)


WAITING_AT = "SELECT host FROM peer WHERE waiting > 0 AND host LIKE '%' || :domain || '%'"


def waiting_at(tx: Tx, domain: str) -> list[str]:
    """Hosts with something waiting whose name has `domain` in it somewhere."""
    return tx.all(str, WAITING_AT, domain=domain)


HEARD = """INSERT INTO peer (host, heard_at, next_at) VALUES (:host, :now, :now)
    ON CONFLICT (host) DO UPDATE SET heard_at = :now"""


def write_heard(tx: Tx, host: str, now: int) -> None:
    """A letter came from it."""
    tx.run(HEARD, host=host, now=now)


ASKED = "UPDATE peer SET asked_at = :now WHERE host = :host"
SOFTWARE = "UPDATE peer SET software = :software, version = :version, asked_at = :now WHERE host = :host"


def write_asked(tx: Tx, host: str, now: int) -> None:
    """It is asked what it runs."""
    tx.run(ASKED, host=host, now=now)


def write_software(tx: Tx, host: str, software: str, version: str, now: int) -> None:
    """What it runs."""
    tx.run(SOFTWARE, host=host, software=software, version=version, now=now)


FORGET = """DELETE FROM peer WHERE waiting = 0 AND held = 0 AND next_at < :before AND asked_at < :before
    AND COALESCE(delivered_at, 0) < :before AND COALESCE(heard_at, 0) < :before"""


def forget(tx: Tx, before: int) -> int:
    """Servers with which there was nothing since then."""
    return tx.run(FORGET, before=before)


# rules about domains

RULE_COLUMNS = "domain, severity, reject_media, reject_reports, comment, public_comment, source, created_at"
RULE = f"SELECT {RULE_COLUMNS} FROM domain_rule WHERE domain = :domain"
RULES = f"SELECT {RULE_COLUMNS} FROM domain_rule ORDER BY domain"
RULES_OF = f"SELECT {RULE_COLUMNS} FROM domain_rule WHERE source = :source ORDER BY domain"
RULES_FOR = f"SELECT {RULE_COLUMNS} FROM domain_rule WHERE domain IN :names"
ANY_RULE = "SELECT domain FROM domain_rule LIMIT 1"


def rule(tx: Tx, domain: str) -> Rule | None:
    """The rule for exactly this domain."""
    return tx.one(Rule, RULE, domain=domain)


def rules(tx: Tx) -> list[Rule]:
    """Every rule, by name."""
    return tx.all(Rule, RULES)


def rules_of(tx: Tx, source: str) -> list[Rule]:
    """The rules of one list, or ('') the owner's own."""
    return tx.all(Rule, RULES_OF, source=source)


def rules_for(tx: Tx, names: Iterable[str]) -> dict[str, Rule]:
    """The rules for exactly these names."""
    return {one.domain: one for one in tx.all(Rule, RULES_FOR, names=list(names))}


def any_rule(tx: Tx) -> bool:
    """Is there a rule at all?"""
    return tx.one(str, ANY_RULE) is not None


WRITE_RULE = """INSERT INTO domain_rule (domain, severity, reject_media, reject_reports, comment,
        public_comment, source, created_at)
    VALUES (:domain, :severity, :reject_media, :reject_reports, :comment, :public_comment, :source, :created_at)
    ON CONFLICT (domain) DO UPDATE SET severity = :severity, reject_media = :reject_media,
        reject_reports = :reject_reports, comment = :comment, public_comment = :public_comment,
        source = :source"""
DROP_RULE = "DELETE FROM domain_rule WHERE domain = :domain"
DROP_LISTED = "DELETE FROM domain_rule WHERE domain IN :domains AND source = :source"


def write_rules(tx: Tx, rules: Iterable[Rule]) -> None:
    """Writes rules down, in place of those for the same domains."""
    tx.many(
        WRITE_RULE,
        [
            {
                "domain": one.domain,
                "severity": one.severity,
                "reject_media": one.reject_media,
                "reject_reports": one.reject_reports,
                "comment": one.comment,
                "public_comment": one.public_comment,
                "source": one.source,
                "created_at": one.created_at,
            }
            for one in rules
        ],
    )


def drop_rule(tx: Tx, domain: str) -> bool:
    """Takes a rule away; was there one?"""
    return tx.run(DROP_RULE, domain=domain) > 0


def drop_listed(tx: Tx, domains: list[str], source: str) -> None:
    """Takes away what a list no longer has."""
    tx.run(DROP_LISTED, domains=domains, source=source)


# lists

LIST = "SELECT address, added_at, asked_at, read_at, domains, error FROM domain_list WHERE address = :address"
LISTS = "SELECT address, added_at, asked_at, read_at, domains, error FROM domain_list ORDER BY added_at"
ADD_LIST = """INSERT INTO domain_list (address, added_at) VALUES (:address, :now)
    ON CONFLICT (address) DO NOTHING"""
DROP_LIST = "DELETE FROM domain_list WHERE address = :address"
LIST_READ = """UPDATE domain_list SET asked_at = :now, read_at = :now, domains = :domains, error = ''
    WHERE address = :address"""
LIST_FAILED = "UPDATE domain_list SET asked_at = :now, error = :error WHERE address = :address"
LISTS_DUE = "SELECT address FROM domain_list WHERE asked_at < :before ORDER BY asked_at"


def listed(tx: Tx, address: str) -> Listed | None:
    """One list that is followed."""
    return tx.one(Listed, LIST, address=address)


def lists(tx: Tx) -> list[Listed]:
    """Every list that is followed."""
    return tx.all(Listed, LISTS)


def add_list(tx: Tx, address: str, now: int) -> bool:
    """Follows a list; False when it is followed already."""
    return tx.run(ADD_LIST, address=address, now=now) > 0


def drop_list(tx: Tx, address: str) -> bool:
    """Ends that."""
    return tx.run(DROP_LIST, address=address) > 0


def list_read(tx: Tx, address: str, domains: int, now: int) -> None:
    """It could be read."""
    tx.run(LIST_READ, address=address, domains=domains, now=now)


def list_failed(tx: Tx, address: str, error: str, now: int) -> None:
    """It could not be read."""
    tx.run(LIST_FAILED, address=address, error=error[:500], now=now)


def lists_due(tx: Tx, before: int) -> list[str]:
    """Lists that were not asked for since then."""
    return tx.all(str, LISTS_DUE, before=before)
