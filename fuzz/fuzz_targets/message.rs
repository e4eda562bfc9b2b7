//! One SIP message: every header lies inside it, and every small grammar takes whatever stands there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use siptrail::Trace;
use siptrail::input::Input;
use siptrail::knowledge::Product;
use siptrail::sip::{CSeq, Diagnostics, NameAddr, Via};
use siptrail::trace::LoadOptions;

fuzz_target!(|bytes: &[u8]| {
    let mut text = b"$$begin_record\nDirection: incoming\nMessage-Type: request\nStart-Line: ".to_vec();
    text.extend_from_slice(bytes);
    text.extend_from_slice(b"\n$$end_record\n");
    let trace = Trace::load(vec![Input::from_bytes("fuzz.log", text)], &LoadOptions::default());
    for event in trace.events() {
        let Some(message) = trace.message(event) else { continue };
        let _ = (message.start_line(), message.body());
        for header in message.headers() {
            let value = header.value();
            let _ = (CSeq::parse(&value), Diagnostics::parse(&value), NameAddr::parse(&value), Product::parse(&value));
            Via::parse_all(&value, |_| ());
        }
    }
});
