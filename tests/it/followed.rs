//! Logs that are followed in a real terminal: they grow, are cut, rotated and deleted, or are not there yet.

use std::io::Write;

use crate::common::root;
use crate::keyboard::FAILED;
use crate::pty::Session;

#[test]
fn a_log_that_grows_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fe03.log");
    let text = std::fs::read_to_string(root(FAILED).join("fe03.log")).unwrap();
    // The log ends while the phone rings, and goes on later.
    let at = text.find("SIP/2.0 408").and_then(|at| text[..at].rfind("TL_INFO(TF_PROTOCOL)")).unwrap();
    std::fs::write(&path, &text[..at]).unwrap();
    let mut session = Session::start(&["tui", "--follow", path.to_str().unwrap()]);
    session.wait_for("following");
    session.press("3");
    session.wait_for("undetermined");
    let mut file = std::fs::File::options().append(true).open(&path).unwrap();
    file.write_all(&text.as_bytes()[at..]).unwrap();
    session.wait_for("missed_push_failed");
    // A log that is cut and starts anew: what was there stays, as an input of its own.
    std::fs::write(&path, &text[..at]).unwrap();
    session.press("1");
    session.wait_for("of 2 inputs");
    session.press("3");
    session.wait_for("missed_push_failed");
    session.press("q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn what_is_not_there_yet_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(root(FAILED).join("fe03.log")).unwrap();
    let log = folder.path().join("day").join("fe03.log");
    // A file in a folder that is not there; and the folder.
    for input in [log.clone(), folder.path().join("day")] {
        let _ = std::fs::remove_dir_all(folder.path().join("day"));
        let mut session = Session::start(&["tui", "--follow", input.to_str().unwrap()]);
        session.wait_for("Waiting for the first record");
        std::fs::create_dir(folder.path().join("day")).unwrap();
        // The first lines of it are no record.
        std::fs::write(&log, "TL_INFO(TF_COMPONENT) [0]").unwrap();
        std::fs::write(&log, &text).unwrap();
        session.wait_for("1 call missed");
        session.press("q");
        assert_eq!(session.ended(), 0);
    }
}

#[test]
fn a_followed_folder_forgets_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("fe03.log");
    let text = std::fs::read_to_string(root(FAILED).join("fe03.log")).unwrap();
    let other = std::fs::read_to_string(root("samples/answered-elsewhere.log")).unwrap();
    std::fs::write(&log, &text).unwrap();
    let mut session = Session::start(&["tui", "--follow", folder.path().to_str().unwrap()]);
    session.wait_for("of 1 input");
    // Rotated: what was there is found under its new name, so it is not kept twice.
    std::fs::rename(&log, folder.path().join("fe03.1.log")).unwrap();
    std::fs::write(&log, &other).unwrap();
    session.wait_for("of 2 inputs");
    // Rotated to a name that is not read: with the new log there are three, not two.
    std::fs::rename(folder.path().join("fe03.1.log"), folder.path().join("fe03.old")).unwrap();
    std::fs::write(folder.path().join("fe04.log"), &other).unwrap();
    session.wait_for("of 3 inputs");
    session.wait_for("1 call missed");
    // Deleted.
    std::fs::remove_file(&log).unwrap();
    std::fs::write(folder.path().join("fe05.log"), &other).unwrap();
    session.wait_for("of 4 inputs");
    session.press("q");
    assert_eq!(session.ended(), 0);
}
