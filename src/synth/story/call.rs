//! A call: the INVITE, its forks, and the choice of an ending.

use super::ending::{Fetching, Writer};
use super::{Again, Caused, StoryContext, Told};
use crate::analysis::{Link, Outcome, Verdict};
use crate::synth::Era;
use crate::synth::faults::{self, Course};
use crate::synth::phone::Platform;
use crate::synth::place::{Endpoint, Node, Party, Path};
use crate::synth::script::Script;
use crate::synth::session::{Body, Session};
use crate::synth::text::mix;

/// How calls to desks end, and how many of a thousand.
const DESK: [(Outcome, u32); 16] = [
    (Outcome::Answered, 600),
    (Outcome::NoAnswer, 100),
    (Outcome::Cancelled, 80),
    (Outcome::Declined, 40),
    (Outcome::Busy, 25),
    (Outcome::DoNotDisturb, 20),
    (Outcome::NoResponse, 20),
    (Outcome::MediaFailed, 20),
    (Outcome::NotFound, 20),
    (Outcome::Forbidden, 15),
    (Outcome::Redirected, 15),
    (Outcome::ServerError, 15),
    (Outcome::AuthFailed, 10),
    (Outcome::NotAcceptable, 10),
    (Outcome::NoFinal, 10),
    (Outcome::Rejected, 10),
];

/// How calls to phones end when the app is closed, the push is accepted, and nothing goes wrong.
const PHONE: [(Verdict, u32); 5] = [
    (Verdict::AnsweredByMobile, 420),
    (Verdict::NotOpened, 260),
    (Verdict::CallerGaveUp, 140),
    (Verdict::AnsweredElsewhere, 100),
    (Verdict::DeclinedByMobile, 80),
];

/// Writes a call. `callee` is given when the same user is called once more.
pub(in crate::synth) fn call(ctx: &mut StoryContext<'_>, session: &mut Session, callee: Option<Again>) -> Told {
    match callee {
        Some(Again { user, gone: true }) => to_phone_gone(ctx, session, user),
        Some(Again { user, gone: false }) => to_phone(ctx, session, Some(user)),
        None if ctx.rng.chance(45) => to_phone(ctx, session, None),
        None => to_desk(ctx, session),
    }
}

/// A call to somebody whose phone is no target any more: only the desktop client rings.
fn to_phone_gone(ctx: &mut StoryContext<'_>, session: &mut Session, callee: u32) -> Told {
    connect(ctx, session, callee, &[Endpoint::Desktop]);
    let mut writer = Writer::new(Script::new(session), &mut ctx.rng, Body::ImSdp);
    let mut told = writer.desk(Outcome::NoAnswer);
    writer.script.finish();
    told.findings.push("PN22");
    told
}

/// Adds a party to a session.
pub(in crate::synth) fn party(ctx: &mut StoryContext<'_>, session: &mut Session, user: u32, place: Endpoint) -> Node {
    session.parties.push(Party { user, place, key: ctx.rng.next() });
    Node::Party(u8::try_from(session.parties.len() - 1).unwrap_or(0))
}

/// The parties of a call and the paths to the callee's endpoints.
fn connect(ctx: &mut StoryContext<'_>, session: &mut Session, callee: u32, places: &[Endpoint]) {
    let topology = ctx.topology;
    let outside = places.first() == Some(&Endpoint::Partner);
    let federated = !outside && ctx.rng.chance(15);
    let from = ctx.desk_user();
    let start = party(ctx, session, from, if federated { Endpoint::Partner } else { Endpoint::Desktop });
    let home = Node::Server(topology.home(callee));
    for place in places {
        let end = party(ctx, session, callee, *place);
        let from_home = topology.home(from);
        let path = if outside {
            Path::new([start].into_iter().chain(topology.way_out(from_home)).chain([end]))
        } else if federated {
            Path::new([start].into_iter().chain(topology.way_out(topology.home(callee)).rev()).chain([end]))
        } else if Node::Server(from_home) == home {
            Path::new([start, home, end].into_iter())
        } else {
            Path::new([start, Node::Server(from_home), home, end].into_iter())
        };
        session.paths.push(path);
    }
    session.fork = session.path(0).last() - 1;
}

/// A call to somebody without a phone, in the company or out of it.
fn to_desk(ctx: &mut StoryContext<'_>, session: &mut Session) -> Told {
    let callee = ctx.desk_user();
    let mut outcome = DESK[ctx.rng.weighted(&DESK.map(|(_, w)| w))].0;
    let outside = ctx.rng.chance(15);
    let places: &[Endpoint] = match () {
        () if outside => &[Endpoint::Partner],
        () if ctx.rng.chance(20) => &[Endpoint::Desktop, Endpoint::Desktop],
        () => &[Endpoint::Desktop],
    };
    // Some desks have a Mac, since there is a client for it.
    let mac = !outside && ctx.topology.era == Some(Era::Skype2019) && mix(u64::from(callee), 49).is_multiple_of(6);
    let places: &[Endpoint] = match (mac, places.len()) {
        (true, 1) => &[Endpoint::Mac],
        (true, _) => &[Endpoint::Mac, Endpoint::Desktop],
        _ => places,
    };
    if outside && outcome == Outcome::NotFound {
        outcome = Outcome::FederationFailed;
    }
    connect(ctx, session, callee, places);
    let body = [Body::ImSdp, Body::AudioSdp, Body::VideoSdp][ctx.rng.weighted(&[65, 28, 7])];
    let mut writer = Writer::new(Script::new(session), &mut ctx.rng, body);
    let mut told = writer.desk(outcome);
    if mac && outcome == Outcome::NoFinal && writer.rang == 0 {
        // No record says what listens behind that port: it could be a phone.
        told.verdict = Some(Verdict::Undetermined);
    }
    writer.script.finish();
    told
}

/// A call to somebody with a phone, and perhaps a desktop client beside it.
fn to_phone(ctx: &mut StoryContext<'_>, session: &mut Session, callee: Option<u32>) -> Told {
    let first = callee.is_none();
    let mut fault = ctx.faults.draw(&mut ctx.rng);
    let (now, until) = (session.start, session.start + 400_000);
    let callee = callee.unwrap_or_else(|| match fault.code {
        "PN23" => ctx.user_of(now, until, |p| !p.pushes()),
        "PN22" | "PN24" => ctx.user_of(now, until, Platform::pushes),
        "PN60" => ctx.user_of(now, until, Platform::is_ucwa),
        "PN21" => ctx.user_of(now, until, Platform::is_iphone),
        _ => ctx.phone_user(now, until),
    });
    let platform = Platform::of(callee, ctx.topology.era);
    let off = ctx.off(platform);
    if off {
        fault = faults::find("PN21").unwrap_or(fault);
    }
    let mut verdict = PHONE[ctx.rng.weighted(&PHONE.map(|(_, w)| w))].0;
    // In the foreground the app needs no push, and answers.
    let open = !platform.pushes() || fault.code == "PN24" || (first && ctx.rng.chance(8));
    let pushed = !open && fault.course != Course::NoPush;
    let unfetched = fault.code == "PN60" && platform.is_ucwa();
    if fault.code == "PN24" {
        verdict = Verdict::AnsweredByMobile;
    } else if unfetched {
        verdict = if pushed { Verdict::NotOpened } else { Verdict::MissedNoPush };
    } else if !platform.pushes() && (fault.code == "PN23" || matches!(verdict, Verdict::NotOpened))
        || !open && fault.course == Course::NoPush
    {
        verdict = Verdict::MissedNoPush;
    } else if pushed && !matches!(fault.course, Course::Accepted | Course::Odd | Course::Twice) {
        verdict = match fault.course {
            Course::Late => Verdict::NotOpened,
            Course::Silent | Course::Lost => Verdict::MissedPushUnanswered,
            _ => Verdict::MissedPushFailed,
        };
    } else if fault.code == "PN50" && pushed {
        verdict = Verdict::NotOpened;
    } else if open && verdict == Verdict::NotOpened {
        verdict = Verdict::AnsweredByMobile;
    }
    if !first && matches!(verdict, Verdict::AnsweredByMobile | Verdict::AnsweredElsewhere) {
        verdict = Verdict::CallerGaveUp;
    }
    let both = verdict == Verdict::AnsweredElsewhere || (!unfetched && ctx.rng.chance(30));
    let places: &[Endpoint] = if both { &[Endpoint::Mobile, Endpoint::Desktop] } else { &[Endpoint::Mobile] };
    connect(ctx, session, callee, places);
    let mut writer = Writer::new(Script::new(session), &mut ctx.rng, Body::ImSdp);
    let ucwa = match () {
        () if unfetched => Fetching::Never,
        () if platform.is_ucwa() => Fetching::PerhapsNot,
        () => Fetching::Unneeded,
    };
    let mut told = writer.phone(verdict, pushed, ucwa);
    let rang = writer.rang;
    writer.script.finish();
    if pushed {
        told.findings.extend(fault.causes());
        told.push = Some(Caused {
            after: rang + ctx.rng.range(60, 400),
            user: callee,
            fault,
            link: if first { Link::Certain } else { Link::Likely },
        });
    }
    match verdict {
        Verdict::NotOpened => told.findings.push("PN50"),
        Verdict::AnsweredByMobile if !pushed && platform.pushes() => told.findings.push("PN24"),
        Verdict::MissedNoPush if off => told.findings.extend(["PN20", "PN21"]),
        Verdict::MissedNoPush if platform.pushes() => told.findings.push("PN20"),
        Verdict::MissedNoPush => told.findings.push("PN23"),
        _ => {}
    }
    told.findings.sort_unstable();
    told.findings.dedup();
    // A second caller while the first still waits: two calls that a push may belong to.
    let waits = matches!(verdict, Verdict::NotOpened | Verdict::MissedPushFailed | Verdict::MissedPushUnanswered);
    if first && waits && ctx.rng.chance(8) {
        told.again = Some((ctx.rng.range(8_000, 15_000), Again { user: callee, gone: false }));
    }
    if first && fault.code == "PN22" {
        told.again = Some((ctx.rng.range(150_000, 200_000), Again { user: callee, gone: true }));
    }
    told
}
