//! `... tvcs: UTCTime="2017-03-02 07:10:46,240" Module="network.sip" Level="DEBUG":  Action="Received" Src-ip="..."`,
//! then ` SIPMSG:` and ` |` with the message: the diagnostic log of a Cisco Expressway or VCS.

use memchr::memmem;

use super::{Head, What};
use crate::foreign::stamp::{Cursor, address};
use crate::input::Format;
use crate::record::Direction;

pub(super) fn head(line: &[u8]) -> Option<Head<'_>> {
    let received = match value(line, b" Action=\"")? {
        b"Received" => true,
        b"Sent" => false,
        _ => return Some(Head::new(Format::Expressway, What::End)),
    };
    let mut head = Head::new(Format::Expressway, What::Follows(line.len()));
    let written = value(line, b"UTCTime=\"").and_then(|text| Cursor::new(text).iso());
    head.time = written.map(|(time, _)| time).or_else(|| {
        // What syslog writes before it has a zone, or is none.
        Cursor::new(line).iso().filter(|(_, zone)| *zone).map(|(time, _)| time)
    });
    head.direction = if received { Direction::Incoming } else { Direction::Outgoing };
    let names: [&[u8]; 2] = if received { [b"Src-ip=\"", b"Src-port=\""] } else { [b"Dst-ip=\"", b"Dst-port=\""] };
    let host = value(line, names[0]).filter(|host| address(host).is_some_and(|own| own.len() == host.len()));
    let port = value(line, names[1]).filter(|port| !port.is_empty() && port.iter().all(u8::is_ascii_digit));
    head.peer = host.map(|host| match port {
        Some(port) if host.contains(&b':') => [b"[", host, b"]:", port].concat().into(),
        Some(port) => [host, b":", port].concat().into(),
        None => host.into(),
    });
    if let Some(at) = memmem::find(line, b"SIPMSG:") {
        head.what = What::Follows(at + b"SIPMSG:".len());
    }
    Some(head)
}

/// What stands in quotes behind a name.
fn value<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let rest = line.get(memmem::find(line, name)? + name.len()..)?;
    let text = rest.get(..memchr::memchr(b'"', rest)?)?;
    (text.len() < 256 && !text.contains(&b'\n')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_an_address_or_unknown() {
        for (host, port, peer) in [
            ("192.0.2.61", "33001", Some("192.0.2.61:33001")),
            ("2001:db8::1", "5061", Some("[2001:db8::1]:5061")),
            ("192.0.2.61", "$$begin_record", Some("192.0.2.61")),
            ("192.0.2.61$$begin_record", "5061", None),
            ("", "5061", None),
        ] {
            let line = format!(" Module=\"network.sip\": Action=\"Received\" Src-ip=\"{host}\" Src-port=\"{port}\"");
            let found = head(line.as_bytes()).unwrap().peer;
            assert_eq!(found.as_deref(), peer.map(str::as_bytes), "{line}");
        }
    }
}
