//! One TD in the module, the engine's pair in front of it, and the model beside it.

use crate::bench::{Bench, Taking};
use crate::compare::Seen;
use crate::frames::Frames;
use crate::model::{Leaf, Model};
use crate::op::{BLOCK, BLOCKS, Op, Spot, VCPUS};
use crate::vcpus::{Vcpu, Vcpus};
use core::sync::atomic::Ordering;
use pt_core::format::Access as Wanted;
use pt_core::pair::{FaultError, FaultOutcome, Obstruction, Run};
use pt_core::{AddressRange, Gfn, Half, RawGpa, Split};
use pt_emulated::tdx::guest::{Accepted, Access, Exception, Touched};
use pt_emulated::tdx::lock::Mode;
use pt_emulated::tdx::td::Td as Control;
use pt_emulated::tdx::{Lock, Module, SparseMemory};
use pt_tdx::host::Hkid;
use pt_tdx::operand::TdParams;
use pt_tdx::td::{self, Td};
use pt_tdx::{Gpaw, Leaf as HostLeaf, PageInfo, Registers, SeptLevel, Status};

/// How often what may pass is tried in a row.
const TRIES: usize = 8;
/// Pages of control structures beside the TDR.
pub const CONTROL_PAGES: u64 = 6 + 6 * VCPUS as u64;

pub struct World<'b> {
    pub gpaw: Gpaw,
    pub bench: &'b Bench,
    pub td: Option<Td<Run, &'b Bench>>,
    vcpus_of_td: Vec<td::Vcpu>,
    pub vcpus: Vec<Vcpu<'b>>,
    pub frames: Frames<'b>,
    pub model: Model,
    /// What another agent holds.
    held: Vec<(Lock, Mode)>,
    interrupted: bool,
}

impl<'b> World<'b> {
    pub fn new(gpaw: Gpaw, bench: &'b Bench) -> Self {
        let params = TdParams { max_vcpus: VCPUS as u16, ..TdParams::new(gpaw) };
        let keyed = Td::create(bench, Hkid(40)).unwrap().configure_key().unwrap();
        let mut td = keyed.add_control_pages().unwrap().init(&params).unwrap();
        let vcpus_of_td = (0..VCPUS).map(|_| td.create_vcpu(0).unwrap()).collect();
        let td = Some(td.finalize().unwrap());
        let vcpus = (0..VCPUS).map(|_| Vcpu::default()).collect();
        let (frames, model, held) = (Frames::new(&bench.arena), Model::default(), Vec::new());
        Self { gpaw, bench, td, vcpus_of_td, vcpus, frames, model, held, interrupted: false }
    }

    pub fn td(&self) -> &Td<Run, &'b Bench> {
        self.td.as_ref().expect("the TD lives")
    }

    pub fn module(&self) -> &'b Module<SparseMemory> {
        self.bench.module()
    }

    pub fn taking(&self) -> &'b Taking {
        &self.bench.taking
    }

    /// The TD's control structure, from inside the module.
    pub fn control(&self) -> &'b Control {
        self.module().td(self.td().tdr().page()).expect("the TD lives")
    }

    pub fn children(&self) -> u64 {
        self.control().children.load(Ordering::Acquire)
    }

    /// Whether something may stand in the way that the model does not know.
    pub fn is_disturbed(&self) -> bool {
        !self.held.is_empty() || self.interrupted
    }

    pub fn range<S: Half>(&self, gfn: u64, pages: u64) -> AddressRange<S> {
        let start = self.gpaw.address_of::<S>(Gfn::new(gfn)).expect("a guest frame");
        self.gpaw.range(start, pages << 12).expect("a run of pages")
    }

    /// The raw address of a guest frame, on the side where the host has it.
    pub fn gpa(&self, gfn: u64) -> u64 {
        let shared = self.frames.shared.contains(&gfn);
        gfn << 12 | if shared { self.gpaw.split_mask() } else { 0 }
    }

    /// A run of pages that does not leave the blocks that are used, and how many they are.
    pub fn run(spot: Spot, pages: u64) -> (u64, u64) {
        let gfn = spot.gfn();
        let inside = |gfn: u64| BLOCKS.iter().any(|block| gfn.wrapping_sub(*block) < BLOCK);
        (gfn, (0..pages).take_while(|page| inside(gfn + page)).count() as u64)
    }

    /// Whether something in a run of pages, or a table on the way to it, is blocked since a removal failed.
    pub fn is_blocked(&self, gfn: u64, pages: u64) -> bool {
        let overlaps = |&((address, level), seen): &((u64, u8), Seen)| {
            let (first, count) = (address >> 12, 1 << (9 * level));
            seen == Seen::Blocked && first < gfn + pages && gfn < first + count
        };
        self.mirror().iter().any(|(&at, &seen)| overlaps(&(at, seen)))
    }

    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::Turn { vcpu } => self.turn(*vcpu),
            Op::Use { vcpu, page, write } => self.use_page(*vcpu, page.gfn(), *write),
            Op::Accept { vcpu, page, block } => self.accept(*vcpu, page.gfn(), *block),
            Op::Fault { page } => _ = self.fault(page.gfn(), false),
            Op::Convert { page, pages } => self.convert(*page, *pages),
            Op::Remove { runs } => self.remove(runs),
            Op::Restore { page, pages } => self.restore(*page, *pages),
            Op::Split { page } => self.split(page.gfn()),
            Op::Merge { page } => self.merge(page.gfn() / BLOCK * BLOCK),
            Op::Prune { page } => self.prune(page.gfn() / BLOCK * BLOCK),
            Op::Hold { lock, exclusive } => self.hold(*lock, if *exclusive { Mode::Exclusive } else { Mode::Shared }),
            Op::Drop => self.drop_locks(),
            Op::Interrupt { polls } => {
                self.module().set_interrupt(Some(*polls));
                self.interrupted = true;
            }
            Op::Quiet => self.quiet(),
            Op::Illegal(call) => self.illegal(*call),
        }
    }

    fn quiet(&mut self) {
        self.module().set_interrupt(None);
        self.interrupted = false;
    }

    fn hold(&mut self, lock: Lock, mode: Mode) {
        let held = self.held.iter().any(|(other, _)| *other == lock);
        if !held && self.module().hold(self.td().tdr().page(), lock, mode).is_ok() {
            self.held.push((lock, mode));
        }
    }

    fn drop_locks(&mut self) {
        for (lock, mode) in core::mem::take(&mut self.held) {
            self.module().release(self.td().tdr().page(), lock, mode);
        }
    }

    fn turn(&mut self, number: usize) {
        if self.vcpus[number].inside.take().is_none() {
            self.enter(number);
        }
    }

    /// Whether the vCPU is inside.
    fn enter(&mut self, number: usize) -> bool {
        if self.vcpus[number].inside.is_some() {
            return true;
        }
        let rcx = self.vcpus_of_td[number].tdvpr().page().as_u64();
        match self.module().enter(&Registers { rcx, ..Registers::call(HostLeaf::VpEnter) }) {
            Ok(inside) => self.vcpus[number].enter(inside),
            Err(refused) => {
                let status = Status::from_bits(refused.rax);
                assert!(!status.is_error() || self.is_disturbed() && status.is_busy(), "{status}");
            }
        }
        self.vcpus[number].inside.is_some()
    }

    fn use_page(&mut self, number: usize, gfn: u64, write: bool) {
        let access = if write { Access::Write } else { Access::Read };
        for _ in 0..TRIES {
            if !self.enter(number) {
                return;
            }
            let gpa = self.gpa(gfn);
            let vcpu = &mut self.vcpus[number];
            let Some(inside) = &mut vcpu.inside else { return };
            let stale = vcpu.tlb.get(&gfn).copied().filter(|_| gpa >> 12 == gfn);
            match inside.access(gpa, access) {
                Touched::Private(at) => {
                    let (first, leaf) = self.model.find(gfn).unwrap_or_else(|| panic!("{gfn:#x} is not mapped"));
                    assert_eq!(at.as_u64(), leaf.frame + ((gfn - first) << 12), "{gfn:#x}");
                    assert!(leaf.accepted && !self.frames.shared.contains(&gfn), "{gfn:#x}: {leaf:?}");
                    self.vcpus[number].tlb.insert(gfn, at.as_u64());
                    return;
                }
                Touched::Shared => {
                    assert!(self.frames.shared.contains(&gfn), "{gfn:#x} is private");
                    return;
                }
                // A translation that nobody has taken away yet lets the access through.
                _ if stale.is_some() => return,
                Touched::Exception(Exception::Virtualization { .. }) => {
                    assert!(inside.exception_information());
                    let (first, leaf) = self.model.find(gfn).expect("a pending page");
                    assert!(!leaf.accepted, "{gfn:#x}: {leaf:?}");
                    self.accept(number, first, leaf.large);
                }
                Touched::Exit(_) => {
                    self.vcpus[number].inside = None;
                    if !self.fault(gfn, write) {
                        return;
                    }
                }
                Touched::Exception(other) => panic!("{gfn:#x}: {other:?}"),
            }
        }
    }

    /// The guest accepts a page, as often as it is interrupted.
    fn accept(&mut self, number: usize, gfn: u64, block: bool) {
        let (first, level) = if block { (gfn / BLOCK * BLOCK, SeptLevel::Pd) } else { (gfn, SeptLevel::Pt) };
        let found = self.model.leaves.get(&first).copied().filter(|leaf| leaf.large == block);
        let acceptable = found.is_some_and(|leaf| !leaf.accepted) && !self.is_blocked(first, 1);
        for _ in 0..TRIES {
            if self.vcpus[number].inside.is_none() {
                return;
            }
            let info = PageInfo::from_bits(first << 12).with_level(level).bits();
            match self.vcpus[number].inside.as_mut().map(|inside| inside.accept(info)) {
                Some(Accepted::Returned(status)) => {
                    assert_eq!(status == Status::SUCCESS, acceptable, "{first:#x} at {level}: {found:?}, {status}");
                    if let Some(leaf) = self.model.leaves.get_mut(&first).filter(|_| acceptable) {
                        leaf.accepted = true;
                    }
                    return;
                }
                Some(Accepted::Interrupted) => self.quiet(),
                Some(Accepted::Exit(_)) => {
                    assert!(!acceptable, "{first:#x} at {level}: {found:?}");
                    self.vcpus[number].inside = None;
                }
                None => return,
            }
        }
    }

    /// The host resolves a fault. Whether something was mapped.
    fn fault(&mut self, gfn: u64, write: bool) -> bool {
        let raw = RawGpa::new(self.gpa(gfn));
        let access = if write { Wanted::WRITE } else { Wanted::READ };
        let shared = self.frames.shared.contains(&gfn);
        let (known, blocked) = (self.model.find(gfn), self.is_blocked(gfn, 1));
        self.frames.given = None;
        let td = self.td.as_ref().expect("the TD lives");
        let outcome = td.fault(raw, access, &mut self.frames);
        match outcome {
            Ok(FaultOutcome::Mapped { .. }) if shared => true,
            Ok(FaultOutcome::Mapped { level, .. }) => {
                let (first, frame, pages) = self.frames.given.take().expect("a page was given");
                assert_eq!(pages, 1 << (9 * pt_core::Levels::number(level)), "{gfn:#x}");
                assert_eq!(known, None, "{gfn:#x} was mapped");
                self.model.leaves.insert(first, Leaf { large: pages > 1, frame, accepted: false });
                true
            }
            Ok(FaultOutcome::Spurious { .. }) => {
                assert!(shared || known.is_some(), "{gfn:#x} is not mapped");
                true
            }
            Ok(FaultOutcome::Retry(_)) | Err(FaultError::Obstructed(Obstruction::Private(_)))
                if self.is_disturbed() || blocked =>
            {
                false
            }
            other => panic!("{gfn:#x}: {other:?}, {known:?}"),
        }
    }

    /// Takes what came back out of the model. No vCPU can translate to it any more.
    pub fn settle(&mut self) {
        let epoch = self.control().epoch.current();
        for (gfn, frame, pages) in self.frames.take_returned() {
            let large = pages > 1;
            if !large {
                self.model.split(gfn);
            }
            let leaf = self.model.leaves.remove(&gfn).unwrap_or_else(|| panic!("{gfn:#x} came back"));
            assert_eq!((leaf.large, leaf.frame), (large, frame), "{gfn:#x}");
            for (number, vcpu) in self.vcpus.iter().enumerate().filter(|(_, vcpu)| vcpu.can_use(epoch)) {
                let stale = vcpu.tlb.values().find(|&&at| at.wrapping_sub(frame) < pages << 12);
                assert_eq!(stale, None, "vCPU {number} still translates to {frame:#x}, which came back");
            }
        }
    }

    /// Ends the TD: everything comes back, once.
    pub fn end(mut self) {
        self.drop_locks();
        self.quiet();
        let Self { bench, td, mut vcpus_of_td, mut vcpus, mut frames, model, .. } = self;
        pt_core::pair::Kick::kick(&mut Vcpus(&mut vcpus));
        let td = td.expect("the TD lives");
        for vcpu in &mut vcpus_of_td {
            td.flush_vcpu(vcpu).unwrap();
        }
        let (mut td, _key) = td.stop().unwrap().write_back().unwrap().free_key().unwrap();
        let reclaimed = td.reclaim(&mut frames);
        assert!(reclaimed.is_complete(), "{reclaimed:?}");
        assert_eq!((reclaimed.bytes >> 12, reclaimed.pages), (model.pages(), model.leaves.len() as u64));
        for vcpu in vcpus_of_td {
            td.reclaim_vcpu(vcpu).unwrap();
        }
        let children = bench.module().td(td.tdr().page()).expect("the TDR").children.load(Ordering::Acquire);
        assert_eq!(children, 6, "the control structure of the TD");
        assert_eq!(td.close().unwrap(), td::Ended::default());
        frames.dissolve();
        bench.assert_everything_is_back();
    }
}
