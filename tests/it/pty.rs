//! The terminal UI as a user runs it: a pseudo-terminal with a terminal behind it.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{MouseProtocolMode, Parser, Screen};

use crate::common::root;

/// A terminal that shows nothing new for so long has hung.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Session {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    terminal: Parser,
    child: Box<dyn Child + Send + Sync>,
    /// Settings of the line before anything ran.
    before: String,
    /// What is kept of views: those of one session are not found by another.
    data: std::rc::Rc<tempfile::TempDir>,
}

impl Session {
    pub(crate) fn start(args: &[&str]) -> Session {
        Session::with(std::rc::Rc::new(tempfile::tempdir().unwrap()), args)
    }

    /// With what another session has kept.
    fn with(data: std::rc::Rc<tempfile::TempDir>, args: &[&str]) -> Session {
        let pair = native_pty_system().openpty(size(24, 80)).unwrap();
        let before = settings(&*pair.master);
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_siptrail"));
        command.args(args);
        // Neither the keys nor the notes of who runs the tests.
        command.env("SIPTRAIL_CONFIG", "");
        command.env("XDG_DATA_HOME", data.path());
        command.env("XDG_CACHE_HOME", crate::program::CACHE);
        command.cwd(root(""));
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        command.env_remove("NO_COLOR");
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n) = reader.read(&mut buffer) {
                if n == 0 || sender.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Session {
            master: pair.master,
            keys,
            output,
            terminal: Parser::new(lines(24), lines(80), 0),
            child,
            before,
            data,
        }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Reads until the screen is as wanted.
    pub(crate) fn wait(&mut self, what: &str, is: impl Fn(&Screen) -> bool) {
        while !is(self.terminal.screen()) {
            let Ok(bytes) = self.output.recv_timeout(PATIENCE) else {
                panic!("no {what} on the screen:\n{}", self.terminal.screen().contents());
            };
            self.terminal.process(&bytes);
        }
    }

    pub(crate) fn wait_for(&mut self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    /// The program has ended; gives its exit status. The terminal is as it was.
    pub(crate) fn ended(mut self) -> u32 {
        let status = self.child.wait().unwrap();
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.terminal.process(&bytes);
        }
        let screen = self.terminal.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None);
        assert_eq!(settings(&*self.master), self.before);
        status.exit_code()
    }
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn lines(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

const FAILED: &str = "samples/push-failed-at-edge";

#[test]
fn a_session_from_the_start_to_the_saved_story() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("case.txt");
    let mut session = Session::start(&[FAILED]);
    session.wait_for("1 call missed");
    session.press("3");
    session.wait_for("missed_push_failed");
    session.press("/frank\r");
    session.wait_for("frank@contoso.com");
    session.press("\r");
    session.wait_for("180 Ringing");
    // On the bigger terminal there is room for the end of the ladder.
    session.master.resize(size(60, 150)).unwrap();
    session.terminal.screen_mut().set_size(lines(60), lines(150));
    session.wait_for("504 Server time-out (MESSAGE)");
    session.press("ee");
    session.wait_for("11 of 17");
    session.press("st\u{15}");
    session.press(&format!("{}\r", path.display()));
    session.wait_for("saved");
    // The same again: the name is taken, and another one is offered.
    session.press("st\u{15}");
    session.press(&format!("{}\r", path.display()));
    session.wait_for("case-2.txt");
    session.press("\r");
    session.wait_for("saved");
    session.press("qqq");
    assert_eq!(session.ended(), 0);
    assert!(folder.path().join("case-2.txt").exists());
    let saved = std::fs::read_to_string(path).unwrap();
    assert!(saved.contains("b45230e872a37c9066ec2be87671bdcc") && saved.contains("504 Server time-out"));
}

#[test]
fn the_terminal_is_given_back_on_a_signal_and_on_ctrl_c() {
    let mut session = Session::start(&["tui", FAILED]);
    session.wait_for("1 call missed");
    session.press("3M");
    session.wait("clicks", |screen| screen.mouse_protocol_mode() != MouseProtocolMode::None);
    let pid = session.child.process_id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(session.ended(), 130);
    let mut session = Session::start(&["tui", FAILED]);
    session.wait_for("1 call missed");
    session.press("\u{3}");
    assert_eq!(session.ended(), 0);
}

#[test]
fn a_note_is_there_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.toml");
    let args = ["tui", "--keys", "sngrep", "--notes", path.to_str().unwrap(), FAILED];
    let mut session = Session::start(&args);
    session.wait_for("1 call missed");
    session.press("3");
    session.wait_for("missed_push_failed");
    // Left at once: the note is written all the same.
    session.press("aasked Frank\rQ");
    assert_eq!(session.ended(), 0);
    let mut session = Session::start(&args);
    session.wait_for("1 call missed");
    session.press("3");
    session.wait_for("Note: asked Frank");
    session.press("q");
    assert_eq!(session.ended(), 0);
    std::fs::write(&path, "broken").unwrap();
    let mut session = Session::start(&args);
    session.wait("the line", |screen| screen.contents().replace('\n', "").contains("notes.toml:1: "));
    assert_eq!(session.ended(), 2);
}

#[test]
fn what_cannot_be_shown_is_told_on_a_terminal_as_it_was() {
    for (args, told) in [(["no-such.log"], "no-such.log"), (["Cargo.toml"], "no SIP trace record in Cargo.toml")] {
        let mut session = Session::start(&args);
        session.wait(told, |screen| !screen.alternate_screen() && screen.contents().replace('\n', "").contains(told));
        assert_eq!(session.ended(), 2);
    }
}

/// Sends a signal to the program.
fn signal(session: &Session, name: &str) {
    let pid = session.child.process_id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
}

#[test]
fn whatever_ends_it_gives_the_terminal_back() {
    for name in ["-QUIT", "-HUP", "-TERM"] {
        let mut session = Session::start(&[FAILED]);
        session.wait_for("1 call missed");
        signal(&session, name);
        assert_eq!(session.ended(), 130, "{name}");
    }
}

#[test]
fn a_stop_gives_the_terminal_back_until_it_goes_on() {
    let mut session = Session::start(&[FAILED]);
    session.wait_for("1 call missed");
    signal(&session, "-TSTP");
    session.wait("terminal given back", |screen| !screen.alternate_screen() && !screen.bracketed_paste());
    // The last of it is the mode of the line.
    for _ in 0..200 {
        if settings(&*session.master) == session.before {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(settings(&*session.master), session.before);
    signal(&session, "-CONT");
    session.wait("screen again", |screen| screen.alternate_screen() && screen.contents().contains("1 call missed"));
    session.press("3");
    session.wait_for("missed_push_failed");
    session.press("q");
    assert_eq!(session.ended(), 0);
}

/// The window is closed: no panic, and nobody goes on without a terminal.
#[test]
fn a_terminal_that_vanishes_ends_it_quietly() {
    let pair = native_pty_system().openpty(size(24, 80)).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_siptrail"));
    command.args([FAILED]);
    command.cwd(root(""));
    command.env("SIPTRAIL_CONFIG", "");
    command.env("XDG_CACHE_HOME", crate::program::CACHE);
    command.env("XDG_DATA_HOME", env!("CARGO_TARGET_TMPDIR"));
    command.env("TERM", "xterm-256color");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("Overview") {
        let mut buffer = [0; 4096];
        let n = reader.read(&mut buffer).unwrap();
        seen.extend_from_slice(&buffer[..n]);
    }
    drop(reader);
    drop(pair.master);
    assert_eq!(child.wait().unwrap().exit_code(), 130);
}

#[test]
fn a_ticket_from_the_list_to_the_case_file_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("INC1234.zip");
    let mut session = Session::start(&["samples"]);
    session.wait_for("5 calls missed");
    session.press("3f");
    session.wait_for("filter:");
    // Pasted as a terminal sends it.
    session.press("\u{1b}[200~missed user:frank\u{1b}[201~\r");
    session.wait_for("missed user:frank: 1 of 1");
    session.press("\r");
    session.wait_for("push.lync.com is not an allowed");
    session.press("i");
    session.wait_for("proved by: ");
    session.wait_for("New-CsAllowedDomain -Identity \"push.lync.com\"");
    session.press("w");
    session.wait_for("It failed, and one that worked");
    session.press("q");
    session.press("Z");
    session.wait_for("save as:");
    session.press(&format!("\u{15}{}\r", path.display()));
    session.wait_for("saved ");
    session.press("\u{3}");
    assert_eq!(session.ended(), 0);
    let mut again = Session::start(&[&path.to_string_lossy()]);
    again.wait_for("The case as it was saved");
    again.wait_for("frank@contoso.com");
    again.press("q");
    // Under it stands the story.
    again.wait_for("INVITE");
    again.press("\u{3}");
    assert_eq!(again.ended(), 0);
}

#[test]
fn logs_are_found_again_as_they_were_left() {
    let mut session = Session::start(&["samples"]);
    let data = std::rc::Rc::clone(&session.data);
    session.wait_for("5 calls missed");
    session.press("3fmissed\r");
    session.wait_for("missed: 1 of 5");
    // A mark, and two rows further; Status hidden.
    session.press(" j");
    session.wait_for("missed: 3 of 5");
    session.press("C");
    session.wait_for("[x] Status");
    // To is made narrower.
    session.press("jj<<");
    session.wait_for("[x] To  10 wide");
    session.press("f\u{1b}");
    session.wait("no Status", |screen| !screen.contents().contains("Status"));
    // Nothing is lost, so nothing is asked: out of the list, the filter, the program.
    session.press("\u{3}");
    assert_eq!(session.ended(), 0);
    let mut again = Session::with(std::rc::Rc::clone(&data), &["samples"]);
    again.wait_for("missed: 3 of 5");
    again.wait("the mark", |screen| screen.contents().contains("*02-08 13:04:11"));
    assert!(!again.terminal.screen().contents().contains("Status"));
    again.press("C");
    again.wait_for("[x] To  10 wide");
    again.press("q");
    again.wait("no menu", |screen| !screen.contents().contains("[x] To"));
    again.press("f\u{15}");
    again.wait_for("filter:");
    again.press("\u{1b}[A");
    again.wait_for("filter: missed");
    again.press("\u{3}");
    assert_eq!(again.ended(), 0);
    // Other logs begin anew; and nothing is kept where nothing is to be.
    let mut other = Session::with(std::rc::Rc::clone(&data), &[FAILED]);
    other.wait_for("1 call missed");
    other.press("q");
    assert_eq!(other.ended(), 0);
    let mut none = Session::with(data, &["tui", "--no-index", "samples"]);
    none.wait_for("5 calls missed");
    none.press("q");
    assert_eq!(none.ended(), 0);
}

#[test]
fn ctrl_z_stops_it_and_it_goes_on() {
    let mut session = Session::start(&[FAILED]);
    session.wait_for("1 call missed");
    session.press("\u{1a}");
    session.wait("terminal given back", |screen| !screen.alternate_screen() && !screen.bracketed_paste());
    signal(&session, "-CONT");
    session.wait("screen again", |screen| screen.alternate_screen() && screen.contents().contains("1 call missed"));
    session.press("q");
    assert_eq!(session.ended(), 0);
}
