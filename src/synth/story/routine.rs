//! What servers do all day: sign-ins, presence, looking after each other.

use super::StoryContext;
use crate::synth::place::{Endpoint, Node, Party, Path};
use crate::synth::script::Script;
use crate::synth::session::{Body, Flight, Method, Note, Session, Tag};

/// Writes one transaction of a client or a server.
pub(in crate::synth) fn routine(ctx: &mut StoryContext<'_>, session: &mut Session, ping: Option<u8>) {
    let user = ctx.rng.below(32_000);
    session.parties.push(Party { user, place: Endpoint::Desktop, key: ctx.rng.next() });
    let home = Node::Server(ctx.topology.home(user));
    match (ping, ctx.rng.weighted(&[30, 30, 25, 15])) {
        (None, 0) => register(ctx, session, home),
        (None, 1) => subscribe(ctx, session, home),
        (None, 2) => notify(ctx, session, home),
        (from, _) => {
            let front_end = u8::try_from(ctx.rng.below(u32::from(ctx.topology.front_ends()))).unwrap_or(0);
            let from = from.unwrap_or(front_end);
            self::ping(session, from, ctx.topology.edge());
        }
    }
}

/// One server looks after another.
pub(in crate::synth) fn ping(session: &mut Session, from: u8, to: u8) {
    session.paths.push(Path::new([Node::Server(from), Node::Server(to)].into_iter()));
    exchange(session, Method::Options, 0, 1, Body::None, 2, Note::None);
}

fn register(ctx: &mut StoryContext<'_>, session: &mut Session, home: Node) {
    session.paths.push(Path::new([Node::Party(0), home].into_iter()));
    let mut script = Script::new(session);
    let mut at = 0;
    let challenged = ctx.rng.chance(30);
    if challenged {
        let ask = script.request(at, 0, 0, 1, Method::Register);
        let got = script.send(ask);
        let no = script.response(got + 3, 0, (1, 0), Method::Register, 401, Tag::Server);
        at = 40 + script.send(Flight { note: Note::Challenge, ..no });
        (script.cseq, script.txn) = (2, 2);
    }
    let ask = Flight { note: Note::Credentials, ..script.request(at, 0, 0, 1, Method::Register) };
    let got = script.send(ask);
    let yes = script.response(got + 4, 0, (1, 0), Method::Register, 200, Tag::Server);
    script.send(yes);
    script.finish();
}

fn subscribe(ctx: &mut StoryContext<'_>, session: &mut Session, home: Node) {
    let watched = ctx.desk_user();
    session.parties.push(Party { user: watched, place: Endpoint::Desktop, key: ctx.rng.next() });
    session.paths.push(Path::new([Node::Party(0), home, Node::Party(1)].into_iter()));
    exchange(session, Method::Subscribe, 0, 1, Body::Categories, 8, Note::Credentials);
}

fn notify(ctx: &mut StoryContext<'_>, session: &mut Session, home: Node) {
    session.paths.push(Path::new([home, Node::Party(0)].into_iter()));
    let mut script = Script::new(session);
    for _ in 0..ctx.rng.range(1, 4) {
        // BENOTIFY has no answer.
        let at = u32::from(script.cseq) * ctx.rng.range(50, 900);
        let ask = script.request(at, 0, 0, 1, Method::BeNotify);
        script.send(Flight { body: Body::Categories, tag: Tag::Leg(0), ..ask });
        script.cseq += 1;
        script.txn += 1;
    }
    script.finish();
}

/// A request over one hop, and its 200 with the body.
fn exchange(session: &mut Session, method: Method, a: u8, b: u8, body: Body, wait: u32, note: Note) {
    let mut script = Script::new(session);
    let ask = Flight { note, ..script.request(0, 0, a, b, method) };
    let got = script.send(ask);
    let yes = script.response(got + wait, 0, (b, a), method, 200, Tag::Server);
    script.send(Flight { body, ..yes });
    script.finish();
}
