//! What somebody wrote to a packet, as a diagnostic record.
//!
//! siptrail's own captures say what a diagnostic record said, with the place where it stands:
//! `edge01.log:88: error, The peer is not allowed, 0xc3e93d6e SIPPROXY_E_..., domain="push.lync.com"`.

use crate::foreign::grammar::value;
use crate::foreign::layout::Head;
use crate::foreign::write::{MARK, MARK_END, harmless};
use crate::input::Rewrite;

/// What a comment says.
struct Told<'c> {
    severity: &'c str,
    text: &'c str,
    code: &'c str,
    data: &'c str,
}

/// Writes the record. `message` is that of the packet.
pub(super) fn write(comment: &str, machine: &str, head: &Head<'_>, message: &[u8], out: &mut Rewrite) {
    let Some(told) = read(comment) else { return };
    let mut put = |text: &[u8]| harmless(text, out);
    put(b"TL_");
    put(if told.severity == "error" { b"ERROR" } else { b"WARN" });
    put(b"(TF_DIAG) [");
    put(machine.as_bytes());
    put(b"\\");
    put(machine.as_bytes());
    put(b"]0000.0000::");
    if let Some(time) = head.time {
        put(time.iso().as_bytes());
    }
    out.put(b" ");
    out.put(MARK.as_bytes());
    out.put(head.format.name().as_bytes());
    out.put(MARK_END.as_bytes());
    out.put(b"$$begin_record\nLogType: diagnostic\n");
    let mut field = |name: &str, text: &[u8]| {
        if !text.is_empty() {
            out.put(name.as_bytes());
            out.put(b": ");
            harmless(text, out);
            out.put(b"\n");
        }
    };
    field("Severity", told.severity.as_bytes());
    field("Text", told.text.as_bytes());
    field("Result-Code", told.code.as_bytes());
    let mut lines = message.split(|b| *b == b'\n').take(200).take_while(|line| !line.trim_ascii().is_empty());
    field("SIP-Start-Line", lines.next().unwrap_or_default().trim_ascii());
    let (mut call, mut cseq) = (&[][..], &[][..]);
    for line in lines {
        call = Some(call).filter(|c| !c.is_empty()).or_else(|| value(line, &[b"call-id", b"i"])).unwrap_or_default();
        cseq = Some(cseq).filter(|c| !c.is_empty()).or_else(|| value(line, &[b"cseq"])).unwrap_or_default();
    }
    field("SIP-Call-ID", call);
    field("SIP-CSeq", cseq);
    if let Some(peer) = &head.peer {
        field("Peer", peer);
    }
    field("Data", told.data.as_bytes());
    out.put(b"$$end_record\n");
}

/// Reads what our own captures write; what others write has no place and no severity, and is none of this.
fn read(comment: &str) -> Option<Told<'_>> {
    // The severity stands behind the line of the place, whatever the text says later.
    let said = comment.match_indices(": ").find_map(|(at, _)| {
        let place = comment.get(..at)?;
        let said = comment.get(at + 2..)?;
        let digits = place.bytes().rev().take_while(u8::is_ascii_digit).count();
        let has_place =
            digits > 0 && place.len() > digits + 1 && place.as_bytes().get(place.len() - digits - 1) == Some(&b':');
        let severe = ["error, ", "warning, ", "information, "].iter().any(|word| said.starts_with(word));
        (has_place && severe).then_some(said)
    })?;
    let (severity, rest) = said.split_once(", ")?;
    let code = rest
        .match_indices("0x")
        .map(|(at, _)| at)
        .find(|at| rest.get(at + 2..at + 10).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit())));
    let Some(code) = code else { return Some(Told { severity, text: rest, code: "", data: "" }) };
    let (text, behind) = rest.split_at_checked(code)?;
    let (code, data) = behind.split_once(", ").unwrap_or((behind, ""));
    Some(Told { severity, text: text.trim_end_matches([',', ' ']), code, data })
}

#[cfg(test)]
mod tests {
    #[test]
    fn comments_say_what_the_record_said() {
        let told = super::read("edge01.log:88: error, Not, allowed, 0xc3e93d6e SIPPROXY_E_X, domain=\"a\", b").unwrap();
        assert_eq!(
            (told.severity, told.text, told.code, told.data),
            ("error", "Not, allowed", "0xc3e93d6e SIPPROXY_E_X", "domain=\"a\", b")
        );
        let told = super::read("C:\\x: y\\edge01.log:88: warning, It said: error, and x:9: error, ended").unwrap();
        assert_eq!((told.severity, told.text), ("warning", "It said: error, and x:9: error, ended"));
        for other in ["Content-Length is that of the log", "customer says: error, nothing works", ":9: error, x"] {
            assert!(super::read(other).is_none(), "{other}");
        }
    }
}
