//! Copies without names: the same story, the same shape, and no name.

use std::collections::BTreeSet;

use siptrail::anonymise::{Key, Rewriter, Seen, culprits, difference, leave_out, remains};
use siptrail::input::Input;
use siptrail::report::{self, model::Report};
use siptrail::synth::{Extent, LogFormat, Plan, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::{root, scenarios};

fn trace(files: &[(String, Vec<u8>)]) -> Trace {
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    Trace::load(inputs, &LoadOptions::default())
}

fn reported(trace: &Trace) -> Report {
    report::report(trace, &siptrail::analyse(trace, &Options::default()), &[])
}

/// The copies of texts, under a fixed key; no surely known name is in them.
fn copies(trace: &Trace) -> Vec<Vec<u8>> {
    let seen = Seen::of(trace.inputs().iter().map(Input::bytes));
    let rewriter = Rewriter::new(&seen, &Key::new(*b"a key for tests only"), &[]);
    let copy = |input: &Input| {
        let mut out = Vec::new();
        rewriter.rewrite(input.bytes(), &mut out).unwrap();
        assert_eq!(input.bytes().len(), out.len(), "{}: lengths change", input.name());
        out
    };
    let texts: Vec<Vec<u8>> = trace.inputs().iter().map(copy).collect();
    for text in &texts {
        let names: Vec<_> = remains(&seen, text, &[], |word| rewriter.is_name(word))
            .into_iter()
            .filter(|r| rewriter.is_name(&r.word))
            .collect();
        assert_eq!(names, [], "{}", String::from_utf8_lossy(text));
    }
    texts
}

#[test]
fn every_scenario_tells_the_same_story_without_names() {
    let mut stories = 0;
    for scenario in scenarios() {
        let original = trace(&scenario.files);
        let texts = copies(&original);
        // The name of a file may tell the role of its server, so it stays.
        let files: Vec<_> = scenario.files.iter().map(|(name, _)| name.clone()).zip(texts).collect();
        let (before, after) = (reported(&original), reported(&trace(&files)));
        // A server that only its file names is a stranger in the copy, where that host has another name.
        let named =
            |text: &[u8]| [&b"Record-Route"[..], b"[pool"].iter().any(|n| memchr::memmem::find(text, n).is_some());
        if scenario.files.iter().all(|(_, text)| named(text)) {
            assert_eq!(difference(&before, &after), None, "{}", scenario.name);
            stories += before.calls.len() + before.pushes.len();
        }
    }
    assert!(stories > 50);
}

/// A day of a deployment with every kind of failure, in each layout.
#[test]
fn generated_deployments_tell_the_same_story_without_names() {
    for (seed, format) in [(1, LogFormat::R2), (2, LogFormat::Lync2010), (3, LogFormat::Cls)] {
        let plan = Plan { seed, format, extent: Extent::Calls(200), servers: 3, damage_ppm: 5_000, ..Plan::default() };
        let original = trace(&in_memory(&plan).0);
        let texts = copies(&original);
        let names = original.inputs().iter().map(|input| input.name().to_owned());
        let after = reported(&trace(&names.zip(texts).collect::<Vec<_>>()));
        let before = reported(&original);
        assert!(before.summary.missed > 5, "{format:?}");
        assert_eq!(difference(&before, &after), None, "{format:?}");
    }
}

/// The second reading knows no names: what is put back is found, with its line, and the log's own words are not.
#[test]
fn a_word_of_the_original_is_found_in_the_copy() {
    let original = trace(&[("x.log".to_owned(), LOG.as_bytes().to_vec())]);
    let seen = Seen::of(original.inputs().iter().map(Input::bytes));
    let copy = copies(&original).remove(0);
    assert_eq!(remains(&seen, &copy, &[], |_| false), []);
    let line = copy.split(|b| *b == b'\n').count();
    for put_back in ["Huxley", "d68bd9b8f0eab68990630472429bca14", "14255550123", "bWVyZ2Vy", "INVITE fabrikam request"]
    {
        let text = [&copy[..], b"left: ", put_back.as_bytes(), b"\n"].concat();
        let found: Vec<_> =
            remains(&seen, &text, &[], |_| false).into_iter().map(|r| (r.word, r.line, r.count)).collect();
        let word = put_back.split(' ').nth(1).unwrap_or(put_back);
        assert_eq!(found, [(word.as_bytes().to_vec(), line, 1)]);
    }
}

/// A word of the log that somebody gave counts wherever it is left; without that it is nobody's.
#[test]
fn a_given_word_is_replaced_or_told() {
    let head = LOG.lines().last().unwrap().split(" domain").next().unwrap();
    let text = format!("{LOG}{head} Long called Small of push@push.lync.com\n");
    let words = ["long", "Small", "push", "SIPStack"].map(str::to_owned);
    let seen = Seen::of([text.as_bytes()]);
    let copy = |words: &[String]| {
        let mut out = Vec::new();
        let rewriter = Rewriter::new(&seen, &Key::new(*b"a key for tests only"), words);
        rewriter.rewrite(text.as_bytes(), &mut out).unwrap();
        let left: BTreeSet<_> = remains(&seen, &out, words, |_| false).into_iter().map(|r| r.word).collect();
        (String::from_utf8(out).unwrap(), left)
    };
    let (plain, left) = copy(&[]);
    assert!(plain.contains(") Long called Small of push@push.lync.com\n") && left.is_empty(), "{left:?} in {plain}");
    let (without, left) = copy(&words);
    assert!(!without.contains("Long") && !without.contains("Small") && !without.contains("push.lync"), "{without}");
    assert_eq!(left, [&b"SIPStack"[..], b"push"].map(<[u8]>::to_vec).into());
}

/// A user is the same alone and behind the number of the mobility service: pushes hang on that.
#[test]
fn a_user_is_the_same_in_the_address_of_a_push() {
    let line = |n: u32| {
        format!(
            "From: <sip:McxUser{:032x}kim{n}@contoso.com>;x=<sip:kim{n}@contoso.com>\n",
            u64::from(n) * 2_654_435_761
        )
    };
    let text: String = (10_000..18_000).map(line).collect();
    let seen = Seen::of([text.as_bytes()]);
    let mut out = Vec::new();
    Rewriter::new(&seen, &Key::new(*b"a key for tests only"), &[]).rewrite(text.as_bytes(), &mut out).unwrap();
    for line in String::from_utf8(out.clone()).unwrap().lines() {
        let users: Vec<&str> = line.split("sip:").skip(1).map(|rest| rest.split('@').next().unwrap()).collect();
        assert_eq!(users.first().and_then(|user| user.get(39..)), users.last().copied(), "{line}");
    }
    assert_eq!(remains(&seen, &out, &[], |_| false), []);
}

/// A word that was given, or that is surely a name, is told however often it is left: others in so many lines are the log's.
#[test]
fn a_name_that_is_left_often_is_told() {
    let text = "Quagmire met Huxley\n".repeat(80);
    let seen = Seen::of([text.as_bytes()]);
    let told = |words: &[&str], name: &[u8]| {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        let left = remains(&seen, text.as_bytes(), &words, |word| word == name);
        left.into_iter().map(|r| (String::from_utf8(r.word).unwrap(), r.count)).collect::<Vec<_>>()
    };
    assert_eq!(told(&[], b""), []);
    assert_eq!(told(&["quagmire"], b""), [("Quagmire".to_owned(), 80)]);
    assert_eq!(told(&[], b"Huxley"), [("Huxley".to_owned(), 80)]);
}

/// Whether a line was met before changes nothing of what is told of it.
#[test]
fn lines_that_come_again_are_read_alike() {
    let original = "Quag ver\n";
    let seen = Seen::of([original.as_bytes()]);
    let told = |copy: String| {
        remains(&seen, copy.as_bytes(), &[], |_| false).into_iter().map(|r| (r.word, r.count)).collect::<Vec<_>>()
    };
    let wrapped = "TL_INFO(TF_X) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (SIPStack,ser";
    for line in ["zz ser\u{201d}", "zz ser", wrapped, "ser"] {
        let (once, again) = (format!("{line}\nver Quag\n"), format!("{line}\n{line}\n{line}\nver Quag\n"));
        assert!(!told(once.clone()).is_empty(), "{line}");
        assert_eq!(told(once), told(again), "{line}");
    }
}

#[test]
fn a_changed_story_is_noticed() {
    let text = std::fs::read_to_string(root("samples/silent-mobile-leg.log")).unwrap();
    let report = |text: &str| reported(&trace(&[("fe.log".to_owned(), text.as_bytes().to_vec())]));
    let found = difference(&report(&text), &report(&text.replace(" 408 ", " 487 "))).unwrap();
    assert!(found.place.starts_with("calls[0]") || found.place.starts_with("summary"), "{found:?}");
}

const LOG: &str = "\
TL_INFO(TF_PROTOCOL) [pool7\\fe7]0F14.1A2C::10/15/2013-09:01:45.669.0000a1b2 (SIPStack,A::B:C.cpp(125))$$begin_record
Trace-Correlation-Id: 2973679599
Instance-Id: 000F1000
Direction: outgoing;source=\"local\"
Peer: fe7.contoso.com:5061
Message-Type: request
Start-Line: INVITE sip:zoe.quimby@contoso.com SIP/2.0
From: \"Quimby, Zoe (Sales)\"<sip:+14255550123@contoso.com;user=phone>;tag=0be9aee856;epid=CC3E0DD4F8
To: Walter Huxley <sip:Walter.Huxley@Fabrikam.com>
CSeq: 23497 INVITE
Call-ID: d68bd9b8f0eab68990630472429bca14
Via: SIP/2.0/TLS 192.0.2.13:55654;branch=z9hG4bKD044636F.4C08CE63;ms-received-port=55654
Contact: <sip:walter.huxley@fabrikam.com;opaque=user:epid:AB12cd34EF;gruu>;+sip.instance=\"<urn:uuid:01234567-89AB-CDEF-0123-456789ABCDEF>\"
User-Agent: UCCAPI/15.0.4420.1017 OC/15.0.4420.1017 (Microsoft Lync)
Proxy-Authorization: TLS-DSK qop=\"auth\", targetname=\"fe7.contoso.com\", response=\"abcdefghij\"
Subject: merger with Litware
ms-text-format: text/plain; charset=UTF-8;ms-body=bWVyZ2Vy
Content-Type: text/plain; charset=UTF-8
Message-Body: the merger is on,
call 555 0199
$$end_record
TL_WARN(TF_COMPONENT) [pool7\\fe7]0F14.1A2C::10/15/2013-09:01:46.000.0000a1b3 (SIPStack,X::Y:Z.cpp(1))( 0000) domain [push.lync.com] is unknown for HUXLEY at 2001:db8::1, peer [2001:db8::1]
";

#[test]
fn names_go_and_the_log_stays() {
    let original = trace(&[("fe7.log".to_owned(), LOG.as_bytes().to_vec())]);
    let texts = copies(&original);
    let copy = String::from_utf8(texts[0].clone()).unwrap();
    let lower = copy.to_lowercase();
    for name in [
        "zoe",
        "quimby",
        "sales)",
        "walter",
        "huxley",
        "contoso",
        "fabrikam",
        "14255550123",
        "fe7",
        "pool7",
        "192.0.2.13",
        "d68bd9b8f0eab68990630472429bca14",
        "0be9aee856",
        "cc3e0dd4f8",
        "01234567-89ab",
        "abcdefghij",
        "merger",
        "litware",
        "bwvyz2vy",
        "0199",
        "[2001:db8::1]",
        "ab12cd34ef",
    ] {
        assert!(!lower.contains(name), "{name} is left in\n{copy}");
    }
    for kept in [
        "TL_INFO(TF_PROTOCOL) [",
        "0F14.1A2C::10/15/2013-09:01:45.669.0000a1b2 (SIPStack,A::B:C.cpp(125))$$begin_record\n",
        "Instance-Id: 000F1000\n",
        "source=\"local\"",
        ":5061\n",
        "CSeq: 23497 INVITE\n",
        "branch=z9hG4bK",
        "user=phone",
        "UCCAPI/15.0.4420.1017 OC/15.0.4420.1017 (Microsoft Lync)",
        "domain [push.lync.com] is unknown for",
        ".com:5061",
        "Subject: xxxxxx xxxx Xxxxxxx\n",
        "Message-Body: xxx xxxxxx xx xx,\nxxxx 000 0000\n$$end_record\n",
    ] {
        assert!(copy.contains(kept), "{kept} is not in\n{copy}");
    }
    // One name, one pseudonym, with the upper and lower case of each place.
    let display = copy.lines().find_map(|l| l.strip_prefix("To: ")).unwrap();
    let (name, uri) = display.split_once(" <sip:").unwrap();
    assert!(uri.starts_with(&name.replace(' ', ".")), "{display}");
    let component = copy.lines().last().unwrap();
    let family = name.split(' ').nth(1).unwrap().to_uppercase();
    assert!(component.contains(&family), "{component}: {family}");
}

/// Which record it was is told, and without it the stories are one again; all others keep their lines.
#[test]
fn a_record_that_breaks_the_story_is_named_and_left_out() {
    let text = std::fs::read_to_string(root("samples/silent-mobile-leg.log")).unwrap();
    let at = text.find("SIP/2.0 408 ").unwrap();
    let line = text[..at].matches('\n').count() as u64 + 1;
    let changed = [&text[..at], "SIP/2.0 487 ", &text[at + 12..]].concat();
    let load = |text: &[u8]| trace(&[("fe.log".to_owned(), text.to_vec())]);
    let (original, copy) = (load(text.as_bytes()), load(changed.as_bytes()));
    let report = reported(&original);
    let found = difference(&report, &reported(&copy)).unwrap();
    let records = culprits(&original, &copy, &report, &found);
    assert_eq!(records.len(), 1);
    let place = original.locate(records[0]);
    assert!(place.line < line && line - place.line < 10, "{place:?}, changed in line {line}");
    let spans = original.in_order(&records, &[]);
    let without = |text: &str| {
        let out = leave_out(text.as_bytes(), &spans);
        assert_eq!(out.split(|b| *b == b'\n').count(), text.split('\n').count());
        reported(&load(&out))
    };
    assert_eq!(difference(&without(&text), &without(&changed)), None);
}

/// The key decides what a word becomes, and never whether it is replaced: what stands in place of an address may begin as a
/// known port does, or as anything else that the rules look for.
#[test]
fn which_words_are_replaced_does_not_hang_on_the_key() {
    let text = "Start-Line: BENOTIFY sip:192.0.2.103:50425;transport=tls SIP/2.0\n\
                Contact: <sip:alice@192.0.2.17:5061>;proxy=replace, <sip:135@fe01.contoso.com>\n\
                Via: SIP/2.0/TLS 198.51.100.7:443;received=203.0.113.9;ms-received-port=50425\n\
                Peer: 198.51.100.7:5061\nRoute: sip:2001:db8::17, tel:+14255550142, im:135\n\
                Call-ID: 7b2f6f6e-1f0a-4c55-8a36-08d1a2f9b2f1@192.0.2.9\n"
        .as_bytes();
    let seen = Seen::of([text]);
    let changed = |key: u32| {
        let rewriter = Rewriter::new(&seen, &Key::new(key.to_be_bytes().repeat(8)), &[]);
        let mut copy = Vec::new();
        rewriter.rewrite(text, &mut copy).unwrap();
        let words = text.split(|b| !b.is_ascii_alphanumeric()).map(|word| {
            let at = word.as_ptr() as usize - text.as_ptr() as usize;
            // Digits and groups of an address may become themselves.
            let told = !word.iter().all(u8::is_ascii_hexdigit);
            (at, told && copy.get(at..at + word.len()) != Some(word))
        });
        words.filter(|(_, changed)| *changed).map(|(at, _)| at).collect::<Vec<_>>()
    };
    let first = changed(0);
    assert!(!first.is_empty());
    for key in 1..1500 {
        assert_eq!(changed(key), first, "under key {key}");
    }
}
