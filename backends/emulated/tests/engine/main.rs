//! The engine's pair against the generic monitor and the software CPU, with faults injected into every hook.
//!
//! A guest reads and writes pages, and has pages converted to shared and back. What it reads is what it wrote. After
//! every step the private table and the protected one say the same.

mod host;
#[path = "../modelled/mod.rs"]
mod modelled;

use host::{BLOCK, Frames};
use modelled::{Hooks, Td, TdVcpu, TdVcpus, accept, address_space, paging};
use pt_core::format::Access;
use pt_core::hook::Refusal;
use pt_core::level::Levels;
use pt_core::pair::{Cause, FaultError, FaultOutcome, Obstruction, RemovalError, Run, Vm};
use pt_core::{AddressRange, Gfn, Half, Hpa, Private, RawGpa, Shared, Split};
use pt_emulated::cpu::{Access as Wanted, Exception, Exit, Stop};
use pt_emulated::monitor::{Fault, Faults, GuestAnswer, OutcomeKind};
use pt_emulated::{Machine, Monitor, Random};
use pt_tdx::{Gpaw, Level, Sept, SeptHooksMethod as Method, Tdx};
use std::collections::BTreeMap;
use std::sync::Arc;

const PAGES: u64 = 2 * BLOCK;
const REFUSED: u64 = 0xdead;

type TdVm<'td> = Vm<Tdx, Run, Arc<Machine>, Arc<Machine>, Hooks<'td>>;

struct World<'td> {
    gpaw: Gpaw,
    td: &'td Arc<Td>,
    vcpus: Arc<TdVcpus>,
    vcpu: TdVcpu,
    vm: TdVm<'td>,
    frames: Frames,
    /// What the guest wrote to the first byte of each page since it was mapped last.
    written: BTreeMap<u64, u8>,
}

/// Whether the monitor answered what it was told to.
fn on_purpose(cause: &Cause<Level>) -> bool {
    match cause {
        Cause::Refused(Refusal::Fatal(fatal)) => fatal.status == REFUSED,
        Cause::Refused(Refusal::Busy(_)) | Cause::MonitorStuck | Cause::Unfinished(_) => true,
        _ => false,
    }
}

impl<'td> World<'td> {
    fn new(gpaw: Gpaw, machine: Arc<Machine>, td: &'td Arc<Td>) -> Self {
        let vm = Vm::build(gpaw, machine.clone(), machine.clone(), Hooks(td)).unwrap().finalise();
        td.finalize().unwrap();
        let vcpus = TdVcpus::new(td.clone(), paging(gpaw, vm.shared().root_frame()));
        let (vcpu, frames) = (vcpus.add(), Frames::new(machine, PAGES));
        Self { gpaw, td, vcpus, vcpu, vm, frames, written: BTreeMap::new() }
    }

    fn gpa(&self, page: u64) -> u64 {
        if self.frames.shared.contains(&page) { page << 12 | self.gpaw.split_mask() } else { page << 12 }
    }

    fn range<S: Half>(&self, page: u64) -> AddressRange<S> {
        let start = self.gpaw.address_of::<S>(Gfn::new(page)).unwrap();
        self.gpaw.range(start, 4096).unwrap()
    }

    /// One access of the guest, tried until it completes.
    fn access(&mut self, page: u64, write: Option<u8>) -> u8 {
        let gpa = self.gpa(page);
        let mut byte = [write.unwrap_or(0)];
        for _ in 0..1000 {
            let mut guest = self.vcpu.enter().unwrap();
            let done = match write {
                Some(value) => guest.write(gpa, &[value]),
                None => guest.read(gpa, &mut byte),
            };
            match done {
                Ok(()) => return byte[0],
                Err(Stop::Exception(Exception::Virtualization { gpa, .. })) => {
                    // The guest tries the large page first, as Linux does.
                    let block = gpa.as_u64() >> 21 << 21;
                    if guest.operate(accept(block, Level::Pd)) != Ok(GuestAnswer::Done) {
                        assert_eq!(guest.operate(accept(gpa.as_u64() & !0xfff, Level::Pt)), Ok(GuestAnswer::Done));
                    }
                }
                Err(Stop::Exit(Exit::Violation { gpa, qualification, .. })) => {
                    drop(guest);
                    self.fault(gpa, qualification.access());
                }
                Err(other) => panic!("{gpa:#x}: {other}"),
            }
        }
        panic!("{gpa:#x} is never mapped")
    }

    fn fault(&mut self, gpa: RawGpa, wanted: Wanted) {
        let access = if wanted == Wanted::Write { Access::WRITE } else { Access::READ };
        match self.vm.fault(gpa, access, &mut self.frames) {
            Ok(FaultOutcome::Mapped { .. } | FaultOutcome::Spurious { .. } | FaultOutcome::Retry(_)) => {}
            Err(FaultError::Obstructed(Obstruction::Private(error))) if on_purpose(&error.cause) => {}
            other => panic!("{gpa:?}: {other:?}"),
        }
    }

    fn convert(&mut self, page: u64) {
        if self.frames.shared.contains(&page) {
            let mut cpus = &*self.vcpus;
            let range = self.range::<Shared>(page);
            self.vm.convert_to_private(range, &mut cpus, |_| ()).unwrap().flush(&mut cpus);
            self.frames.make_private(page);
        } else {
            let range = self.range::<Private>(page);
            while let Err(refused) = self.vm.convert_to_shared(range, &mut &*self.vcpus, &mut self.frames) {
                let cause = match &refused.error {
                    RemovalError::Entry(error) => &error.cause,
                    RemovalError::Track(cause) => cause,
                };
                assert!(on_purpose(cause), "{refused}");
            }
            self.frames.make_shared(page);
        }
        self.written.remove(&page);
    }

    /// What the private table maps is what the protected one maps, and nothing is left half-done.
    fn compare(&self) {
        let mirrored: Vec<(u64, Level, Hpa)> = self
            .vm
            .private()
            .reader()
            .whole()
            .leaves()
            .map(|leaf| (leaf.address.as_u64(), leaf.level, leaf.frame))
            .collect();
        let entries = self.td.entries().unwrap();
        let protected: Vec<_> = entries
            .iter()
            .filter(|entry| matches!(entry.state, Some(Sept::Mapped | Sept::Pending)))
            .map(|entry| (entry.address, entry.level, entry.frame))
            .collect();
        assert_eq!(mirrored, protected);
        let blocked = entries.iter().find(|entry| {
            matches!(entry.state, None | Some(Sept::Blocked | Sept::PendingBlocked | Sept::TableBlocked))
        });
        assert_eq!(blocked, None);
    }
}

fn play(gpaw: Gpaw, seed: u64, steps: usize) {
    let machine = Arc::new(Machine::new(Hpa::new(0x20_0000), 24 << 20));
    let td = Arc::new(Monitor::new(machine.clone(), seed).create(address_space(gpaw)).unwrap());
    let mut random = Random::new(seed);
    let mut world = World::new(gpaw, machine, &td);
    td.set_faults(
        Faults::none()
            .at_rate(None, 0.10, seed, Fault::Busy)
            .at_rate(Some(Method::PageDemote), 0.30, seed + 1, Fault::Interrupt)
            .at_rate(None, 0.03, seed + 2, Fault::Fail(REFUSED)),
    );
    // Two large pages at first, from which conversions take parts.
    world.access(0, None);
    world.access(BLOCK, None);
    for step in 0..steps {
        // Few pages, so that each changes its kind again and again.
        let page = random.next() % 2 * BLOCK + random.next() % 12;
        match random.next() % 10 {
            0..4 => {
                let value = random.next() as u8;
                world.access(page, Some(value));
                world.written.insert(page, value);
            }
            4..7 => {
                let expected = world.written.get(&page).copied().unwrap_or(0);
                assert_eq!(world.access(page, None), expected, "page {page} in step {step} of seed {seed}");
            }
            _ => world.convert(page),
        }
        world.compare();
    }
    for page in 0..PAGES {
        let expected = world.written.get(&page).copied().unwrap_or(0);
        assert_eq!(world.access(page, None), expected, "page {page} at the end of seed {seed}");
    }
    finish(world);
}

/// Tears the TD down: every private page comes back, and the key is gone.
fn finish(world: World<'_>) {
    let World { td, vm, mut frames, vcpu, .. } = world;
    let statistics = td.statistics();
    for method in [Method::SeptAdd, Method::PageAug, Method::RangeBlock, Method::PageRemove, Method::PageDemote] {
        assert!(statistics.count(method, OutcomeKind::Done) > 0, "{method:?} was never done");
    }
    assert!(vcpu.tlb().hits > 0);
    td.set_faults(Faults::none());
    let mapped: u64 = vm.private().reader().whole().leaves().map(|leaf| 1 << (leaf.level.shift() - 12)).sum();
    td.teardown().unwrap();
    let mut vm = vm.teardown();
    frames.came_back = 0;
    let reclaimed = vm.reclaim(&mut frames);
    assert!(reclaimed.is_complete(), "{reclaimed:?}");
    assert_eq!(frames.came_back, mapped);
    let (_, leaked) = vm.dissolve();
    assert_eq!((leaked.bytes, leaked.tables), (0, 0));
}

#[test]
fn what_the_guest_reads_is_what_it_wrote_whatever_the_monitor_answers() {
    for seed in 0..4 {
        play(Gpaw::Bits48, seed, 150);
    }
}

#[test]
fn the_same_with_five_levels() {
    play(Gpaw::Bits52, 100, 100);
    play(Gpaw::Bits48FiveLevels, 101, 100);
}
