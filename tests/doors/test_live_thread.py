"""A thread that somebody has open hears when there is more of it; of what is not for everybody only those
hear who have it at home."""

import asyncio
from pathlib import Path

from linnet.db.tx import Tx
from linnet.kernel.clock import now_ms
from linnet.kernel.ids import new_id
from linnet.social.people import queries as people
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author, NewPost, ThreadGrew
from tests.doors.browser import site
from tests.doors.test_site_posts import listen
from tests.waiting import PATIENCE, within


def test_more_of_an_open_thread(tmp_path: Path) -> None:
    with site(tmp_path) as bakery:
        bakery.set_up()
        bakery.someone("tom")
        jana = bakery.logged_in("jana@bakery.example")

        def author(handle: str, email: str) -> Author:
            account = bakery.db.read_now(people.by_handle, handle)
            person = bakery.db.read_now(people.person_by_email, email)
            return Author(account.id, person.id)

        mine, tom = author("bakery", "jana@bakery.example"), author("tom", "tom@example.org")

        async def publish(who: Author, text: str, **more: object) -> int:
            return await bakery.db.write(
                posts.publish, who, NewPost(text, **more), bakery.house.terms, id=new_id(), now=now_ms()
            )

        async def story() -> list[str]:
            bakery.hub.start()
            root = await publish(mine, "Who bakes?")
            other = await publish(mine, "Another thread")
            letters: asyncio.Queue[str] = asyncio.Queue()

            async def send(message: dict) -> None:
                await letters.put(message.get("body", b"").decode())

            line = asyncio.create_task(
                listen(bakery.app, jana.cookies["sid"], send, f"thread={root}".encode())
            )
            heard = [await letters.get(), await letters.get()]
            await publish(tom, "Elsewhere", reply_to_id=other)
            await publish(tom, "For nobody here", reply_to_id=root, visibility="direct")
            await publish(tom, "I do", reply_to_id=root)
            heard.append(await letters.get())
            await bakery.db.write(_grew, other)
            await bakery.db.write(_grew, root)
            heard.append(await letters.get())
            line.cancel()
            await asyncio.gather(line, return_exceptions=True)
            assert letters.empty()
            bakery.hub.stop()
            return [one.replace(str(root), "ROOT") for one in heard]

        heard = bakery.runner.run(within(PATIENCE, story()))
        assert heard == ["", "retry: 5000\n\n", *["event: thread\ndata: ROOT\n\n"] * 2]


def _grew(tx: Tx, root_id: int) -> None:
    tx.emit(ThreadGrew(root_id))
