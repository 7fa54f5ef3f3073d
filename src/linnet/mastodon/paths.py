"""Finding the endpoint of a path."""

from collections.abc import Iterable

from linnet.mastodon.calls import Endpoint

Methods = dict[str, Endpoint]


class _Branch:
    __slots__ = ("any", "fixed", "here")

    def __init__(self) -> None:
        self.here: tuple[Methods, list[str]] | None = None
        self.fixed: dict[str, _Branch] = {}
        self.any: _Branch | None = None


class Table:
    """Endpoints by path: fixed ones in one look, those with ids through a tree of segments."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._fixed: dict[str, Methods] = {}
        self._root = _Branch()
        for endpoint in endpoints:
            methods = self._place(endpoint.path)
            if endpoint.method in methods:
                raise ValueError(f"{endpoint.method} {endpoint.path} stands in the table twice")
            methods[endpoint.method] = endpoint

    def find(self, path: str) -> tuple[Methods, dict[str, str]] | None:
        """What answers at `path`, by method, and the segments that the path names."""
        plain = path.rstrip("/")
        fixed = self._fixed.get(plain)
        if fixed is not None:
            return fixed, {}
        found = _walk(self._root, plain.split("/")[1:], [])
        if found is None:
            return None
        methods, names, values = found
        return methods, dict(zip(names, values, strict=True))

    def _place(self, path: str) -> Methods:
        if "{" not in path:
            return self._fixed.setdefault(path, {})
        branch, names = self._root, []
        for segment in path.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                branch.any = branch.any or _Branch()
                branch = branch.any
            else:
                branch = branch.fixed.setdefault(segment, _Branch())
        if branch.here is None:
            branch.here = ({}, names)
        if branch.here[1] != names:
            raise ValueError(f"{path} names its segments otherwise than its neighbour: {branch.here[1]}")
        return branch.here[0]


def _walk(branch: _Branch, rest: list[str], values: list[str]) -> tuple[Methods, list[str], list[str]] | None:
    if not rest:
        return (*branch.here, values) if branch.here else None
    head, tail = rest[0], rest[1:]
    fixed = branch.fixed.get(head)
    found = _walk(fixed, tail, values) if fixed else None
    if found is None and branch.any is not None and head:
        found = _walk(branch.any, tail, [*values, head])
    return found
