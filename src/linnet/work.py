"""Which handler does which job, and what is done again and again. `app` puts it to work."""

from collections.abc import Mapping
from functools import partial

from linnet.db.database import Database
from linnet.desk.drafts import actions as draft_actions
from linnet.desk.drafts import errands as drafts
from linnet.desk.drafts.actions import PublishDraft
from linnet.desk.effort import actions as effort
from linnet.desk.feeds import actions as feed_actions
from linnet.desk.feeds import errands as feeds
from linnet.desk.feeds.actions import FetchFeed
from linnet.desk.ideas import actions as ideas
from linnet.desk.links import actions as link_actions
from linnet.desk.links import errands as links
from linnet.desk.links.actions import FetchPreview
from linnet.desk.mailing import actions as mailing
from linnet.desk.mailing import errands as mails
from linnet.desk.mailing.actions import MailStatement
from linnet.desk.pool import actions as pool
from linnet.desk.pool import errands as pool_errands
from linnet.desk.pool.actions import ReadPublic
from linnet.desk.trial import actions as trials
from linnet.desk.trial import errands as trial_errands
from linnet.desk.trial.actions import PowerStep, ReadTrial
from linnet.desk.visits import errands as visits
from linnet.desk.visits.actions import ReplayVisits, RollSalts
from linnet.door.house import House
from linnet.federation.delivery import actions as delivery
from linnet.federation.delivery import errands as deliveries
from linnet.federation.delivery.actions import SendAgain
from linnet.federation.finding import actions as finding
from linnet.federation.finding import profiles, stamps, threads
from linnet.federation.finding.actions import ReadProfile, ReadQuote, ReadThread
from linnet.federation.keys import actions as keys
from linnet.federation.letters import actions as letters
from linnet.federation.letters.actions import ReadLetter
from linnet.federation.office import Office
from linnet.federation.peers import actions as peers
from linnet.federation.peers import errands as peer_errands
from linnet.federation.peers import marking
from linnet.federation.peers.actions import AskSoftware, MarkAccounts, ReadList
from linnet.federation.reading import leaving
from linnet.federation.reading.leaving import ForgetPosts
from linnet.federation.reading.reader import Reader
from linnet.federation.relays import errands as relay_errands
from linnet.federation.relays.actions import FollowRelay
from linnet.federation.syncing import errands as syncing
from linnet.federation.syncing.actions import SyncFollowers
from linnet.federation.telling import errands as telling
from linnet.federation.telling.job import Tell
from linnet.jobs import rows, sweeps
from linnet.jobs.rows import Job
from linnet.jobs.sweeps import Every, Sweep
from linnet.jobs.worker import Handler
from linnet.kernel.clock import DAY, HOUR, MINUTE, now_ms
from linnet.kernel.settings import Settings
from linnet.net.mail import Mailer
from linnet.social.apps import actions as apps
from linnet.social.cards import actions as cards
from linnet.social.cards.actions import FetchCard
from linnet.social.closing import errands as closing
from linnet.social.closing.actions import CloseAccount
from linnet.social.media import errands as media
from linnet.social.media.actions import RemoveFiles, SweepMedia
from linnet.social.media.store import Store
from linnet.social.people import actions as people
from linnet.social.polls.actions import EndPoll
from linnet.social.posts import actions as posts
from linnet.social.posts import errands as post_errands
from linnet.social.posts import foreign
from linnet.social.proofs import actions as proofs
from linnet.social.proofs import errands as proof_errands
from linnet.social.proofs.actions import CheckLinks
from linnet.social.safety import actions as safety


def jobs(
    office: Office, house: House, every: Mapping[str, Every], mailer: Mailer
) -> dict[type[Job], Handler]:
    """Which handler does which job."""
    db, client = house.db, house.client
    terms, grace = house.terms, house.settings.late_grace_minutes

    async def end_poll(job: EndPoll) -> None:
        await db.write(posts.end_poll, job.poll_id, now_ms())

    return {
        Sweep: partial(sweeps.sweep, db, every),
        FetchFeed: partial(feeds.fetch_feed, db, client),
        FetchPreview: partial(links.fetch_preview, db, client),
        RollSalts: partial(visits.roll_salts, db),
        ReplayVisits: partial(visits.replay_visits, db),
        MailStatement: partial(mails.mail_statement, db, mailer, house.settings.url),
        ReadPublic: partial(pool_errands.read_public, db, client, office.sealing.proven, house.settings.url),
        PublishDraft: partial(drafts.publish, db, terms, grace),
        PowerStep: partial(trial_errands.power_step, db),
        ReadTrial: partial(trial_errands.read_trial, db),
        EndPoll: end_poll,
        CloseAccount: partial(closing.close_account, db),
        FetchCard: partial(post_errands.fetch_card, db, client, link_actions.clean_text, house.settings.url),
        CheckLinks: partial(proof_errands.check_links, db, client, house.settings.url),
        RemoveFiles: partial(media.remove_files, house.store),
        SweepMedia: partial(media.sweep_media, db, house.store),
        FollowRelay: partial(relay_errands.follow_relay, db, office.library, house.settings.url),
        MarkAccounts: partial(marking.mark_accounts, db),
        ReadProfile: partial(profiles.read_profile, db, office.finder),
        ReadQuote: partial(stamps.read_quote, db, office.finder),
        ReadThread: partial(threads.read_thread, db, office.finder),
        SyncFollowers: partial(syncing.sync, db, office.finder, house.settings.url),
        ReadLetter: Reader(db, office.finder, house.settings.url).read,
        ForgetPosts: partial(leaving.forget_posts, db),
        SendAgain: partial(deliveries.send_again, db),
        AskSoftware: partial(peer_errands.ask_software, db, client, office.rulebook),
        ReadList: partial(peer_errands.read_list, db, client, office.own_names),
        Tell: partial(telling.tell, db, office.here, office.keyring, delivery.send),
    }


def recurring(db: Database, store: Store, settings: Settings) -> dict[str, Every]:
    """Recurring work, by name."""

    async def sweep_pictures(_now: int) -> None:
        await media.sweep_media(db, store, SweepMedia())

    return {
        "mutes that are over": Every(5 * MINUTE, run=safety.end_mutes),
        "sessions that are over": Every(HOUR, run=people.sweep_sessions),
        "apps and codes never used": Every(DAY, run=apps.sweep),
        "planned posts without a job": Every(
            10 * MINUTE, run=partial(draft_actions.miss_overdue, grace_minutes=settings.late_grace_minutes)
        ),
        "trials": Every(trials.CHECK_EVERY, run=trials.live),
        "planned posts in quiet time": Every(trials.CHECK_EVERY, run=draft_actions.keep_quiet),
        "decisions on stories that are gone": Every(DAY, run=ideas.forget_gone),
        "public trials of others": Every(DAY, run=pool.plan),
        "statements by mail": Every(10 * MINUTE, run=mailing.plan),
        "days that are over": Every(10 * MINUTE, run=effort.fold),
        "sources without a job": Every(HOUR, run=feed_actions.replan),
        "pictures never used": Every(HOUR, outside=sweep_pictures),
        "letters that are long read": Every(HOUR, run=letters.sweep),
        "addresses that are long deleted": Every(DAY, run=foreign.sweep),
        "what nobody looks at": Every(DAY, run=finding.forget),
        "cards under no post": Every(DAY, run=cards.sweep),
        **({"pages of profiles": Every(DAY, run=proofs.replan)} if settings.secure else {}),
        "work that was given up": Every(HOUR, run=rows.sweep),
        "letters that long went out": Every(HOUR, run=delivery.sweep),
        "servers with which there is nothing": Every(DAY, run=peers.forget),
        "lists of domains": Every(HOUR, run=peers.plan_lists),
        "keys of accounts that were closed": Every(DAY, run=keys.sweep),
    }
