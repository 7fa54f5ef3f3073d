"""Who plays: the firm and its people, customers, suppliers, neighbours, a trade magazine.

Everybody is invented, their addresses too: the hosts end in .example, which exists nowhere
(RFC 2606, 3).
"""

from linnet.desk.firm.rules import NewFirm
from linnet.kernel.value import Value
from linnet.social.people.rules import Kind, ProfileField, Role

FIRM = "bakery"  # the handle of its account
SITE = "https://bakery.example"
HOST = "bakery.example"
ZONE = "Europe/Berlin"
PASSWORD = "flour, water and salt"  # noqa: S105 # everybody's, and printed for everybody

NEW_FIRM = NewFirm(
    firm="Corner Bakery",
    handle=FIRM,
    sites=(SITE,),
    time_zone=ZONE,
    currency="EUR",
    hourly_cost="40",
    office_hours="Mon-Fri 06:30-18:00, Sat 06:30-13:00",
    words="bread, sourdough, rye, flour, bakery, baker, oven, apprentice, butter, small shop, Lindenfeld",
    accent="#9a4b1f",
)


PRODUCTS = "Mila's Pear, buttermilk loaf, cardamom buns, plaits, vouchers"  # its own names for them
# What is paid by the month, in minor units: from which week on (0: from the first day), until which (0: it goes on)
TOOLS = (
    ("Picture library", 1200, 0, 0),
    ("Letters to customers", 900, 1, 0),
    ("Calendar for posts", 700, -7, 2),
)


class Someone(Value):
    """A person. `measured`: they let their time be measured; `hourly_costs`: (week, minor units), from the
    Monday of which week of the play on an hour costs what, where it is not the firm's usual cost."""

    key: str
    name: str
    email: str
    account: str
    role: Role = "owner"
    measured: bool = False
    hourly_costs: tuple[tuple[int, int], ...] = ()


class Speaker(Value):
    """An account. `face`: two colours and a sign for its picture; `week`: when it came here,
    counted from the first week of the play; `keen`: how easily it gives favourites, 0 to 1."""

    handle: str
    name: str
    kind: Kind
    bio: str
    fields: tuple[ProfileField, ...] = ()
    face: tuple[str, str, str] = ("#888888", "#ffffff", "?")
    keen: float = 0.1
    locked: bool = False


BAKERS = (
    Someone("ina", "Ina Falk", "ina@bakery.example", FIRM, "owner", measured=True),
    Someone(
        "jonas",
        "Jonas Weber",
        "jonas@bakery.example",
        FIRM,
        "editor",
        measured=True,
        hourly_costs=((-12, 2600), (0, 2800)),
    ),
    Someone("mila", "Mila Adler", "mila@bakery.example", FIRM, "writer"),
)

OTHERS = (
    Someone("anton", "Anton Berg", "anton@millbrook.example", "millbrook"),
    Someone("greta", "Greta Lohmann", "greta@threehills.example", "threehills"),
    Someone("kofi", "Kofi Mensah", "kofi@northside-roasters.example", "roastery"),
    Someone("ruth", "Ruth Sander", "ruth@page-and-lamp.example", "pageandlamp"),
    Someone("lena", "Lena Orth", "lena@lenas-bikes.example", "lenasbikes"),
    Someone("felix", "Felix Ahrens", "felix@crumb-magazine.example", "dailycrumb"),
    Someone("nora", "Nora Bell", "nora@post.example", "nora"),
    Someone("sam", "Sam Okoro", "sam@post.example", "samokoro"),
    Someone("wilma", "Wilma Krause", "wilma@post.example", "wilma"),
    Someone("petra", "Petra Vogt", "office@lindenstreet-school.example", "lindenschool"),
    Someone("emre", "Emre Yildiz", "emre@cafe-linde.example", "cafelinde"),
    Someone("dana", "Dana Novak", "dana@market-square.example", "marketsquare"),
)


def _line(name: str, value: str) -> ProfileField:
    return ProfileField(name, value)


SPEAKERS = (
    Speaker(
        FIRM,
        "Corner Bakery",
        "organization",
        "Bread with time, since 1962. Rye, spelt, plaits on Fridays, and Mila's Pear since lately.\n"
        "Ina, Jonas and Mila write here. Mill Lane 4, Lindenfeld.",
        (
            _line("Website", SITE),
            _line("Open", "Mon to Fri 6:30 to 18:00, Sat 6:30 to 13:00"),
            _line("Order until six", f"{SITE}/order"),
        ),
        ("#9a4b1f", "#fff3e2", "loaf"),
        0.3,
    ),
    Speaker(
        "millbrook",
        "Millbrook Flour",
        "organization",
        "Mill at the stream, fourth generation. Rye, wheat, spelt and honest sacks.",
        (_line("Website", "https://millbrook.example"),),
        ("#5b6b3a", "#f4f1dc", "wheel"),
        0.14,
    ),
    Speaker(
        "threehills",
        "Three Hills Dairy",
        "organization",
        "43 cows, one cheese cellar, butter on Tuesdays. The children name the calves.",
        (_line("Farm shop", "Wed and Sat, 9 to 12"),),
        ("#2f6d7a", "#eef7f2", "hills"),
        0.16,
    ),
    Speaker(
        "roastery",
        "Northside Roasters",
        "organization",
        "Coffee, roasted across the street from the bread. Bar open from seven.",
        (_line("Website", "https://northside-roasters.example"),),
        ("#3c2a21", "#f0dcc4", "cup"),
        0.22,
    ),
    Speaker(
        "pageandlamp",
        "Page & Lamp",
        "organization",
        "Bookshop on Mill Lane. New, old, and what you were not looking for.",
        (_line("Open", "Tue to Sat, from ten"),),
        ("#7a2f4b", "#fbe9ee", "book"),
        0.25,
    ),
    Speaker(
        "lenasbikes",
        "Lena's Bike Works",
        "organization",
        "Repairs while you wait, if you wait at the bakery.",
        (),
        ("#1f5f8a", "#e6f2fa", "bike"),
        0.18,
    ),
    Speaker(
        "dailycrumb",
        "The Daily Crumb",
        "organization",
        "Magazine for people who bake for others. Every month on paper, every day here.",
        (_line("Website", "https://crumb-magazine.example"),),
        ("#30343f", "#f6d77b", "c"),
        0.1,
    ),
    Speaker(
        "nora",
        "Nora Bell",
        "person",
        "Physiotherapist. Two streets from the bakery, one of them downhill.",
        (),
        ("#b0503c", "#ffe9e1", "n"),
        0.38,
    ),
    Speaker(
        "samokoro",
        "Sam Okoro",
        "person",
        "Runs on Saturdays, eats afterwards. Secondary school, maths and sports.",
        (),
        ("#2d6a4f", "#e2f4ea", "s"),
        0.28,
    ),
    Speaker(
        "wilma",
        "Wilma Krause",
        "person",
        "Retired, not tired. I read everything and answer some of it.",
        (),
        ("#6a4c93", "#efe6fa", "w"),
        0.2,
        locked=True,
    ),
    Speaker(
        "lindenschool",
        "Lindenstreet Primary School",
        "organization",
        "212 children, 14 teachers, one frog. The office writes here.",
        (),
        ("#c98a12", "#fff6dc", "l"),
        0.12,
    ),
    Speaker(
        "cafelinde",
        "Café Linde",
        "organization",
        "Breakfast until noon, soup until it is gone. Sundays from nine.",
        (_line("Website", "https://cafe-linde.example"),),
        ("#3f7d3a", "#eaf6e6", "leaf"),
        0.2,
    ),
    Speaker(
        "marketsquare",
        "Market Square Traders",
        "organization",
        "61 stalls and shops around one fountain. Dates, detours and the odd dog.",
        (_line("Market", "Saturdays, 8 to 14"),),
        ("#8a3324", "#fdeee4", "tent"),
        0.15,
    ),
)

# Who follows whom besides the bakery, which follows everybody and is followed by everybody.
TIES = {
    "millbrook": ("threehills", "dailycrumb", "pageandlamp", "marketsquare", "cafelinde"),
    "threehills": ("millbrook", "cafelinde", "marketsquare", "dailycrumb"),
    "roastery": ("pageandlamp", "cafelinde", "lenasbikes", "nora", "marketsquare"),
    "pageandlamp": ("roastery", "nora", "wilma", "millbrook", "samokoro", "marketsquare"),
    "lenasbikes": ("samokoro", "marketsquare", "roastery", "nora"),
    "dailycrumb": ("millbrook", "cafelinde", "threehills"),
    "nora": ("samokoro", "pageandlamp", "roastery", "cafelinde", "marketsquare", "wilma"),
    "samokoro": ("nora", "lenasbikes", "marketsquare", "cafelinde"),
    "wilma": ("threehills", "nora", "marketsquare", "lindenschool"),
    "lindenschool": ("marketsquare", "lenasbikes", "pageandlamp"),
    "cafelinde": ("roastery", "threehills", "millbrook", "nora", "marketsquare"),
    "marketsquare": ("roastery", "pageandlamp", "lenasbikes", "cafelinde", "lindenschool"),
}

# What the bakery notes for itself about others; nobody else sees it.
NOTES = {
    "cafelinde": "40 rolls daily, Mila's Pear Fri and Sat. Pays on the first.",
    "millbrook": "Order by Wednesday noon. Anton's daughter drives better.",
    "wilma": "Third floor. Raisins: with. Keep the heel for her.",
}
