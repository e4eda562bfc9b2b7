//! Whole deployments with known truth: the logs that their servers would write, and what really happened.
//!
//! ```text
//! engine    starts sessions, takes their records in order of time; families of calls and pushes become truth
//!    │ story, day  who calls whom, how it ends, what goes wrong: the messages of a session; rarer days on demand
//!    │ script      sends each along its path; every server on it logs it coming in and going out
//!    ▼
//! log       one server: its clock, numbers, holes and damage;  message, address, body   the text of a record
//! ```
//!
//! The truth is known because the model made it happen. It shares the words of outcomes and results with the
//! analyser, and none of its reading and judging: what is tested must not compute what it is tested against.

mod address;
mod body;
pub mod check;
mod damage;
mod day;
mod encode;
mod engine;
mod era;
mod faults;
mod log;
mod message;
mod phone;
mod place;
mod rng;
mod script;
mod session;
mod story;
mod text;
pub mod truth;

use std::io;

use day::Tale;
pub use era::Era;
use faults::Fault;
pub use truth::Truth;

/// Layout of the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// OCS 2007 R2: no Trace-Correlation-Id.
    R2,
    /// Lync Server 2010 and 2013 through OCSLogger.
    Lync2010,
    /// The Centralized Logging Service, from Lync Server 2013 on: `[pool\server]`.
    #[default]
    Cls,
}

impl LogFormat {
    /// What a server of that time calls itself.
    fn release(self) -> &'static str {
        match self {
            LogFormat::R2 => "3.5",
            LogFormat::Lync2010 => "4.0",
            LogFormat::Cls => "6.0",
        }
    }

    fn client(self) -> &'static str {
        match self {
            LogFormat::R2 => "UCCAPI/3.5.6907.206 OC/3.5.6907.206 (Microsoft Office Communicator 2007 R2)",
            LogFormat::Lync2010 => "UCCAPI/4.0.7577.4415 OC/4.0.7577.4415 (Microsoft Lync 2010)",
            LogFormat::Cls => "UCCAPI/16.0.6528.1000 OC/16.0.6528.1000 (Skype for Business)",
        }
    }
}

/// Encoding of the logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Plain.
    #[default]
    Utf8,
    /// With a byte order mark.
    Utf8Bom,
    /// Little-endian, with a byte order mark.
    Utf16,
    /// Windows-1252.
    Ansi,
}

/// How many sessions are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// About so many calls.
    Calls(u64),
    /// About so many bytes in all logs together.
    Bytes(u64),
}

/// How often a fault of the catalogue happens.
#[derive(Clone, Copy, Debug)]
pub struct FaultSpec(&'static Fault, u32);

impl FaultSpec {
    /// A code of the catalogue with a rate in millionths of the pushes; `None` for a code that leaves nothing in a log.
    pub fn new(code: &str, millionths: u32) -> Option<FaultSpec> {
        Some(FaultSpec(faults::find(code)?, millionths.min(1_000_000)))
    }

    /// The code that a trace shows for a code: another one where the cause lies outside the trace.
    pub fn shown(code: &str) -> &str {
        faults::shown(code)
    }

    /// All codes that can be asked for.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        faults::codes()
    }
}

/// How often a story of an ordinary day is told that [`Plan`] does not tell by itself.
#[derive(Clone, Copy, Debug)]
pub struct Told(&'static Tale, u32);

impl Told {
    /// A story by its name, in millionths of the calls; `None` for a name that is not known.
    pub fn new(name: &str, millionths: u32) -> Option<Told> {
        Some(Told(day::TALES.iter().find(|tale| tale.name == name)?, millionths.min(1_000_000)))
    }

    /// The names of all stories, in alphabetical order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        day::TALES.iter().map(|tale| tale.name)
    }

    /// All stories, in equal parts: together half of the calls.
    pub fn all() -> Vec<Told> {
        let share = 500_000 / u32::try_from(day::TALES.len()).unwrap_or(1);
        day::TALES.iter().map(|tale| Told(tale, share)).collect()
    }
}

/// What to generate. The same plan gives the same bytes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where chance starts.
    pub seed: u64,
    /// How much.
    pub extent: Extent,
    /// Number of servers, 2 to 12: the last is an Edge, from four on there is a Director, the others are Front Ends.
    pub servers: usize,
    /// Layout of the records.
    pub format: LogFormat,
    /// Encoding of the logs.
    pub encoding: Encoding,
    /// The clocks of the servers differ from that of the first by up to this, in milliseconds.
    pub clock_skew_ms: u32,
    /// They drift by up to this, in millionths.
    pub drift_ppm: u32,
    /// Share of the time for which a server's records are missing, in millionths. With any, the logs also end in
    /// the middle of the traffic.
    pub gaps_ppm: u32,
    /// Share of the records that are damaged, in millionths.
    pub damage_ppm: u32,
    /// Servers whose logs nobody saved, by the first labels of their hosts.
    pub without: Vec<String>,
    /// What goes wrong with pushes; empty: a usual mix.
    pub faults: Vec<FaultSpec>,
    /// Stories of ordinary days; empty: none, and the bytes are those of a plan without the field.
    pub stories: Vec<Told>,
    /// Which years' clients, ports and servers; `None`: a mixture, as before there were eras.
    pub era: Option<Era>,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            seed: 1,
            extent: Extent::Calls(200),
            servers: 2,
            format: LogFormat::default(),
            encoding: Encoding::default(),
            clock_skew_ms: 0,
            drift_ppm: 0,
            gaps_ppm: 0,
            damage_ppm: 0,
            without: Vec::new(),
            faults: Vec::new(),
            stories: Vec::new(),
            era: None,
        }
    }
}

impl Plan {
    /// Names of all servers, in the order of their numbers; their logs are called `NAME.log`.
    pub fn server_names(&self) -> Vec<String> {
        self.topology().machines.into_iter().map(|m| m.name).collect()
    }

    fn topology(&self) -> place::Topology {
        place::Topology::new(self.servers, self.stories.iter().any(|told| told.1 > 0 && told.0.two_edges), self.era)
    }
}

/// Writes the logs: `sink` is handed the number of a server and the bytes to append to its log. Fails only as `sink` fails.
pub fn generate(plan: &Plan, sink: &mut dyn FnMut(usize, &[u8]) -> io::Result<()>) -> io::Result<Truth> {
    engine::run(plan, sink)
}

/// Logs in memory, with their names, and the truth about them: for tests and benches.
pub fn in_memory(plan: &Plan) -> (Vec<(String, Vec<u8>)>, Truth) {
    let names = plan.server_names().into_iter().map(|name| format!("{name}.log"));
    let mut logs: Vec<(String, Vec<u8>)> = names.map(|name| (name, Vec::new())).collect();
    let written = generate(plan, &mut |number, bytes| {
        logs[number].1.extend_from_slice(bytes);
        Ok(())
    });
    logs.retain(|(_, bytes)| !bytes.is_empty());
    // A sink that cannot fail has not failed.
    (logs, written.unwrap_or_default())
}
