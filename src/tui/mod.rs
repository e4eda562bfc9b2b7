//! The terminal UI: browse calls, pushes and their timeline.
//!
//! ```text
//! terminal ─ keys ─┐                                    ┌─ draw(&App, &mut Frame)
//!                  ├─ Action ── update(&mut App, ..) ───┤
//! loader thread ───┘                                    └─ Effect: quit, copy, save
//! ```
//!
//! [`update()`] is the only place where state changes, and does no I/O; [`draw()`] only reads. [`KEYMAP`] is the one
//! table that says what a key does, for dispatch, hint bar and help; a [`Keymap`] is that table with a user's own keys.
//! Logs are read by a thread of their own, so no key waits for them. Every text of a log goes through a sanitiser before
//! it is drawn.

mod action;
mod app;
mod beginning;
mod card;
mod cell;
mod complete;
mod content;
pub mod data;
mod draw;
mod effects;
mod event;
mod filter;
mod history;
mod kept;
mod keys;
mod layout;
mod list;
mod load;
mod menu;
mod notes;
mod pages;
mod rows;
mod run;
mod save;
mod search;
mod state;
mod taken;
mod terminal;
mod theme;
mod timeline;
mod update;
mod view;
mod within;

pub use action::{Action, Asked, Effect};
pub use app::App;
pub use card::{Card, SavedCase};
pub use complete::Offers;
pub use content::{Content, Save};
pub use draw::draw;
pub use event::Event;
pub use filter::Filter;
pub use history::History;
pub use kept::Looks;
pub use keys::{
    Binding, Clash, Command, KEY_NAMES, KEYMAP, Key, KeyContext, KeyLine, Keymap, Preset, Scope, UnknownKey,
};
pub use list::{Chosen, List, Motion};
pub use menu::{Choice, Menu};
pub use notes::{Notebook, Notes};
pub use run::{Ending, Left, Settings, cycle, restore, run, suspend, terminate};
pub use state::{Job, Load, Notice, Overlay, Prompt, PromptKind};
pub use taken::{Form, Packets, Taken};
pub use theme::Theme;
pub use timeline::{Part, TimeMode, Timeline};
pub use update::update;
pub use view::View;
pub use within::{Cases, Within};
