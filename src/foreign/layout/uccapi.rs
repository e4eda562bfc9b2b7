//! `01/15/2012|11:30:10.163 1F4:2AC INFO  :: text`: the log of Communicator, Lync and Skype for Business on a desktop.
//!
//! Two lines announce a message, `Data Received -192.0.2.10:5061 (To Local Address: 192.0.2.40:51234) 812 bytes:` and
//! `Sending Packet -...`; the next line with a stamp begins with the message, right behind `:: `. Older clients write no
//! date, and then no time is known.

use memchr::memmem;

use super::{Head, What};
use crate::foreign::stamp::{Cursor, address};
use crate::input::Format;
use crate::record::Direction;

pub(super) fn head(line: &[u8]) -> Option<Head<'_>> {
    let mut cursor = Cursor::new(line);
    let time = if let Some(time) = cursor.slashed(b"|", false) {
        Some(time)
    } else {
        cursor = Cursor::new(line);
        cursor.clock()?;
        None
    };
    if time.is_some() && cursor.rest().trim_ascii().is_empty() {
        // All that a copy has kept of the line.
        return Some(Head { time, ..Head::new(Format::SipText, What::Announced) });
    }
    cursor.one(b" ")?;
    cursor.blanks();
    cursor.hex()?;
    cursor.one(b":")?;
    cursor.hex()?;
    // A level stands between them.
    let text = memmem::find(cursor.rest().get(..40).unwrap_or_else(|| cursor.rest()), b":: ")? + cursor.at() + 3;
    let said = line.get(text..).unwrap_or_default();
    let mut head = Head::new(Format::UccApi, What::Text(text));
    head.time = time;
    let announced = |word: &[u8]| said.strip_prefix(word).map(<[u8]>::trim_ascii_start);
    if let Some(rest) = announced(b"Data Received") {
        head.direction = Direction::Incoming;
        (head.peer, head.what) = (peer(rest), What::Announced);
    } else if let Some(rest) = announced(b"Sending Packet") {
        head.direction = Direction::Outgoing;
        (head.peer, head.what) = (peer(rest), What::Announced);
    }
    Some(head)
}

fn peer(rest: &[u8]) -> Option<std::borrow::Cow<'_, [u8]>> {
    address(rest.strip_prefix(b"-").unwrap_or(rest)).map(Into::into)
}
