"""Accounts and posts elsewhere, by address: what we have, or else what their server says.

Everything is bounded: a `Budget` per letter or question says how much may be fetched, a chain of
answers is followed 20 steps up (security paper B12). Fetched first, written afterwards: no
transaction waits for the network.
"""

from collections import Counter
from dataclasses import dataclass, field

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation import emoji, names, parse, vocab
from linnet.federation.actors import actions as actor_actions
from linnet.federation.actors import queries as actors
from linnet.federation.actors import rules as actor_rules
from linnet.federation.authority import Drop, Proven, authority, normal
from linnet.federation.emoji import May
from linnet.federation.fetching import Library
from linnet.federation.finding import quotes, webfinger
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Gone, LinnetError, NotAllowed, NotFound
from linnet.kernel.ids import first_id_at, new_id
from linnet.kernel.value import changed
from linnet.net.client import Fetcher
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.posts import foreign as posts
from linnet.social.posts import queries as post_queries
from linnet.social.posts.foreign import RemotePost
from linnet.social.posts.rules import OPEN, Post

DEEPEST = 20  # steps up a chain of answers
LIVE = 86_400_000  # ms; what is older when it comes is history, not news


@dataclass(slots=True)
class Budget:
    """How many documents may still be fetched for one cause; `per_host`: of one server."""

    left: int = 10
    per_host: int = 1_000
    quoting: bool = False  # what is quoted inside of a quote is not looked up
    _taken: Counter[str] = field(default_factory=Counter)

    def take(self, address: str = "") -> bool:
        """One more, at `address`? False when it is used up."""
        host = authority(address)
        if self.left <= 0 or (host and self._taken[host] >= self.per_host):
            return False
        self.left -= 1
        self._taken[host] += 1
        return True


class Finder:
    """Looks things up. `url`, `domain`: our own address and what stands in our handles."""

    def __init__(
        self, db: Database, library: Library, client: Fetcher, url: str, domain: str, may_show: May
    ) -> None:
        self._db = db
        self._library = library
        self._client = client
        self._url = url
        self._domain = domain
        self.may_show = may_show  # are pictures of this host wanted?

    async def document(self, address: str, budget: Budget) -> Proven | Drop:
        """A document, if it may still be asked for."""
        if not budget.take(address):
            return Drop("too_much_to_fetch", address)
        return await self._library.document(address)

    async def account_at(self, uri: str, budget: Budget, *, fresh: bool = False) -> Account | Drop:
        """The account with this id, ours or not, and no other. `fresh`: ask its server whatever we have."""
        own = names.ours(self._url, uri)
        if own:
            found = await self._db.read(people.account, own.account_id) if own.kind == "account" else None
            return found if found and found.local else Drop("no_such_account", uri)
        known = await self._db.read(_known, uri)
        if known and not fresh and actor_rules.is_fresh(known[0], now_ms()):
            return known[1]
        proven = await self.document(uri, budget)
        if isinstance(proven, Drop):
            return known[1] if known and not fresh else proven
        # whoever controls the address says by a redirect who answers there, and must not become that one:
        # a letter, or a post, of this address would be somebody else's
        if proven.uri != uri:
            return known[1] if known and not fresh else Drop("another_account", proven.uri)
        return await self.take_account(proven, budget)

    async def take_account(self, proven: Proven, budget: Budget) -> Account | Drop:
        """Writes down an actor document that was fetched from its own address."""
        host = await self._host_of(proven, budget)
        now = now_ms()
        described = parse.actor(proven, host, now)
        if isinstance(described, Drop):
            return described
        shown = await emoji.wanted(described.account.emoji, self.may_show)
        described = changed(described, account=changed(described.account, emoji=shown))
        return await self._db.write(actor_actions.put, proven, described, id=new_id(), now=now)

    async def _host_of(self, proven: Proven, budget: Budget) -> str:
        """What stands after the @ of the actor: what WebFinger says when it loops back, else the
        authority of its id, which has a say in its own names at least."""
        known = await self._db.read(people.by_uri, proven.uri)
        handle = vocab.text(proven.document.get("preferredUsername"))
        if known and known.handle == handle:
            return known.host
        said = vocab.text(proven.document.get("webfinger"))  # FEP-2c59
        wanted = webfinger.parse_handle(said) if said else (handle, proven.authority)
        if wanted is None or not handle or not budget.take():
            return proven.authority
        name = await webfinger.ask(self._client, self._library.may_ask, *wanted)
        if isinstance(name, Drop) or name.uri != proven.uri or name.handle.lower() != handle.lower():
            return proven.authority
        return name.host

    async def account_called(self, handle: str, host: str, budget: Budget) -> Account | Drop:
        """The account `handle@host`: ours, known, or asked for by WebFinger."""
        if host in (self._domain, authority(self._url)):
            found = await self._db.read(people.by_handle, handle)
            return found or Drop("no_such_account", handle)
        known = await self._db.read(people.by_handle, handle, host)
        if known:
            return await self.account_at(known.uri, budget)
        if not budget.take():
            return Drop("too_much_to_fetch")
        name = await webfinger.ask(self._client, self._library.may_ask, handle, host)
        if isinstance(name, Drop):
            return name
        account = await self.account_at(name.uri, budget)
        if isinstance(account, Drop) and account.reason == "another_account":
            return await self.account_at(account.detail, budget)  # a name may lead on; an account may not
        return account

    def is_ours(self, uri: str) -> bool:
        """Is it an address of this server?"""
        return authority(uri) == authority(self._url)

    async def known_post(self, uri: str) -> int | None:
        """The id of the post at this address if it is here."""
        found = await self._db.read(post_here, self._url, uri)
        return found.id if found else None

    async def post_at(self, uri: str, budget: Budget, *, live: bool = False) -> Post | Drop:
        """The post with this id, ours or not, with what it answers (as far as it can be had)."""
        known = await self._db.read(post_here, self._url, uri)
        if known is not None:
            return known
        proven = await self.document(uri, budget)
        return proven if isinstance(proven, Drop) else await self.take_post(proven, budget, live=live)

    async def take_post(self, proven: Proven, budget: Budget, *, live: bool) -> Post | Drop:
        """Writes down a post document, and before it the posts that it answers."""
        chain = [proven]
        above: Post | None = None
        while len(chain) < DEEPEST and budget.left > 0:
            parent = normal(vocab.uri(chain[-1].document.get("inReplyTo")))
            if not parent or any(parent == one.uri for one in chain):
                break
            above = await self._db.read(post_here, self._url, parent)
            if above is not None:
                break
            found = await self.document(parent, budget)
            if isinstance(found, Drop):
                break
            chain.append(found)
        written: Post | Drop = Drop("nothing")
        for one in reversed(chain):
            written = await self._write(one, above, budget, live=live and one is proven)
            above = written if isinstance(written, Post) else None
        return written

    async def _write(self, proven: Proven, parent: Post | None, budget: Budget, *, live: bool) -> Post | Drop:
        theirs = await self.read_post(proven, parent.id if parent else None, budget)
        if isinstance(theirs, Drop):
            return theirs
        now = now_ms()
        news = live and theirs.published > now - LIVE
        try:
            return await self._db.write(_receive, theirs, live=news, now=now)
        except Gone:
            return Drop("gone", proven.uri)
        except NotAllowed:
            return Drop("not_allowed", proven.uri)

    async def read_post(self, proven: Proven, reply_to_id: int | None, budget: Budget) -> RemotePost | Drop:
        """A post document as a Value: its author and the mentioned looked up."""
        if not parse.is_post(proven.document):
            return Drop("not_a_post", proven.uri)
        author = await self.account_at(proven.actor, budget) if proven.actor else Drop("no_author")
        if isinstance(author, Drop):
            return author
        if author.local or author.hidden:
            return Drop("author_not_heard", proven.actor)
        actor = await self._db.read(actors.of_account, author.id)
        theirs = parse.post(
            proven,
            account_id=author.id,
            followers=actor.followers if actor else "",
            reply_to_id=reply_to_id,
            mention_ids=await self._mentioned(proven.document),
            now=now_ms(),
        )
        if isinstance(theirs, Drop):
            return theirs
        theirs = changed(theirs, emoji=await emoji.wanted(theirs.emoji, self.may_show))
        if not theirs.quotes:
            return theirs
        return changed(theirs, quote=await quotes.resolved(self, self._db, self._url, proven, theirs, budget))

    async def put(self, theirs: RemotePost) -> int | None:
        """Writes down a post that was found, as history; or how it stands now, when it is here. Its id;
        None when it may not be here, or is somebody else's (A18)."""
        try:
            return await self._db.write(_put, theirs, now=now_ms())
        except (Gone, NotAllowed):
            return None

    async def put_boost(self, account: Account, post_id: int, announce: Proven, at: int) -> bool:
        """Writes down that the account passed this post on at `at` (ms), as history. False when that may
        not be here, or is known."""
        try:
            return await self._db.write(_put_boost, account.id, post_id, announce.uri, at, now=now_ms())
        except (Gone, NotAllowed, NotFound):
            return False

    async def _mentioned(self, document: vocab.Json) -> tuple[int, ...]:
        """Those of the mentioned that we know. Nobody is asked for: a list of names is no reason to
        visit twenty servers (C16)."""
        return await self._db.read(_ids_of, self._url, parse.mentions(document))


def is_open(document: vocab.Json) -> bool:
    """A post that everybody may see?"""
    return parse.is_post(document) and parse.visibility(document, "") in OPEN


def _known(tx: Tx, uri: str) -> tuple[actor_rules.Actor, Account] | None:
    actor, account = actors.by_uri(tx, uri), people.by_uri(tx, uri)
    return (actor, account) if actor and account else None


def post_here(tx: Tx, url: str, uri: str) -> Post | None:
    """The post at this address, ours or from elsewhere, if it is here. `url`: our own address."""
    own = names.ours(url, uri)
    if own is None:
        return post_queries.by_uri(tx, uri)
    found = post_queries.post(tx, own.post_id) if own.kind == "post" else None
    return found if found and found.account_id == own.account_id and not found.uri else None


def _ids_of(tx: Tx, url: str, uris: tuple[str, ...]) -> tuple[int, ...]:
    found = []
    for uri in uris:
        own = names.ours(url, uri)
        if own:
            account = people.account(tx, own.account_id) if own.kind == "account" else None
        else:
            account = people.by_uri(tx, uri)
        if account and (account.local or account.uri):
            found.append(account.id)
    return tuple(found)


def _receive(tx: Tx, theirs: RemotePost, *, live: bool, now: int) -> Post:
    id = posts.receive(tx, theirs, id=id_at(theirs.published, now), now=now, live=live)
    written = post_queries.post(tx, id)
    if written is None:
        raise LinnetError("A post that was just written is not there.")
    return written


def _put(tx: Tx, theirs: RemotePost, *, now: int) -> int | None:
    known = post_queries.by_uri(tx, theirs.uri)
    if known:
        return posts.revise(tx, theirs, now)
    return posts.receive(tx, theirs, id=id_at(theirs.published, now), now=now, live=False)


def _put_boost(tx: Tx, account_id: int, post_id: int, uri: str, at: int, *, now: int) -> bool:
    return posts.boosted_before(tx, account_id, post_id, uri=uri, id=id_at(at, now), at=at)


def id_at(published: int, now: int) -> int:
    """An id of the moment of publishing, so that a profile reads in order; the low bits are those of a fresh
    id, so that two seldom meet (`social.posts.foreign` sees to it that they never do). What is from the last
    minute gets a fresh one: it must stand above what a reader has already seen."""
    fresh = new_id()
    if published > now - 60_000:
        return fresh
    return first_id_at(published) | (fresh & 0xFFFF)
