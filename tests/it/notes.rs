//! Notes on calls and pushes: where they are shown, and the file they are kept in.

use std::fs;

use siptrail::tui::{Effect, Notebook, Notes};

use crate::common::left;
use crate::keyboard::{FAILED, app, draw, plain, press, text};

const CALL: &str = "b45230e872a37c9066ec2be87671bdcc";

#[test]
fn a_note_is_seen_wherever_its_call_is() {
    let mut app = app(FAILED, plain(), (80, 24));
    let effect = press(&mut app, "3aasked Frank<Enter>");
    assert_eq!(effect, Some(Effect::Note(CALL.to_owned(), "asked Frank".to_owned())));
    let shown = text(&draw(&app));
    assert!(shown.contains("\nn08:30:20.015") && shown.contains("\nNote: asked Frank\n"), "{shown}");
    press(&mut app, "m");
    assert!(text(&draw(&app)).contains("\nN08:30:20.015"));
    press(&mut app, "<Enter>");
    assert!(text(&draw(&app)).contains("\nNote: asked Frank\n"), "in the timeline");
    // What is taken along tells it.
    let Some(Effect::Copy(story)) = press(&mut app, "yt") else { panic!("nothing copied") };
    assert!(story.starts_with("Note: asked Frank\n") && story.contains("408 Request Timeout"), "{story}");
    assert_eq!(press(&mut app, "yn"), Some(Effect::Copy("asked Frank".to_owned())));
    let Some(Effect::Save(save)) = press(&mut app, "st<Enter>") else { panic!("nothing saved") };
    let mut saved = Vec::new();
    save.content.write(&app.data, false, &mut saved).unwrap();
    assert_eq!(String::from_utf8(saved).unwrap(), story);
    // From the push it is seen too, and the push has one of its own.
    press(&mut app, "2aphone was off<Enter><Enter>");
    let shown = text(&draw(&app));
    assert!(shown.contains("Note: phone was off\nNote: asked Frank\n"), "{shown}");
    // It can be changed, given up, and taken away.
    let effect = press(&mut app, "3a; he was out<Enter>");
    assert_eq!(effect, Some(Effect::Note(CALL.to_owned(), "asked Frank; he was out".to_owned())));
    assert_eq!(press(&mut app, "a not this<Esc>"), None);
    assert_eq!(app.notes.get(CALL), Some("asked Frank; he was out"));
    assert_eq!(press(&mut app, "a<C-u><Enter>"), Some(Effect::Note(CALL.to_owned(), String::new())));
    assert!(app.notes.get(CALL).is_none());
    // A file is written by anybody.
    app.notes.set(CALL, "red \u{1b}[31m\u{202e}alert\nsecond");
    let shown = text(&draw(&app));
    assert!(shown.contains("Note: red \u{fffd}[31m\u{fffd}alert\nNote: second\n"), "{shown}");
}

#[cfg(feature = "export")]
#[test]
fn a_case_keeps_each_note_with_what_it_is_on() {
    let mut app = app(FAILED, plain(), (80, 24));
    press(&mut app, "3aasked Frank<Enter>");
    press(&mut app, "2aphone was off<Enter>");
    let push = app.data.analysis.pushes[0].call_id.clone();
    let notes = [(CALL.to_owned(), "asked Frank".to_owned()), (push, "phone was off".to_owned())];
    // From the call and from its push: it is one case.
    for view in ["2", "3"] {
        let Some(Effect::Save(save)) = press(&mut app, &format!("{view}Z<Enter>")) else { panic!("nothing saved") };
        let mut saved = Vec::new();
        save.content.write(&app.data, false, &mut saved).unwrap();
        assert_eq!(siptrail::bundle::open(&saved).unwrap().notes, notes, "from view {view}");
    }
}

#[test]
fn notes_are_kept_in_a_file_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new folder").join("notes.toml");
    assert_eq!(Notes::read(&path), Ok(Notes::default()), "none yet");
    let mut first = Notebook::new(Some(path.clone()));
    let mut second = Notebook::new(Some(path.clone()));
    first.keep(CALL.to_owned(), "asked \"Frank\"; C:\\Traces".to_owned()).unwrap();
    // Two that run at once do not take each other's notes away.
    second.keep("a@192.0.2.7\u{1b}".to_owned(), "two\nlines".to_owned()).unwrap();
    first.keep("gone".to_owned(), "x".to_owned()).unwrap();
    second.keep("gone".to_owned(), String::new()).unwrap();
    let notes = Notes::read(&path).unwrap();
    assert_eq!(notes.get(CALL), Some("asked \"Frank\"; C:\\Traces"));
    assert_eq!(notes.get("a@192.0.2.7\u{1b}"), Some("two\nlines"));
    assert_eq!(notes.get("gone"), None);
    assert_eq!(left(path.parent().unwrap()), ["notes.toml"], "no half file is left");
    // People read and write it.
    let written = fs::read_to_string(&path).unwrap();
    assert!(written.starts_with("# Notes of siptrail") && !written.contains('\u{1b}'), "{written}");
    assert!(written.contains(&format!("{CALL} = ")), "{written}");
}

#[test]
fn a_broken_file_is_refused_with_its_line_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.toml");
    for (broken, line) in [("a = \"x\"\nb == \"y\"\n", 2), ("a = \"x\"\n\nb = 7\n", 3), ("a = \"x\"\na = \"y\"\n", 2)] {
        fs::write(&path, broken).unwrap();
        let error = Notes::read(&path).unwrap_err();
        assert!(error.contains(&format!("notes.toml:{line}: ")) && error.contains("--notes"), "{error}");
        // It broke while siptrail ran: the note waits until it is mended.
        let mut book = Notebook::new(Some(path.clone()));
        assert_eq!(book.keep(CALL.to_owned(), "kept".to_owned()), Err(error));
        assert_eq!(fs::read_to_string(&path).unwrap(), broken);
        assert_eq!(book.unwritten().last(), Some(&format!("note on {CALL}: kept")));
        fs::write(&path, "").unwrap();
        book.keep("b".to_owned(), "later".to_owned()).unwrap();
        let notes = Notes::read(&path).unwrap();
        assert_eq!((notes.get(CALL), notes.get("b"), book.unwritten().len()), (Some("kept"), Some("later"), 0));
    }
    // Neither a folder, nor a log, nor a place that cannot be written to.
    assert!(Notes::read(folder.path()).is_err());
    assert!(Notes::read(&crate::common::root("samples/silent-mobile-leg.log")).is_err_and(|e| e.contains(".log:1: ")));
    let mut book = Notebook::new(Some(path.join("under a file.toml")));
    assert!(book.keep(CALL.to_owned(), "kept".to_owned()).is_err());
    assert!(Notebook::new(None).keep(CALL.to_owned(), "kept".to_owned()).is_err_and(|e| e.contains("--notes")));
}
