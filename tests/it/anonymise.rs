//! Copies without names: the same story, the same shape, and no name.

use std::collections::BTreeSet;

use siptrail::anonymise::{Key, Names, Rewriter, difference, leftovers};
use siptrail::input::Input;
use siptrail::report::{self, model::Report};
use siptrail::synth::{Extent, Format, Plan, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::{root, scenarios};
use crate::program::run_in;

fn trace(files: &[(String, Vec<u8>)]) -> Trace {
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    Trace::load(inputs, &LoadOptions::default())
}

fn reported(trace: &Trace) -> Report {
    report::report(trace, &siptrail::analyse(trace, &Options::default()), &[])
}

/// The copies of texts, under a fixed key.
fn copies(trace: &Trace) -> (Rewriter, Vec<Vec<u8>>) {
    let names = Names::collect(trace.inputs().iter().map(Input::bytes), &[]);
    let mut rewriter = Rewriter::new(names, Key::new(*b"a key for tests only"));
    let texts = trace
        .inputs()
        .iter()
        .map(|input| {
            let mut out = Vec::new();
            rewriter.rewrite(input.bytes(), &mut out).unwrap();
            out
        })
        .collect();
    (rewriter, texts)
}

#[test]
fn every_scenario_tells_the_same_story_without_names() {
    let mut stories = 0;
    for scenario in scenarios() {
        let original = trace(&scenario.files);
        let (rewriter, texts) = copies(&original);
        for (old, new) in original.inputs().iter().zip(&texts) {
            assert_eq!(old.bytes().len(), new.len(), "{}: lengths change", scenario.name);
            assert_eq!(leftovers(&rewriter, new, 3), [], "{}", scenario.name);
        }
        // The name of a file may tell the role of its server, so it stays.
        let files: Vec<_> = scenario.files.iter().map(|(name, _)| name.clone()).zip(texts).collect();
        let (before, after) = (reported(&original), reported(&trace(&files)));
        // A server that only its file names is a stranger in the copy, where that host has another name.
        let named =
            |text: &[u8]| [&b"Record-Route"[..], b"[pool"].iter().any(|n| memchr::memmem::find(text, n).is_some());
        if scenario.files.iter().all(|(_, text)| named(text)) {
            assert_eq!(difference(&before, &after), None, "{}", scenario.name);
        }
        stories += before.calls.len() + before.pushes.len();
    }
    assert!(stories > 50);
}

/// A day of a deployment with every kind of failure, in each layout.
#[test]
fn generated_deployments_tell_the_same_story_without_names() {
    for (seed, format) in [(1, Format::R2), (2, Format::Lync2010), (3, Format::Cls)] {
        let plan = Plan { seed, format, extent: Extent::Calls(200), servers: 3, damage_ppm: 5_000, ..Plan::default() };
        let original = trace(&in_memory(&plan).0);
        let (rewriter, texts) = copies(&original);
        for text in &texts {
            assert_eq!(leftovers(&rewriter, text, 3), [], "{format:?}");
        }
        let names = original.inputs().iter().map(|input| input.name().to_owned());
        let after = reported(&trace(&names.zip(texts).collect::<Vec<_>>()));
        let before = reported(&original);
        assert!(before.summary.missed > 5, "{format:?}");
        assert_eq!(difference(&before, &after), None, "{format:?}");
    }
}

/// The search itself: what is put back is found.
#[test]
fn a_leftover_is_found() {
    let log = b"TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (SIPStack,A::B:C.cpp(125))$$begin_record\n\
        Direction: incoming\nPeer: 192.0.2.77:5061\nMessage-Type: request\nStart-Line: OPTIONS sip:fabrikam.com SIP/2.0\n\
        From: <sip:zacharias@fabrikam.com>;tag=1f0e5d77c2a94b6e8d1c\nTo: <sip:fabrikam.com>\nCSeq: 1 OPTIONS\n\
        Call-ID: 7c6b5a49382716051423\nMessage-Body: -\n$$end_record\n";
    let (rewriter, texts) = copies(&trace(&[("x.log".to_owned(), log.to_vec())]));
    assert_eq!(leftovers(&rewriter, &texts[0], 3), []);
    for original in ["192.0.2.77", "zacharias", "1f0e5d77c2a94b6e8d1c", "7c6b5a49382716051423"] {
        let text = [&texts[0][..], b"left: ", original.as_bytes(), b"\n"].concat();
        let found: Vec<String> = leftovers(&rewriter, &text, 3).into_iter().map(|l| l.word).collect();
        assert_eq!(found, [original]);
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
    let (_, texts) = copies(&original);
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

#[test]
fn the_command_proves_its_copy_or_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let samples = root("samples");
    let samples = samples.to_str().unwrap();
    let o = run_in(&["anonymise", samples, "-o", "out"], dir.path());
    let said = String::from_utf8(o.stdout).unwrap();
    assert!(o.status.success(), "{said}{}", String::from_utf8_lossy(&o.stderr));
    assert!(said.contains("proven:") && said.contains("no original name is left"), "{said}");
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(dir.path().join("out")).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    // Not numbers: of two digits and of addresses there are so few that one server's may become another's.
    for name in ["contoso", "fabrikam", "litware", "frank@", "gina@", "erin@"] {
        assert!(!text.contains(name), "{name}");
    }
    let missed = |folder: &str| {
        let o = run_in(&["report", folder, "--format", "json"], dir.path());
        let report: serde_json::Value = serde_json::from_slice(&o.stdout).unwrap();
        report["summary"].clone()
    };
    assert_eq!(missed("out"), missed(samples));

    std::fs::write(dir.path().join("short.key"), "short").unwrap();
    for (args, told) in [
        (&["anonymise", samples, "-o", "out"][..], "not empty"),
        (&["anonymise", samples, "-o", "no/such/out"], "there is no folder"),
        (&["anonymise", "out", "-o", "out/again"], "out/again lies in out"),
        (&["anonymise", samples, "-o", "other", "--key", "short.key"], "expected 16 bytes or more"),
        (&["anonymise", "short.key", "-o", "other"], "no SIP trace record"),
    ] {
        let o = run_in(args, dir.path());
        assert_eq!(o.status.code(), Some(2), "{args:?}");
        assert!(String::from_utf8_lossy(&o.stderr).contains(told), "{args:?}: {o:?}");
    }
    let names: BTreeSet<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, BTreeSet::from(["out".into(), "short.key".into()]));
}

#[test]
fn a_key_gives_the_same_pseudonyms_again() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("key"), "0123456789abcdef0123").unwrap();
    let log = root("samples/silent-mobile-leg.log");
    let copy = |folder: &str, key: &[&str]| {
        let args = [&["anonymise", log.to_str().unwrap(), "-o", folder], key].concat();
        assert!(run_in(&args, dir.path()).status.success());
        let file = std::fs::read_dir(dir.path().join(folder)).unwrap().next().unwrap().unwrap();
        std::fs::read(file.path()).unwrap()
    };
    let (a, b) = (copy("a", &["--key", "key"]), copy("b", &["--key", "key"]));
    assert!(a == b);
    assert!(copy("c", &[]) != a, "a forgotten key gives others");
}
