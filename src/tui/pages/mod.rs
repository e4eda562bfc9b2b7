//! What is said, as lines: functions from the state to text that is wrapped to a width and knows no place on the screen.

mod body;
pub(super) mod card;
mod course;
pub(super) mod facts;
pub(super) mod help;
mod message;
pub(super) mod overview;
pub(super) mod shared;
pub(super) mod tabs;
