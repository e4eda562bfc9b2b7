//! What leaves the model: the logs, block by block, and the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::Engine;
use crate::synth::encode;
use crate::synth::truth::{self, Truth};

impl Engine<'_> {
    pub(super) fn hand_over(
        &mut self,
        number: usize,
        sink: &mut dyn FnMut(usize, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.logs[number].out.is_empty() {
            return Ok(());
        }
        if self.handed[number] == 0 {
            let mark = encode::mark(self.plan.encoding);
            self.handed[number] += mark.len() as u64;
            sink(number, mark)?;
        }
        let bytes = encode::encode(self.plan.encoding, &self.logs[number].out);
        self.handed[number] += bytes.len() as u64;
        sink(number, &bytes)?;
        self.logs[number].out.clear();
        Ok(())
    }

    /// That a platform gets no pushes is only said when three of its users miss theirs (catalogue, PN21).
    fn judge_platform(&mut self) {
        let off = |c: &truth::Call| c.findings.iter().any(|f| f == "PN21");
        let sure = self.truth.calls.iter().filter(|c| off(c) && !c.unsure);
        if sure.map(|c| c.to.as_str()).collect::<BTreeSet<_>>().len() < 3 {
            self.truth.calls.iter_mut().for_each(|c| c.findings.retain(|f| f != "PN21"));
        }
    }

    pub(super) fn finish(mut self) -> Truth {
        self.weigh();
        self.judge_platform();
        let plan = self.plan;
        truth::SCHEMA.clone_into(&mut self.truth.schema);
        self.truth.generator = format!("siptrail {}", env!("CARGO_PKG_VERSION"));
        let said = [
            ("seed", plan.seed.to_string()),
            ("extent", format!("{:?}", plan.extent)),
            ("servers", self.topology.machines.len().to_string()),
            ("format", format!("{:?}", plan.format)),
            ("encoding", format!("{:?}", plan.encoding)),
            ("clock_skew_ms", plan.clock_skew_ms.to_string()),
            ("drift_ppm", plan.drift_ppm.to_string()),
            ("gaps_ppm", plan.gaps_ppm.to_string()),
            ("damage_ppm", plan.damage_ppm.to_string()),
            ("without", plan.without.join(",")),
            ("faults", plan.faults.iter().map(|w| format!("{}={}", w.0.code, w.1)).collect::<Vec<_>>().join(",")),
        ];
        let stories =
            plan.stories.iter().map(|told| format!("{}={}", told.0.name, told.1)).collect::<Vec<_>>().join(",");
        let later = [("stories", stories), ("era", plan.era.map(|era| format!("{era:?}")).unwrap_or_default())];
        let said = said.into_iter().chain(later.into_iter().filter(|(_, value)| !value.is_empty()));
        self.truth.plan = said.map(|(k, v)| (k.to_owned(), v)).collect::<BTreeMap<_, _>>();
        for (number, log) in self.logs.iter().enumerate().filter(|(_, log)| log.records > 0) {
            let machine = &self.topology.machines[number];
            self.truth.logs.push(truth::Log {
                path: format!("{}.log", machine.name),
                server: machine.host.clone(),
                bytes: self.handed[number],
                records: log.records,
                missing: log.missing,
                damaged: log.damaged,
                clock_ms: log.offset_ms,
            });
        }
        self.truth
    }
}
