//! Messages in the forms that other tools open.
//!
//! * [`pcapng`]: a capture for Wireshark, tshark and sngrep, one TCP stream a connection.
//! * [`sip`]: plain messages, as they were on the wire.
//! * [`sipp`]: a scenario that plays one dialog again.
//!
//! * `tables`, with the feature `parquet`: Parquet and Arrow files.
//!
//! A log holds no packets: what a capture needs and no record tells is made up, and the capture says so.
//!
//! # Tables
//!
//! Five tables, each a file of its own. All columns may be null: the log does not say it. The columns of the first four
//! are those of `siptrail list TABLE --format json`, in the same order: [`Column::all`](crate::query::Column::all) of the
//! fields in [`FIELDS`](crate::query::FIELDS), whose `help` says what each means.
//!
//! | table | one row is |
//! |---|---|
//! | `records` | a record, copies too (`copy` is true) |
//! | `messages` | a record with a SIP message: one that a server received and sent on is two rows; no copies |
//! | `calls` | a call |
//! | `pushes` | a push |
//! | `findings` | a cause: `code`, `severity`, `summary`, `cause`, `remedy`, `count`, `calls` and `pushes` (lists of Call-IDs), `file` and `line` of the first proof |
//!
//! | kind of field | Arrow type | Parquet |
//! |---|---|---|
//! | [`Text`](crate::query::Kind::Text) | `Utf8`, as logged, not made safe for a terminal | string |
//! | [`Word`](crate::query::Kind::Word): outcomes, verdicts, results, methods ... | `Dictionary<Int32, Utf8>` | string |
//! | [`Number`](crate::query::Kind::Number) | `Int64` | int64 |
//! | [`Duration`](crate::query::Kind::Duration), names end in `_ms` | `Int64`, milliseconds | int64 |
//! | [`Time`](crate::query::Kind::Time) | `Timestamp(Microsecond)`, no zone, on the corrected clock | timestamp, not adjusted to UTC |
//! | [`Flag`](crate::query::Kind::Flag) | `Boolean` | boolean |
//! | a field that may have several values | `List` of the above, empty when there is none | list |
//!
//! Keys between tables: `call_id` everywhere; `pushes.call` is the `call_id` of its call; a push is one `call_id` with one
//! `cseq`. Bodies are in no table.

pub mod pcapng;
pub mod sipp;
mod streams;
#[cfg(feature = "parquet")]
pub mod tables;
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
