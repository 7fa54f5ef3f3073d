"""Two towns with somebody in each."""

from tests.federation.village import Resident, Village


def both(village: Village, **profile: object) -> tuple[Resident, Resident]:
    a, b = village.town("a.example"), village.town("b.example")
    return a.person("anna"), b.person("ben", **profile)
