//! KVM: the page tables of a guest, made by the engine in the guest's memory, executed by a vCPU and read by KVM's own
//! walker.
//!
//! A guest of two pages of code does one access at a time, as the supervisor or as the user, and hands over to the
//! host: with what it loaded, or from its page-fault handler with the error code and CR2.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod executor;
mod machine;
mod malformed;
mod ram;
mod run;
mod tables;

use kvm_ioctls::Kvm;
use machine::{Machine, Outcome};
use pt_core::Whole;
use pt_mmu::{History, TimeLimit, collect, say, seed, skip};
use pt_plan::{AccessKind, Mapping, Mistake, Permissions, Plan, Privilege, Probe, Random, Space, Span};
use pt_x86_64::Paging;
use run::run;
use std::error::Error;
use std::time::Duration;
use tables::LongMode;

/// Vector of what is no page fault.
const GENERAL_PROTECTION: u16 = 13;

/// Far more than a test takes.
const LIMIT: Duration = Duration::from_mins(1);

type Requests = Plan<400>;

/// Canonical addresses, without the top 2 GiB, where the executor is, and without what the first entry of the upper
/// half of four levels covers: hosts that run KVM on page tables alone keep that for themselves while the user runs.
const FOUR_LEVELS: [Span; 2] = [Span::new(0, 0x7fff_ffff_ffff), Span::new(0xffff_8080_0000_0000, executor::WINDOW - 1)];
const FIVE_LEVELS: [Span; 2] =
    [Span::new(0, 0xff_ffff_ffff_ffff), Span::new(0xff00_0000_0000_0000, executor::WINDOW - 1)];

fn space(paging: Paging, large: bool) -> Space<'static> {
    Space {
        inputs: if paging == Paging::FiveLevels { &FIVE_LEVELS } else { &FOUR_LEVELS },
        memory: ram::DATA,
        shifts: if large { &[12, 12, 21, 30] } else { &[12, 12, 21] },
        permissions: &Permissions::X86,
    }
}

/// KVM and a limit of time for the guest, unless there is no KVM for us.
fn kvm(test: &'static str) -> Option<(Kvm, TimeLimit)> {
    let kvm = Kvm::new().inspect_err(|error| skip(test, format_args!("/dev/kvm: {error}"))).ok()?;
    Some((kvm, TimeLimit::new(test, LIMIT)))
}

/// The geometries that this host's KVM offers, and the sizes of pages; says which it does not.
fn offered(machine: &Machine<'_>) -> impl Iterator<Item = (Paging, Space<'static>)> {
    let large = machine.has_1g_pages();
    if !large {
        skip("KVM: pages of 1 GiB", "this KVM does not offer them");
    }
    let five = machine.has_five_levels();
    if !five {
        skip("KVM: five levels", "this KVM does not offer them");
    }
    [Paging::FourLevels, Paging::FiveLevels].into_iter().take(1 + usize::from(five)).map(move |p| (p, space(p, large)))
}

#[test]
fn a_vcpu_does_what_was_requested_and_nothing_else() -> Result<(), Box<dyn Error>> {
    let Some((kvm, _limit)) = kvm("KVM") else { return Ok(()) };
    let mut random = Random::new(seed("KVM"));
    let ram = ram::new();
    executor::write(&ram);
    for offer in offered(&Machine::new(&kvm, &ram)?) {
        let plan = Requests::random(&offer.1, &mut random);
        let report = run(&mut Machine::new(&kvm, &ram)?, &ram, offer, (&plan, &plan), &mut random)?;
        let (mappings, probes, wrong) = (plan.mappings().len(), report.probes, &report.wrong);
        say(format_args!("KVM, {:?}: {mappings} mappings, {probes} probes, {} wrong", offer.0, wrong.len()));
        assert!(wrong.is_empty(), "{:#?}", wrong.iter().take(10).map(|wrong| &wrong.1).collect::<Vec<_>>());
        assert!(probes >= 5_000, "{probes} probes are too few");
    }
    Ok(())
}

#[test]
fn a_planted_mistake_is_seen_where_it_is() -> Result<(), Box<dyn Error>> {
    let Some((kvm, _limit)) = kvm("KVM, planted mistakes") else { return Ok(()) };
    let mut random = Random::new(seed("KVM, planted mistakes"));
    let ram = ram::new();
    executor::write(&ram);
    let offer = (Paging::FourLevels, space(Paging::FourLevels, false));
    let right = Requests::random(&offer.1, &mut random);
    for mistake in Mistake::ALL {
        let (wrong, at) = right.planted(mistake).ok_or("no mapping can have this mistake")?;
        let report = run(&mut Machine::new(&kvm, &ram)?, &ram, offer, (&right, &wrong), &mut random)?;
        let place: Mapping = right.mappings()[at];
        assert!(!report.wrong.is_empty(), "{mistake:?} of {place:x?} is not seen");
        let elsewhere = report.wrong.iter().find(|(probe, _)| !place.covers(probe.address));
        assert!(elsewhere.is_none(), "{mistake:?} of {place:x?} is seen at {elsewhere:x?}");
    }
    Ok(())
}

#[test]
fn pages_are_accessed_and_dirty_that_the_guest_has_touched() -> Result<(), Box<dyn Error>> {
    let Some((kvm, _limit)) = kvm("KVM, accessed and dirty bits") else { return Ok(()) };
    let mut random = Random::new(seed("KVM, accessed and dirty bits"));
    let ram = ram::new();
    executor::write(&ram);
    let space = space(Paging::FourLevels, false);
    let plan = Requests::random(&space, &mut random);
    let tables = tables::build(&ram, Paging::FourLevels, plan.mappings(), &mut random);
    let mut machine = Machine::new(&kvm, &ram)?;
    machine.enter(tables.root_frame().as_u64(), false, Privilege::Supervisor)?;

    let mut touched = History::default();
    for mapping in plan.mappings() {
        let Some(kind) = random.pick(&[None, Some(AccessKind::Load), Some(AccessKind::Store)]) else { continue };
        let probe = Probe { address: space.word_of(mapping, &mut random), kind, privilege: Privilege::Supervisor };
        let outcome = machine.probe(probe, 0)?;
        if mapping.permissions.contains(kind.needs()) {
            assert_eq!(outcome, Outcome::Done(0), "{probe:x?}");
            touched.accessed.insert(mapping.input);
            if kind == AccessKind::Store {
                touched.written.insert(mapping.input);
            }
        }
    }
    let (accessed, written) = (touched.accessed.len(), touched.written.len());
    say(format_args!("KVM: of {} pages, {accessed} are accessed and {written} dirty", plan.mappings().len()));
    let found = collect::<LongMode, _>(&tables, plan.mappings());
    assert_eq!(found.written, touched.written);
    // A processor may look ahead.
    assert!(found.accessed.is_superset(&touched.accessed), "{found:x?}, touched were {touched:x?}");
    Ok(())
}

#[test]
fn a_vcpu_refuses_the_addresses_that_the_geometry_refuses() -> Result<(), Box<dyn Error>> {
    let Some((kvm, _limit)) = kvm("KVM, canonical addresses") else { return Ok(()) };
    let ram = ram::new();
    executor::write(&ram);
    let tables = tables::build(&ram, Paging::FourLevels, &[], &mut Random::new(0));
    let mut machine = Machine::new(&kvm, &ram)?;
    machine.enter(tables.root_frame().as_u64(), false, Privilege::Supervisor)?;
    // The lowest that is not canonical, the highest, and one whose indices are those of the stack.
    for address in [1 << 47, (0xffff << 47) - 8, (executor::STACK_TOP - 8) & ((1 << 48) - 1)] {
        assert!(Paging::FourLevels.address(address).is_err());
        let probe = Probe { address, kind: AccessKind::Load, privilege: Privilege::Supervisor };
        let outcome = machine.probe(probe, 0)?;
        assert_eq!(outcome, Outcome::Exception(GENERAL_PROTECTION), "{address:#x}");
    }
    Ok(())
}
