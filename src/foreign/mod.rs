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

mod ahead;
mod base64;
#[cfg(feature = "captures")]
mod capture;
mod grammar;
mod layout;
mod server;
mod shape;
mod sniff;
mod stamp;
mod stretches;
mod walk;
mod write;

#[cfg(not(feature = "captures"))]
use crate::input::Formats;
use crate::input::{Format, Input, Rewrite};
use walk::How;

/// The input as it is to be read: with a new text where anything in it is foreign. Where the user says the layout, only
/// that is looked for.
pub(crate) fn read(mut input: Input) -> Input {
    let wanted = input.wanted();
    if wanted == Some(Format::SipStack) || input.is_rewritten() {
        return input;
    }
    if let Some(format) = Format::of_capture(input.bytes())
        && wanted.is_none_or(Format::is_capture)
    {
        return capture(input, format);
    }
    let text = input.bytes();
    if wanted.is_none() && !sniff::is_marked(text) && !sniff::is_foreign(text) {
        return input;
    }
    let (mut out, mut anew) = stretches::walk(text, How { wanted, named: false }, Rewrite::of(&input));
    if out.formats().are_foreign() && out.formats().only().is_none() {
        // What it has taken is given back first.
        drop(out);
        (out, anew) = stretches::walk(text, How { wanted, named: true }, Rewrite::of(&input));
    }
    let formats = out.formats();
    if anew || (wanted.is_some() && !formats.are_foreign()) {
        return out.finish(input);
    }
    // Saved from such logs before, or nothing in it is foreign.
    if formats.are_foreign() {
        input.set_formats(formats);
    }
    input
}

/// The layout of which a record comes that was written here, by its prefix; `None` where a server wrote it.
pub(crate) fn layout_of(prefix: &[u8]) -> Option<Format> {
    write::mark_of(prefix)
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
