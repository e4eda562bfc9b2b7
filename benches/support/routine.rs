//! Scripts of everything that is no call: registration, presence, pushes, OPTIONS.

use super::cast::{Cast, anyone};
use super::script::Script;
use super::session::{Body, Method, Note, Party, Place, SERVER, Session, Step};
use super::text::Rng;

const MOVED: &str = "ms-diagnostics: 4142;reason=\"Redirect request to Home Server\";source=\"fe01.contoso.com\"";
const ACCEPTED: &str = "ms-diagnostics-public: 30000;Reason=\"Success\"";
const REJECTED: &str = "ms-diagnostics-public: 30002;Reason=\"Push notification request was rejected\"";
const UNROUTABLE: [&str; 3] = [
    "ms-diagnostics: 1008;reason=\"Unable to resolve DNS SRV record\";domain=\"push.lync.com\";source=\"edge01.contoso.com\"",
    "ms-diagnostics: 1009;reason=\"No match for domain in DNS SRV results\";domain=\"push.lync.com\";source=\"edge01.contoso.com\"",
    "ms-diagnostics: 1010;reason=\"Certificate trust with next-hop server could not be established.\";source=\"edge01.contoso.com\"",
];

/// REGISTER, one or two challenges, 200; or a redirect to the user's own Front End.
pub(super) fn register(session: &mut Session, rng: &mut Rng, cast: &mut Cast) {
    let mobile = rng.chance(12);
    let user = if mobile { cast.with_mobile() } else { anyone(rng) };
    let place = if mobile { Place::Mobile } else { Place::Desktop };
    session.parties[0] = Party::new(user, place, rng);
    session.parties[1] = session.parties[0];
    let mut script = Script::new(std::mem::take(&mut session.steps));
    let mut at = 0;
    let first = script.step(at, Method::Register, 0);
    script.read(0, first);
    if rng.chance(6) {
        let moved = Step { note: Note::Line(MOVED), ..script.step(at + 8, Method::Register, 301) };
        script.reply(moved);
    } else {
        for _ in 0..[1, 2][rng.weighted(&[65, 35])] {
            let challenge = Step { note: Note::Challenge, ..script.step(at + 8, Method::Register, 401) };
            script.reply(challenge);
            script.next();
            at += rng.range(40, 200);
            let again = Step { note: Note::Credentials, ..script.step(at, Method::Register, 0) };
            script.read(0, again);
        }
        let welcome = script.step(at + 15, Method::Register, 200);
        script.reply(welcome);
    }
    session.steps = script.finish();
}

/// SUBSCRIBE to the presence of a list of users, the answer with their state, later BENOTIFY, sometimes a refresh.
pub(super) fn subscribe(session: &mut Session, rng: &mut Rng) {
    session.parties[0] = Party::new(anyone(rng), Place::Desktop, rng);
    session.parties[1] = session.parties[0];
    let mut script = Script::new(std::mem::take(&mut session.steps));
    let request = Step { body: Body::Roster, note: Note::Credentials, ..script.step(0, Method::Subscribe, 0) };
    script.read(0, request);
    let state = Step { body: Body::RosterState, ..script.step(12, Method::Subscribe, 200) };
    script.reply(state);
    let mut at = 0;
    for _ in 0..rng.range(1, 4) {
        at += rng.range(2_000, 30_000);
        notify(&mut script, at);
    }
    if rng.chance(30) {
        at += rng.range(1_000, 30_000);
        script.next();
        let request = Step { leg: SERVER, note: Note::Credentials, ..script.step(at, Method::Subscribe, 0) };
        script.read(0, request);
        let done = script.step(at + 6, Method::Subscribe, 200);
        script.reply(done);
    }
    session.steps = script.finish();
}

/// A BENOTIFY from the Front End: nobody answers it.
fn notify(script: &mut Script, at: u32) {
    script.txn += 1;
    script.cseq_back += 1;
    let cseq = script.cseq_back;
    let step = script.step(at, Method::BeNotify, 0);
    script.write(0, Step { from: SERVER, leg: SERVER, cseq, body: Body::Categories, ..step });
}

/// SERVICE that publishes a user's state, and the state as published.
pub(super) fn publish(session: &mut Session, rng: &mut Rng) {
    session.parties[0] = Party::new(anyone(rng), Place::Desktop, rng);
    session.parties[1] = session.parties[0];
    let mut script = Script::new(std::mem::take(&mut session.steps));
    let request = Step { body: Body::Publish, note: Note::Credentials, ..script.step(0, Method::Service, 0) };
    script.read(0, request);
    let reply = Step { body: Body::Categories, ..script.step(15, Method::Service, 200) };
    script.reply(reply);
    session.steps = script.finish();
}

/// SUBSCRIBE to a user of another server, and NOTIFY from there, both through this Front End.
pub(super) fn watch(session: &mut Session, rng: &mut Rng) {
    session.parties[0] = Party::new(anyone(rng), Place::Desktop, rng);
    let place = [Place::FrontEnd, Place::Edge][rng.weighted(&[60, 40])];
    session.parties[1] = Party::new(anyone(rng), place, rng);
    session.legs = 1;
    let mut script = Script::new(std::mem::take(&mut session.steps));
    let request = Step { note: Note::Credentials, ..script.step(0, Method::Subscribe, 0) };
    script.read(0, request);
    script.write(1, Step { at: 3, note: Note::None, ..request });
    let answer = script.step(60, Method::Subscribe, 200);
    script.forward(1, answer);
    let mut at = 70;
    for _ in 0..rng.range(1, 2) {
        script.exchange(at, 1, true, (Method::Notify, Body::Categories, Note::None), Body::None);
        at += rng.range(2_000, 40_000);
    }
    session.steps = script.finish();
}

/// OPTIONS from another server, or from this one.
pub(super) fn ping(session: &mut Session, rng: &mut Rng) {
    let place = [Place::Mediation, Place::FrontEnd, Place::Edge][rng.weighted(&[60, 20, 20])];
    session.parties[0] = Party::new(0, place, rng);
    session.parties[1] = session.parties[0];
    let mut script = Script::new(std::mem::take(&mut session.steps));
    let options = script.step(0, Method::Options, 0);
    let answer = script.step(8, Method::Options, 200);
    if rng.chance(70) {
        script.read(0, options);
        script.reply(answer);
    } else {
        script.write(1, Step { from: SERVER, ..options });
        script.read(1, Step { from: SERVER, leg: 1, ..answer });
    }
    session.steps = script.finish();
}

/// The MESSAGE of the mobility service to the Push Notification Clearing House, and what comes back.
pub(super) fn push(session: &mut Session, rng: &mut Rng, user: u32, result: &'static str) {
    session.parties[0] = Party::new(user, Place::PushSender, rng);
    session.parties[1] = Party::new(user, Place::ClearingHouse, rng);
    session.legs = 1;
    session.ending.push = Some(result);
    let mut script = Script::new(std::mem::take(&mut session.steps));
    // The mobility service counts its pushes through one running number.
    script.cseq = u16::try_from(rng.range(2_000, 60_000)).unwrap_or(2_000);
    let message = Step { body: Body::Push, ..script.step(0, Method::Message, 0) };
    script.read(0, message);
    script.write(1, Step { at: 3, ..message });
    let at = rng.range(120, 1_400);
    let (status, note) = match result {
        "accepted" => (200, Note::Line(ACCEPTED)),
        "rejected" => (403, Note::Line(REJECTED)),
        _ => (504, Note::Fault(UNROUTABLE[rng.weighted(&[40, 35, 25])])),
    };
    if result == "unanswered" {
        script.silence(40_000);
    } else {
        let answer = Step { note, ..script.step(at, Method::Message, status) };
        script.forward(1, answer);
    }
    session.steps = script.finish();
}
