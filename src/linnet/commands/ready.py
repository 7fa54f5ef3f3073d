"""Before a server serves: its database up to date, its address and keys in order, and where to set it up."""

from linnet.commands.belonging import check_home
from linnet.db.database import Database
from linnet.db.facts import ADDRESS, fact, keep_fact
from linnet.db.opening import open_database
from linnet.db.tx import Tx
from linnet.desk.firm import actions as firm_actions
from linnet.desk.firm import queries as firm
from linnet.federation.keys.keyring import Keyring
from linnet.federation.peers import actions as peers
from linnet.jobs import rows
from linnet.kernel.clock import now_ms
from linnet.kernel.settings import Settings, SettingsError


def prepare(settings: Settings) -> None:
    """Migrates, checks the address and the keys, frees what a killed run left claimed, and prints the
    greeting. The lock of the data folder is held. Raises SettingsError, DatabaseError, SealError."""
    for stale in (settings.data / "run").glob("hub-*.sock"):
        stale.unlink(missing_ok=True)  # of processes that were killed; the lock says that none is left
    db = open_database(settings)
    try:
        check_home(db, settings)
        known = db.write_now(_address, settings.url)
        if known != settings.url:
            raise SettingsError(
                f"LINNET_URL is {settings.url}, but this server has lived at {known}, and every account's name "
                f"contains that. Set it back, or say that you mean it: linnet move {settings.url}"
            )
        db.write_now(rows.free_all, now_ms())
        db.write_now(peers.free, now_ms())
        if settings.secure:
            db.read_now(Keyring(settings.data, settings.url).prepare)
        print(_greeting(settings, db), flush=True)
    finally:
        db.close()


def _greeting(settings: Settings, db: Database) -> str:
    if db.read_now(firm.firm) is not None:
        return f"Linnet is on {settings.url}"
    return (
        f"Set up your Linnet here (the address works once): {settings.url}/setup?token={db.write_now(_token)}"
    )


def _address(tx: Tx, url: str) -> str:
    """Where this server lives. Before the set-up nobody knows it yet, so it may change freely."""
    known = fact(tx, ADDRESS)
    if known is None or firm.firm(tx) is None:
        keep_fact(tx, ADDRESS, url)
        return url
    return known


def _token(tx: Tx) -> str:
    return firm_actions.new_setup_token(tx)
