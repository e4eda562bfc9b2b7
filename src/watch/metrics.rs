//! Numbers for a monitoring system, in the `OpenMetrics` text format.

use std::io::{self, Write};

use super::State;
use crate::rates::{self, Facts};
use crate::text::sanitize;

/// Writes all numbers: of the logs that are there, and of what goes on.
///
/// # Errors
/// When the writer fails.
pub fn write(facts: &Facts<'_>, state: &State, out: &mut dyn Write) -> io::Result<()> {
    let rates = rates::rates(facts, None);
    let missed = facts.calls.iter().filter(|c| c.is_missed()).count() as u64;
    head(out, "siptrail_calls", "Calls in the logs that are watched.")?;
    writeln!(out, "siptrail_calls {}", rates.all.calls)?;
    head(out, "siptrail_missed_calls", "Missed calls among them.")?;
    writeln!(out, "siptrail_missed_calls {missed}")?;
    head(out, "siptrail_pushes", "Pushes in the logs, without test traffic.")?;
    writeln!(out, "siptrail_pushes {}", rates.all.pushes)?;
    head(out, "siptrail_hidden_calls", "Calls that holes of the logs may hide, at most.")?;
    writeln!(out, "siptrail_hidden_calls {}", rates.all.hidden_calls)?;
    head(out, "siptrail_rate", "Rates as siptrail rates tells them, with the ends of what the logs leave open.")?;
    for rate in &rates.all.rates {
        for (bound, value) in [("value", rate.value), ("low", rate.low), ("high", rate.high)] {
            if let Some(value) = value {
                writeln!(out, "siptrail_rate{{name=\"{}\",bound=\"{bound}\"}} {value}", rate.name)?;
            }
        }
    }
    head(out, "siptrail_cause_cases", "Cases of a cause that goes on, since it began.")?;
    for (code, active) in &state.active {
        writeln!(out, "siptrail_cause_cases{{code=\"{}\"}} {}", label(code), active.count)?;
    }
    let newest = state.newest.unwrap_or(0);
    head(out, "siptrail_server_behind_seconds", "How far the log of a server is behind the newest of all.")?;
    for (server, own) in &state.servers {
        writeln!(out, "siptrail_server_behind_seconds{{server=\"{}\"}} {}", label(server), own.behind(newest) / 1000)?;
    }
    head(out, "siptrail_server_silent", "1 where the log of a server fell silent.")?;
    for (server, own) in &state.servers {
        writeln!(out, "siptrail_server_silent{{server=\"{}\"}} {}", label(server), u8::from(own.silent))?;
    }
    writeln!(out, "# EOF")
}

fn head(out: &mut dyn Write, name: &str, help: &str) -> io::Result<()> {
    writeln!(out, "# TYPE {name} gauge\n# HELP {name} {help}")
}

/// A text between quotes; of a log, and so made safe.
fn label(text: &str) -> String {
    sanitize(text).replace('\\', "\\\\").replace('"', "\\\"")
}
