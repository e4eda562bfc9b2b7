//! `<133>[S=171] [SID=b9:24:19] (N 68) ---- Incoming SIP Message from 192.0.2.10:5061 to SIPInterface #2 (Teams) ...
//! ---- #012 [Time:19-12@12:45:02.514]`: the syslog of an `AudioCodes` gateway or session border controller.
//!
//! Its stamps have no year, so no time is known.

use memchr::memmem;

use super::{Head, What};
use crate::foreign::stamp::address;
use crate::input::Format;
use crate::record::Direction;

pub(super) fn head(line: &[u8]) -> Option<Head<'_>> {
    const INCOMING: &[u8] = b"---- Incoming SIP Message from ";
    const OUTGOING: &[u8] = b"---- Outgoing SIP Message to ";
    let (at, direction) = match memmem::find(line, INCOMING) {
        Some(at) => (at + INCOMING.len(), Direction::Incoming),
        None => (memmem::find(line, OUTGOING)? + OUTGOING.len(), Direction::Outgoing),
    };
    let rest = line.get(at..)?;
    let end = memmem::find(rest, b" ----").map_or(line.len(), |end| at + end + 5);
    let mut head = Head::new(Format::AudioCodes, What::Follows(end));
    head.direction = direction;
    head.peer = address(rest).map(Into::into);
    Some(head)
}
