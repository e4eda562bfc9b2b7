//! The far ends of a call: where each leg went, which client is there, and how the leg ended.

use super::ending::judge_final;
use super::{Call, Leg};
use crate::analysis::attempt::{Attempt, Hop};
use crate::analysis::message::{Context, Msg};
use crate::analysis::words::Outcome;
use crate::knowledge::clients::{MOBILITY_PORTS, UCWA_PORTS};
use crate::sip::{HeaderName, Method, Product};
use crate::text::{contains_ignore_case, decode};

/// The legs of a call whose outcome is known, and what its mobile endpoints did.
pub(super) fn add_legs(ctx: &Context<'_>, call: &mut Call, attempt: &Attempt<'_>) {
    call.legs = legs(ctx, attempt, call.outcome);
    let (seen, answered) = mobility(attempt);
    // Servers listen on 5061, the mobility service on its own ports.
    let behind = |l: &Leg| l.target.as_deref().is_some_and(|t| t.ends_with(":5061"));
    let mut endpoints = call.legs.iter().filter(|l| l.mobile).peekable();
    call.mobile_elsewhere = endpoints.peek().is_some() && endpoints.all(behind);
    // Behind the next server a leg may be several endpoints: the final itself tells which of them spoke.
    let other = attempt.final_response().is_some_and(is_other_client);
    let mobile = |l: &&Leg| l.mobile && (!other || l.target.as_deref().is_some_and(|t| is_port_of(t, &MOBILITY_PORTS)));
    call.mobile = seen || call.legs.iter().any(|l| l.mobile);
    call.answered_by_mobile = answered || call.legs.iter().filter(mobile).any(|l| l.outcome == Outcome::Answered);
    let refused = |l: &Leg| matches!(l.outcome, Outcome::Declined | Outcome::Busy | Outcome::DoNotDisturb);
    call.refused_by_mobile = call.legs.iter().filter(mobile).any(refused) || (call.legs.is_empty() && seen);
}

fn legs(ctx: &Context<'_>, attempt: &Attempt<'_>, outcome: Outcome) -> Vec<Leg> {
    let answered = matches!(outcome, Outcome::Answered | Outcome::MediaFailed);
    let caller_cancelled = attempt.caller_cancel().is_some();
    let global = attempt.hops.iter().flat_map(Hop::finals).any(|m| m.status >= 600);
    attempt
        .legs()
        .map(|hop| {
            let client = client(hop);
            let target = target(ctx, hop);
            let listener = target.as_deref().is_some_and(|t| is_port_of(t, &MOBILITY_PORTS));
            // A client that names itself decides over the port: a Mac behind UCWA is a desktop.
            let desktop = client.as_ref().is_some_and(|c| c.desktop);
            let mobile = client.as_ref().is_some_and(|c| c.mobile) || (listener && !desktop);
            let named = client.as_ref().is_some_and(|c| !c.platform.is_empty() && !c.service);
            let unnamed = mobile && !named && target.as_deref().is_some_and(|t| is_port_of(t, &UCWA_PORTS));
            let last = hop.finals().find(|m| m.status < 300).or_else(|| hop.finals().last());
            let rang = hop.responses().any(|m| m.status == 180);
            let quiet = if rang { Outcome::NoAnswer } else { Outcome::NoResponse };
            let leg_outcome = match last {
                Some(f) if f.status != 487 => judge_final(ctx, f, rang, false),
                _ if completed_elsewhere(ctx, hop) => Outcome::AnsweredElsewhere,
                _ if caller_cancelled && !answered => Outcome::Cancelled,
                _ if answered => Outcome::AnsweredElsewhere,
                _ if global => Outcome::Cancelled,
                _ if matches!(outcome, Outcome::NoFinal | Outcome::Undetermined) && hop.cancel().is_none() => outcome,
                _ => quiet,
            };
            Leg { target, client, mobile, unnamed, outcome: leg_outcome, status: last.map(|m| m.status) }
        })
        .collect()
}

/// The other side of the INVITE's record, else of its first response's.
fn target(ctx: &Context<'_>, hop: &Hop<'_>) -> Option<String> {
    let peer = |m: &Msg<'_>| ctx.event(m.id).and_then(|e| ctx.trace.peer(e));
    let target = hop.invite().and_then(peer).or_else(|| hop.responses().next().and_then(peer));
    target.map(|t| decode(t).into_owned())
}

/// Whether the CANCEL of a leg says that another leg answered.
fn completed_elsewhere(ctx: &Context<'_>, hop: &Hop<'_>) -> bool {
    hop.cancel()
        .and_then(|m| ctx.header(m.id, HeaderName::Reason))
        .is_some_and(|r| contains_ignore_case(&r, b"cause=200") || contains_ignore_case(&r, b"completed elsewhere"))
}

fn is_port_of(target: &str, ports: &[&str]) -> bool {
    target.rsplit_once(':').is_some_and(|(_, port)| ports.contains(&port))
}

/// What the responses of a leg call their sender: the first phone, else the first desktop behind UCWA, else the first
/// mobility service, else the first of all.
fn client(hop: &Hop<'_>) -> Option<Product> {
    let rank = |p: &Product| match () {
        () if p.mobile && !p.service => 3,
        () if p.desktop && p.ucwa => 2,
        () if p.mobile => 1,
        () => 0,
    };
    let products = hop.responses().filter(|m| m.status > 100).filter_map(product);
    let mut found: Option<Product> = None;
    for product in products {
        if found.as_ref().is_none_or(|f| rank(f) < rank(&product)) {
            found = Some(product);
        }
    }
    found
}

/// Whether a response names its sender, and that is no mobile one.
fn is_other_client(m: &Msg<'_>) -> bool {
    m.product.is_some_and(|p| !Product::is_mobile(p))
}

fn product(m: &Msg<'_>) -> Option<Product> {
    Some(Product::parse(&crate::text::clean(m.product?))).filter(|p| !p.name.is_empty())
}

/// Whether any response came from a mobile endpoint, and whether the answer did. The mobility service alone speaks for
/// a phone unless a desktop behind it names itself.
fn mobility(attempt: &Attempt<'_>) -> (bool, bool) {
    let responses = || attempt.messages.iter().filter(|m| m.method == Method::Invite && m.status > 100);
    let products = || responses().take(256).filter_map(|m| m.product);
    let desktop = products().any(Product::is_desktop_behind_ucwa);
    let mobile = |p: &[u8]| Product::is_mobile(p) && !(desktop && Product::is_mobility_service(p));
    let seen = products().any(mobile);
    (seen, seen && attempt.final_response().is_some_and(|m| m.status < 300 && m.product.is_some_and(mobile)))
}
