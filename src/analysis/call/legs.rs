//! The far ends of a call: where each leg went, which client is there, and how the leg ended.

use std::cell::OnceCell;

use hashbrown::HashMap;

use super::answer::{self, Side};
use super::ending::judge_final;
use super::{Call, Home, Leg};
use crate::analysis::message::{Context, Msg};
use crate::analysis::named::named;
use crate::analysis::servers::ServerId;
use crate::analysis::terms::Outcome;
use crate::analysis::transaction::{Branch, Cancelled, InviteTransaction, completed_elsewhere};
use crate::knowledge::Product;
use crate::knowledge::clients::{MOBILITY_PORTS, UCWA_PORTS};
use crate::record::Direction;
use crate::sip::Method;
use crate::text::{decode, host_of};
use crate::trace::Maker;

/// The legs of a call whose outcome is known, and what its mobile endpoints did. `own` are its messages, those inside
/// the dialog too.
pub(super) fn add_legs(ctx: &Context<'_>, call: &mut Call, attempt: &InviteTransaction<'_>, own: &[&Msg<'_>]) {
    call.legs = legs(ctx, attempt, call.outcome, own);
    let seen = has_mobile(attempt);
    call.mobile = seen || call.legs.iter().any(|l| l.mobile);
    let hops: Vec<&Branch<'_>> = attempt.legs().collect();
    call.homes = hops.iter().zip(&call.legs).filter(|(_, l)| l.mobile).map(|(hop, l)| home(ctx, hop, l)).collect();
    call.homes.dedup();
    let at_desk = |leg: &Leg| {
        let target = leg.target.as_deref();
        !answer::is_behind(leg) && target.is_some_and(|t| !ctx.servers.is_own_host(host_of(t)))
    };
    let at_desks = !call.mobile && !call.legs.is_empty() && call.legs.iter().all(at_desk);
    call.at_desks = at_desks && answer::tells_all_legs(ctx, attempt);
    call.voice_mail = call.outcome == Outcome::Answered && answer::is_voice_mail(ctx, attempt);
    if !call.mobile {
        return;
    }
    match answer::speaker(ctx, attempt, own, &hops, &call.legs) {
        Side::Mobile => (call.answered_by_mobile, call.refused_by_mobile) = (true, true),
        Side::Unnamed => {
            (call.answered_by_mobile, call.refused_by_mobile, call.spoken_unnamed) = (true, true, true);
        }
        Side::Other => {}
        Side::Unknown => call.leg_unknown = true,
    }
}

fn legs(ctx: &Context<'_>, attempt: &InviteTransaction<'_>, outcome: Outcome, own: &[&Msg<'_>]) -> Vec<Leg> {
    let by_tag = OnceCell::new();
    let answered = matches!(outcome, Outcome::Answered | Outcome::MediaFailed);
    let caller_cancelled = matches!(attempt.cancelled(), Cancelled::ByCaller(_));
    let global = attempt.branches.iter().flat_map(Branch::finals).any(|m| m.status >= 600);
    attempt
        .legs()
        .map(|hop| {
            let target = target(ctx, hop);
            let listener = target.as_deref().is_some_and(is_mobility_listener);
            let mut client = client(hop);
            if listener && client.as_ref().is_none_or(|c| rank(c) < NAMED) {
                let by_tag = by_tag.get_or_init(|| named(own.iter().copied()));
                client = in_dialog(hop, by_tag).or(client);
            }
            // A client that names itself decides over the port: a Mac behind UCWA is a desktop.
            let desktop = client.as_ref().is_some_and(|c| c.desktop);
            let mobile = client.as_ref().is_some_and(|c| c.mobile) || (listener && !desktop);
            let named = client.as_ref().is_some_and(|c| !c.platform.is_empty() && !c.service);
            let unnamed = mobile && !named && target.as_deref().is_some_and(is_ucwa_listener);
            let last = hop.finals().find(|m| m.status < 300).or_else(|| hop.finals().last());
            let rang = hop.responses().any(|m| m.status == 180);
            let quiet = if rang { Outcome::NoAnswer } else { Outcome::NoResponse };
            let leg_outcome = match last {
                Some(f) if f.status != 487 => judge_final(ctx, f, false)(rang),
                _ if is_completed_elsewhere(ctx, hop) => Outcome::AnsweredElsewhere,
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
fn target(ctx: &Context<'_>, hop: &Branch<'_>) -> Option<String> {
    let peer = |m: &Msg<'_>| ctx.event(m.id).and_then(|e| ctx.trace.peer(e));
    let target = hop.invite().and_then(peer).or_else(|| hop.responses().next().and_then(peer));
    target.map(|t| decode(t).into_owned())
}

/// Whether the CANCEL of a leg says that another leg answered.
fn is_completed_elsewhere(ctx: &Context<'_>, hop: &Branch<'_>) -> bool {
    hop.cancel().is_some_and(|m| completed_elsewhere(ctx, m))
}

/// Whose mobility service speaks for the endpoint of a leg.
fn home(ctx: &Context<'_>, hop: &Branch<'_>, leg: &Leg) -> Home {
    let logged = hop.messages.iter().find(|m| (m.direction == Direction::Outgoing) == m.is_request());
    let here = logged.or(hop.messages.first()).map(|m| m.server);
    here.map_or(Home::Missing, |here| home_of(ctx, here, leg.target.as_deref()))
}

/// Whose mobility service speaks for a mobile endpoint to which a server sent something.
pub(in crate::analysis) fn home_of(ctx: &Context<'_>, here: ServerId, target: Option<&str>) -> Home {
    let Some(target) = target else { return Home::At(here) };
    let host = host_of(target);
    if let Some(server) = ctx.servers.find(host) {
        return Home::At(server);
    }
    let is_address = |host: &str| host.parse::<std::net::IpAddr>().is_ok();
    if is_address(host) {
        // The server speaks to the client itself, or to the service on its own address.
        return Home::At(here);
    }
    match ctx.servers.get(here).and_then(|s| s.name.as_deref()) {
        Some(name) if !is_address(name) => Home::Missing,
        _ if is_mobility_listener(target) => Home::Perhaps(here),
        _ => Home::Missing,
    }
}

/// Whether a message went to a mobile endpoint, or came from one.
pub(super) fn is_with_phone(ctx: &Context<'_>, m: &Msg<'_>) -> bool {
    let peer = ctx.event(m.id).and_then(|e| ctx.trace.peer(e)).map(decode);
    peer.is_some_and(|p| is_mobility_listener(&p)) || m.status > 100 && m.product.is_some_and(Maker::is_mobile)
}

/// Whether a target is the mobility service: by its ports a leg that never answered is still known to be mobile.
pub(in crate::analysis) fn is_mobility_listener(target: &str) -> bool {
    is_port_of(target, &MOBILITY_PORTS)
}

/// Whether a target is UCWA, behind which is a phone or a Mac.
pub(in crate::analysis) fn is_ucwa_listener(target: &str) -> bool {
    is_port_of(target, &UCWA_PORTS)
}

fn is_port_of(target: &str, ports: &[&str]) -> bool {
    target.rsplit_once(':').is_some_and(|(_, port)| ports.contains(&port))
}

/// What the responses of a leg call their sender: the first phone, else the first desktop behind UCWA, else the first
/// mobility service, else the first of all.
fn client(hop: &Branch<'_>) -> Option<Product> {
    let makers = hop.responses().filter(|m| m.status > 100).filter_map(|m| m.product);
    let mut found: Option<(u8, Maker<'_>)> = None;
    for maker in makers {
        let rank = maker.product(|p| (!p.name.is_empty()).then(|| rank(p)));
        if let Some(rank) = rank.filter(|rank| found.is_none_or(|(known, _)| known < *rank)) {
            found = Some((rank, maker));
        }
    }
    found.map(|(_, maker)| maker.product(Clone::clone))
}

/// How much a product says of who stands behind the mobility service.
fn rank(p: &Product) -> u8 {
    match () {
        () if p.mobile && !p.service => 3,
        () if p.desktop && p.ucwa => NAMED,
        () if p.mobile => 1,
        () => 0,
    }
}

/// From this rank on the client is named.
const NAMED: u8 = 2;

/// The client of a leg whose final responses name none: in its requests inside the dialog, or in a 100. A server that
/// answers 100 for another names no client.
fn in_dialog(hop: &Branch<'_>, by_tag: &HashMap<u64, Maker<'_>>) -> Option<Product> {
    let of_tag = hop.responses().find_map(|m| by_tag.get(&m.to_tag).copied());
    let early = || hop.responses().filter(|m| m.status == 100).filter_map(|m| m.product);
    let named = of_tag.or_else(|| early().find(|p| p.client().is_some()))?;
    Some(named.product(Clone::clone))
}

/// Whether any response came from a mobile endpoint. The mobility service alone speaks for a phone unless a desktop
/// behind it names itself.
fn has_mobile(attempt: &InviteTransaction<'_>) -> bool {
    let responses = || attempt.messages.iter().filter(|m| m.method == Method::Invite && m.status > 100);
    let products = || responses().take(256).filter_map(|m| m.product);
    let desktop = products().any(Maker::is_desktop_behind_ucwa);
    products().any(|p| p.is_mobile() && !(desktop && p.is_mobility_service()))
}
