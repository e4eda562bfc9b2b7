//! Ordinary days: stories that are rarer than a call that rings, and that a reader of logs gets wrong easily. Each is
//! written from the rules of SIP and of the servers, with what is true of it; a plan asks for them by name.

mod attempts;
mod clocks;
mod crowds;
mod devices;
mod messages;
mod pushes;
mod scene;
mod services;
mod steps;

pub(super) use scene::{Act, Event, Scene};

/// One kind of story.
#[derive(Debug)]
pub(super) struct Tale {
    pub(super) name: &'static str,
    /// Needs a second Edge.
    pub(super) two_edges: bool,
    pub(super) tell: fn(&mut Scene<'_, '_>),
}

const fn tale(name: &'static str, tell: fn(&mut Scene<'_, '_>)) -> Tale {
    Tale { name, two_edges: false, tell }
}

/// All stories, by name.
pub(super) static TALES: [Tale; 31] = [
    tale("abandoned", pushes::abandoned),
    tale("busy-elsewhere", devices::busy_elsewhere),
    tale("clock-ahead", clocks::ahead),
    tale("clock-back", clocks::back),
    tale("conference", services::conference),
    tale("conference-focus", services::focus),
    tale("crowded", crowds::crowded),
    tale("crowded-message", messages::beside_a_call),
    tale("delegate", devices::delegate),
    tale("early-media", attempts::early_media),
    Tale { two_edges: true, ..tale("failover-edge", attempts::failover_edge) },
    tale("failover-front-end", attempts::failover_front_end),
    tale("hidden-ring", clocks::hidden_ring),
    tale("late-busy-cancel", attempts::late_busy_cancel),
    tale("late-cancel", attempts::late_cancel),
    tale("level", clocks::level),
    tale("message", messages::answered),
    tale("message-missed", messages::missed),
    tale("missed-call-push", pushes::behind),
    tale("missed-call-push-redial", pushes::behind_and_redial),
    Tale { two_edges: true, ..tale("push-failover", pushes::failover) },
    tale("redial", pushes::redial),
    tale("refused-by-phone", devices::refused),
    tale("retry", attempts::retry),
    tale("second-push", pushes::second),
    tale("second-push-answered", pushes::second_answered),
    tale("server-error", devices::server_error),
    tale("server-timer", attempts::server_timer),
    tale("slow-challenge", attempts::slow_challenge),
    tale("two-devices", devices::two_answer),
    tale("voice-mail", services::voice_mail),
];
