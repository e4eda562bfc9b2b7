//! Ladders: the whole story of a call with its pushes as one sequence diagram.
//!
//! ```text
//!   caller          Front End      mobility service      Edge        clearing house
//!     │── INVITE ──────▶│                 │                │                │
//!     │                 │── INVITE ──────▶│                │                │
//!     │                 │◀── MESSAGE ─────│                │                │     the push
//!     │                 │── MESSAGE ──────────────────────▶│                │
//! ```
//!
//! A [`Lane`] is a participant, a [`Step`] an arrow between two of them or a note on one. What two servers logged
//! of one transmission is one arrow; the records behind it are in [`Arrow::records`], and
//! [`crate::analysis::hops::of_records`] tells how the copies differ.
//!
//! [`build()`] reads only the records of the story. The renderings are functions from a [`Ladder`] to text.

mod build;
mod escape;
mod find;
pub mod html;
mod lanes;
mod legs;
pub mod mermaid;
mod order;
pub mod plantuml;
pub mod svg;
pub mod text;

pub use find::find;

use crate::analysis::Analysis;
use crate::sip::Method;
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// What the ladder is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// Number of a call in [`Analysis::calls`]; its pushes belong to the story.
    Call(usize),
    /// Number of a push in [`Analysis::pushes`]; the call it is linked to belongs to the story.
    Push(usize),
    /// Any records, such as those of a dialog that is neither.
    Records(Vec<EventId>),
}

/// A sequence diagram.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Ladder {
    /// One line: who wrote to whom, or whose push it is.
    pub title: String,
    /// Participants, from left to right.
    pub lanes: Vec<Lane>,
    /// Arrows and notes, from top to bottom.
    pub steps: Vec<Step>,
    /// Time of the first step that has one.
    pub start: Option<Timestamp>,
    /// Steps that were left out at the end because there are more than [`MAX_STEPS`].
    pub left_out: usize,
    /// Call and pushes of the story, as numbers in the analysis.
    pub call: Option<usize>,
    /// The same of its pushes.
    pub pushes: Vec<usize>,
    /// Every record of the story.
    pub records: Vec<EventId>,
}

/// A story with more steps is cut: nobody reads it, and no renderer of diagrams takes it.
pub const MAX_STEPS: usize = 5_000;
/// Participants beyond this share one lane.
pub const MAX_LANES: usize = 24;

/// A participant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lane {
    /// What it is.
    pub role: LaneRole,
    /// Host, `host:port` or address; as logged, not made safe for a terminal.
    pub name: String,
    /// What it calls itself in `User-Agent` or `Server`, where that tells more than the role.
    pub product: Option<String>,
    /// Its own log is among the inputs.
    pub logged: bool,
}

impl Lane {
    /// The heading: what it is; for a participant of which nothing else is known, its name.
    pub fn title(&self) -> &str {
        match self.role {
            LaneRole::Host => &self.name,
            LaneRole::Client if self.product.as_deref().is_some_and(is_desktop) => "desktop",
            role => role.name(),
        }
    }

    /// What kind of client or phone it is, in few words: `Windows Phone`, `Lync 2010`.
    pub fn device(&self) -> Option<&str> {
        let product = self.product.as_deref().filter(|_| self.role != LaneRole::Caller)?;
        // The name of a mobile product has its platform, then its version and the device.
        if let Some(platform) = product.strip_prefix("Lync Mobile, ") {
            return Some(
                platform.split([' ', '(']).next().filter(|word| *word != "Windows").unwrap_or("Windows Phone"),
            );
        }
        let inside = product.rsplit_once('(').and_then(|(_, tail)| tail.split_once(')'));
        Some(inside.map_or(product, |(name, _)| name.strip_prefix("Microsoft ").unwrap_or(name)))
    }

    /// The line below the heading.
    pub fn subtitle(&self) -> Option<&str> {
        (self.role != LaneRole::Host && !self.name.is_empty()).then_some(self.name.as_str())
    }
}

/// Office Communicator and its successors name themselves so on a desktop.
fn is_desktop(product: &str) -> bool {
    product.split(' ').any(|token| token.starts_with("OC/"))
}

impl Ladder {
    /// Title of a lane, with its name where another lane has the same title.
    pub fn label(&self, lane: usize) -> String {
        let Some(own) = self.lanes.get(lane) else { return String::new() };
        let alone = self.lanes.iter().filter(|l| l.title() == own.title()).count() == 1;
        match own.subtitle().filter(|_| !alone) {
            Some(name) => format!("{} {name}", own.title()),
            None => own.title().to_owned(),
        }
    }
}

/// What a participant is in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LaneRole {
    /// Client of the one who calls.
    Caller,
    /// Client of the one who is called, not mobile.
    Client,
    /// Mobile client that speaks SIP itself.
    MobileClient,
    /// Mobility service (MCX, UCWA) that speaks for a phone.
    MobilityService,
    /// Front End.
    FrontEnd,
    /// Director.
    Director,
    /// Access Edge.
    Edge,
    /// Between SIP and the telephone network.
    Mediation,
    /// Push Notification Clearing House.
    ClearingHouse,
    /// A server or client of which only the address is known.
    Host,
    /// All participants beyond [`MAX_LANES`].
    Others,
}

impl LaneRole {
    /// The word for people.
    pub fn name(self) -> &'static str {
        match self {
            LaneRole::Caller => "caller",
            LaneRole::Client => "client",
            LaneRole::MobileClient => "mobile client",
            LaneRole::MobilityService => "mobility service",
            LaneRole::FrontEnd => "Front End",
            LaneRole::Director => "Director",
            LaneRole::Edge => "Edge",
            LaneRole::Mediation => "Mediation Server",
            LaneRole::ClearingHouse => "clearing house",
            LaneRole::Host => "host",
            LaneRole::Others => "others",
        }
    }
}

/// One line of the diagram.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step {
    /// When, on the corrected clock of the server that logged it first.
    pub time: Option<Timestamp>,
    /// Milliseconds since the step before.
    pub delta_ms: Option<i64>,
    /// Milliseconds since the first step.
    pub since_start_ms: Option<i64>,
    /// What it is.
    pub kind: StepKind,
}

/// What one line of the diagram is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StepKind {
    /// A SIP message from one lane to another.
    Arrow(Arrow),
    /// A remark at one lane.
    Note(Note),
}

impl StepKind {
    /// The records behind it.
    pub fn records(&self) -> &[EventId] {
        match self {
            StepKind::Arrow(arrow) => &arrow.records,
            StepKind::Note(note) => &note.records,
        }
    }
}

/// A SIP message between two neighbours.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Arrow {
    /// Lane of the sender.
    pub from: usize,
    /// Lane of the receiver.
    pub to: usize,
    /// Method of the request, or of the request that is answered.
    pub method: Method,
    /// Status of a response.
    pub status: Option<u16>,
    /// `INVITE`, `408 Request Timeout`; as logged, not made safe for a terminal.
    pub label: String,
    /// Number of the transaction in order of appearance, counted from 1: an INVITE with its responses, CANCEL and
    /// ACK on all hops has one number, so one colour.
    pub transaction: u32,
    /// Number of the fork's leg, counted from 1, where an INVITE was sent to several far ends.
    pub leg: Option<u32>,
    /// How many equal messages went before this one on the same way.
    pub repeat: usize,
    /// Index in [`Ladder::pushes`] when the message belongs to a push.
    pub push: Option<usize>,
    /// The records that show it: the sender's copy, the receiver's copy.
    pub records: Vec<EventId>,
    /// Its headers of the ms-diagnostics family that the copy before did not have yet; as logged.
    pub diagnostics: Vec<String>,
}

impl Arrow {
    /// What a reader looks for first.
    pub fn tone(&self) -> Tone {
        match self.status {
            None => Tone::Request,
            Some(..200) => Tone::Provisional,
            Some(200..300) => Tone::Success,
            Some(300..=399 | 401 | 407 | 487) => Tone::Neutral,
            Some(_) => Tone::Failure,
        }
    }
}

/// How a step is to be coloured where transactions are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tone {
    /// A request.
    Request,
    /// 1xx.
    Provisional,
    /// 2xx.
    Success,
    /// A final that is no failure: 3xx, a challenge, the end of a cancelled leg.
    Neutral,
    /// Any other final.
    Failure,
}

/// A remark at its place in time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Note {
    /// Lane of the server that wrote it.
    pub lane: usize,
    /// What kind of record it is.
    pub kind: NoteKind,
    /// The text; as logged, not made safe for a terminal.
    pub text: String,
    /// The records.
    pub records: Vec<EventId>,
}

/// What a note was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteKind {
    /// A diagnostic record.
    Diagnostic,
    /// A connection record.
    Connection,
    /// A component line.
    Component,
}

/// The ladder of a call, a push or any records.
pub fn build(trace: &Trace, analysis: &Analysis, subject: &Subject) -> Ladder {
    build::build(trace, analysis, subject)
}
