"""Notes and Questions (interop paper §6, §9, §10)."""

from html import escape

from linnet.federation import names
from linnet.federation.render import context
from linnet.federation.render.facts import (
    Audience,
    Here,
    Json,
    PostFacts,
    audience,
    handle,
    hashtag,
    stamp,
    tag_page,
)
from linnet.social.media.rules import Media, file_path
from linnet.social.people.rules import Account
from linnet.social.polls.rules import PollView
from linnet.social.posts.rules import OPEN
from linnet.social.quotes.rules import Policy
from linnet.social.text import rules as text
from linnet.social.text.scan import Hashtag, Mention

MOST_LINKS = 4


def post(here: Here, facts: PostFacts, now: int) -> Json:
    """A post as a document of its own."""
    return {"@context": context.POST} | body(here, facts, now)


def body(here: Here, facts: PostFacts, now: int, *, updated: int | None = None) -> Json:
    """A post inside of another document. `updated`: when it last changed, where that is not the
    moment of an edit of its text (the words of a picture)."""
    row, account = facts.view.post, facts.view.account
    id, maker = uri(here, facts), names.actor(here.url, account.id)
    changed_at = row.edited_at if row.edited_at is not None else updated
    content = _quote_line(facts) + html(here, facts)
    found: Json = {
        "id": id,
        "type": "Question" if facts.view.poll else "Note",
        "attributedTo": maker,
        "url": f"{here.url}/@{account.handle}/{row.id}",
        **addressed(here, facts).json(),
        "published": stamp(row.created_at),
        "content": content,
        "sensitive": row.sensitive,
        "tag": _tags(here, facts),
        "attachment": [_picture(here, picture) for picture in facts.view.media]
        + [{"type": "Link", "href": link} for link in facts.links[:MOST_LINKS]],
        "replies": f"{id}/replies",
        "likes": {"id": f"{id}/likes", "type": "Collection", "totalItems": row.favourites_count},
        "shares": {"id": f"{id}/shares", "type": "Collection", "totalItems": row.boosts_count},
    }
    if row.language:
        found["contentMap"] = {row.language: content}
    if row.warning:
        found["summary"] = row.warning
    if changed_at is not None:
        found["updated"] = stamp(changed_at)
    if facts.answers:
        found["inReplyTo"] = facts.answers
    if facts.thread:
        found |= {"context": facts.thread, "conversation": facts.thread}
    if facts.quotes:
        found |= dict.fromkeys(("quote", "quoteUri", "quoteUrl", "_misskey_quote"), facts.quotes)
    if facts.quote_stamp:
        found["quoteAuthorization"] = facts.quote_stamp
    if row.visibility in OPEN:  # no policy means "nobody" to Mastodon
        found["interactionPolicy"] = {
            "canQuote": {"automaticApproval": [_who_may_quote(row.quotable, maker)]}
        }
    return found | (_poll(facts.view.poll, now) if facts.view.poll else {})


def _who_may_quote(policy: Policy, maker: str) -> str:
    return {"public": names.PUBLIC, "followers": names.followers(maker)}.get(policy, maker)


def _quote_line(facts: PostFacts) -> str:
    """For servers that know no quotes; those that do take it out again."""
    if not facts.quotes:
        return ""
    address = escape(facts.quotes)
    return f'<p class="quote-inline">RE: <a href="{address}">{address}</a></p>'


def uri(here: Here, facts: PostFacts) -> str:
    """The post's id among servers."""
    return names.post_uri(here.url, facts.view.post)


def addressed(here: Here, facts: PostFacts) -> Audience:
    """To whom the post goes."""
    row, maker = facts.view.post, names.actor(here.url, facts.view.account.id)
    named = tuple(names.account_uri(here.url, one) for one in _mentioned(facts))
    answered = facts.answered
    asked = names.account_uri(here.url, answered) if answered and answered.id != row.account_id else ""
    return audience(row.visibility, maker, named, asked)


def html(here: Here, facts: PostFacts) -> str:
    """The text as HTML, made anew for other servers: a mention leads to the page at its own home,
    so that it is known as a mention there."""
    people = {(one.handle.lower(), one.host.lower()): one for one in facts.view.mentions}
    ours = {"", here.domain, here.url.partition("://")[2]}

    def mention_url(mention: Mention) -> tuple[str, str] | None:
        host = mention.host.lower()
        account = people.get((mention.handle.lower(), "" if host in ours else host))
        return (page_of(here, account), account.handle) if account else None

    def tag_url(tag: Hashtag) -> str:
        return tag_page(here, tag.key)

    return text.to_html(facts.view.post.text, mention_url=mention_url, tag_url=tag_url)


def page_of(here: Here, account: Account) -> str:
    """The profile for people, at home."""
    if account.local:
        return f"{here.url}/@{account.handle}"
    return account.url or names.account_uri(here.url, account)


def _mentioned(facts: PostFacts) -> list[Account]:
    return sorted((one for one in facts.view.mentions if one.id != facts.view.account.id), key=lambda a: a.id)


def _tags(here: Here, facts: PostFacts) -> list[Json]:
    mentions = [
        {"type": "Mention", "href": names.account_uri(here.url, one), "name": handle(here, one)}
        for one in _mentioned(facts)
    ]
    return mentions + [hashtag(here, tag.key, tag.name) for tag in facts.view.tags]


def _picture(here: Here, picture: Media) -> Json:
    found: Json = {
        "type": "Document",
        "mediaType": picture.mime,
        "url": here.url + file_path(picture),
        "width": picture.width,
        "height": picture.height,
        "focalPoint": [picture.focus_x, picture.focus_y],
    }
    if picture.alt:  # `name` for Takahe and old Mastodon, `summary` for GoToSocial
        found |= {"name": picture.alt, "summary": picture.alt}
    if picture.blurhash:
        found["blurhash"] = picture.blurhash
    return found


def _poll(view: PollView, now: int) -> Json:
    poll, over = view.poll, view.poll.expires_at <= now
    told = over or not poll.hide_totals
    found: Json = {
        "anyOf" if poll.multiple else "oneOf": [
            {
                "type": "Note",
                "name": option.title,
                "replies": {"type": "Collection", "totalItems": option.votes_count if told else 0},
            }
            for option in view.options
        ],
        "endTime": stamp(poll.expires_at),
    }
    if told:
        found["votersCount"] = poll.voters_count
    if over:
        found["closed"] = stamp(poll.expires_at)
    return found
