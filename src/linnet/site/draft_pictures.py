"""The pictures of a draft's form: those that are here already, and new ones."""

from linnet.db.tx import Tx
from linnet.site.compose import take_in
from linnet.site.frame import Visit
from linnet.social.media import actions as media
from linnet.social.media.rules import MOST, Media


async def pictures_of(visit: Visit) -> list[Media]:
    """Those of the form that are here already, with their words, and new files."""
    form = visit.form
    dropped = set(form.ids("drop"))
    words = {id: form.text(f"alt_{id}") for id in form.ids("media_ids") if id not in dropped}
    kept = await visit.db.write(_described, visit.account.id, words) if words else []
    files = [(form.file(f"file{n}"), form.text(f"alt{n}")) for n in range(MOST)]
    return [*kept, *[await take_in(visit, file, alt) for file, alt in files if file]]


def _described(tx: Tx, account_id: int, words: dict[int, str]) -> list[Media]:
    found = [media.media(tx, id, account_id) for id in words]
    return [
        media.describe(tx, one.id, account_id, alt=words[one.id]) if one.alt != words[one.id].strip() else one
        for one in found
    ]
