//! The terminal UI with a million calls: `cargo bench --bench frames`.
//!
//! Milliseconds of a frame in every view, of a key with the frame that shows what it did, of a filter from the last
//! letter to its rows, and of a key while another log loads. Times are printed here and asserted nowhere; the goals
//! stand in the title of each table. The calls are those of a generated log, again and again: a log with as many
//! would have 40 GB.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use siptrail::input::Input;
use siptrail::synth::{Extent, Plan, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::tui::data::Data;
use siptrail::tui::{Action, App, Command, Effect, Key, Load, Theme, View, draw, update};
use siptrail::{Options, Trace};

const CALLS: usize = 1_000_000;
const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];
/// Times each thing is measured.
const TIMES: usize = 101;

fn main() -> io::Result<()> {
    let plan = Plan { extent: Extent::Bytes(120_000_000), ..Plan::default() };
    let logs: Vec<Vec<u8>> = in_memory(&plan).0.into_iter().map(|(_, log)| log).collect();
    let data = Arc::new(many(&logs));
    let mut out = io::stdout().lock();
    writeln!(out, "{} calls, {} records\n", data.analysis.calls.len(), data.records.len())?;
    frames(&data, &mut out)?;
    keys(&data, &mut out)?;
    filters(&data, &mut out)?;
    while_loading(&data, &logs, &mut out)
}

fn load(logs: &[Vec<u8>], told: &(dyn Fn(Load) + Sync)) -> Trace {
    let inputs = logs.iter().enumerate().map(|(i, log)| Input::from_bytes(format!("{i}.log"), log.clone())).collect();
    let progress = |p: siptrail::trace::Progress| told(Load::Reading(p.done, p.total));
    Trace::load(inputs, &LoadOptions { progress: &progress, ..LoadOptions::default() })
}

/// The log with its calls multiplied.
fn many(logs: &[Vec<u8>]) -> Data {
    let trace = load(logs, &|_| {});
    let mut analysis = siptrail::analyse(&trace, &Options::default());
    analysis.calls = analysis.calls.iter().cycle().take(CALLS).cloned().collect();
    analysis.calls.sort_by_key(|c| c.started);
    Data::of(trace, analysis)
}

/// A user at a terminal in memory.
struct User {
    app: App,
    terminal: Terminal<TestBackend>,
}

impl User {
    fn new(data: &Arc<Data>, size: (u16, u16)) -> User {
        let mut app = App::new(Theme::new(true, false), size);
        update(&mut app, Action::Loaded(Arc::clone(data)));
        let Ok(terminal) = Terminal::new(TestBackend::new(size.0, size.1));
        User { app, terminal }
    }

    fn draw(&mut self) {
        let Ok(_) = self.terminal.draw(|frame| draw(&self.app, frame));
    }

    /// Presses one key; filters are asked at once, searches go on as long as they need.
    fn press(&mut self, code: KeyCode) {
        let key = Key::of(KeyEvent::new(code, KeyModifiers::NONE));
        let Some(action) = key.and_then(|key| self.app.action(key)) else { return };
        self.act(action);
    }

    fn act(&mut self, action: Action) {
        match update(&mut self.app, action) {
            Some(Effect::Filter(filter)) => {
                if let Ok(Some(rows)) = filter.ask(&self.app.data, &|_| true) {
                    update(&mut self.app, Action::Filtered(filter, rows));
                }
            }
            Some(Effect::Registrations) => {
                self.app.data.read_registrations();
                update(&mut self.app, Action::Registrations);
            }
            _ => {}
        }
    }

    fn show(&mut self, wanted: View) {
        // Its own key: a digit, or a letter where there is no tab.
        let key = self.app.keys.keys(Command::Show(wanted)).first().map(ToString::to_string).unwrap_or_default();
        key.chars().for_each(|c| self.press(KeyCode::Char(c)));
    }
}

/// Median and worst of times in milliseconds, as cells.
fn cells(mut all: Vec<Duration>) -> String {
    all.sort_unstable();
    let ms = |d: Option<&Duration>| d.map_or(0.0, |d| d.as_secs_f64() * 1000.0);
    format!("{:>9.2}{:>9.2}", ms(all.get(all.len() / 2)), ms(all.last()))
}

fn measured(times: usize, mut what: impl FnMut()) -> String {
    let one = |()| {
        let started = Instant::now();
        what();
        started.elapsed()
    };
    cells(std::iter::repeat_n((), times).map(one).collect())
}

fn frames(data: &Arc<Data>, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{:<44}{:>9}{:>9}", "frame, in ms (goal: below 8)", "median", "worst")?;
    for size in SIZES {
        let mut user = User::new(data, size);
        // The Timeline shows the story of the call that is selected.
        user.show(View::Calls);
        for view in View::ALL {
            user.show(view);
            let told = measured(TIMES, || user.draw());
            writeln!(out, "{:<44}{told}", format!("{} at {}x{}", view.name(), size.0, size.1))?;
            if view == View::Calls {
                user.press(KeyCode::Enter);
            }
        }
        // What lies over a view: of the second missed call the card, and it beside one that worked.
        for (name, keys) in [("case card", "3gxxi"), ("twin", "3gxxw"), ("a user's day", "3gxxu")] {
            keys.chars().for_each(|c| user.press(KeyCode::Char(c)));
            let told = measured(TIMES, || user.draw());
            writeln!(out, "{:<44}{told}", format!("{name} at {}x{}", size.0, size.1))?;
            user.press(KeyCode::Esc);
        }
    }
    writeln!(out)
}

/// Keys one after the other, with the view in which they are pressed; the last one is measured with its frame.
const KEYS: &[(&str, View, &[KeyCode])] = &[
    ("j", View::Calls, &[KeyCode::Char('j')]),
    ("PgDn", View::Calls, &[KeyCode::PageDown]),
    ("G and back with g", View::Calls, &[KeyCode::Char('G'), KeyCode::Char('g')]),
    ("j", View::Records, &[KeyCode::Char('j')]),
    ("PgDn", View::Records, &[KeyCode::PageDown]),
    ("e, next failure", View::Calls, &[KeyCode::Char('e')]),
    ("x, next missed push", View::Calls, &[KeyCode::Char('x')]),
    ("], a minute on", View::Calls, &[KeyCode::Char(']')]),
    ("Enter, the ladder of a call, and back", View::Calls, &[KeyCode::Enter, KeyCode::Esc]),
    ("Tab, the next view", View::Overview, &[KeyCode::Tab]),
    ("x and i, the card of the next missed call", View::Calls, &[KeyCode::Char('x'), KeyCode::Char('i'), KeyCode::Esc]),
    ("j in Registrations", View::Registrations, &[KeyCode::Char('j')]),
    ("Enter, the story of one, and back", View::Registrations, &[KeyCode::Enter, KeyCode::Esc]),
    ("f, the prompt of a filter, and Esc", View::Calls, &[KeyCode::Char('f'), KeyCode::Esc]),
    ("/z, the first step of a search, and Esc", View::Calls, &[KeyCode::Char('/'), KeyCode::Char('~'), KeyCode::Esc]),
];

fn keys(data: &Arc<Data>, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{:<44}{:>9}{:>9}", "key to frame, in ms (goal: below 16)", "median", "worst")?;
    let mut user = User::new(data, (200, 50));
    for (name, view, keys) in KEYS {
        user.show(*view);
        let mut all = Vec::new();
        for _ in 0..TIMES {
            for key in *keys {
                let started = Instant::now();
                user.press(*key);
                if user.app.busy() {
                    update(&mut user.app, Action::Work);
                }
                user.draw();
                all.push(started.elapsed());
            }
        }
        writeln!(out, "{:<44}{}", format!("{name} ({})", view.name()), cells(all))?;
    }
    user.show(View::Calls);
    slow(&mut user, out)?;
    for column in 0..9u8 {
        // The letters of the menu follow each other.
        let letter = KeyCode::Char(char::from(b'a' + column));
        let told = measured(5, || {
            user.press(KeyCode::Char('S'));
            user.press(letter);
            user.draw();
        });
        writeln!(out, "{:<44}{told}", format!("S and a letter, sort by column {} (Calls)", column + 1))?;
    }
    user.press(KeyCode::Char('S'));
    user.press(KeyCode::Char('a'));
    writeln!(out)
}

/// Keys that are pressed once in a while, of which all calls, or all records, are asked.
fn slow(user: &mut User, out: &mut impl Write) -> io::Result<()> {
    for (name, keys) in
        [("w, one that worked", "gxxw"), ("u, a user's day", "gxxu"), ("Overview: the span of a stroke", "1>>m>>>>m")]
    {
        let mut all = Vec::new();
        for _ in 0..5 {
            user.show(View::Calls);
            let (before, last) = keys.split_at(keys.len() - 1);
            before.chars().for_each(|c| user.press(KeyCode::Char(c)));
            let started = Instant::now();
            last.chars().for_each(|c| user.press(KeyCode::Char(c)));
            user.draw();
            all.push(started.elapsed());
            (0..3).for_each(|_| user.press(KeyCode::Esc));
        }
        writeln!(out, "{name:<44}{}", cells(all))?;
    }
    user.show(View::Calls);
    // In the background, whatever the user does meanwhile.
    user.press(KeyCode::Char('f'));
    "missed".chars().for_each(|c| user.press(KeyCode::Char(c)));
    user.press(KeyCode::Enter);
    let key = Key::of(KeyEvent::new(KeyCode::Char('b'), KeyModifiers::NONE));
    let asked = key.and_then(|key| user.app.action(key)).and_then(|action| update(&mut user.app, action));
    if let Some(Effect::Shared(asked)) = asked {
        let told = measured(5, || drop(asked.answer(&user.app.data)));
        writeln!(out, "{:<44}{told}", format!("b, {} calls against the rest", asked.rows.len()))?;
    }
    user.press(KeyCode::Esc);
    let registrations = || siptrail::case::registrations(&user.app.data.trace, &user.app.data.analysis).len();
    let mut many = 0;
    let told = measured(5, || many = registrations());
    writeln!(out, "{:<44}{told}", format!("R, {many} registrations read"))?;
    user.show(View::Calls);
    Ok(())
}

/// Filters of calls; the last is not indexed.
const FILTERS: [&str; 6] = [
    "missed",
    "outcome:no_answer",
    "user:bob",
    "outcome:no_answer user:bob ring>5s -mobile",
    "after:10:14 status:408",
    "contoso 408",
];

fn filters(data: &Arc<Data>, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{:<44}{:>9}{:>9}", "filter to frame, in ms (goal: below 100)", "median", "worst")?;
    let mut user = User::new(data, (200, 50));
    user.show(View::Calls);
    for text in FILTERS {
        let mut all = Vec::new();
        for _ in 0..21 {
            user.press(KeyCode::Char('f'));
            let mut letters = text.chars().rev();
            let last = letters.next();
            // Pasted but for the last letter, so that only the whole filter is asked.
            if let Some(prompt) = &mut user.app.prompt {
                prompt.input = letters.rev().collect::<String>().into();
            }
            let started = Instant::now();
            if let Some(c) = last {
                user.press(KeyCode::Char(c));
            }
            user.draw();
            all.push(started.elapsed());
            user.press(KeyCode::Esc);
        }
        writeln!(out, "{text:<44}{}", cells(all))?;
    }
    writeln!(out)
}

/// What an action from outside is.
enum Outside {
    Key(Instant),
    Load,
    Loaded,
}

/// Keys of a user who pages through a million calls, while all threads read and analyse another log.
fn while_loading(data: &Arc<Data>, logs: &[Vec<u8>], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{:<44}{:>9}{:>9}", "key to frame while loading, in ms (below 16)", "median", "worst")?;
    let mut user = User::new(data, (200, 50));
    user.show(View::Calls);
    let (sender, events) = channel::<(Outside, Action)>();
    let mut keys = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| loads(logs, &sender));
        while let Ok(first) = events.recv() {
            let mut pressed = Vec::new();
            for (what, action) in [first].into_iter().chain(events.try_iter().take(1_000)) {
                match what {
                    Outside::Key(at) => pressed.push(at),
                    Outside::Load => {}
                    Outside::Loaded => return,
                }
                user.act(action);
            }
            user.draw();
            keys.extend(pressed.into_iter().map(|at| at.elapsed()));
        }
    });
    writeln!(out, "{:<44}{}  ({} keys)", "PgDn and PgUp (Calls)", cells(keys.clone()), keys.len())?;
    // What was loaded before is read again and has grown: its rows, marks and places are found again.
    user.app.load = Load::Done;
    let mut all = Vec::new();
    for _ in 0..3 {
        user.show(View::Calls);
        user.press(KeyCode::Char('G'));
        let again = Arc::new(many(logs));
        let started = Instant::now();
        user.act(Action::Loaded(again));
        user.draw();
        all.push(started.elapsed());
    }
    writeln!(out, "{:<44}{}", "a million calls read again (Calls)", cells(all))
}

/// Loads three times, with a key every 10 ms from a thread of its own.
fn loads(logs: &[Vec<u8>], sender: &Sender<(Outside, Action)>) {
    let told = sender.clone();
    let pager = move || {
        let user = App::new(Theme::new(false, false), SIZES[0]);
        for code in [KeyCode::PageDown, KeyCode::PageUp].into_iter().cycle() {
            thread::sleep(Duration::from_millis(10));
            let key = Key::of(KeyEvent::new(code, KeyModifiers::NONE));
            let Some(action) = key.and_then(|key| user.action(key)) else { return };
            if told.send((Outside::Key(Instant::now()), action)).is_err() {
                return;
            }
        }
    };
    thread::spawn(pager);
    let tell = |what, load| {
        let _ = sender.send((what, Action::Loading(load)));
    };
    for _ in 0..3 {
        let trace = load(logs, &|load| tell(Outside::Load, load));
        tell(Outside::Load, Load::Analysing);
        drop(Data::new(trace, &Options::default()));
    }
    tell(Outside::Loaded, Load::Done);
}
