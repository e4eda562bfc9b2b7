//! From a record back to the bytes of its message (RFC 3261 section 7).

use crate::sip::{HeaderName, Message, Method, StartLine};
use crate::text::{clean, decode, line_end};
use crate::trace::{Event, Trace};

/// A message as it was on the wire, as far as the log tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wire {
    /// Start line, headers, empty line, body; lines end with CRLF.
    pub bytes: Vec<u8>,
    /// What had to be changed, for people.
    pub remarks: Vec<String>,
}

/// The message of a record; `None` when it holds none.
///
/// A log writes the body with its own line ends, and cuts long ones: where the length does not fit to Content-Length,
/// CRLF is tried, and else the header is corrected, because a stream is cut into messages by it (section 18.3).
pub fn wire(trace: &Trace, event: &Event) -> Option<Wire> {
    let message = trace.message(event)?;
    let mut out = Wire::default();
    out.line(&start_line(trace, event, &message));
    let wanted = message.header(HeaderName::ContentLength).and_then(|h| decode(&h.value()).parse::<usize>().ok());
    let body = body(message.body(), wanted);
    for header in message.headers() {
        if HeaderName::from_token(header.name) != HeaderName::ContentLength {
            out.line(&[header.name, b": ", &header.value()].concat());
        }
    }
    out.line(format!("Content-Length: {}", body.len()).as_bytes());
    match wanted {
        None if !body.is_empty() => out.remarks.push("Content-Length added: the log has none".to_owned()),
        Some(n) if n != body.len() => {
            out.remarks.push(format!("Content-Length was {n}; the log holds {} bytes of the body", body.len()));
        }
        _ => {}
    }
    out.line(b"");
    out.bytes.extend(body);
    Some(out)
}

impl Wire {
    fn line(&mut self, text: &[u8]) {
        self.bytes.extend(text);
        self.bytes.extend(b"\r\n");
    }
}

fn start_line(trace: &Trace, event: &Event, message: &Message<'_>) -> Vec<u8> {
    match message.start_line() {
        StartLine::Response { status, reason } => [format!("SIP/2.0 {status} ").as_bytes(), reason].concat(),
        StartLine::Request { method, uri } if method != Method::Unknown => {
            [method.name().as_bytes(), b" ", &clean(uri), b" SIP/2.0"].concat()
        }
        _ => {
            let head = trace.record(event).get(event.head as usize..).unwrap_or_default();
            head.get(..line_end(head, 0).0).unwrap_or_default().trim_ascii().to_vec()
        }
    }
}

/// The body with the line ends that make it as long as it was.
fn body(logged: &[u8], wanted: Option<usize>) -> Vec<u8> {
    // The terminator of the record stands on a line of its own: its line feed is the log's.
    let without = logged.strip_suffix(b"\n").unwrap_or(logged);
    let without = without.strip_suffix(b"\r").unwrap_or(without);
    let crlf = |text: &[u8]| {
        let mut out = Vec::with_capacity(text.len());
        for line in text.split_inclusive(|b| *b == b'\n') {
            match line.strip_suffix(b"\n") {
                Some(line) => out.extend([line.strip_suffix(b"\r").unwrap_or(line), b"\r\n"].concat()),
                None => out.extend(line),
            }
        }
        out
    };
    let candidates = [without.to_vec(), logged.to_vec(), crlf(without), crlf(logged)];
    let fitting = candidates.iter().find(|c| Some(c.len()) == wanted);
    // A session description ends its lines with CRLF (RFC 8866 section 5).
    fitting.cloned().unwrap_or_else(|| candidates.into_iter().nth(2).unwrap_or_default())
}
