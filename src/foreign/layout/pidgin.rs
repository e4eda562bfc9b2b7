//! `MESSAGE START <<<<<<<<<< SIP(0x55d0) - 2016-01-02T03:04:05.678901Z`: the debug log of Pidgin or Adium with SIPE.
//!
//! The same line with `END` ends the message. Times are in UTC. In its safe mode the log names messages without them.

use super::{Head, What};
use crate::foreign::stamp::Cursor;
use crate::input::Format;
use crate::record::Direction;

pub(super) fn head(line: &[u8]) -> Option<Head<'_>> {
    let mut cursor = Cursor::new(line);
    cursor.word(b"MESSAGE ")?;
    let starts = cursor.word(b"START ").is_some();
    if !starts {
        cursor.word(b"END ")?;
    }
    let direction = match cursor.one(b"<>")? {
        b'<' => Direction::Incoming,
        _ => Direction::Outgoing,
    };
    while cursor.one(b"<>").is_some() {}
    cursor.one(b" ")?;
    // Messages of HTTP are logged in the same way.
    let is_sip = cursor.word(b"SIP").is_some();
    let mut head = Head::new(Format::PidginSipe, if starts && is_sip { What::Announced } else { What::End });
    let stamp = memchr::memmem::find(cursor.rest(), b" - ").and_then(|at| cursor.rest().get(at + 3..));
    head.time = stamp.and_then(|text| Cursor::new(text).iso()).map(|(time, _)| time);
    head.direction = direction;
    Some(head)
}
