//! Messages in the forms that other tools open.
//!
//! * [`pcapng`]: a capture for Wireshark, tshark and sngrep, one TCP stream a connection.
//! * [`sip`]: plain messages, as they were on the wire.
//!
//! A log holds no packets: what a capture needs and no record tells is made up, and the capture says so.

pub mod pcapng;
mod streams;
mod wire;

use std::io::{self, Write};

use crate::trace::{EventId, Trace};

pub use wire::{Wire, wire};

/// Writes messages one after the other, each as it was on the wire, an empty line between two.
///
/// # Errors
/// When the writer fails.
pub fn sip(trace: &Trace, records: &[EventId], out: &mut dyn Write) -> io::Result<()> {
    let messages = records.iter().filter_map(|id| wire(trace, trace.event(*id)?));
    for (i, message) in messages.enumerate() {
        if i > 0 {
            out.write_all(b"\r\n")?;
        }
        out.write_all(&message.bytes)?;
        if !message.bytes.ends_with(b"\n") {
            out.write_all(b"\r\n")?;
        }
    }
    Ok(())
}
