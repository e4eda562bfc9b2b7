//! `--clock SERVER=AHEAD`: what the user knows of a clock.

use std::path::PathBuf;

use clap::Args;
use siptrail::follow::Follower;
use siptrail::index::Kept;
use siptrail::time::parse_seconds;
use siptrail::{Analysis, Depth, Options, Trace};

use super::failed;
use super::load::{Loaded, load_to, tell_damage};

/// Clocks given by the user, for every command that analyses.
#[derive(Debug, Args)]
pub(super) struct GivenClocks {
    /// How far the clock of a server is ahead, where the messages cannot tell: fe01=+4.2s, edge01=-250ms, edge01=-1h
    #[arg(long = "clock", value_name = "SERVER=AHEAD", value_parser = parse)]
    clocks: Vec<(String, i64)>,
}

impl GivenClocks {
    /// Whether the user knows nothing of clocks.
    #[cfg(feature = "job")]
    pub(super) fn is_empty(&self) -> bool {
        self.clocks.is_empty()
    }

    /// The analysis's options with these clocks.
    pub(super) fn options(&self) -> Options {
        let mut options = Options::default();
        options.clocks.clone_from(&self.clocks);
        options
    }

    /// The analysis on these clocks.
    ///
    /// # Errors
    /// A line for the user when a name belongs to no server of the logs, or to several.
    pub(super) fn analyse(&self, trace: &Trace, kept: &Kept, depth: Depth) -> Result<Analysis, String> {
        let analysis = kept.analyse(trace, &self.options(), self.deep_enough(depth));
        kept.save(trace);
        self.checked(analysis)
    }

    /// The same with all causes, going on from the last look.
    ///
    /// # Errors
    /// As [`GivenClocks::analyse`].
    pub(super) fn follow(&self, trace: &Trace, follower: &mut Follower) -> Result<Analysis, String> {
        self.checked(follower.analyse(trace, &self.options()))
    }

    /// What was found, where each name is that of a server.
    fn checked(&self, analysis: Analysis) -> Result<Analysis, String> {
        let Some((name, _)) = self.clocks.iter().find(|(name, _)| analysis.servers.find(name).is_none()) else {
            return Ok(analysis);
        };
        let all: Vec<&str> = analysis.servers.all().iter().filter_map(|s| s.name.as_deref()).collect();
        let found =
            if all.is_empty() { "no server has a name".to_owned() } else { format!("there is {}", all.join(", ")) };
        Err(format!("--clock: expected the name of one server of these logs, found {name:?}; {found}"))
    }

    /// A name given by the user must be that of a server.
    fn deep_enough(&self, depth: Depth) -> Depth {
        if self.clocks.is_empty() { depth } else { depth.max(Depth::Servers) }
    }

    /// The logs and their analysis, no deeper than is asked for; `None` when there is nothing to analyse, which has been
    /// said by then.
    pub(super) fn read(&self, inputs: &[PathBuf], depth: Depth) -> Option<(Trace, Analysis)> {
        let Loaded { trace, kept, found: true, .. } = load_to(inputs, self.deep_enough(depth))? else { return None };
        tell_damage(&trace);
        match self.analyse(&trace, &kept, depth) {
            Ok(analysis) => Some((trace, analysis)),
            Err(line) => {
                failed(&line);
                None
            }
        }
    }
}

/// Reads one argument: the name of a server and by how many milliseconds its clock is ahead.
fn parse(text: &str) -> Result<(String, i64), String> {
    let expected = || "expected SERVER=AHEAD such as fe01=+4.2s, edge01=-250ms or edge01=-1h".to_owned();
    let (name, ahead) = text.rsplit_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(expected)?;
    Ok((name.to_owned(), parse_seconds(ahead).ok_or_else(expected)?))
}
