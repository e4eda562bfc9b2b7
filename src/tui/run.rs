//! The loop: one channel of events in, one frame out.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::Backend;

use super::action::{Action, Effect};
use super::app::App;
use super::card::SavedCase;
use super::draw::draw;
use super::effects::{Effects, perform};
use super::event::{Event, of_terminal};
use super::keys::{Command, Keymap};
use super::notes::{self, Notebook, Notes};
use super::save;
use super::state::{Load, Notice};
use super::terminal;
use super::theme::Theme;
use super::update::{looks_of, update};
use super::{kept, load};
use crate::analysis::Options;
use crate::index::Index;
use crate::input::Limits;

/// How the user left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By a key.
    Quit,
    /// The process was asked to end.
    Terminated,
    /// There was nothing to show: why, in lines for stderr.
    Failed(Vec<String>),
}

/// What the command line decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Files, folders, archives, or `-`.
    pub inputs: Vec<PathBuf>,
    /// The case that is opened, where its file is the only input.
    pub case: Option<SavedCase>,
    /// How to analyse.
    pub options: Options,
    /// How much may be unpacked.
    pub limits: Limits,
    /// Where what was read is kept.
    pub index: Option<Index>,
    /// Read what is appended to the logs.
    pub follow: bool,
    /// With colours.
    pub colour: bool,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// What keys do.
    pub keys: Keymap,
    /// Where it is kept how logs were left: columns, order, filters, marks and place.
    pub looks_file: Option<PathBuf>,
    /// Notes, as they are in their file.
    pub notes: Notes,
    /// That file; without one, notes are lost when the user leaves.
    pub notes_file: Option<PathBuf>,
}

/// How it ended, and what is still to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// How the user left.
    pub ending: Ending,
    /// Notes that could not be written, in lines for stderr.
    pub unwritten: Vec<String>,
}

/// A search goes on so long between two frames.
const FRAME: Duration = Duration::from_millis(30);

/// How often it is looked whether the terminal is still there.
const LOOK: Duration = Duration::from_secs(1);

/// Where a signal is to be told.
static SIGNALS: Mutex<Option<Sender<Event>>> = Mutex::new(None);

/// Asks a running UI to end; false when none runs. For the handler of signals.
pub fn terminate() -> bool {
    let sender = SIGNALS.lock().ok().and_then(|s| s.clone());
    sender.is_some_and(|s| s.send(Event::Terminate).is_ok())
}

/// Asks a running UI to stop for a while, as SIGTSTP does; false when none runs. For the handler of signals.
pub fn suspend() -> bool {
    let sender = SIGNALS.lock().ok().and_then(|s| s.clone());
    sender.is_some_and(|s| s.send(Event::Suspend).is_ok())
}

/// Gives the terminal back at once; for the case that [`terminate`] is not heard.
pub fn restore() {
    terminal::restore();
}

/// Runs the UI on the terminal until the user leaves.
///
/// # Errors
/// When the terminal cannot be used.
pub fn run(settings: &Settings) -> io::Result<Left> {
    let (sender, events) = channel();
    let (guard, mut terminal) = terminal::take()?;
    if let Ok(mut signals) = SIGNALS.lock() {
        *signals = Some(sender.clone());
    }
    let size = terminal.size()?;
    let mut app = App::new(Theme::new(settings.colour, settings.ascii), (size.width, size.height));
    app.follow = settings.follow;
    app.keys = settings.keys.clone();
    app.notes = settings.notes.clone();
    for (call_id, text) in settings.case.iter().flat_map(|c| &c.notes) {
        if app.notes.get(call_id).is_none() {
            app.notes.set(call_id, text);
        }
    }
    app.case.clone_from(&settings.case);
    app.folder = save::folder(&settings.inputs);
    app.keeps = settings.looks_file.is_some();
    app.looks = settings.looks_file.as_deref().and_then(|file| kept::read(file, &settings.inputs));
    // Before anything else: the first frame must not wait for a single byte of a log.
    terminal.draw(|frame| draw(&app, frame))?;
    let keys = sender.clone();
    thread::spawn(move || {
        while terminal::is_there() {
            let event = crossterm::event::poll(LOOK).and_then(|there| there.then(crossterm::event::read).transpose());
            let Ok(event) = event else { break };
            if event.is_some_and(|event| keys.send(Event::Terminal(event)).is_err()) {
                break;
            }
        }
        // Without a terminal nobody could ever leave.
        let _ = keys.send(Event::Terminate);
    });
    let (inputs, options, limits) = (settings.inputs.clone(), settings.options.clone(), settings.limits);
    let told = sender.clone();
    let asked = Arc::new(AtomicUsize::new(0));
    let following = Arc::new(AtomicBool::new(settings.follow));
    let (follow, index) = (Arc::clone(&following), settings.index.clone());
    thread::spawn(move || load::load((&inputs, limits), (&options, index.as_ref()), &follow, &sender));
    let teller = told.clone();
    // Nobody listens any more when the user has left.
    let tell = move |text, unwritten: usize| {
        let _ = teller.send(Event::Action(Action::Unwritten(unwritten)));
        let _ = teller.send(Event::Action(Action::Tell(Notice { text, bad: unwritten > 0 })));
    };
    let (notes, writer) = notes::writer(Notebook::new(settings.notes_file.clone()), tell);
    let inputs = settings.inputs.clone();
    let effects = Effects { sender: told, follow: following, asked, notes, inputs };
    let ending = cycle(&mut *terminal, &mut app, &events, &mut |app, effect| perform(app, effect, &effects));
    drop(effects);
    // What is kept is a help only: where it cannot be written, the next time begins anew.
    if let Some(file) = settings.looks_file.as_deref().filter(|_| app.load == Load::Done) {
        let _ = kept::write(file, looks_of(&app, &settings.inputs));
    }
    let unwritten = writer.join().unwrap_or_default();
    if let Ok(mut signals) = SIGNALS.lock() {
        *signals = None;
    }
    drop(guard);
    match ending {
        Ok(ending) => Ok(Left { ending, unwritten }),
        // It vanished while it was drawn on: nobody is there to be told.
        Err(_) if !terminal::is_there() => Ok(Left { ending: Ending::Terminated, unwritten }),
        Err(error) => Err(error),
    }
}

/// Draws and waits, until an event ends it. Generic over the terminal, so that tests need none; `perform` carries
/// out what is to be done outside, and tells the user how that went.
///
/// # Errors
/// When the terminal cannot be drawn on.
pub fn cycle<B: Backend>(
    terminal: &mut Terminal<B>,
    app: &mut App,
    events: &Receiver<Event>,
    perform: &mut dyn FnMut(&App, Effect),
) -> io::Result<Ending>
where
    B::Error: Into<io::Error>,
{
    loop {
        terminal.draw(|frame| draw(app, frame)).map_err(Into::into)?;
        let first = if app.busy() {
            work(app, events)
        } else {
            let Ok(event) = events.recv() else { return Ok(Ending::Quit) };
            Some(event)
        };
        // All that has come meanwhile is one frame.
        for event in first.into_iter().chain(events.try_iter().take(1_000)) {
            let action = match event {
                Event::Terminal(event) => of_terminal(app, &event),
                Event::Action(action) => Some(action),
                Event::Failed(why) => return Ok(Ending::Failed(why)),
                Event::Terminate => return Ok(Ending::Terminated),
                Event::Suspend => Some(Action::Do(Command::Suspend)),
            };
            match action.and_then(|a| update(app, a)) {
                Some(Effect::Quit) => return Ok(Ending::Quit),
                Some(Effect::Suspend) => {
                    perform(app, Effect::Suspend);
                    // All is drawn anew. Clearing by the terminal itself would ask it for the place of the cursor, and the
                    // thread that reads keys would take the answer.
                    terminal.backend_mut().clear().map_err(Into::into)?;
                    terminal.swap_buffers();
                }
                Some(effect) => perform(app, effect),
                None => {}
            }
        }
    }
}

/// Goes on with a search until a key comes or it is time for a frame.
#[expect(clippy::disallowed_methods, reason = "frames are about the clock")]
fn work(app: &mut App, events: &Receiver<Event>) -> Option<Event> {
    let started = Instant::now();
    while app.busy() && started.elapsed() < FRAME {
        if let Ok(event) = events.try_recv() {
            return Some(event);
        }
        update(app, Action::Work);
    }
    None
}
