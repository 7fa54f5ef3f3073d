"""What stands in the rail and in the bottom bar.

A line shows itself as soon as its page exists among the frame's paths: whoever adds a page of
the desk adds its route, and the line is here already.
"""

from collections.abc import Collection

from linnet.kernel.value import Value


class Item(Value):
    """A line of the navigation. `bar`: its place in the phone's bottom bar (0: not there);
    `group`: lines of one group stand together; `firm`: only for people of the firm's own account."""

    path: str
    name: str
    icon: str
    group: int
    bar: int = 0
    writes: bool = False  # only for those who may draft
    firm: bool = False


DESK = 2

TABLE = (
    Item("/", "Home", "home", 1, bar=1),
    Item("/notifications", "Notifications", "bell", 1, bar=4),
    Item("/search", "Search", "search", 1, bar=2),
    Item("/desk", "Desk", "desk", 2, bar=2),
    Item("/answers", "Answers", "answers", 2, bar=4),
    Item("/worth-sharing", "Worth sharing", "news", 2, writes=True),
    Item("/plan", "Plan", "calendar", 2, writes=True),
    Item("/links", "Links", "link", 2),
    Item("/sources", "Sources", "feed", 2),
    Item("/desk/trial", "Trial", "coin", 2, firm=True),
    Item("/desk/balance", "Balance", "balance", 2),
    Item("/statement", "Statement", "statement", 2, bar=5),
    Item("/bookmarks", "Bookmarks", "bookmark", 3),
    Item("/settings", "Settings", "settings", 3, bar=5),
)
WRITE = Item("/compose", "Write", "write", 1, bar=3)


class Nav(Value):
    """The lines of this visit."""

    groups: list[list[Item]]
    bar: list[Item]


def items(paths: Collection[str], *, may_draft: bool, of_firm: bool = True) -> Nav:
    """The lines whose pages exist. The bottom bar has five places; of two that want the same one,
    the desk's gets it."""
    there = [item for item in TABLE if item.path in paths and _may_see(item, may_draft, of_firm)]
    groups = [[item for item in there if item.group == group] for group in (1, 2, 3)]
    bar = {item.bar: item for item in sorted(there, key=lambda item: item.group == DESK) if item.bar}
    if may_draft:
        bar[WRITE.bar] = WRITE
    return Nav([group for group in groups if group], [bar[place] for place in sorted(bar)])


def _may_see(item: Item, may_draft: bool, of_firm: bool) -> bool:
    return (may_draft or not item.writes) and (of_firm or not item.firm)
