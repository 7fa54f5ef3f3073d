"""The order in which a thread is read. Pure."""

from collections.abc import Iterable

from linnet.social.posts.rules import Context


def thread_around(post_id: int, parents: Iterable[tuple[int, int | None]]) -> Context:
    """The thread around `post_id` of (id, reply_to_id) pairs, ordered by id. Descendants are a
    walk in depth, so that each answer follows what it answers."""
    pairs = list(parents)
    parent_of = dict(pairs)
    children: dict[int, list[int]] = {}
    for id, parent in pairs:
        if parent is not None:
            children.setdefault(parent, []).append(id)
    ancestors: list[int] = []
    at = parent_of.get(post_id)
    while at is not None and at in parent_of and at not in ancestors:
        ancestors.append(at)
        at = parent_of[at]
    descendants: list[int] = []
    waiting = list(reversed(children.get(post_id, [])))
    while waiting:
        id = waiting.pop()
        descendants.append(id)
        waiting.extend(reversed(children.get(id, [])))
    return Context(tuple(reversed(ancestors)), tuple(descendants))
