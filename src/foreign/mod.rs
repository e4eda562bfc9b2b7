//! SIP in other wrappings: what is no trace of a server is written anew as one, so that all that follows knows one layout.
//!
//! ```text
//! 01/15/2012|11:30:10.163 1F4:2AC INFO  :: INVITE sip:bob@contoso.com SIP/2.0         as a client logs it
//! Via: ...
//!
//! TL_INFO(TF_PROTOCOL) [0]0000.0000::2012-01-15T11:30:10.163 (siptrail,uccapi::read(1))$$begin_record    as it is read
//! Start-Line: INVITE sip:bob@contoso.com SIP/2.0
//! Via: ...
//! Message-Body: -
//! $$end_record
//! ```
//!
//! An input may hold several layouts, the trace of a server among them. What a layout does not tell (time, peer, direction)
//! is not written. Every place leads back to line and byte of the original; in a capture the line is the number of the
//! packet. A look at some windows of a text says whether anything in it is foreign, so that the trace of a server costs
//! nothing.

mod base64;
#[cfg(feature = "captures")]
mod capture;
mod grammar;
mod layout;
mod shape;
mod sniff;
mod stamp;
mod walk;
mod write;

use crate::input::{Format, Formats, Input, Rewrite};

/// The input as it is to be read: with a new text where anything in it is foreign. Where the user says the layout, only
/// that is looked for.
pub(crate) fn read(mut input: Input) -> Input {
    let wanted = input.wanted();
    if wanted == Some(Format::SipStack) || input.is_rewritten() {
        return input;
    }
    if let Some(format) = Format::of_capture(input.bytes()) {
        return capture(input, format);
    }
    let text = input.bytes();
    let mut formats = Formats::default();
    write::marked(sniff::head(text)).for_each(|format| formats.add(format));
    if formats.are_foreign() {
        // Saved from such a log before.
        input.set_formats(formats);
        return input;
    }
    if wanted.is_none() && !sniff::is_foreign(text) {
        return input;
    }
    let mut out = Rewrite::of(&input);
    walk::walk(text, wanted, false, &mut out);
    if out.formats().are_foreign() && out.formats().only().is_none() {
        out = Rewrite::of(&input);
        walk::walk(text, wanted, true, &mut out);
    }
    if out.formats().are_foreign() { out.finish(input) } else { input }
}

#[cfg(feature = "captures")]
fn capture(input: Input, format: Format) -> Input {
    let mut out = Rewrite::of(&input);
    capture::read(input.bytes(), format, &mut out);
    out.found(format);
    out.finish(input)
}

#[cfg(not(feature = "captures"))]
fn capture(mut input: Input, format: Format) -> Input {
    let mut formats = Formats::default();
    formats.add(format);
    input.set_formats(formats);
    input
}
