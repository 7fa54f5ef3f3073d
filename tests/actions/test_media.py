"""Pictures from the upload to the last sweep: workshop, store, rows, on both engines."""

import asyncio
import os
import subprocess

import pytest

from linnet.jobs import rows as jobs
from linnet.kernel.clock import DAY, now_ms
from linnet.kernel.errors import Conflict, Invalid, NotFound, TooMany
from linnet.kernel.ids import new_id
from linnet.kernel.wire import decode_as
from linnet.social.media import actions, decode, elsewhere, errands, queries, workshop
from linnet.social.media.actions import RemoveFiles, SweepMedia
from linnet.social.media.elsewhere import RemotePicture
from linnet.social.media.rules import Picture, file_path, thumb_path
from linnet.social.media.store import Store
from linnet.social.media.workshop import Workshop
from linnet.social.people import actions as people
from linnet.social.people.rules import ProfileChange
from tests import cast
from tests.pictures import opened, picture, with_place

MB = 1 << 20


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "media")


def a_picture(n=0):
    name = f"{n:032x}"
    return Picture("image/png", 40, 30, 123, f"{name}.png", f"{name}-small.webp", 40, 30, "LEHV6nWB2yk8")


def add(tx, account_id, n=0, *, now=1, **more):
    return actions.add(tx, a_picture(n), id=new_id(), account_id=account_id, person_id=None, now=now, **more)


def removals(tx):
    due = jobs.claim(tx, "media", n=9, claim=1, now=1 << 60, lease=1)
    return [decode_as(RemoveFiles, job.body).names for job in due if job.kind == "RemoveFiles"]


def test_pictures_of_a_post_and_its_history(db, now):
    def act(tx):
        ann, bob = cast.account(tx, "ann"), cast.account(tx, "bob")
        one, two, three = (add(tx, ann.id, n, now=now) for n in range(3))
        attached = actions.attach(tx, [two.id, one.id], 77, ann.id)
        assert [m.id for m in attached] == [two.id, one.id]
        assert queries.of_posts(tx, [1, 77]) == {77: attached}
        for ids, owner in (([one.id], bob.id), ([one.id, 404], ann.id), ([three.id] * 2, ann.id)):
            with pytest.raises(Invalid, match="Media ids"):
                actions.attach(tx, ids, 78, owner)
        with pytest.raises(Invalid, match="another post"):
            actions.attach(tx, [one.id], 78, ann.id)
        actions.attach(tx, [three.id, two.id], 77, ann.id)  # an edit
        assert [m.id for m in queries.of_post(tx, 77)] == [three.id, two.id]
        assert {m.id: m.position for m in queries.ever_of_post(tx, 77)} == {
            one.id: -1,
            three.id: 0,
            two.id: 1,
        }
        actions.attach(tx, [], 77, ann.id)
        assert queries.of_post(tx, 77) == []
        actions.attach(tx, [two.id], 77, ann.id)
        assert [m.id for m in queries.of_post(tx, 77)] == [two.id]

        actions.detach(tx, 77, now + 5)
        assert queries.ever_of_post(tx, 77) == []
        assert queries.media(tx, two.id).loose_since == now + 5
        assert queries.media(tx, one.id) is None
        assert sorted(removals(tx)[0]) == sorted([one.file, one.thumb_file, three.file, three.thumb_file])
        actions.attach(tx, [two.id], 79, ann.id)
        actions.remove_of_post(tx, 79, now)
        actions.remove_of_post(tx, 79, now)
        assert queries.media(tx, two.id) is None

    db.write_now(act)


def test_what_is_said_about_a_picture(db, now):
    def act(tx):
        ann, bob = cast.account(tx, "ann"), cast.account(tx, "bob")
        loaf = add(tx, ann.id, alt=" A loaf ", focus=(0.5, -0.25), now=now)
        assert (loaf.alt, loaf.focus_x, loaf.focus_y, loaf.post_id) == ("A loaf", 0.5, -0.25, None)
        assert (file_path(loaf), thumb_path(loaf)) == (f"/media/{loaf.file}", f"/media/{loaf.thumb_file}")
        assert actions.describe(tx, loaf.id, ann.id, alt="Rye") == actions.media(tx, loaf.id, ann.id)
        again = actions.describe(tx, loaf.id, ann.id, focus=(0.0, 1.0))
        assert (again.alt, again.focus_x, again.focus_y) == ("Rye", 0.0, 1.0)
        for call in (
            lambda: actions.describe(tx, loaf.id, bob.id, alt="mine"),
            lambda: actions.media(tx, loaf.id, bob.id),
            lambda: actions.remove(tx, loaf.id, bob.id, now),
            lambda: actions.describe(tx, 404, ann.id, alt=""),
        ):
            with pytest.raises(NotFound):
                call()
        with pytest.raises(Invalid):
            actions.describe(tx, loaf.id, ann.id, alt="x" * 1501)
        actions.remove(tx, loaf.id, ann.id, now)
        assert queries.media(tx, loaf.id) is None
        assert removals(tx) == [(loaf.file, loaf.thumb_file)]

    db.write_now(act)


def test_the_sweep_takes_what_nobody_needs(db, now):
    def act(tx):
        ann, bob = cast.account(tx, "ann"), cast.account(tx, "bob")
        old = [add(tx, ann.id, n, now=now) for n in range(6)]
        fresh = add(tx, ann.id, 6, now=now + 2)
        face = add(tx, ann.id, 7, use="avatar", now=now)
        people.change_profile(tx, ann.id, ProfileChange(avatar_id=face.id, header_id=old[0].id))
        actions.attach(tx, [old[1].id], 77, ann.id)
        actions.keep(tx, [old[2].id, old[3].id], ann.id, now)
        actions.keep(tx, [old[4].id], ann.id, now)
        actions.release(tx, [old[4].id, 404], ann.id, now)
        actions.release(tx, [old[2].id], bob.id, now)  # not bob's to let go
        for ids, owner in (([fresh.id], bob.id), ([old[1].id], ann.id), ([404], ann.id)):
            with pytest.raises(Invalid):
                actions.keep(tx, ids, owner, now)
        for used in (old[1], old[2]):
            with pytest.raises(Conflict):
                actions.remove(tx, used.id, ann.id, now)
        assert actions.sweep(tx, now + DAY) == 0
        assert actions.sweep(tx, now + DAY + 1) == 2
        assert [n for n, m in enumerate(old) if queries.media(tx, m.id) is None] == [4, 5]
        assert queries.media(tx, face.id)
        assert queries.media(tx, fresh.id)
        actions.attach(tx, [old[3].id], 78, ann.id)
        assert not queries.media(tx, old[3].id).kept

    db.write_now(act)


def test_pictures_from_elsewhere_take_no_more_room_than_they_may(db, now):
    """The budget is in bytes: what was not looked at longest goes, its row and address stay."""

    def fetch(tx, n):
        theirs = RemotePicture(f"https://far.example/{n}.png", "image/png")
        id = elsewhere.add(tx, theirs, account_id=who.id, use="post", post_id=None, position=0, now=now)
        assert elsewhere.fetched(tx, id, a_picture(n), now + n)
        return id

    who = db.write_now(cast.account, "ann")
    one, two, three = (db.write_now(fetch, n) for n in range(3))
    size = db.read_now(queries.media, one).bytes
    db.write_now(lambda tx: elsewhere.looked(tx, queries.media(tx, one), now + 9))
    assert db.write_now(elsewhere.make_room, 3 * size, now) == 0
    assert db.write_now(elsewhere.make_room, 3 * size - 1, now) == 1
    kept = [bool(db.read_now(queries.media, id).file) for id in (one, two, three)]
    assert kept == [True, False, True]
    assert db.read_now(queries.media, two).remote_url == "https://far.example/1.png"
    assert db.read_now(queries.cached_bytes) == 2 * size
    assert db.write_now(elsewhere.make_room, 0, now) == 2


def test_files_without_a_row_go_after_a_day(db, now, store):
    kept, stray, young = (store.keep_now(b"P", "image/png", b"T") for _ in range(3))

    def act(tx):
        ann = cast.account(tx, "ann")
        made = Picture("image/png", 1, 1, 1, kept[0], kept[1], 1, 1, "")
        actions.add(tx, made, id=new_id(), account_id=ann.id, person_id=None, now=now_ms())

    db.write_now(act)
    unfinished = store.root / stray[0][:2] / f".{'0' * 32}.png.part"
    unfinished.write_bytes(b"half")
    for path in (*map(store.path, (*kept, *stray)), unfinished):
        os.utime(path, (1, 1))
    for _ in range(2):
        asyncio.run(errands.sweep_media(db, store, SweepMedia()))
        assert all(store.path(name).exists() for name in (*kept, *young))
        assert not any(store.path(name).exists() for name in stray)
        assert not unfinished.exists()
    for _ in range(2):
        asyncio.run(errands.remove_files(store, RemoveFiles((*young, "../../etc/passwd", ""))))
    assert not any(store.path(name).exists() for name in young)


def test_the_store_knows_only_its_own_names(store):
    name, small = store.keep_now(b"picture", "image/jpeg", b"thumb")
    assert store.path(name).read_bytes() == b"picture"
    assert store.path(small).read_bytes() == b"thumb"
    assert small == name.replace(".jpg", "-small.webp")
    assert [p.name for p in store.root.rglob("*") if p.name.startswith(".")] == []
    stem = "0" * 32
    for bad in (
        "",
        "..",
        "../x.jpg",
        f"../{stem}.jpg",
        f"{stem}.svg",
        f"{stem}.jpg/",
        f"{stem}.jpg\n",
        f"{stem}.jpg\x00",
        f"{stem.upper()[:-1]}A.jpg",
        f"{stem}",
        f".{stem}.jpg.part",
        "/etc/passwd",
        "C:\\x.jpg",
    ):
        assert store.path(bad) is None


def test_a_full_disk_leaves_nothing_half_done(store, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        store.keep_now(b"picture", "image/jpeg", b"thumb")
    assert [p for p in store.root.rglob("*") if p.is_file()] == []


def test_the_workshop_makes_pictures_in_a_process_of_its_own(store):
    async def act():
        shop = Workshop(store, MB)
        made = await asyncio.gather(shop.make(with_place()), shop.make(picture("PNG", (900, 600)), "avatar"))
        shop.close()
        return made

    photo, face = asyncio.run(act())
    assert (photo.mime, photo.width, photo.height) == ("image/jpeg", 40, 30)
    data = store.path(photo.file).read_bytes()
    assert len(data) == photo.bytes
    assert not dict(opened(data).getexif())
    assert opened(store.path(photo.thumb_file).read_bytes()).size == (photo.thumb_width, photo.thumb_height)
    assert (face.width, face.height, face.thumb_width) == (400, 400, 120)


def test_the_workshop_refuses(store):
    shop = Workshop(store, MB)
    for data, words in (
        (b"", "is empty"),
        (b"\xff\xd8\xff" + b"x" * MB, "larger than 1 MB"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a JPEG"),
        (b"\x89PNG\r\n\x1a\nrubbish", "damaged"),  # from the other process
    ):
        with pytest.raises(Invalid, match=words) as caught:
            shop.make_now(data, field="avatar")
        assert caught.value.field == "avatar"
    assert [p for p in store.root.rglob("*") if p.is_file()] == []


def test_a_program_that_dies_hangs_or_lies_is_no_disaster(store, monkeypatch):
    def answers(code, out=b""):
        def run(*_, stdout, **__):
            stdout.write(out)
            return subprocess.CompletedProcess([], code)

        return run

    def hangs(*_, timeout, **__):
        raise subprocess.TimeoutExpired("decode", timeout)

    def framed(facts):
        return len(facts).to_bytes(4) + facts

    true = b'{"mime":"image/png","width":1,"height":1,"bytes":1,"thumb_bytes":1}'
    shop = Workshop(store, MB)
    for run in (
        hangs,
        answers(-9),
        answers(0),
        answers(0, b"\xff\xff\xff\xff{}"),
        answers(0, framed(b"[]")),
        answers(0, framed(true)),
        answers(0, framed(true.replace(b"png", b"svg+xml")) + b"PT"),
        answers(0, framed(true.replace(b'"bytes":1', b'"bytes":-1')) + b"PT"),
    ):
        monkeypatch.setattr(workshop.subprocess, "run", run)
        with pytest.raises(Invalid):
            shop.make_now(picture())
    monkeypatch.setattr(workshop.subprocess, "run", answers(0, framed(true) + b"PT"))
    assert store.path(shop.make_now(picture()).file).read_bytes() == b"P"


def test_only_so_many_wait(store, monkeypatch):
    async def act():
        monkeypatch.setattr(workshop, "WAITING", 0)
        shop = Workshop(store, MB)
        monkeypatch.setattr(shop, "make_now", lambda *_: "made")
        made = await asyncio.gather(*(shop.make(picture()) for _ in range(3)), return_exceptions=True)
        shop.close()
        return made

    made = asyncio.run(act())
    assert made[:2] == ["made", "made"]
    assert isinstance(made[2], TooMany)


def test_the_program_is_shut_in():
    """It may not take memory without end, start programs or write files beyond its answer."""
    code = (
        "import resource, subprocess, sys; from linnet.social.media import decode; decode._shut_in();"
        "limits = [resource.getrlimit(n) for n in (resource.RLIMIT_AS, resource.RLIMIT_CPU,"
        " resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE)]; print(limits);\n"
        "try: bytearray(1 << 30)\nexcept MemoryError: print('no memory')"
    )
    answer = subprocess.run(
        [workshop.sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    wanted = [(n, n) for n in (decode.MEMORY, decode.CPU_SECONDS, 0, decode.LARGEST_OUTPUT)]
    assert answer.splitlines() == [str(wanted), "no memory"]
