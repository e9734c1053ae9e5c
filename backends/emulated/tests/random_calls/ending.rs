//! The end of a random life.

use crate::chaos::{Chaos, PAGES};
use pt_emulated::tdx::td::Lifecycle;
use pt_emulated::tdx::trace::layout::TDR;
use pt_emulated::tdx::trace::{Answer, Misplaced, Operation, Script, Session, play};
use std::sync::atomic::Ordering;

/// After a random life, every page comes back exactly once, the TDR page last.
#[test]
fn every_page_comes_back_once() {
    for seed in 1_000..1_040 {
        let mut ending = Ending { chaos: Chaos::new(seed, 300), steps: 0, reclaimed: 0, pages: 0 };
        play(&mut ending).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!(ending.reclaimed, ending.pages, "seed {seed}");
        assert!(ending.pages > 6, "the TDCX pages at least");
    }
}

/// Chaos, then all vCPUs leave, the key is taken away and every page is reclaimed.
struct Ending {
    chaos: Chaos,
    /// How many operations of the end were made.
    steps: u64,
    /// 4 KiB pages that came back, without the TDR page.
    reclaimed: u64,
    /// 4 KiB pages that the TD had.
    pages: u64,
}

impl Ending {
    /// The end of the memory that random operations use.
    const END: u64 = PAGES + (32 << 20);

    const fn page(step: u64) -> u64 {
        TDR.as_u64() + (step << 12)
    }
}

impl Script for Ending {
    type Error = String;

    fn next(&mut self) -> Result<Option<Operation>, String> {
        if let Some(operation) = self.chaos.next()? {
            return Ok(Some(operation));
        }
        let vcpus = u64::from(self.chaos.settings.vcpus);
        let step = self.steps;
        self.steps += 1;
        let operation = match step.checked_sub(vcpus) {
            None => Operation::Exit { vcpu: step },
            Some(0) => Operation::Teardown,
            Some(step) if Self::page(step) < Self::END => Operation::Reclaim { hpa: Self::page(step) },
            Some(step) if Self::page(step) == Self::END => Operation::Reclaim { hpa: TDR.as_u64() },
            Some(_) => return Ok(None),
        };
        Ok(Some(operation))
    }

    fn answered(&mut self, operation: Operation, answer: Answer, session: &Session<'_>) -> Result<(), String> {
        let td = session.module().td(TDR);
        match (operation, answer) {
            (Operation::Teardown, _) => {
                let td = td.ok_or("no TD")?;
                if td.lifecycle() != Lifecycle::Teardown {
                    return Err(format!("{:?} after the end\n{}", td.lifecycle(), self.chaos.trace()));
                }
                self.pages = td.children.load(Ordering::Relaxed);
            }
            (Operation::Reclaim { hpa }, Answer::Registers(returned)) if self.pages > 0 => {
                let [rax, _, _, size, _] = returned.values;
                if rax == 0 && hpa != TDR.as_u64() {
                    self.reclaimed += 512_u64.pow(size as u32);
                }
                if hpa == TDR.as_u64() && (rax != 0 || td.is_some()) {
                    return Err(format!("TDR: {rax:#x}\n{}", self.chaos.trace()));
                }
            }
            _ => self.chaos.answered(operation, answer, session)?,
        }
        Ok(())
    }

    fn refused(&mut self, operation: Operation, reason: Misplaced) -> Result<(), String> {
        self.chaos.refused(operation, reason)
    }
}
