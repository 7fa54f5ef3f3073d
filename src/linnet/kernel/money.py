"""Money: whole minor units and an ISO 4217 code. Never a float.

Codes and their decimals as ISO 4217 lists them; funds, metals and test codes are left out,
because nobody is paid in them.
"""

import re

from linnet.kernel.errors import Invalid

_TWO = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
    CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD
    MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON
    RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD
    TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

DECIMALS: dict[str, int] = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
}

MOST = 10**13  # minor units; beyond it somebody mistook the unit


def check_currency(code: str, field: str = "currency") -> str:
    """An ISO 4217 code in capitals. Raises Invalid."""
    if code not in DECIMALS:
        raise Invalid(field, f"is not a currency code like EUR or USD (ISO 4217): {code[:12]!r}")
    return code


def decimal_text(amount: int, currency: str) -> str:
    """Minor units as a plain decimal with a point, for machines and CSV: 1234 EUR is "12.34"."""
    places = DECIMALS[currency]
    if not places:
        return str(amount)
    whole, rest = divmod(abs(amount), 10**places)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:0{places}d}"


def show(amount: int, currency: str) -> str:
    """Minor units in words: "12.34 EUR"."""
    return f"{decimal_text(amount, currency)} {currency}"


_AMOUNT = re.compile(r"(-?)(\d{1,15})(?:([.,])(\d{1,3}))?", re.ASCII)


def parse_amount(text: str, currency: str, field: str = "amount") -> int:
    """A decimal as people write it, 12, 12.5 or 12,50, in minor units. Raises Invalid for more
    decimals than the currency has, and for 1,200 or 1.200.00, which could mean two things."""
    match = _AMOUNT.fullmatch(text.strip())
    places = DECIMALS[currency]
    if match is None or (match[3] == "," and len(match[4]) == 3):
        raise Invalid(field, f"is not an amount like {_example(places)}, without marks between the thousands")
    decimals = match[4] or ""
    if len(decimals) > places:
        raise Invalid(field, f"has more decimals than {currency} knows: write it like {_example(places)}")
    amount = int(match[2] + decimals.ljust(places, "0"))
    if amount > MOST:
        raise Invalid(field, "is larger than anything we count")
    return -amount if match[1] else amount


def _example(places: int) -> str:
    return f"1200.{'5'.ljust(places, '0')}" if places else "1200"
