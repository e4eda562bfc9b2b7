//! Writes a big log for trying things out: `cargo bench --bench gen -- OUT.log 1GB [SEED] [lf] [cls]`.
//!
//! The same size, seed and layout give the same bytes. What the log holds is printed when it is written.

use std::fs::File;
use std::io::{BufWriter, Write, stderr, stdout};
use std::process::ExitCode;
use std::time::Instant;

mod support;

use support::{Layout, Traffic};

const USAGE: &str = "usage: cargo bench --bench gen -- OUT.log SIZE[KB|MB|GB] [SEED] [lf] [cls]";

fn main() -> ExitCode {
    // Cargo adds `--bench`, and `cargo bench NAME` hands the name to every bench: without a size there is no order.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [path, size, options @ ..] = arguments.as_slice() else {
        let _ = writeln!(stderr(), "{USAGE}");
        return ExitCode::SUCCESS;
    };
    let Some(size) = parse_size(size) else {
        let _ = writeln!(stderr(), "{size}: not a size\n{USAGE}");
        return ExitCode::from(2);
    };
    let seed = options.iter().find_map(|option| option.parse().ok()).unwrap_or(1);
    let has = |word: &str| options.iter().any(|option| option == word);
    let layout = Layout { crlf: !has("lf"), cls: has("cls"), ..Layout::default() };
    match write(path, size, seed, layout) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(stderr(), "{path}: {error}");
            ExitCode::from(2)
        }
    }
}

/// Bytes of `250MB`, `1GB` or a plain number; powers of ten.
fn parse_size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

fn write(path: &str, size: u64, seed: u64, layout: Layout) -> std::io::Result<()> {
    let started = Instant::now();
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut traffic = Traffic::with_layout(seed, layout);
    let mut block = Vec::new();
    while traffic.expected_bytes() < size {
        traffic.next_block(&mut block);
        file.write_all(&block)?;
        block.clear();
    }
    traffic.finish(&mut block);
    file.write_all(&block)?;
    file.flush()?;
    let took = started.elapsed();
    let truth = traffic.truth();
    let rate = u128::from(truth.bytes) / took.as_micros().max(1);
    // A closed pipe on the screen does not spoil the file.
    let mut screen = stdout().lock();
    let _ = writeln!(screen, "{path}: {} bytes, {} records, {took:.2?}, {rate} MB/s", truth.bytes, truth.records);
    let _ = writeln!(screen, "{truth:#?}");
    Ok(())
}
