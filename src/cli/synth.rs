//! `siptrail synth`

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use siptrail::report::json;
use siptrail::synth::{self, Encoding, Era, Extent, FaultSpec, LogFormat, Plan, Told};

use super::number::{parse_size, whole};
use super::progress::Bar;
use super::{Status, note, output, say};

/// Write the logs of an invented deployment, and the truth about them
///
/// The servers, users, calls and pushes are simulated: Front Ends, a Director from four servers on, an Edge, the
/// mobility service, the clearing house, a federated partner, desks and phones. DIR then holds one log for each server
/// and truth.json, which tells what really happened. The same options give the same bytes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail synth logs && siptrail report logs        200 calls, two servers
  siptrail synth --size 1GB --seed 7 big             for trying out speed
  siptrail synth --faults PN01=20%,PN30=5% logs      what goes wrong with pushes
  siptrail synth --days 14 fortnight                 a fault begins, is mended, comes back
  siptrail synth --era 2019 --stories all days       iPhones and Android phones of today, and rarer stories
  siptrail synth --servers 4 --clock-skew 3s --gaps 1% --damage 1% hard && siptrail check hard")]
pub(crate) struct Synth {
    /// Folder for the logs: a new or an empty one
    dir: PathBuf,
    /// Where chance starts: another seed, other traffic
    #[arg(long, default_value_t = 1, allow_hyphen_values = true, value_parser = whole::<u64>)]
    seed: u64,
    /// About so many calls [default: 200]
    #[arg(long, conflicts_with = "size", allow_hyphen_values = true, value_parser = whole::<u64>)]
    calls: Option<u64>,
    /// About so many bytes in all logs together: 500KB, 20MB, 1GB
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    size: Option<u64>,
    /// Number of servers: the last is an Edge, from four on the one before it is a Director, the others are Front Ends
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=12))]
    servers: u8,
    /// Layout of the records
    #[arg(long, value_enum, default_value_t = LayoutName::Cls)]
    format: LayoutName,
    /// Encoding of the logs
    #[arg(long, value_enum, default_value_t = EncodingName::Utf8)]
    encoding: EncodingName,
    /// The clocks of the servers differ by up to this: 250ms, 3s
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = parse_time)]
    clock_skew: u32,
    /// The clocks drift by up to this many millionths
    #[arg(long, value_name = "PPM", default_value_t = 0)]
    drift: u32,
    /// Share of the time for which records of a server are missing; the logs then also end in the middle of calls
    #[arg(long, value_name = "PERCENT", default_value = "0%", value_parser = parse_share)]
    gaps: u32,
    /// Faults of pushes with their shares: PN03=2%,PN30=1% [default: a usual mix]; none: no fault at all
    #[arg(long, value_name = "CODE=PERCENT,...", value_delimiter = ',', value_parser = parse_wish)]
    faults: Vec<Wished>,
    /// Stories of ordinary days with their shares of the calls: retry=5%,delegate=2%; all: half of the calls [default: none]
    #[arg(long, value_name = "NAME=PERCENT,...", value_delimiter = ',', value_parser = parse_story, long_help = stories_help())]
    stories: Vec<Stories>,
    /// Clients, ports and servers of which years [default: a mixture]
    #[arg(long, value_enum)]
    era: Option<EraName>,
    /// So many days, each in a folder of its own: a fault begins, is mended, and comes back [default: one day]
    #[arg(long, value_name = "N", conflicts_with = "size", value_parser = clap::value_parser!(u32).range(1..=366))]
    days: Option<u32>,
    /// With --days: the fault, beside those of --faults
    #[arg(long, value_name = "CODE=PERCENT,...", value_delimiter = ',', default_value = "PN03=40%", requires = "days", value_parser = parse_wish)]
    fault_days: Vec<Wished>,
    /// Servers whose logs are not there: fe02,dir01
    #[arg(long, value_name = "SERVER,...", value_delimiter = ',')]
    without: Vec<String>,
    /// Share of the records that are damaged as by copying and pasting
    #[arg(long, value_name = "PERCENT", default_value = "0%", value_parser = parse_share)]
    damage: u32,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LayoutName {
    /// OCS 2007 R2
    R2,
    /// Lync Server 2010 and 2013, OCSLogger
    Lync2010,
    /// Centralized Logging Service
    Cls,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EncodingName {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "utf-8-bom")]
    Utf8Bom,
    #[value(name = "utf-16")]
    Utf16,
    /// Windows-1252
    Ansi,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum EraName {
    /// Lync Server 2010
    #[value(name = "2010")]
    Lync2010,
    /// Lync Server 2013
    #[value(name = "2013")]
    Lync2013,
    /// Skype for Business Server 2019 and Subscription Edition
    #[value(name = "2019")]
    Skype2019,
}

impl From<EraName> for Era {
    fn from(name: EraName) -> Era {
        match name {
            EraName::Lync2010 => Era::Lync2010,
            EraName::Lync2013 => Era::Lync2013,
            EraName::Skype2019 => Era::Skype2019,
        }
    }
}

/// A story asked for, or all of them, or none.
#[derive(Clone, Copy, Debug)]
enum Stories {
    One(Told),
    All,
    None,
}

/// A fault asked for; `none` asks for no fault.
#[derive(Clone, Copy, Debug)]
struct Wished(Option<FaultSpec>);

impl Synth {
    pub(crate) fn run(self) -> Status {
        let plan = self.plan();
        let servers = plan.server_names();
        if let Some(name) = plan.without.iter().find(|name| !servers.contains(name)) {
            say(&format!("siptrail: --without: no server {name:?}; there are {}", servers.join(", ")));
            return Status::Failed;
        }
        if let Err(line) = prepare(&self.dir) {
            say(&format!("siptrail: {line}"));
            return Status::Failed;
        }
        let Some(days) = self.days else { return write_day(&plan, &self.dir) };
        let fault: Vec<FaultSpec> = self.fault_days.iter().filter_map(|w| w.0).collect();
        for (number, (phase, plan)) in (1..).zip(synth::days(&plan, days, &fault)) {
            let dir = self.dir.join(format!("day-{number:02}-{}", phase.name()));
            if let Err(line) = prepare(&dir) {
                say(&format!("siptrail: {line}"));
                return Status::Failed;
            }
            if write_day(&plan, &dir) == Status::Failed {
                return Status::Failed;
            }
        }
        Status::Fine
    }

    fn plan(&self) -> Plan {
        let extent = match (self.size, self.calls) {
            (Some(bytes), _) => Extent::Bytes(bytes),
            (None, calls) => Extent::Calls(calls.unwrap_or(200)),
        };
        let mut faults: Vec<FaultSpec> = self.faults.iter().filter_map(|w| w.0).collect();
        if faults.is_empty() && !self.faults.is_empty() {
            faults.extend(FaultSpec::new("PN01", 0));
        }
        Plan {
            seed: self.seed,
            extent,
            servers: usize::from(self.servers),
            format: match self.format {
                LayoutName::R2 => LogFormat::R2,
                LayoutName::Lync2010 => LogFormat::Lync2010,
                LayoutName::Cls => LogFormat::Cls,
            },
            encoding: match self.encoding {
                EncodingName::Utf8 => Encoding::Utf8,
                EncodingName::Utf8Bom => Encoding::Utf8Bom,
                EncodingName::Utf16 => Encoding::Utf16,
                EncodingName::Ansi => Encoding::Ansi,
            },
            clock_skew_ms: self.clock_skew,
            drift_ppm: self.drift,
            gaps_ppm: self.gaps,
            damage_ppm: self.damage,
            without: self.without.clone(),
            faults,
            stories: self.stories.iter().fold(Vec::new(), |mut told, wanted| {
                match wanted {
                    Stories::One(one) => told.push(*one),
                    Stories::All => told.extend(Told::all()),
                    Stories::None => told.clear(),
                }
                told
            }),
            era: self.era.map(Era::from),
            day: 0,
        }
    }
}

/// Writes one day, and says so.
fn write_day(plan: &Plan, dir: &Path) -> Status {
    let total = match plan.extent {
        Extent::Bytes(bytes) => bytes,
        // Only for the bar.
        Extent::Calls(calls) => calls * 60_000,
    };
    match write(plan, dir, total) {
        Ok(truth) => {
            let bytes: u64 = truth.logs.iter().map(|l| l.bytes).sum();
            let records: u64 = truth.logs.iter().map(|l| l.records).sum();
            note(&format!(
                "siptrail: {} logs, {bytes} bytes, {records} records, {} calls, {} pushes, and truth.json in {}",
                truth.logs.len(),
                truth.calls.len(),
                truth.pushes.len(),
                dir.display()
            ));
            Status::Fine
        }
        Err(error) => {
            say(&format!("siptrail: cannot write to {}: {error}; check the disk", dir.display()));
            Status::Failed
        }
    }
}

/// Makes the folder; one that holds something is left alone.
pub(super) fn prepare(dir: &Path) -> Result<(), String> {
    super::output::parent_of(dir)?;
    fs::create_dir_all(dir).map_err(|e| format!("cannot make the folder {}: {e}; name another one", dir.display()))?;
    let mut entries = fs::read_dir(dir).map_err(|e| format!("cannot look into {}: {e}", dir.display()))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(format!(
            "{} is not empty: expected a new or an empty folder, so that nothing is overwritten; name another one",
            dir.display()
        )),
    }
}

/// Writes logs and truth into a folder, all of them or none. `total`: bytes that are expected, for the bar.
pub(super) fn write(plan: &Plan, dir: &Path, total: u64) -> io::Result<synth::Truth> {
    output::unfinished(Some(dir));
    let names: Vec<PathBuf> = plan.server_names().iter().map(|name| dir.join(format!("{name}.log"))).collect();
    let truth = dir.join("truth.json");
    let done = write_logs(plan, &names, total).and_then(|logs| {
        let mut text = Vec::new();
        json::pretty(&logs, &mut text)?;
        output::write_new(&truth, &text)?;
        Ok(logs)
    });
    if done.is_err() {
        // The folder was empty.
        for path in &names {
            // One that was not made yet is as good.
            let _ = fs::remove_file(path);
        }
    }
    output::unfinished(None);
    done
}

fn write_logs(plan: &Plan, paths: &[PathBuf], total: u64) -> io::Result<synth::Truth> {
    let mut files: Vec<Option<File>> = paths.iter().map(|_| None).collect();
    let bar = Bar::named("writing");
    let mut done = 0;
    let truth = synth::generate(plan, &mut |number, bytes| {
        done += bytes.len() as u64;
        bar.show(siptrail::trace::Progress { done, total: total.max(done) });
        let (Some(slot), Some(path)) = (files.get_mut(number), paths.get(number)) else { return Ok(()) };
        let file = match slot {
            Some(file) => file,
            None => slot.insert(File::create_new(path)?),
        };
        file.write_all(bytes)
    });
    bar.finish();
    let truth = truth?;
    // A full disk may be noticed only here.
    files.iter().flatten().try_for_each(File::sync_all)?;
    Ok(truth)
}

/// Milliseconds of `250ms` or `3s`.
fn parse_time(text: &str) -> Result<u32, String> {
    let ms = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(n), _) => n.parse::<u32>().ok(),
        (None, Some(n)) => n.parse::<f64>().ok().and_then(|s| thousandths(s, 1_000.0)),
        _ => None,
    };
    ms.filter(|ms| *ms <= 600_000).ok_or_else(|| format!("expected up to 600s, such as 250ms or 3s, found {text:?}"))
}

/// Millionths of `2%`.
fn parse_share(text: &str) -> Result<u32, String> {
    let share = text.strip_suffix('%').and_then(|n| n.parse::<f64>().ok()).and_then(|p| thousandths(p, 10_000.0));
    share.filter(|s| *s <= 1_000_000).ok_or_else(|| format!("expected a share such as 0.5% or 2%, found {text:?}"))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked against the range")]
fn thousandths(value: f64, unit: f64) -> Option<u32> {
    let scaled = (value * unit).round();
    (scaled >= 0.0 && scaled <= f64::from(u32::MAX)).then_some(scaled as u32)
}

fn parse_wish(text: &str) -> Result<Wished, String> {
    if text == "none" {
        return Ok(Wished(None));
    }
    let known = || FaultSpec::codes().collect::<Vec<_>>().join(", ");
    let (code, share) =
        text.split_once('=').ok_or_else(|| format!("expected CODE=PERCENT such as PN03=2%, found {text:?}"))?;
    let share = parse_share(share)?;
    let wish = FaultSpec::new(&code.to_ascii_uppercase(), share);
    wish.map(|w| Wished(Some(w))).ok_or_else(|| format!("no fault {code:?} can be made; those that can: {}", known()))
}

fn stories_help() -> String {
    format!(
        "Stories of ordinary days that are rarer than a call that rings, with their shares of the calls: \
         retry=5%,delegate=2%; all: half of the calls; none. Some need a second Edge, which then writes a log too. \
         [default: none]\n\nStories: {}",
        Told::names().collect::<Vec<_>>().join(", ")
    )
}

fn parse_story(text: &str) -> Result<Stories, String> {
    match text {
        "all" => return Ok(Stories::All),
        "none" => return Ok(Stories::None),
        _ => {}
    }
    let known = || Told::names().collect::<Vec<_>>().join(", ");
    let (name, share) =
        text.split_once('=').ok_or_else(|| format!("expected NAME=PERCENT such as retry=5%, found {text:?}"))?;
    let share = parse_share(share)?;
    let told = Told::new(name, share);
    told.map(Stories::One).ok_or_else(|| format!("there is no story {name:?}; there are: {}", known()))
}
