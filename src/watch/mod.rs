//! Logs that go on: what begins and what ends, instead of each call.
//!
//! ```text
//! facts of what is there now ─┬─ step ── events: begins, ends, silent, speaks, throttled, match, digest
//! state of the time before ───┘    └──── state to keep
//! ```
//!
//! Nothing here looks at a clock: time is that of the newest record, so that a log tells the same whenever it is read.

mod causes;
mod event;
mod metrics;
mod settings;
mod state;
mod step;

pub use event::Event;
pub use metrics::write as write_metrics;
pub use settings::Settings;
pub use state::{Active, SCHEMA, ServerState, State};
pub use step::{Match, step};
