"""What the owner decides about domains: one form of a name, which rule counts, lists as CSV. Pure.

A rule holds for its domain and everything below it; of several the one for the longest name counts,
so `allow` for `good.bad.example` is an exception from `bad.example`.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Literal

from linnet.desk.sales.sheet import guarded, without_guard
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value
from linnet.net.address import as_address, read_url

# allow: as everybody, also where a list or a wider rule says otherwise; limit: only who follows them
# sees them; suspend: nothing goes there and nothing comes from there
Severity = Literal["allow", "limit", "suspend"]

SEVERITIES: tuple[Severity, ...] = ("allow", "limit", "suspend")
LONGEST_COMMENT = 500
LONGEST_LIST = 100_000  # lines

# Mastodon's words for the same.
_OUT = {"allow": "noop", "limit": "silence", "suspend": "suspend"}
_IN: dict[str, Severity] = {
    "noop": "allow",
    "silence": "limit",
    "suspend": "suspend",
    "allow": "allow",
    "limit": "limit",
    "": "suspend",  # lists of bare names mean that
}
_COLUMNS = ("domain", "severity", "reject_media", "reject_reports", "public_comment", "obfuscate")


class Rule(Value):
    """What was decided about a domain. `source`: '' the owner, else the address of a list."""

    domain: str
    severity: Severity
    reject_media: bool = False
    reject_reports: bool = False
    comment: str = ""  # for the owner
    public_comment: str = ""
    source: str = ""
    created_at: int = 0


class Sheet(Value):
    """A list as it was read: its rules, and what was not understood (line, why)."""

    rules: list[Rule]
    wrong: list[tuple[int, str]]


def domain_of(text: str) -> str:
    """The domain that somebody means: as a name, an address of a page, `*.name`, with a port or a
    user before it, in any script. Raises Invalid("domain")."""
    typed = text.strip().removeprefix("*.").lstrip("@")
    rest = typed.partition("://")[2] if "://" in typed else typed
    place = rest.replace("\\", "/").partition("/")[0].partition("?")[0].partition("#")[0].rpartition("@")[2]
    if not place:
        raise Invalid("domain", "is missing")
    host = read_url(f"https://{place}/", field="domain").host
    if "." not in host and as_address(host) is None:
        raise Invalid("domain", f"is only {host[:60]!r}: write the whole name, like example.org")
    return host


def host_of(authority: str) -> str:
    """The host in the form rules have, of an authority (host[:port]); '' for what is none."""
    try:
        return read_url(f"https://{authority}/").host
    except Invalid:
        return ""


def names_above(host: str) -> list[str]:
    """The host and every domain that it lies in, the longest first; an IP address lies in none."""
    if as_address(host) is not None:
        return [host]
    parts = host.split(".")
    return [".".join(parts[at:]) for at in range(len(parts))]


def match(rules: Mapping[str, Rule], authority: str) -> Rule | None:
    """The rule that counts for a host; None where there is none."""
    host = host_of(authority)
    return next((rules[name] for name in names_above(host) if name in rules), None) if host else None


def check_severity(text: str) -> None:
    """Raises Invalid("severity") for what is none."""
    if text not in SEVERITIES:
        raise Invalid("severity", f"must be one of {', '.join(SEVERITIES)}")


def check(rule: Rule, own: Iterable[str]) -> Rule:
    """The rule, with its domain in the one form. Raises Invalid for what cannot be a rule. `own`: our
    own names, about which no rule can be made."""
    domain = domain_of(rule.domain)
    check_severity(rule.severity)
    if rule.severity != "allow" and any(domain in names_above(host_of(name)) for name in own):
        raise Invalid("domain", "is this server's own")
    for field in ("comment", "public_comment"):
        if len(getattr(rule, field)) > LONGEST_COMMENT:
            raise Invalid(field, f"is longer than {LONGEST_COMMENT} characters")
    return Rule(
        domain,
        rule.severity,
        rule.reject_media,
        rule.reject_reports,
        _one_line(rule.comment),
        _one_line(rule.public_comment),
        rule.source,
        rule.created_at,
    )


def read_csv(text: str, own: Iterable[str], *, source: str = "", now: int = 0) -> Sheet:
    """A list in the format in which Mastodon exports its domain blocks, or of bare names. Whether the
    other server shows a blocked name in full (`obfuscate`) means nothing here: Linnet shows none.
    Of two lines for one domain the last counts. Raises Invalid("csv") for what is no list."""
    found: dict[str, Rule] = {}
    wrong: list[tuple[int, str]] = []
    mine = tuple(own)
    columns: dict[str, int] = {"domain": 0}
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=None))
    try:
        for line, cells in enumerate(reader, 1):
            if line > LONGEST_LIST:
                raise Invalid("csv", f"has more than {LONGEST_LIST:,} lines")
            if line == 1 and (header := _header(cells)):
                columns = header
                continue
            if not any(cell.strip() for cell in cells) or cells[0].startswith("#"):
                continue
            try:
                rule = check(_rule(cells, columns, source, now), mine)
            except Invalid as error:
                wrong.append((line, error.sentence))
            else:
                found[rule.domain] = rule
    except csv.Error as error:
        raise Invalid("csv", "is not a list in CSV", cause=str(error)) from error
    if wrong and not found:
        raise Invalid("csv", f"has no domain that could be read; line {wrong[0][0]}: {wrong[0][1]}")
    return Sheet(list(found.values()), wrong)


def write_csv(rules: Iterable[Rule]) -> str:
    """The owner's rules in Mastodon's format."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([f"#{name}" for name in _COLUMNS])
    for rule in rules:
        flags = ("true" if flag else "false" for flag in (rule.reject_media, rule.reject_reports))
        writer.writerow([rule.domain, _OUT[rule.severity], *flags, guarded(rule.public_comment), "false"])
    return out.getvalue()


def _header(cells: list[str]) -> dict[str, int] | None:
    names = [cell.strip().lstrip("#").strip().lower() for cell in cells]
    return {name: at for at, name in enumerate(names)} if "domain" in names else None


def _rule(cells: list[str], columns: dict[str, int], source: str, now: int) -> Rule:
    def cell(name: str) -> str:
        at = columns.get(name, len(cells))
        return cells[at].strip() if at < len(cells) else ""

    severity = _IN.get(cell("severity").lower())
    if severity is None:
        raise Invalid("severity", f"is {cell('severity')[:40]!r}, but must be noop, silence or suspend")
    return Rule(
        cell("domain"),
        severity,
        _flag(cell("reject_media")),
        _flag(cell("reject_reports")),
        "",
        without_guard(cell("public_comment"))[:LONGEST_COMMENT],
        source,
        now,
    )


def _flag(text: str) -> bool:
    return text.lower() in {"true", "1", "yes", "t"}


def _one_line(text: str) -> str:
    """Words with a space between them: a remark is no page, and a line of a file."""
    return " ".join("".join(" " if not one.isprintable() else one for one in text).split())
