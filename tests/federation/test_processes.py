"""Two Linnets as processes of their own, over sockets."""

import io

import pytest
from mastodon.errors import MastodonError, MastodonNotFoundError
from PIL import Image

from tests.federation.both_ends import Someone
from tests.federation.processes import Visitor
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.slow


def test_found_and_followed(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    ben.api.account_update_credentials(display_name="Ben of the mill", note="Flour & more")
    account = anna.find(ben)
    assert (account.display_name, account.url) == ("Ben of the mill", ben.me.url)
    assert anna.api.search_v2(ben.me.url, resolve=True).accounts[0].id == account.id
    assert anna.api.account_search(f"@nobody@{ben.server.host}", resolve=True) == []
    assert anna.api.account_search("@ben@c.example", resolve=True) == []
    anna.follow(ben)
    ben.told("follow", anna)
    assert [one.acct for one in ben.api.account_followers(ben.me.id)] == [anna.address]
    assert [one.acct for one in anna.api.account_following(anna.me.id)] == [ben.address]
    ben.api.account_update_credentials(note="Flour, and bread")
    until(lambda: "and bread" in anna.api.account(account.id).note, "the new profile arrives", 120)
    anna.api.account_unfollow(account.id)
    until(lambda: ben.api.account_followers(ben.me.id) == [], "the end of the follow arrives")


def test_a_locked_account_is_asked(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    ben.api.account_update_credentials(locked=True)
    carl = Someone(anna.server, "carl")
    assert anna.find(ben).locked
    for one in (anna, carl):
        one.api.account_follow(one.find(ben).id)
        assert one.relation(ben).requested
        ben.told("follow_request", one)
    yes, no = (ben.find(one).id for one in (anna, carl))
    ben.api.follow_request_authorize(yes)
    ben.api.follow_request_reject(no)
    until(lambda: anna.relation(ben).following, "the yes arrives")
    until(lambda: not carl.relation(ben).requested, "the no arrives")
    assert not carl.relation(ben).following
    assert [one.acct for one in ben.api.account_followers(ben.me.id)] == [anna.address]


def test_every_visibility(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    carl = Someone(anna.server, "carl")  # follows nobody
    anna.follow(ben)
    for visibility in ("public", "unlisted", "private"):
        mine = ben.api.status_post(f"This is {visibility} #rye", visibility=visibility, language="en")
        there = anna.sees(mine.uri)
        assert (there.visibility, there.account.acct, there.language) == (visibility, ben.address, "en")
        assert f"This is {visibility}" in there.content
        assert [tag.name for tag in there.tags] == ["rye"]
        assert bool(carl.at(mine.uri)) == (visibility != "private")
    mine = ben.api.status_post(f"@{anna.address} only you", visibility="direct", spoiler_text="Psst")
    there = anna.told("mention", ben).status
    assert (there.uri, there.visibility, there.spoiler_text) == (mine.uri, "direct", "Psst")
    assert [one.acct for one in there.mentions] == [anna.handle]
    assert carl.at(mine.uri) is None
    with pytest.raises(MastodonNotFoundError):
        carl.api.status(there.id)
    assert {one.visibility for one in anna.api.account_statuses(anna.find(ben).id)} >= {"public", "private"}


def test_replies_and_mentions(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    asked = ben.api.status_post("Who wants rye tomorrow?")
    answer = anna.api.status_post(f"@{ben.address} I do", in_reply_to_id=anna.sees(asked.uri).id)
    came = ben.told("mention", anna).status
    assert (came.uri, came.in_reply_to_id) == (answer.uri, asked.id)
    assert [one.uri for one in ben.api.status_context(asked.id).descendants] == [answer.uri]
    assert ben.api.status(asked.id).replies_count == 1
    again = ben.api.status_post(f"@{anna.address} Come at six", in_reply_to_id=came.id)
    until(lambda: anna.api.status_context(answer.id).descendants, "the second answer arrives")
    context = anna.api.status_context(answer.id)
    assert [one.uri for one in context.ancestors] == [asked.uri]
    assert [one.uri for one in context.descendants] == [again.uri]
    cold = Someone(ben.server, "cora")  # whom Anna's server has never heard of
    named = anna.api.status_post(f"Ask @{cold.address} too")
    assert [one.acct for one in named.mentions] == [cold.address]
    assert cold.told("mention", anna).status.uri == named.uri


def test_reactions_and_what_takes_them_back(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    mine = ben.api.status_post("Plum cake")
    there = anna.sees(mine.uri).id
    anna.api.status_favourite(there)
    anna.api.status_reblog(there)
    ben.told("favourite", anna)
    ben.told("reblog", anna)
    now = ben.api.status(mine.id)
    assert (now.favourites_count, now.reblogs_count) == (1, 1)
    assert [one.acct for one in ben.api.status_favourited_by(mine.id)] == [anna.address]
    assert [one.acct for one in ben.api.status_reblogged_by(mine.id)] == [anna.address]
    anna.api.status_unfavourite(there)
    anna.api.status_unreblog(there)
    until(lambda: ben.api.status(mine.id).favourites_count == 0, "the favourite is taken back")
    until(lambda: ben.api.status(mine.id).reblogs_count == 0, "the boost is taken back")


def test_a_boost_of_somebody_elses_post(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    cora = Someone(anna.server, "cora")
    anna.follow(ben)
    ben.follow(cora)
    post = cora.api.status_post("From far away")
    boost = ben.api.status_reblog(ben.sees(post.uri).id)
    there = anna.sees(boost.uri)
    assert (there.account.acct, there.reblog.uri, there.reblog.id) == (ben.address, post.uri, post.id)
    cora.told("reblog", ben)


def test_a_poll_and_votes(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    poll = ben.api.make_poll(["Rye", "Wheat", "Spelt"], expires_in=3600, multiple=True)
    mine = ben.api.status_post("Which ones?", poll=poll)
    there = anna.sees(mine.uri).poll
    assert ([one.title for one in there.options], there.multiple) == (["Rye", "Wheat", "Spelt"], True)
    voted = anna.api.poll_vote(there.id, [0, 2])
    assert (voted.voted, voted.own_votes) == (True, [0, 2])
    until(  # each choice is a letter of its own
        lambda: [one.votes_count for one in ben.api.poll(mine.poll.id).options] == [1, 0, 1],
        "both choices arrive",
    )
    assert ben.api.poll(mine.poll.id).voters_count == 1
    until(
        lambda: [one.votes_count for one in anna.api.poll(there.id).options] == [1, 0, 1], "counted there too"
    )


def test_pictures(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    picture = io.BytesIO()
    Image.effect_noise((640, 480), 40).convert("RGB").save(picture, "PNG")
    media = ben.api.media_post(
        picture.getvalue(), "image/png", description="Rye on a board", focus=(0.5, -0.5)
    )
    mine = ben.api.status_post("Out of the oven", media_ids=[media.id], sensitive=True)
    there = anna.sees(mine.uri)
    shown = there.media_attachments[0]
    assert (there.sensitive, shown.type, shown.description) == (True, "image", "Rye on a board")
    assert (shown.meta.focus.x, shown.meta.focus.y) == (0.5, -0.5)
    for address in (shown.url, shown.preview_url):
        assert address.startswith(anna.server.url)  # nobody's page loads it from elsewhere
        answer = anna.server.country.session.get(address, timeout=PATIENCE)
        assert answer.status_code == 200
        assert Image.open(io.BytesIO(answer.content)).width > 100


def test_edited_and_deleted(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    mine = ben.api.status_post("Rye ist out")
    there = anna.sees(mine.uri).id
    anna.api.status_reblog(there)  # who passed it on hears of the edit
    ben.told("reblog", anna)
    ben.api.status_update(mine.id, "Rye is out", spoiler_text="Sold")
    until(lambda: anna.api.status(there).edited_at, "the edit arrives")
    now = anna.api.status(there)
    assert ("Rye is out" in now.content, now.spoiler_text) == (True, "Sold")
    assert len(anna.api.status_history(there)) == len(ben.api.status_history(mine.id)) == 2
    anna.told("update", ben)
    ben.api.status_delete(mine.id)
    until(lambda: anna.at(mine.uri) is None, "the deletion arrives")
    with pytest.raises(MastodonNotFoundError):
        anna.api.status(there)
    assert anna.seen(mine.uri) is None


def test_blocked(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    ben.follow(anna)
    before = anna.sees(ben.api.status_post("For everybody").uri)
    ben.api.account_block(ben.find(anna).id)
    until(lambda: not anna.relation(ben).following, "the block arrives")
    assert not ben.relation(anna).following
    assert ben.api.account_followers(ben.me.id) == ben.api.account_following(ben.me.id) == []
    with pytest.raises(MastodonError):
        anna.api.status_post("@ben and yet", in_reply_to_id=before.id, visibility="public")
    with pytest.raises(MastodonError):
        anna.api.account_follow(anna.find(ben).id)
    ben.api.account_unblock(ben.find(anna).id)
    until(lambda: not anna.relation(ben).blocked_by, "the end of the block arrives")
    anna.follow(ben)


def moves(who: Visitor, to: Someone) -> bool:
    """Does the move begin? Not while the other server was asked as often as one is asked in a minute."""
    page = "/settings/moving"
    said = who.send(page, page, status=None, do="move", address=f"@{to.address}")
    assert "does not name" not in said
    return "cannot be asked at the moment" not in said


def test_moving(people: tuple[Someone, Someone]) -> None:
    """Ben goes on as Bea, who lives with Anna's server or his own; Anna follows on."""
    anna, ben = people
    bea = Someone(anna.server, "bea")
    anna.follow(ben)
    here, there = (one.server.visit(f"{one.handle}@{one.server.host}") for one in (ben, bea))
    page = "/settings/moving"
    assert "does not name" in here.send(page, page, status=422, do="move", address=f"@{bea.address}")
    there.send(page, page, do="was", address=f"@{ben.address}")
    until(lambda: moves(here, bea), "the other server may be asked again")
    until(lambda: anna.api.account_relationships(bea.me.id)[0].following, "Anna follows on")
    assert not anna.relation(ben).following
    assert anna.api.account(anna.find(ben).id).moved.acct == bea.handle
    assert [one.acct for one in bea.api.account_followers(bea.me.id)] == [anna.handle]


def test_a_report_reaches_the_other_servers_owner(people: tuple[Someone, Someone]) -> None:
    anna, ben = people
    anna.follow(ben)
    mine = ben.api.status_post("Buy cheap flour now")
    there = anna.sees(mine.uri)
    said = f"This is spam, says {anna.handle}"
    sent = anna.api.report(there.account.id, [there.id], comment=said, forward=True, category="spam")
    assert (sent.forwarded, sent.target_account.acct) == (True, ben.address)
    owner = ben.server.visit(f"owner@{ben.server.host}")
    until(lambda: said in owner.page("/settings/reports"), "the report arrives")
    page = owner.page("/settings/reports")
    assert "Buy cheap flour now" in page
    assert f"from the server {anna.server.host}" in page
    assert anna.handle not in page.replace(said, "")  # who complained is nobody's business there
