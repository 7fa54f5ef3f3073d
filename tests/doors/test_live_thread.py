"""A thread that somebody has open hears when there is more of it; of what is not for everybody only those
hear who have it at home."""

import asyncio
from pathlib import Path

from linnet.db.tx import Tx
from linnet.kernel.clock import now_ms
from linnet.kernel.ids import new_id
from linnet.social.notices.rules import NoticeGiven
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


def test_what_came_between_the_page_and_its_line_is_not_missed(tmp_path: Path) -> None:
    """A slow phone opens its line seconds after the page was made, a laptop after a night."""
    with site(tmp_path) as bakery:
        bakery.set_up()
        jana = bakery.logged_in("jana@bakery.example")
        account = bakery.db.read_now(people.by_handle, "bakery")
        person = bakery.db.read_now(people.person_by_email, "jana@bakery.example")

        def publish(tx: Tx, text: str, **more: object) -> int:
            new = NewPost(text, **more)
            return posts.publish(
                tx, Author(account.id, person.id), new, bakery.house.terms, id=new_id(), now=now_ms()
            )

        root = bakery.db.write_now(publish, "Who bakes?")
        other = bakery.db.write_now(publish, "Another thread")
        read = (root >> 16) + 1  # ms

        async def first_letters(query: str) -> list[str]:
            letters: asyncio.Queue[str] = asyncio.Queue()

            async def send(message: dict) -> None:
                await letters.put(message.get("body", b"").decode())

            line = asyncio.create_task(listen(bakery.app, jana.cookies["sid"], send, query.encode()))
            heard = [await letters.get(), await letters.get()]
            await bakery.db.write(lambda tx: tx.emit(NoticeGiven(7, account.id)))
            while "notice" not in heard[-1]:
                heard.append(await letters.get())
            line.cancel()
            await asyncio.gather(line, return_exceptions=True)
            return heard[2:-1]

        async def story(query: str) -> list[str]:
            bakery.hub.start()
            heard = await first_letters(query)
            bakery.hub.stop()
            return heard

        def hear(query: str) -> list[str]:
            return bakery.runner.run(within(PATIENCE, story(query)))

        bakery.db.write_now(publish, "Elsewhere", reply_to_id=other)
        bakery.db.write_now(publish, "For nobody here", reply_to_id=root, visibility="direct")
        assert hear(f"thread={root}&read={read}") == []
        bakery.db.write_now(publish, "I do", reply_to_id=root)
        assert hear(f"thread={root}&read={read}") == [f"event: thread\ndata: {root}\n\n"]
        assert hear(f"thread={root}&read={now_ms() + 60_000}") == []


def _grew(tx: Tx, root_id: int) -> None:
    tx.emit(ThreadGrew(root_id))
