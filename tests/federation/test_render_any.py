"""What we send: whatever stands in the rows (by hypothesis)."""

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from linnet.federation import names, parse
from linnet.federation.authority import Proven, fetched, inside, signed
from linnet.federation.render import activities, actors, posts
from linnet.federation.render.facts import ActorFacts, Audience, PostFacts
from linnet.kernel.wire import encode, encode_text
from linnet.social.people.rules import Account, ProfileField
from linnet.social.polls.rules import Option, Poll, PollView
from linnet.social.posts.rules import Tag
from tests.federation.neighbours import HERE, NOW, PUBLIC, URL
from tests.federation.rows import AS, account, picture, post, view

# Whatever the database can hold.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
moments = st.integers(0, 1 << 45)
ids = st.integers(1, (1 << 63) - 1)
hosts = st.sampled_from(["", "hal.example", "xn--bcher-kva.example"])


@st.composite
def accounts(draw) -> Account:
    host = draw(hosts)
    fields = draw(st.lists(st.builds(ProfileField, words, words), max_size=4))
    return account(
        draw(ids),
        draw(st.from_regex(r"[A-Za-z0-9_]{1,30}", fullmatch=True)),
        host=host,
        uri=f"https://{host}/u" if host else "",
        kind=draw(st.sampled_from(["person", "organization", "service"])),
        name=draw(words),
        bio=draw(words),
        bio_html=draw(words),
        fields=encode_text(fields),
        created_at=draw(moments),
        suspended_at=draw(st.none() | moments),
        avatar_file=draw(st.none() | words),
        header_file=draw(st.none() | words),
    )


@st.composite
def facts(draw) -> PostFacts:
    author, named = draw(accounts()), tuple(draw(st.lists(accounts(), max_size=3)))
    text = (
        draw(words)
        + "".join(f" @{one.address}" for one in named)
        + draw(st.sampled_from(["", " #Öl", " a.de/?ln=x"]))
    )
    row = post(
        draw(ids),
        account_id=author.id,
        text=text,
        warning=draw(words),
        visibility=draw(st.sampled_from(["public", "quiet", "followers", "direct"])),
        language=draw(st.sampled_from(["", "de", "pt-BR"])),
        created_at=draw(moments),
        edited_at=draw(st.none() | moments),
    )
    options = draw(st.lists(words, min_size=1, max_size=4))
    asked = PollView(
        Poll(1, row.id, author.id, draw(st.booleans()), draw(st.booleans()), draw(moments), draw(ids)),
        tuple(Option(1, at, title, 1) for at, title in enumerate(options)),
    )
    shown = view(
        row,
        account=author,
        mentions=named,
        tags=tuple(Tag(1, key, key) for key in draw(st.lists(words, max_size=2))),
        media=tuple(draw(st.lists(st.builds(lambda alt: picture(alt=alt), words), max_size=2))),
        poll=draw(st.none() | st.just(asked)),
    )
    answered = draw(st.none() | accounts())
    return PostFacts(shown, draw(words), answered, draw(words), tuple(draw(st.lists(words, max_size=6))))


def safe(value, at="") -> None:
    """What JSON-LD and every reader of it can take: no nulls, no numbers that are none."""
    if isinstance(value, dict):
        for key, inner in value.items():
            assert isinstance(key, str)
            assert key
            safe(inner, f"{at}.{key}")
    elif isinstance(value, list):
        for inner in value:
            assert not isinstance(inner, list), at
            safe(inner, at)
    else:
        assert isinstance(value, str | bool | int | float), (at, value)
        assert not isinstance(value, float) or math.isfinite(value)


@given(facts(), moments)
def test_no_row_makes_a_post_stumble(known, now):
    for found in (
        posts.post(HERE, known, now),
        activities.create(HERE, known, now),
        activities.update(HERE, known, at=now, edited=True, now=now),
    ):
        safe(found)
        assert json.loads(encode(found)) == found
        assert found["@context"][0] == AS
        inner = found.get("object", found)
        assert all(isinstance(inner[name], str) for name in ("id", "type", "attributedTo"))
        assert isinstance(inner["to"], list)
        assert isinstance(inner["tag"], list)
        assert {one["href"] for one in inner["tag"] if one["type"] == "Mention"} <= {
            *inner["to"],
            *inner["cc"],
        }
        private = known.view.post.visibility in {"followers", "direct"}
        assert (PUBLIC in [*inner["to"], *inner["cc"]]) is not private


@given(accounts(), words)
def test_no_row_makes_an_actor_stumble(one, pem):
    found = actors.actor(HERE, ActorFacts(one, pem))
    safe(found)
    assert json.loads(encode(found)) == found
    safe(activities.update_actor(found, NOW))


def test_what_we_send_is_what_we_would_believe():
    """Our own letters through the eyes of our own reader: authority, and what is read from them."""
    known = PostFacts(view(post(text="Bread #Rye", language="de"), tags=(Tag(1, "rye", "Rye"),)))
    body = activities.create(HERE, known, NOW)
    proven = signed(body, f"{URL}/ap/users/7")
    assert isinstance(proven, Proven)
    note = inside(proven, body["object"])
    assert isinstance(note, Proven)
    assert note.actor == f"{URL}/ap/users/7"
    document = actors.actor(HERE, ActorFacts(account(), "PEM"))
    mine = fetched(document, names.actor(URL, 7))
    assert isinstance(mine, Proven)
    described = parse.actor(mine, "linnet.example", NOW)
    assert (described.account.handle, described.account.kind) == ("bakery", "organization")
    assert described.shared_inbox == f"{URL}/ap/inbox"


def test_an_undo_of_a_boost_whose_post_is_gone_still_says_which():
    found = activities.unannounce("me", "me/posts/1", "", Audience(("p",)))
    assert found["object"] == {"id": "me/posts/1", "type": "Announce", "actor": "me", "to": ["p"], "cc": []}
