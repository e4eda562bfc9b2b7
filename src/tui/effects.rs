//! Effects: what is done outside of the state, each without a key waiting for it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

use super::action::{Action, Effect};
use super::app::App;
use super::content::Save;
use super::data::Data;
use super::event::Event;
use super::filter::Filter;
use super::keys::Command;
use super::save;
use super::state::Notice;
use super::terminal;

/// Whom effects are passed to.
pub(super) struct Effects {
    pub(super) sender: Sender<Event>,
    pub(super) follow: Arc<AtomicBool>,
    pub(super) asked: Arc<AtomicUsize>,
    pub(super) notes: Sender<(String, String)>,
    /// Where the logs are read from.
    pub(super) inputs: Vec<PathBuf>,
}

/// Carries out what is to be done outside.
pub(super) fn perform(app: &App, effect: Effect, effects: &Effects) {
    let Effects { follow, asked, .. } = effects;
    let sender = effects.sender.clone();
    let told = sender.clone();
    let tell = move |text: String, bad: bool| {
        // Nobody listens any more when the user has left.
        let _ = told.send(Event::Action(Action::Tell(Notice { text, bad })));
    };
    match effect {
        Effect::Quit => {}
        Effect::Suspend => {
            if let Err(error) = terminal::suspend(app.mouse) {
                tell(format!("the terminal could not be taken again: {error}"), true);
            }
        }
        Effect::Note(call_id, text) => {
            if effects.notes.send((call_id, text)).is_err() {
                tell("note not written: its thread has ended".to_owned(), true);
            }
        }
        Effect::Filter(filter) => {
            asked.store(filter.number, Ordering::Relaxed);
            let (data, asked) = (Arc::clone(&app.data), Arc::clone(asked));
            thread::spawn(move || ask(&data, filter, &asked, &sender));
        }
        Effect::Shared(asked) => {
            let data = Arc::clone(&app.data);
            thread::spawn(move || {
                let found = asked.answer(&data);
                let _ = sender.send(Event::Action(Action::Shared(asked, found)));
            });
        }
        Effect::Registrations => {
            let data = Arc::clone(&app.data);
            thread::spawn(move || {
                data.read_registrations();
                let _ = sender.send(Event::Action(Action::Registrations));
            });
        }
        Effect::StopFilter => asked.store(usize::MAX, Ordering::Relaxed),
        Effect::Follow(on) => follow.store(on, Ordering::Relaxed),
        Effect::Mouse(on) => {
            if let Err(error) = terminal::mouse(on) {
                tell(format!("no mouse on this terminal: {error}"), true);
            }
        }
        Effect::Copy(text) => match copy(&text, &app.keys.name(Command::Save), app.folder.as_deref()) {
            Ok(done) => tell(done, false),
            Err(error) => tell(format!("cannot copy: {error}"), true),
        },
        Effect::Save(save) => {
            let data = Arc::clone(&app.data);
            let inputs = effects.inputs.clone();
            // A file may lie on a slow network, and no key waits.
            thread::spawn(move || match save::save(&data, &save, &inputs) {
                Ok(bytes) => tell(format!("saved {} ({bytes} bytes)", save.path.display()), false),
                Err(error) => {
                    let (path, why) = match error.kind() {
                        // What `save` answers where it must be asked first.
                        io::ErrorKind::WouldBlock => {
                            let why = "logs are read from that folder; Enter saves there all the same".to_owned();
                            let ask = Save { sure: true, ..save };
                            let _ = sender.send(Event::Action(Action::Unsaved(ask, why)));
                            return;
                        }
                        io::ErrorKind::AlreadyExists => {
                            (save::free_name(&save.path), "that name is taken; Enter takes this one".to_owned())
                        }
                        io::ErrorKind::NotFound => {
                            let folder = save.path.parent().unwrap_or(&save.path).display();
                            let why = format!("there is no folder {folder}; make it, or choose another");
                            (save.path.clone(), why)
                        }
                        _ => (save.path.clone(), format!("not saved: {error}; choose another name or folder")),
                    };
                    let _ = sender.send(Event::Action(Action::Unsaved(Save { path, ..save }, why)));
                }
            });
        }
    }
}

/// Asks a filter; tells how far it has come each time that a percent more is done.
fn ask(data: &Data, filter: Filter, asked: &AtomicUsize, sender: &Sender<Event>) {
    let number = filter.number;
    let total = data.records.len().max(1);
    let told = AtomicU64::new(0);
    let go_on = |done: usize| {
        let percent = done as u64 * 100 / total as u64;
        if percent > told.fetch_max(percent, Ordering::Relaxed) {
            let _ = sender.send(Event::Action(Action::Filtering(number, percent)));
        }
        asked.load(Ordering::Relaxed) == number
    };
    // The query was read before, when it was typed.
    if let Ok(Some(rows)) = filter.ask(data, &go_on) {
        let _ = sender.send(Event::Action(Action::Filtered(filter, rows)));
    }
}

/// Terminals cut what is longer.
const CLIPBOARD: usize = 74_000;

/// To the clipboard of the terminal (OSC 52), which works over SSH but does not say whether it did; and to a file
/// when it is too long for that.
fn copy(text: &str, save: &str, folder: Option<&Path>) -> io::Result<String> {
    if text.len() > CLIPBOARD {
        let folder = folder.map_or_else(std::env::current_dir, |f| Ok(f.to_path_buf()))?;
        let path = save::save_text(&folder, text)?;
        return Ok(format!("too long for the clipboard: saved {}", path.display()));
    }
    crossterm::execute!(terminal::out(), crossterm::clipboard::CopyToClipboard::to_clipboard_from(text))?;
    Ok(format!("copied {} bytes to the clipboard of the terminal; {save} saves to a file instead", text.len()))
}
