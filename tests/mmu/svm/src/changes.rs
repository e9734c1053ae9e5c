//! Nested tables that change while the guest lives: ranges are mapped, protected and unmapped, blocks are split and
//! merged, and pages that the guest may not write become writable when it does.
//!
//! Between two accesses the guest's TLB is flushed only if a flush token of the engine says so. Neither QEMU nor Bochs
//! keeps translations from one `VMRUN` to the next, so that the flush itself is looked for in the control block. What
//! must come of an access is taken from a plain list, page by page, of what was asked for last.

use crate::code::CALL_WORD;
use crate::guest::{Guest, Outcome, error_bits};
use crate::lab::Lab;
use crate::pages::{BASE, BLOCK, Change, PAGES, Run};
use core::sync::atomic::Ordering;
use pt_core::Hpa;
use pt_freestanding::svm::{FaultCode, TlbControl};
use pt_plan::{AccessKind, Mistake, Permissions, Privilege};

/// Changes that are made.
const CHANGES: u32 = 450;
/// Pages that are probed after a change: some that were changed, and some that may not have been.
const PROBES: u32 = 4;

const READ: Permissions = Permissions::READ.union(Permissions::USER);
const WRITE: Permissions = READ.union(Permissions::WRITE);
const EXECUTE: Permissions = WRITE.union(Permissions::EXECUTE);

/// A page as it was asked for last.
#[derive(Copy, Clone, Debug)]
struct Asked {
    frame: u64,
    permissions: Permissions,
}

/// A guest, and the list.
struct Life {
    guest: Guest,
    asked: [Option<Asked>; PAGES],
}

/// Runs the experiment.
#[expect(clippy::large_stack_arrays, reason = "a machine without a heap")]
pub fn run(lab: &mut Lab) {
    let mut life = Life { guest: Guest::new(lab, pt_x86_64::Paging::FourLevels), asked: [None; PAGES] };
    if let Some(mistake) = lab.plant {
        life.plant(lab, mistake);
    }
    for _ in 0..CHANGES {
        let run = Run::random(&mut lab.random);
        match lab.random.below(8) {
            0..=2 => life.map(lab, run),
            3 => life.unmap(lab, run),
            4 | 5 => life.protect(lab, run),
            6 => Change::new(lab, &mut life.guest).split(run.first),
            _ => life.merge(lab, run.first),
        }
        for probe in 0..PROBES {
            let page =
                if probe % 2 == 0 { run.random_page(&mut lab.random) } else { Run::ALL.random_page(&mut lab.random) };
            // What a load has not found is not run: it need not come to an end.
            let _ = AccessKind::ALL.iter().all(|&kind| life.probe(lab, page, kind));
        }
    }
    life.unmap(lab, Run::ALL);
    life.guest.free(lab);
}

impl Life {
    /// Maps what is absent at the beginning of the run: often to where the neighbours' frames are, so that whole blocks
    /// come about.
    fn map(&mut self, lab: &mut Lab, run: Run) {
        let absent = self.asked[run.pages()].iter().take_while(|page| page.is_none()).count();
        let run = Run { count: absent, ..run };
        if absent == 0 {
            return;
        }
        let beside = lab.random.below(64) << 12;
        let frame = lab.natural_frame(run.first) + if lab.random.below(2) == 0 { beside } else { 0 };
        let permissions = lab.random.pick(&[READ, WRITE, EXECUTE]);
        Change::new(lab, &mut self.guest).map(run, frame, permissions);
        lab.report.mappings += 1;
        for (offset, page) in (0_u64..).zip(&mut self.asked[run.pages()]) {
            *page = Some(Asked { frame: frame + (offset << 12), permissions });
        }
    }

    fn unmap(&mut self, lab: &mut Lab, run: Run) {
        let present = self.asked[run.pages()].iter().flatten().count() as u64;
        let unmapped = Change::new(lab, &mut self.guest).unmap(run);
        lab.report.compare("pages unmapped", present, unmapped);
        self.must_flush(lab, present > 0);
        self.asked[run.pages()].fill(None);
    }

    fn protect(&mut self, lab: &mut Lab, run: Run) {
        let permissions = lab.random.pick(&[READ, WRITE, EXECUTE]);
        let narrowed = self.asked[run.pages()].iter().flatten().any(|page| !permissions.contains(page.permissions));
        Change::new(lab, &mut self.guest).protect(run, permissions);
        self.must_flush(lab, narrowed);
        for page in self.asked[run.pages()].iter_mut().flatten() {
            page.permissions = permissions;
        }
    }

    /// Makes one block of the pages around `page`, if they are contiguous, by giving them all the same permissions.
    fn merge(&mut self, lab: &mut Lab, page: usize) {
        let block = Run { first: page / BLOCK * BLOCK, count: BLOCK };
        let natural = lab.natural_frame(block.first);
        let contiguous = self.asked[block.pages()]
            .iter()
            .zip(0_u64..)
            .all(|(page, offset)| page.is_some_and(|page| page.frame == natural + (offset << 12)));
        if contiguous {
            self.protect(lab, block);
        }
        let merged = Change::new(lab, &mut self.guest).merge(block.first);
        lab.report.compare("pages are one block", contiguous, merged);
    }

    /// A translation that was taken away, or narrowed, is gone from the TLB before the guest runs again.
    fn must_flush(&mut self, lab: &mut Lab, must: bool) {
        if must {
            let control = self.guest.vcpu.vmcb.control.tlb_control;
            lab.report.compare("TLB control after a change", TlbControl::FlushAll, control);
        }
    }

    /// Makes an access, and compares. A store that is refused is let through on every other page. Returns whether what was
    /// accessed is what was asked for.
    fn probe(&mut self, lab: &mut Lab, page: usize, kind: AccessKind) -> bool {
        let asked = self.asked[page];
        let offset = lab.random.below(512) << 3;
        let address = BASE + ((page as u64) << 12) + offset;
        let what = format_args!("{kind:?} at {address:#x}, asked for as {asked:x?}");
        let (before, stored) = (lab.random.bits(), lab.random.bits());
        let word = asked.map(|asked| lab.memory.word64(Hpa::new(asked.frame + offset)));
        if let Some(word) = word {
            word.store(if kind == AccessKind::Fetch { CALL_WORD } else { before }, Ordering::Relaxed);
        }

        let mut outcome = self.guest.access(lab, kind, address, stored);
        lab.report.probes += 1;
        if !lab.report.compare(what, expected(asked, kind, address), outcome) {
            return false;
        }
        lab.report.compare(format_args!("the walker's answer, {what}"), outcome, self.guest.walk(address, kind));
        if let (AccessKind::Store, Outcome::NestedFault(..), Some(asked), 1) = (kind, outcome, asked, page % 2) {
            let permissions = asked.permissions.union(WRITE);
            Change::new(lab, &mut self.guest).protect(Run { first: page, count: 1 }, permissions);
            self.asked[page] = Some(Asked { permissions, ..asked });
            outcome = self.guest.go_on(lab);
            lab.report.resolved += 1;
            lab.report.compare(what, Outcome::Done, outcome);
        }
        match (kind, outcome, word) {
            (AccessKind::Load, Outcome::Done, _) => lab.report.compare(what, before, self.guest.vcpu.registers.rbx),
            (AccessKind::Store, Outcome::Done, Some(word)) => {
                lab.report.compare(what, stored, word.load(Ordering::Relaxed))
            }
            _ => true,
        }
    }

    /// Maps a block as it is asked for, and makes a mistake in it.
    fn plant(&mut self, lab: &mut Lab, mistake: Mistake) {
        let (block, page) = (Run { first: 0, count: BLOCK }, Run { first: 0, count: 1 });
        let frame = lab.natural_frame(0);
        Change::new(lab, &mut self.guest).map(block, frame, EXECUTE);
        for (offset, page) in (0_u64..).zip(&mut self.asked[block.pages()]) {
            *page = Some(Asked { frame: frame + (offset << 12), permissions: EXECUTE });
        }
        let mut change = Change::new(lab, &mut self.guest);
        match mistake {
            Mistake::Permission => change.protect(page, READ),
            Mistake::Address => {
                change.unmap(page);
                change.map(page, frame ^ 0x1000, EXECUTE);
            }
            Mistake::Level => {
                change.unmap(block);
                change.map(page, frame, EXECUTE);
            }
        }
        for page in 0..2 {
            let _ = [AccessKind::Load, AccessKind::Store].map(|kind| self.probe(lab, page, kind));
        }
    }
}

/// How an access must end.
fn expected(asked: Option<Asked>, kind: AccessKind, address: u64) -> Outcome {
    let present = match asked {
        Some(asked) if asked.permissions.allow(kind, Privilege::User) => return Outcome::Done,
        Some(_) => FaultCode::PRESENT,
        None => 0,
    };
    Outcome::NestedFault(FaultCode(FaultCode::FINAL | FaultCode::USER | present | error_bits(kind)), address)
}
