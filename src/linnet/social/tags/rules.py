"""Following hashtags."""

from linnet.kernel.value import Value


class TagFollow(Value):
    """One line of the list of followed tags, paged by `id`, which is the tag's."""

    id: int
    key: str
    name: str
