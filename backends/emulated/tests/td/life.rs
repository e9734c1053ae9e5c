//! A whole life: every geometry, every operation of the engine, and everything back at the end.

use crate::machine::{KEY, Machine, Returned, Source};
use pt_core::format::Access;
use pt_core::pair::{FaultOutcome, Kick, NoVcpus, RemovalError};
use pt_core::{AddressRange, Gpa, Levels, Private, RawGpa, Route, Split};
use pt_emulated::tdx::SparseMemory;
use pt_emulated::tdx::guest::Inside;
use pt_tdx::host::{mem, vp};
use pt_tdx::operand::TdParams;
use pt_tdx::td::{Build, Cause, CleanSink, Created, Ended, Run, Td};
use pt_tdx::{Gpaw, Leaf, Level, Pd, Registers, Status, StatusCode};

const WIDTHS: [Gpaw; 3] = [Gpaw::Bits48, Gpaw::Bits48FiveLevels, Gpaw::Bits52];
/// A private address at the beginning of a gigabyte.
const BASE: u64 = 0x40_0000_0000;
const BLOCK: u64 = 1 << 21;

fn private(gpaw: Gpaw, address: u64) -> Gpa<Private> {
    match gpaw.route(RawGpa::new(address)) {
        Ok(Route::Private(address)) => address,
        _ => panic!("{address:#x} is private"),
    }
}

fn building(machine: &Machine, gpaw: Gpaw) -> Td<Build, &Machine> {
    let mut params = TdParams { max_vcpus: 2, ..TdParams::new(gpaw) };
    params.attributes = params.attributes.with_debug(true);
    Td::create(machine, KEY).unwrap().configure_key().unwrap().add_control_pages().unwrap().init(&params).unwrap()
}

/// A debug TD of two vCPUs, with a page of content; it can run.
fn running(machine: &Machine, gpaw: Gpaw) -> (Td<Run, &Machine>, [pt_tdx::td::Vcpu; 2]) {
    let mut td = building(machine, gpaw);
    let at = private(gpaw, BASE);
    td.add_page(at, machine.page().unwrap(), machine.source()).unwrap();
    td.measure_page(at).unwrap();
    let vcpus = [td.create_vcpu(1).unwrap(), td.create_vcpu(2).unwrap()];
    (td.finalize().unwrap(), vcpus)
}

fn range(gpaw: Gpaw, start: u64, bytes: u64) -> AddressRange<Private> {
    gpaw.range(private(gpaw, start), bytes).unwrap()
}

#[test]
fn a_td_lives_and_everything_comes_back() {
    for gpaw in WIDTHS {
        let machine = Machine::new();
        let (mut td, mut vcpus) = running(&machine, gpaw);
        assert_eq!(machine.done(Leaf::MrExtend), 16);
        let mem::Read::Done(word) = td.read(private(gpaw, BASE)).unwrap() else { panic!("a debug TD is read") };
        assert_eq!(word.to_le_bytes(), *b"content\0");

        for (address, level) in [(BASE + 0x1000, Level::Pt), (BASE + BLOCK, Level::Pd), (BASE + 3 * BLOCK, Level::Pd)] {
            let outcome = td.fault(RawGpa::new(address), Access::READ, &mut Source(&machine, level)).unwrap();
            assert!(matches!(outcome, FaultOutcome::Mapped { level: mapped, .. } if mapped == level), "{outcome:?}");
        }
        for vcpu in &mut vcpus {
            assert!(matches!(td.enter(vcpu, &Registers::default()).unwrap(), vp::Enter::Done(_)));
        }

        // A block is split and merged, each of them interrupted on the way.
        let at = private(gpaw, BASE + BLOCK);
        let module = &machine.module.module;
        td.removal(&mut NoVcpus, |session| {
            module.set_interrupt(Some(0));
            session.split(at).unwrap();
            module.set_interrupt(Some(0));
            session.merge::<Pd>(at).unwrap();
        });
        assert_eq!((machine.done(Leaf::MemPageDemote), machine.done(Leaf::MemPagePromote)), (1, 1));
        let interrupted = |(_, status): &&(Leaf, Status)| *status == StatusCode::InterruptedRestartable;
        assert_eq!(machine.module.log.borrow().iter().filter(interrupted).count(), 2);

        // A part of a block is taken away: one track for all of it, and what is around it stays.
        let mut pages = Returned(&machine);
        let mut sink = CleanSink::new(td.cleaner(), &mut pages);
        let tracked = machine.done(Leaf::MemTrack);
        td.removal(&mut NoVcpus, |session| {
            let blocked = session.block_whole(range(gpaw, BASE, 2 * BLOCK)).unwrap();
            let [batch] = session.track([blocked]).unwrap();
            assert_eq!(session.remove(batch, &mut sink).unwrap().leaves, 3);
        });
        assert_eq!(machine.done(Leaf::MemTrack), tracked + 1);
        assert_eq!(sink.lost(), 0);
        td.removal(&mut NoVcpus, |session| session.prune(range(gpaw, BASE, 1 << 30))).unwrap();

        for vcpu in &mut vcpus {
            td.flush_vcpu(vcpu).unwrap();
        }
        let td = td.stop().unwrap();
        module.set_interrupt(Some(3));
        let (mut td, key) = td.write_back().unwrap().free_key().unwrap();
        assert_eq!(key, KEY);
        assert_eq!(machine.done(Leaf::PhymemCacheWb), 2, "one a package");
        let (log, operands) = (machine.module.log.borrow(), machine.module.operands.borrow());
        let write_backs = log.iter().zip(operands.iter()).filter(|((leaf, _), _)| *leaf == Leaf::PhymemCacheWb);
        let commands: Vec<_> = write_backs.map(|((_, status), rcx)| (*rcx, *status)).collect();
        let interrupted = Status::from(StatusCode::InterruptedResumable);
        assert_eq!(commands, [(0, interrupted), (1, Status::SUCCESS), (0, Status::SUCCESS)]);
        drop((log, operands));
        let mut pages = Returned(&machine);
        let mut sink = CleanSink::new(td.cleaner(), &mut pages);
        let reclaimed = td.reclaim(&mut sink);
        assert!(reclaimed.is_complete());
        assert_eq!((reclaimed.pages, reclaimed.tables), (1, u64::from(td_root(gpaw).number()) - 1));
        for vcpu in vcpus {
            td.reclaim_vcpu(vcpu).unwrap();
        }
        assert_eq!(td.close().unwrap(), Ended::default());
        machine.assert_everything_is_back(0);
        // The key identifier is free for the next TD.
        end_early(Td::create(&machine, KEY).unwrap());
        machine.assert_everything_is_back(0);
    }
}

fn td_root(gpaw: Gpaw) -> Level {
    if gpaw == Gpaw::Bits48 { Level::Pml4 } else { Level::Pml5 }
}

fn end_early(td: Td<Created, &Machine>) {
    let (td, _) = td.stop().unwrap().write_back().unwrap().free_key().unwrap();
    assert_eq!(td.close().unwrap(), Ended::default());
}

/// Makes the one vCPU leave that is inside.
struct Leave<'m>(Option<Inside<'m, SparseMemory>>);

impl Kick for Leave<'_> {
    fn kick(&mut self) {
        drop(self.0.take());
    }

    fn keep_out<R>(&mut self, work: impl FnOnce() -> R) -> R {
        self.kick();
        work()
    }
}

#[test]
fn a_page_is_removed_after_the_vcpus_have_left() {
    let machine = Machine::new();
    let (mut td, [vcpu, _other]) = running(&machine, Gpaw::Bits48);
    let enter = Registers { rcx: vcpu.tdvpr().page().as_u64(), ..Registers::call(Leaf::VpEnter) };
    let whole = range(Gpaw::Bits48, BASE, 0x1000);
    let mut pages = Returned(&machine);
    let mut sink = CleanSink::new(td.cleaner(), &mut pages);

    // Nobody makes the vCPU leave: the module keeps the page, and the engine says so.
    let inside = machine.module.module.enter(&enter).expect("the vCPU can run");
    td.removal(&mut NoVcpus, |session| {
        let blocked = session.block(whole).unwrap();
        let [batch] = session.track([blocked]).unwrap();
        let stuck = session.remove(batch, &mut sink).expect_err("a vCPU is inside");
        let RemovalError::Entry(error) = stuck.error else { panic!("the entry is refused") };
        assert_eq!(error.cause, pt_core::pair::Cause::MonitorStuck);
    });
    // The module does not even begin another epoch before it has left.
    td.removal(&mut Leave(Some(inside)), |session| {
        let blocked = session.block(whole).unwrap();
        let [batch] = session.track([blocked]).unwrap();
        assert_eq!(session.remove(batch, &mut sink).unwrap().leaves, 1);
    });
    assert_eq!(sink.lost(), 0);
}

#[test]
fn a_td_can_end_at_every_stage() {
    let machine = Machine::new();
    end_early(Td::create(&machine, KEY).unwrap());
    let keyed = Td::create(&machine, KEY).unwrap().configure_key().unwrap();
    let (td, _) = keyed.stop().unwrap().write_back().unwrap().free_key().unwrap();
    assert_eq!(td.close().unwrap(), Ended::default());
    let complete = Td::create(&machine, KEY).unwrap().configure_key().unwrap().add_control_pages().unwrap();
    let (td, _) = complete.stop().unwrap().write_back().unwrap().free_key().unwrap();
    assert_eq!(td.close().unwrap(), Ended::default());
    let (td, _) = building(&machine, Gpaw::Bits48).stop().unwrap().write_back().unwrap().free_key().unwrap();
    assert_eq!(td.close().unwrap(), Ended::default());
    machine.assert_everything_is_back(0);
}

#[test]
fn what_is_not_given_back_keeps_a_td_open() {
    let machine = Machine::new();
    let (td, [mut first, mut second]) = running(&machine, Gpaw::Bits48);
    let failed = td.stop().expect_err("vCPUs are on a processor");
    assert!(
        matches!(failed.cause, Cause::Refused { leaf: Leaf::MngVpflushdone, status } if status == StatusCode::FlushvpNotDone)
    );
    let td = failed.value;
    td.flush_vcpu(&mut first).unwrap();
    td.flush_vcpu(&mut second).unwrap();
    td.flush_vcpu(&mut second).expect("that it is on no processor is fine");
    let (mut td, _) = td.stop().unwrap().write_back().unwrap().free_key().unwrap();
    td.reclaim_vcpu(first).unwrap();
    let failed = td.close().expect_err("memory and a vCPU are left");
    assert!(matches!(failed.cause, Cause::Refused { status, .. } if status == StatusCode::TdAssociatedPagesExist));
    assert_eq!(failed.done, 6, "the control structure is back");
    let mut td = failed.value;
    let mut pages = Returned(&machine);
    let mut sink = CleanSink::new(td.cleaner(), &mut pages);
    assert!(td.reclaim(&mut sink).is_complete());
    td.reclaim_vcpu(second).unwrap();
    assert_eq!(td.close().unwrap(), Ended::default());
    machine.assert_everything_is_back(0);
}

#[test]
fn a_td_that_is_given_up_counts_what_it_loses() {
    let machine = Machine::new();
    let (td, [mut first, mut second]) = running(&machine, Gpaw::Bits52);
    td.flush_vcpu(&mut first).unwrap();
    td.flush_vcpu(&mut second).unwrap();
    let (td, _) = td.stop().unwrap().write_back().unwrap().free_key().unwrap();
    let ended = td.abandon();
    assert_eq!((ended.memory.bytes, ended.memory.tables, ended.control_pages), (0x1000, 4, 7));
    assert_eq!(machine.arena.pages_in_use(), 4 + 7 + 2 * 6);
}

#[test]
fn vcpus_belong_to_their_td() {
    let machine = Machine::new();
    let (td, [mut vcpu, _]) = running(&machine, Gpaw::Bits48);
    let other = Td::create(&machine, pt_tdx::host::Hkid(34)).unwrap().configure_key().unwrap();
    let other = other.add_control_pages().unwrap().init(&TdParams::new(Gpaw::Bits48)).unwrap();
    assert_eq!(other.flush_vcpu(&mut vcpu), Err(Cause::OtherTd));
    let mut other = other;
    let failed = other.finish_vcpu(vcpu.into(), 0).expect_err("it is another TD's");
    assert_eq!(failed.cause, Cause::OtherTd);
    drop(td);
}
