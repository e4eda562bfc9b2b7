//! What to say of an input in which nothing was found.

use super::{Format, Input};

/// What is looked at of its beginning.
const HEAD: usize = 64 << 10;

/// Why an input holds no record, as far as its bytes tell, and what to do.
pub fn nothing_in(input: &Input) -> String {
    let name = input.name();
    let bytes = input.original();
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    if let Some(wanted) = input.wanted().filter(|w| !w.is_capture() || Format::of_capture(bytes).is_none()) {
        let (format, title) = (wanted.name(), wanted.title());
        return format!(
            "nothing in {name} as --format-in {format} asks for ({title}); leave it out to have the layout found"
        );
    }
    if let Some(format) = Format::of_capture(bytes) {
        let why = if cfg!(feature = "captures") {
            "SIP over UDP or TCP in clear was expected; what is encrypted (TLS) cannot be read"
        } else {
            "this siptrail was built without the feature captures"
        };
        return format!("no SIP message in the capture {name} ({}): {why}", format.name());
    }
    if is_etl(bytes) {
        return format!(
            "no SIP trace record in {name}: it is a binary trace (.etl); convert it to text, with OCSLogger, CLSLogger or Search-CsClsLogging, and read that"
        );
    }
    if has(b"MESSAGE <<<<<<<<<< SIP") || has(b"MESSAGE >>>>>>>>>> SIP") {
        return format!(
            "no SIP message in {name}: its log names messages without their text; run pidgin with --debug, and with PURPLE_UNSAFE_DEBUG=1"
        );
    }
    if has(b"TL_INFO(") || has(b"TL_ERROR(") || has(b"TL_WARN(") {
        return format!(
            "no SIP trace record in {name}: it has lines of components, and none of SIPStack; check that SIPStack was traced, with the flag TF_PROTOCOL"
        );
    }
    format!(
        "no SIP trace record in {name}: expected SIPStack text ($$begin_record ... $$end_record), SIP messages as text, the log of a client or gateway, or a capture; --format-in names the layout"
    )
}

/// The file of an event trace: its first buffer says its size, and the pages behind it are full of zeros.
fn is_etl(bytes: &[u8]) -> bool {
    let head = bytes.get(..512).unwrap_or_default();
    let size = head.first_chunk::<4>().map_or(0, |size| u32::from_le_bytes(*size));
    let zeros = memchr::memchr_iter(0, head).count();
    size.is_power_of_two() && (4 << 10..=16 << 20).contains(&size) && zeros > 128
}
