//! `17/06/2014-10:00:00.001 [0x1A] - --> Message to Send (Dest Address IP:  192.0.2.10:5060):$$begin_record`: the log of
//! the SIP gateway manager of an Avaya contact centre, with the frame of a server's trace.
//!
//! Days come first. An older form has no frame: `... --> message sent to 192.0.2.10:5060`.

use memchr::memmem;

use super::{Head, What};
use crate::foreign::stamp::{Cursor, address};
use crate::input::Format;
use crate::record::Direction;

const DESTINATION: &[u8] = b"(Dest Address IP:";

/// The prefix of a framed record.
pub(super) fn framed(line: &[u8]) -> Option<Head<'_>> {
    let at = memmem::find(line, DESTINATION)?;
    let peer = line.get(at + DESTINATION.len()..).and_then(address);
    let time = Cursor::new(line.trim_ascii_start()).slashed(b"-", true);
    let mut head = Head::new(Format::Avaya, What::Announced);
    (head.time, head.peer) = (time, peer.map(Into::into));
    if memmem::find(line, b"to Send").is_some() {
        head.direction = Direction::Outgoing;
    }
    Some(head)
}

/// The line above a message without frame.
pub(super) fn head(line: &[u8]) -> Option<Head<'_>> {
    let time = Cursor::new(line).slashed(b"-", true)?;
    let said = line.get(memmem::find(line, b"-->")? + 3..)?.trim_ascii_start();
    let lower: Vec<u8> = said.iter().take(64).map(u8::to_ascii_lowercase).collect();
    let (direction, words) = if lower.starts_with(b"message sent to ") {
        (Direction::Outgoing, 16)
    } else if lower.starts_with(b"message received from ") {
        (Direction::Incoming, 22)
    } else {
        return None;
    };
    let mut head = Head::new(Format::Avaya, What::Announced);
    (head.time, head.direction) = (Some(time), direction);
    head.peer = said.get(words..).and_then(address).map(Into::into);
    Some(head)
}
