"""Keeping what other servers say of their emoji. Who may say so is decided before: `host` is the
authority that answers for the document. No picture is fetched here."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.social.emoji import queries, rules
from linnet.social.emoji.queries import Known
from linnet.social.emoji.rules import PLAIN, Emoji, Reaction, RemoteEmoji, Said
from linnet.social.media import elsewhere
from linnet.social.media.elsewhere import RemotePicture


def put(tx: Tx, theirs: Sequence[RemoteEmoji], now: int) -> str:
    """Writes these down, all of one host; answers what a row carries of them (`rules.of`). An emoji whose
    picture changed keeps its row, so that whatever shows it shows the new one. What is one too many of its
    host is left out."""
    if not theirs:
        return ""
    host, shortcodes = theirs[0].host, [one.shortcode for one in theirs]
    here = queries.known(tx, host, shortcodes)
    if len(here) < len(set(shortcodes)):
        tx.hold(f"emoji {host}")  # of two who bring the same one the second finds it
        here = queries.known(tx, host, shortcodes)
        room = rules.MOST_OF_HOST - queries.count(tx, host, rules.MOST_OF_HOST)
    else:
        room = 0
    shown: list[Emoji] = []
    for one in theirs:
        had = here.get(one.shortcode)
        if had is None and room > 0:
            room -= 1
            had = here[one.shortcode] = _add(tx, one, now)
        if had is not None:
            _renew(tx, had, one, now)
            shown.append(Emoji(one.name, had.media_id))
    return rules.as_text(shown)


def put_reaction(tx: Tx, reaction: Reaction | None, now: int) -> Said:
    """What a favourite was said with, its picture written down."""
    if reaction is None:
        return PLAIN
    shown = rules.of(put(tx, (reaction.emoji,), now)) if reaction.emoji else ()
    return Said(reaction.text, shown[0].picture if shown else None)


def _add(tx: Tx, one: RemoteEmoji, now: int) -> Known:
    media_id = elsewhere.add(
        tx,
        RemotePicture(one.url, alt=f":{one.name}:"),
        account_id=0,  # nobody's: it belongs to the emoji
        use="emoji",
        post_id=None,
        position=0,
        now=now,
    )
    queries.insert(tx, one.host, one.shortcode, media_id, one.updated)
    return Known(one.shortcode, media_id, one.updated, one.url)


def _renew(tx: Tx, had: Known, one: RemoteEmoji, now: int) -> None:
    """What is older than what we have changes nothing: an old post says how it was then."""
    if one.updated < had.updated_at or (one.updated == had.updated_at and one.url == had.url):
        return
    if one.updated != had.updated_at:
        queries.set_updated(tx, one.host, one.shortcode, one.updated)
    elsewhere.is_now_at(tx, had.media_id, one.url, now)
