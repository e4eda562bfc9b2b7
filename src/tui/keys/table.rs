//! The table: every command with its keys, where it holds, and what the hint bar and the help say.

use crossterm::event::KeyCode;

use super::{Command, Key, Scope};
use crate::tui::view::View;

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Keys as built in, the one that is shown first.
    pub keys: &'static [Key],
    /// What they do.
    pub command: Command,
    /// Its name in the configuration file.
    pub name: &'static str,
    /// Where.
    pub scope: Scope,
    /// A word for the hint bar; empty where the bar is no place for it.
    pub hint: &'static str,
    /// A sentence for the help.
    pub help: &'static str,
}

pub(super) const fn ch(c: char) -> Key {
    Key::plain(KeyCode::Char(c))
}

pub(super) const fn code(code: KeyCode) -> Key {
    Key::plain(code)
}

const fn bind(
    keys: &'static [Key],
    command: Command,
    name: &'static str,
    scope: Scope,
    hint: &'static str,
    help: &'static str,
) -> Binding {
    Binding { keys, command, name, scope, hint, help }
}

/// Views with rows.
const ROWS: Scope =
    Scope::Only(&[View::Pushes, View::Calls, View::Timeline, View::Records, View::Findings, View::Registrations]);
/// Views of whose rows some are missed pushes.
const MISSABLE: Scope = Scope::Only(&[View::Pushes, View::Calls, View::Timeline, View::Records, View::Findings]);
/// Views with columns.
const LISTS: Scope = Scope::Only(&[View::Pushes, View::Calls, View::Records, View::Findings, View::Registrations]);
/// Views whose rows have a time.
const TIMED: Scope = Scope::Only(&[View::Pushes, View::Calls, View::Timeline, View::Records, View::Registrations]);
/// Views whose rows are stories, and the card of one.
const STORIES: Scope = Scope::CardAnd(STORY);
const STORY: &[View] = &[View::Pushes, View::Calls, View::Timeline];
const TIMELINE: Scope = Scope::Only(&[View::Timeline]);
const MESSAGES: Scope = Scope::Only(&[View::Timeline, View::Records]);

/// Every key, in the order of the help.
pub const KEYMAP: &[Binding] = &[
    bind(&[ch('1')], Command::Show(View::Overview), "overview", Scope::Views, "", "Overview"),
    bind(&[ch('2')], Command::Show(View::Pushes), "pushes", Scope::Views, "", "Pushes, one row a notification"),
    bind(&[ch('3')], Command::Show(View::Calls), "calls", Scope::Views, "", "Calls"),
    bind(
        &[ch('4')],
        Command::Show(View::Timeline),
        "timeline",
        Scope::Views,
        "",
        "Timeline of the selected call or push",
    ),
    bind(&[ch('5')], Command::Show(View::Records), "records", Scope::Views, "", "Records as logged"),
    bind(&[ch('6')], Command::Show(View::Findings), "findings", Scope::Views, "", "Findings: causes and remedies"),
    bind(
        &[ch('R')],
        Command::Show(View::Registrations),
        "registrations",
        Scope::Views,
        "",
        "Registrations: who signed in with what, and what became of it",
    ),
    bind(&[code(KeyCode::Tab)], Command::NextView, "next_view", Scope::Views, "view", "next view"),
    bind(&[code(KeyCode::BackTab)], Command::PreviousView, "previous_view", Scope::Views, "", "view before"),
    bind(&[ch('j'), code(KeyCode::Down)], Command::Down, "down", Scope::All, "", "down; a count before it repeats"),
    bind(&[ch('k'), code(KeyCode::Up)], Command::Up, "up", Scope::All, "", "up"),
    bind(&[Key::ctrl('d')], Command::HalfDown, "half_down", Scope::All, "", "half a page down"),
    bind(&[Key::ctrl('u')], Command::HalfUp, "half_up", Scope::All, "", "half a page up"),
    bind(&[code(KeyCode::PageDown), Key::ctrl('f')], Command::PageDown, "page_down", Scope::All, "", "a page down"),
    bind(&[code(KeyCode::PageUp), Key::ctrl('b')], Command::PageUp, "page_up", Scope::All, "", "a page up"),
    bind(&[ch('g'), code(KeyCode::Home)], Command::First, "first", Scope::All, "", "first row; with a count, that row"),
    bind(&[ch('G'), code(KeyCode::End)], Command::Last, "last", Scope::All, "", "last row; with a count, that row"),
    bind(
        &[code(KeyCode::Enter)],
        Command::Open,
        "open",
        Scope::Choice,
        "open",
        "open: the timeline of a call, a push, a record",
    ),
    bind(
        &[ch('i')],
        Command::Card,
        "card",
        Scope::Only(STORY),
        "card",
        "card of the case: cause, proof, remedy, victims, one for whom it worked",
    ),
    bind(&[ch('/')], Command::Search, "search", ROWS, "search", "search in the rows; in Records in the text as logged"),
    bind(
        &[ch('f')],
        Command::Filter,
        "filter",
        LISTS,
        "filter",
        "only rows of which a query holds: missed user:bob after:10:14",
    ),
    bind(
        &[ch('F')],
        Command::Filters,
        "filters",
        LISTS,
        "",
        "filters that were typed, and those with names, each on or off",
    ),
    bind(
        &[ch('b')],
        Command::Shared,
        "shared",
        LISTS,
        "",
        "what the rows shown share against the rest; where all are shown, those that went wrong",
    ),
    bind(&[ch('n')], Command::SearchNext, "search_next", ROWS, "", "next row that the search finds"),
    bind(&[ch('N')], Command::SearchPrevious, "search_previous", ROWS, "", "row before that the search finds"),
    bind(
        &[ch('x')],
        Command::NextMissed,
        "next_missed",
        MISSABLE,
        "missed",
        "next missed push; in the timeline the next message of a push",
    ),
    bind(&[ch('X')], Command::PreviousMissed, "previous_missed", MISSABLE, "", "missed push before"),
    bind(&[ch('e')], Command::NextFailure, "next_failure", ROWS, "failure", "next failure"),
    bind(&[ch('E')], Command::PreviousFailure, "previous_failure", ROWS, "", "failure before"),
    bind(
        &[ch('@')],
        Command::GoToTime,
        "go_to_time",
        TIMED,
        "",
        "go to a time: 10:14, 10:14:03.5, 2013-10-15 10:14; 10:14..10:20 shows only that span in every list",
    ),
    bind(
        &[ch('>')],
        Command::CursorOn,
        "cursor_on",
        Scope::Only(&[View::Overview]),
        "",
        "a time in the course of the calls: further on",
    ),
    bind(
        &[ch('<')],
        Command::CursorBack,
        "cursor_back",
        Scope::Only(&[View::Overview]),
        "",
        "a time in the course of the calls: back",
    ),
    bind(
        &[ch(' '), ch('m')],
        Command::Brush,
        "brush",
        Scope::Only(&[View::Overview]),
        "",
        "begin a span of time there, and end it: every list shows only what was in it",
    ),
    bind(&[ch(']')], Command::MinuteOn, "minute_on", TIMED, "", "a minute on"),
    bind(&[ch('[')], Command::MinuteBack, "minute_back", TIMED, "", "a minute back"),
    bind(
        &[ch('t')],
        Command::TimeMode,
        "time_mode",
        TIMELINE,
        "time",
        "time of day, since the step before, since start, since mark",
    ),
    bind(
        &[ch('+'), ch('o')],
        Command::Expand,
        "expand",
        TIMELINE,
        "copies",
        "show every record of the step, or hide them",
    ),
    bind(&[ch('<')], Command::PanLeft, "pan_left", TIMELINE, "", "lanes further left"),
    bind(&[ch('>')], Command::PanRight, "pan_right", TIMELINE, "", "lanes further right"),
    bind(&[ch('l')], Command::Lanes, "lanes", TIMELINE, "", "lanes: show, hide, rename"),
    bind(
        &[ch('O')],
        Command::Together,
        "together",
        Scope::Only(&[View::Pushes, View::Calls, View::Records]),
        "",
        "the stories of all marked rows in one ladder",
    ),
    bind(&[ch('m'), ch(' ')], Command::Mark, "mark", TIMED, "mark", "mark, or take the mark away"),
    bind(&[ch('\'')], Command::NextMark, "next_mark", TIMED, "", "next mark"),
    bind(&[ch('a')], Command::Note, "note", TIMED, "", "note on the call or push; lists mark it n, with a mark N"),
    bind(&[ch('y')], Command::CopyRemedy, "copy_remedy", Scope::Card, "copy command", "copy the command of the remedy"),
    bind(&[ch('v')], Command::Victims, "victims", Scope::Card, "victims", "the calls that the same cause hit"),
    bind(&[ch('w')], Command::Twin, "twin", STORIES, "worked", "beside it the most similar call that worked"),
    bind(&[ch('d')], Command::Explain, "explain", Scope::Card, "details", "the cause explained"),
    bind(
        &[ch('u')],
        Command::User,
        "user",
        TIMED,
        "",
        "the day of a user: sign-ins, devices, calls, on one strip of time",
    ),
    bind(&[ch('Z')], Command::Case, "case", STORIES, "case file", "save the case as one file, for a ticket"),
    bind(&[ch('c')], Command::Compare, "compare", MESSAGES, "compare", "compare the message with the marked one"),
    bind(
        &[ch('|')],
        Command::Split,
        "split",
        Scope::Views,
        "",
        "compare before and after the time of the row, or one you type",
    ),
    bind(&[ch('r')], Command::Raw, "raw", MESSAGES, "raw", "message laid out, or the record as logged"),
    bind(&[ch('y')], Command::Copy, "copy", TIMED, "copy", "copy message, Call-ID, user or place to the clipboard"),
    bind(
        &[ch('s'), code(KeyCode::F(2))],
        Command::Save,
        "save",
        ROWS,
        "save",
        "save to a file: the story, the marks, the rows",
    ),
    bind(&[ch('S')], Command::Sort, "sort", LISTS, "sort", "sort by a column; the same again turns it round"),
    bind(&[ch('C')], Command::Columns, "columns", LISTS, "", "show and hide columns"),
    bind(
        &[ch('<')],
        Command::Narrower,
        "narrower",
        Scope::Menus,
        "",
        "in the menu of columns: the selected one narrower; below the least as wide as its texts need",
    ),
    bind(&[ch('>')], Command::Wider, "wider", Scope::Menus, "", "in the menu of columns: the selected one wider"),
    bind(
        &[ch('J'), Key::ctrl('e')],
        Command::PaneDown,
        "pane_down",
        ROWS,
        "",
        "scroll the lower part, or the right one, down",
    ),
    bind(&[ch('K'), Key::ctrl('y')], Command::PaneUp, "pane_up", ROWS, "", "scroll it up"),
    bind(&[ch('p')], Command::Pane, "pane", ROWS, "", "show or hide it"),
    bind(
        &[Key::ctrl('t')],
        Command::Follow,
        "follow",
        Scope::Views,
        "",
        "follow: read what is appended to the logs, or stop to",
    ),
    bind(
        &[ch('M')],
        Command::Mouse,
        "mouse",
        Scope::Views,
        "",
        "clicks choose, on and off; while on, Shift selects text",
    ),
    bind(&[ch('?'), code(KeyCode::F(1))], Command::Help, "help", Scope::All, "help", "this help"),
    bind(&[code(KeyCode::Esc)], Command::Back, "back", Scope::All, "", "back; stops a search, shows all rows again"),
    bind(
        &[ch('q')],
        Command::Close,
        "close",
        Scope::All,
        "back",
        "back, or quit where there is nothing to go back to; asks when marks would be lost",
    ),
    bind(&[Key::ctrl('z')], Command::Suspend, "suspend", Scope::All, "", "stop for a while, as in a shell: fg goes on"),
    bind(&[Key::ctrl('c')], Command::Quit, "quit", Scope::All, "", "quit"),
];
