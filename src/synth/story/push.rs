//! Pushes: MESSAGEs of the mobility service to the clearing house.

use super::StoryContext;
use crate::synth::faults::{Course, FAULTS, FINE, Fault};
use crate::synth::place::{Endpoint, Node, Party, Path};
use crate::synth::script::Script;
use crate::synth::session::{Body, Flight, Method, Note, Session, Tag};
use crate::synth::text::mix;

/// A push for a user's phone.
pub(in crate::synth) fn push(ctx: &mut StoryContext<'_>, session: &mut Session, user: u32, fault: &'static Fault) {
    session.mcx = mcx(user);
    let front_end = ctx.topology.home(user);
    parties(ctx, session, user, Endpoint::PushSender);
    let way = ctx.topology.way_out(front_end);
    session.paths.push(Path::new([Node::Party(0)].into_iter().chain(way).chain([Node::Party(1)])));
    let cseq = 20_000 + u16::try_from(ctx.rng.below(9_000)).unwrap_or(0);
    send(ctx, session, fault, cseq);
}

/// Name of a user's session with the mobility service.
pub(in crate::synth) fn mcx(user: u32) -> u64 {
    mix(u64::from(user), 0x3C8)
}

/// A missed call or a voice mail: a push without an INVITE that waits for it.
pub(in crate::synth) fn voice_mail(ctx: &mut StoryContext<'_>, session: &mut Session) -> &'static Fault {
    let (now, until) = (session.start, session.start + 100_000);
    let off = ctx.faults.switched_off();
    let user = ctx.user_of(now, until, |p| !(off && p.is_iphone()));
    let drawn = ctx.faults.draw(&mut ctx.rng);
    let fault = if drawn.course == Course::NoPush { &FAULTS[0] } else { drawn };
    push(ctx, session, user, fault);
    fault
}

/// `Test-CsMcxPushNotification`: straight to the Edge.
pub(in crate::synth) fn test(ctx: &mut StoryContext<'_>, session: &mut Session) -> &'static Fault {
    static PASSED: Fault = Fault {
        header: "ms-diagnostics-public: 30007;Reason=\"Push Notification synthetic transaction succeeded\"",
        ..FINE
    };
    parties(ctx, session, 1, Endpoint::Test);
    session.paths.push(Path::new([Node::Party(0), Node::Server(ctx.topology.edge()), Node::Party(1)].into_iter()));
    let failed = ctx.rng.chance(20);
    let fault = if failed { crate::synth::faults::find("PN04").unwrap_or(&PASSED) } else { &PASSED };
    send(ctx, session, fault, 1);
    fault
}

fn parties(ctx: &mut StoryContext<'_>, session: &mut Session, user: u32, place: Endpoint) {
    session.parties.push(Party { user, place, key: ctx.rng.next() });
    session.parties.push(Party { user: 0, place: Endpoint::ClearingHouse, key: ctx.rng.next() });
}

fn send(ctx: &mut StoryContext<'_>, session: &mut Session, fault: &'static Fault, cseq: u16) {
    let mut script = Script::new(session);
    script.cseq = cseq;
    let house = script.end(0);
    let edge = house - 1;
    script.session.fork = edge;
    let note = if fault.code == "PN11" { Note::Fault(fault) } else { Note::None };
    let ask = Flight { body: Body::Push, note, ..script.request(0, 0, 0, house, Method::Message) };
    let stop = match fault.course {
        Course::FrontEnd => 1,
        Course::Edge | Course::Lost => edge,
        _ => house,
    };
    let arrived = script.send_or_lose(Flight { b: stop, ..ask }, fault.course == Course::Lost);
    let answer = |script: &Script<'_>, at: u32, from: u8, to: u8, tag: Tag| {
        let f = script.response(at, 0, (from, to), Method::Message, fault.status, tag);
        Flight { note: Note::Fault(fault), ..f }
    };
    let soon = arrived + ctx.rng.range(90, 450);
    match fault.course {
        Course::FrontEnd | Course::Edge => {
            let f = answer(&script, arrived + 12, stop, 0, Tag::Server);
            script.send(f);
        }
        Course::Silent | Course::Lost => script.session.hold = arrived + 33_000,
        Course::Late => {
            let f = answer(&script, arrived + 36_000, house, edge, Tag::Leg(0));
            script.send(f);
        }
        Course::Twice => {
            for at in [soon, soon + 700] {
                let f = answer(&script, at, house, 0, Tag::Leg(0));
                script.send(f);
            }
        }
        _ => {
            let f = answer(&script, soon, house, 0, Tag::Leg(0));
            script.send(f);
        }
    }
    script.finish();
}
