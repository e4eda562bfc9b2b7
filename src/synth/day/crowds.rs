//! Calls that crowd one user.

use super::Scene;
use crate::analysis::{Outcome, Verdict};
use crate::synth::session::Body;

/// Two callers at once: one push each, in the order of the calls; one is refused, the other accepted.
pub(super) fn crowded(scene: &mut Scene<'_, '_>) {
    let callee = scene.phone_user();
    for (after, code) in [(0, "PN04"), (scene.ctx.rng.range(30, 250), "")] {
        let from = scene.ctx.desk_user();
        let mut session = scene.phone_call(after, from, callee);
        scene.write(&mut session, Body::ImSdp, |w| {
            w.ask_all();
            // Both ring within a second.
            w.ring();
            w.ring_out(0);
        });
        let (verdict, cause) =
            if code.is_empty() { (Verdict::NotOpened, "PN50") } else { (Verdict::MissedPushFailed, "PN04") };
        let call = scene.call(session, Outcome::NoAnswer, Some(verdict), &[cause]);
        scene.of_call(call, |call| {
            call.unsure = true;
            call.known = vec!["outcome".to_owned()];
        });
        let push = scene.push(after + 1_200, callee, code, Some(call));
        scene.of_push(push, |push| {
            push.unsure = true;
            push.known = vec!["result".to_owned()];
            push.known.extend(push.findings.iter().cloned());
        });
    }
}
