"""A trial that is over is judged by the server itself: the sweep counts, the worker reads, the page shows."""

from pathlib import Path

import requests

from linnet.desk.firm import actions as firms
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.desk.trial import queries
from linnet.kernel.clock import DAY, now_ms
from linnet.social.people import actions as people
from linnet.social.posts.rules import Author
from tests import lived_trial
from tests.doors.conftest import _running
from tests.lived_trial import BERLIN, PLAN
from tests.waiting import until


def test_the_server_judges_by_itself(tmp_path: Path) -> None:
    with _running(tmp_path, "sqlite") as server:
        new = NewFirm("Corner Bakery", "bakery", ("https://bakery.example",), BERLIN, "EUR", "40")
        person = FirstPerson("Jana", "jana@bakery.example", "$argon2id$not-a-real-hash")
        made = server.write(firms.set_up, new, person, token=None, now=now_ms())
        who = Author(made.account.id, made.person.id)
        begun = now_ms() - 70 * DAY
        plan = lived_trial.longer(PLAN, weeks=8, early_looks=False)
        trial = lived_trial.begin(server.db, who, begun, plan)
        lived_trial.world(server.db, trial, effect=45)
        lived_trial.posted(server.db, trial)
        lived_trial.live(server.db, begun, now_ms())
        until(lambda: server.read(queries.current, who.account_id) is None, "the trial is judged")
        cookie = server.write(people.open_session, who.person_id, who.account_id, "a test", now_ms())
        page = requests.get(f"{server.url}/desk/trial/{trial.id}", cookies={"sid": cookie}, timeout=20)
        assert (page.status_code, ">Worth it</h1>" in page.text) == (200, True)
        parked = server.read(lambda tx: tx.all(str, "SELECT error FROM job_parked"))
        assert parked == []
