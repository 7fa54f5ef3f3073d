"""The mail as a page, for programs that show one: what its text says, and nothing that is fetched."""

from html import escape

from linnet.desk.mailing.rules import in_words, shown
from linnet.desk.statement.rules import Figure, Statement
from linnet.kernel.days import span_words

# Programs that know no <style> show it plain; those that do follow the reader's light or dark.
STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; padding: 16px; background: #ffffff; color: #1c1b19; font: 16px/1.45 system-ui, sans-serif; }
main { display: block; max-width: 600px; margin: 0 auto; }
h1 { font-size: 22px; line-height: 1.25; margin: 8px 0 4px; }
h2 { font-size: 17px; margin: 24px 0 4px; }
p, ul { margin: 12px 0; } ul { padding-left: 20px; } li { margin: 6px 0; }
table { width: 100%; border-collapse: collapse; margin: 16px 0; }
th, td { padding: 8px 0; border-bottom: 1px solid #d9d5cd; vertical-align: top; text-align: left; }
th { font-weight: normal; padding-right: 16px; } td { text-align: right; font-weight: bold; white-space: nowrap; }
small { display: block; font-size: 14px; font-weight: normal; color: #5d5a53; }
a { color: #0b5f8a; } footer { margin-top: 24px; color: #5d5a53; font-size: 14px; }
@media (prefers-color-scheme: dark) {
body { background: #1b1a18; color: #eceae5; } th, td { border-color: #45423c; }
small, footer { color: #b3aea4; } a { color: #7cc4ee; } }
"""


def html(statement: Statement, address: str, stop: str) -> str:
    """The mail as HTML. `address` of the whole statement, `stop` of the page where it ends."""
    span = span_words(statement.period.first, statement.period.last)
    title = escape(f"{statement.firm}, {span}")
    mark = f"<p>{escape(statement.mark)}</p>" if statement.mark else ""
    rows = "".join(_row(figure) for figure in shown(statement))
    costs = "".join(f"<li>{escape(per.label)}: {escape(per.words)}</li>" for per in statement.costs)
    unknown = "".join(f"<li>{escape(one.words)}</li>" for one in statement.not_known)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{title}</title><style>{STYLE}</style></head>'
        f"<body><main>{mark}<h1>{escape(statement.firm)}</h1><p>The week {span}</p>"
        f"<table>{rows}</table><h2>What each cost</h2><ul>{costs}</ul>"
        f"<h2>What is not known</h2><ul>{unknown}</ul>"
        f'<p><a href="{escape(address)}">The whole statement, with the rows behind every figure</a></p>'
        f'<footer>You get this because you asked for it. <a href="{escape(stop)}">End it</a></footer>'
        "</main></body></html>\n"
    )


def _row(figure: Figure) -> str:
    value, trust = in_words(figure)
    beside = f"<small>{escape(trust)}</small>" if trust else ""
    return f'<tr><th scope="row">{escape(figure.label)}</th><td>{escape(value)}{beside}</td></tr>'
