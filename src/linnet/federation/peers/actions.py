"""What happens to other servers, and to the rules about them; each in one transaction."""

from collections.abc import Iterable, Mapping, Sequence

from linnet.db.facts import fact, keep_fact
from linnet.db.tx import Tx
from linnet.federation.peers import domains, queries, rules
from linnet.federation.peers.domains import Rule, Sheet
from linnet.federation.peers.rules import Peer, PeersChanged, Report
from linnet.jobs import rows
from linnet.jobs.rows import Job
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.errors import Conflict, Invalid, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value, changed
from linnet.net.address import read_url

ASK_EVERY = 7 * DAY  # for its NodeInfo
LIST_EVERY = DAY
FORGOTTEN_AFTER = 90 * DAY
MOST_LISTS = 20
VERSION = "domain rules"  # server_fact: changes with every change of the rules


class RulesChanged(Value):
    """Event: the rules about domains are others now."""


class AskSoftware(Job):
    """Job: ask a server what it runs (NodeInfo)."""

    lane = "fetch"
    patience = 2

    host: str


class ReadList(Job):
    """Job: read a list of domains again."""

    lane = "fetch"
    patience = 3

    address: str


class MarkAccounts(Job):
    """Job: accounts elsewhere carry what the rules say about where they live (`marking`)."""

    lane = "look"


# servers, as the postman needs them


def queue(tx: Tx, counts: Mapping[str, int], now: int) -> dict[str, str]:
    """So many letters more for each host. Answers those for which nothing is written down, and why."""
    hosts = sorted(counts)  # in one order: two that write at once must not wait for each other
    known = queries.peers(tx, hosts)
    refused = dict.fromkeys(suspended_among(tx, hosts), "suspended: you suspended this server")
    few = len(hosts) <= rules.FEW
    added: list[tuple[str, int, int]] = []
    for host in hosts:
        peer = known.get(host) or Peer(host)
        why = refused.get(host) or rules.refuses(peer, now)
        if why:
            refused[host] = why
        else:
            added.append((host, counts[host], rules.queued_at(peer, now, few=few)))
    if added:
        queries.queue(tx, added)
        tx.emit(PeersChanged())
    return refused


def hold(tx: Tx, n: int, lease: int, now: int) -> list[Peer]:
    """Takes up to `n` servers that are due, for `lease` ms: nobody else tries them meanwhile."""
    hosts = queries.due(tx, n, now)
    return queries.hold(tx, hosts, now + lease, now) if hosts else []


def report(tx: Tx, told: Report, *, now: int, jitter: float) -> None:
    """Writes down what a turn at a host came to."""
    peer = queries.peer(tx, told.host)
    if peer is None:
        return  # forgotten meanwhile: nothing waited
    queries.write_report(tx, rules.after(peer, told, now, jitter), off=told.off, until=told.until)
    if told.delivered and peer.asked_at < now - ASK_EVERY:
        queries.write_asked(tx, peer.host, now)
        rows.add_if_new(
            tx, AskSoftware(peer.host), now=now, run_at=now + int(jitter * HOUR), key=f"ask:{peer.host}"
        )


def take_off(tx: Tx, host: str, n: int) -> None:
    """So many letters wait for it no longer."""
    queries.take_off(tx, host, n)


def free(tx: Tx, now: int) -> int:
    """Ends every lease. Only for a start that knows that no other process is alive."""
    return queries.free(tx, now)


def heard(tx: Tx, authority: str, now: int) -> None:
    """A proven letter came from this server. So it lives: if it was left alone, it is tried at once.
    Written down once an hour; of one that takes no letters the first that comes from it since, and then
    once a minute, which is how often a server that sends but never takes is tried."""
    peer = queries.peer(tx, authority)
    if peer is not None and peer.heard_at is not None and not _is_news(peer, peer.heard_at, now):
        return
    queries.write_heard(tx, authority, now)
    if peer is not None and peer.failures:
        queries.sooner(tx, [authority], now)
        tx.emit(PeersChanged())
    if peer is None or peer.asked_at < now - ASK_EVERY:
        queries.write_asked(tx, authority, now)
        rows.add_if_new(tx, AskSoftware(authority), now=now, run_at=now + MINUTE, key=f"ask:{authority}")


def _is_news(peer: Peer, heard_at: int, now: int) -> bool:
    if peer.failing_since is None:
        return heard_at <= now - HOUR
    return heard_at < peer.failing_since or heard_at <= now - MINUTE


def runs(tx: Tx, host: str, software: str, version: str, now: int) -> None:
    """The server said what it runs."""
    queries.write_software(tx, host, software[:60], version[:60], now)


def try_now(tx: Tx, host: str, now: int) -> None:
    """The owner does not want to wait. Raises NotFound."""
    if queries.peer(tx, host) is None:
        raise NotFound("server")
    queries.sooner(tx, [host], now)
    tx.emit(PeersChanged())


def forget(tx: Tx, now: int) -> None:
    """Recurring: servers with which there was nothing for three months."""
    queries.forget(tx, now - FORGOTTEN_AFTER)


# rules about domains


def rule_for(tx: Tx, authority: str) -> Rule | None:
    """The rule that counts for a host, read in this transaction."""
    names = domains.names_above(domains.host_of(authority))
    return domains.match(queries.rules_for(tx, names), authority)


def is_suspended(tx: Tx, authority: str) -> bool:
    """Does nothing go there and nothing come from there?"""
    found = rule_for(tx, authority)
    return found is not None and found.severity == "suspend"


def suspended_among(tx: Tx, hosts: Iterable[str]) -> list[str]:
    """The suspended ones of `hosts`, by one query."""
    if not queries.any_rule(tx):
        return []
    wanted = list(hosts)
    names = {name for host in wanted for name in domains.names_above(domains.host_of(host))}
    found = queries.rules_for(tx, names)
    return [host for host in wanted if (rule := domains.match(found, host)) and rule.severity == "suspend"]


def decide(tx: Tx, rule: Rule, *, own: Iterable[str], now: int) -> Rule:
    """The owner decides about a domain; that goes before what a list says. Raises Invalid."""
    checked = changed(domains.check(rule, own), source="", created_at=now)
    queries.write_rules(tx, [checked])
    _changed(tx, [checked], now)
    return checked


def undecide(tx: Tx, domain: str, now: int) -> None:
    """Takes a rule back; what a list says about the domain counts again. Raises NotFound."""
    if not queries.drop_rule(tx, domain):
        raise NotFound("rule")
    _read_lists_again(tx, now)
    _changed(tx, [], now)


def take_in(tx: Tx, sheet: Sheet, now: int) -> int:
    """The rules of a file that the owner read in, as the owner's own. Answers how many are new or
    other than before."""
    own = [changed(rule, source="", created_at=now) for rule in sheet.rules]
    known = queries.rules_for(tx, [rule.domain for rule in own])
    new = [rule for rule in own if not _is_same(rule, known.get(rule.domain))]
    queries.write_rules(tx, [_with_comment(rule, known.get(rule.domain)) for rule in new])
    _changed(tx, new, now)
    return len(new)


def version(tx: Tx) -> str:
    """A word that changes with every change of the rules."""
    return fact(tx, VERSION) or ""


def _changed(tx: Tx, written: Sequence[Rule], now: int) -> None:
    """Everybody looks at the rules again, and what waits for a suspended server goes out of the queue at
    its next turn, which is now."""
    keep_fact(tx, VERSION, str(new_id()))
    suspended = [rule.domain for rule in written if rule.severity == "suspend"]
    hosts = {host for domain in suspended for host in queries.waiting_at(tx, domain)}
    gone = [host for host in hosts if is_suspended(tx, host)]
    if gone:
        queries.sooner(tx, gone, now)
        tx.emit(PeersChanged())
    rows.add(tx, MarkAccounts(), now=now, key="mark accounts")
    tx.emit(RulesChanged())


def _is_same(new: Rule, old: Rule | None) -> bool:
    return old is not None and new == changed(old, created_at=new.created_at, comment=new.comment)


def _with_comment(new: Rule, old: Rule | None) -> Rule:
    """A file has no notes of the owner: those that are there stay."""
    return changed(new, comment=old.comment) if old and not new.comment and old.source == "" else new


# lists by others


def follow_list(tx: Tx, address: str, now: int) -> None:
    """Follows a list of domains: it is read now and once a day. Raises Invalid, Conflict."""
    url = list_address(address)
    if len(queries.lists(tx)) >= MOST_LISTS:
        raise Invalid("address", f"is one more than {MOST_LISTS} lists: end another one first")
    if not queries.add_list(tx, url, now):
        raise Conflict("This list is followed already.")
    rows.add(tx, ReadList(url), now=now, key=f"list:{url}")


def list_address(address: str) -> str:
    """The address of a list, in one form. Raises Invalid("address")."""
    target = read_url(address.strip() if "://" in address else f"https://{address.strip()}", field="address")
    if target.scheme != "https":
        raise Invalid("address", "must begin with https://: anybody on the way could change the list")
    return target.url


def end_list(tx: Tx, address: str, now: int) -> None:
    """Follows it no longer: its rules go. Raises NotFound."""
    if not queries.drop_list(tx, address):
        raise NotFound("list")
    rows.cancel(tx, f"list:{address}")
    queries.drop_listed(tx, [rule.domain for rule in queries.rules_of(tx, address)], address)
    _read_lists_again(tx, now)
    _changed(tx, [], now)


def list_was_read(tx: Tx, address: str, sheet: Sheet, now: int) -> None:
    """The rules of a list, as it is now. What the owner decided, and what another list said first,
    stays; what is no longer on it goes."""
    if queries.listed(tx, address) is None:
        return  # ended while it was fetched
    listed = {rule.domain: changed(rule, source=address, created_at=now) for rule in sheet.rules}
    known = queries.rules_for(tx, listed)
    new = [
        rule
        for rule in listed.values()
        if (old := known.get(rule.domain)) is None or (old.source == address and not _is_same(rule, old))
    ]
    gone = [rule.domain for rule in queries.rules_of(tx, address) if rule.domain not in listed]
    queries.write_rules(tx, new)
    queries.drop_listed(tx, gone, address)
    queries.list_read(tx, address, len(listed), now)
    if gone:
        _read_lists_again(tx, now, but=address)
    if new or gone:
        _changed(tx, new, now)


def list_failed(tx: Tx, address: str, error: str, now: int) -> None:
    """It could not be read: its rules stay as they are."""
    queries.list_failed(tx, address, error, now)


def plan_lists(tx: Tx, now: int) -> None:
    """Recurring: lists that were not read for a day."""
    for address in queries.lists_due(tx, now - LIST_EVERY):
        rows.add_if_new(tx, ReadList(address), now=now, run_at=now, key=f"list:{address}")


def _read_lists_again(tx: Tx, now: int, but: str = "") -> None:
    """A name that went may stand on another list."""
    for one in queries.lists(tx):
        if one.address != but:
            rows.add(tx, ReadList(one.address), now=now, key=f"list:{one.address}")
