//! vCPUs of a TD on the emulated CPU, against the exact module: who keeps which translation for how long, what a
//! violation becomes, and what the module refuses while a vCPU is inside.

mod td;

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use pt_core::RawGpa;
use pt_emulated::cpu::{Exception, Exit, Stop};
use pt_emulated::tdx::guest::Reason;
use pt_emulated::tdx::lock::Mode;
use pt_emulated::tdx::{Lock, NotEntered, Tdcall};
use pt_tdx::host::{Answer, mem, mng, mr, vp};
use pt_tdx::operand::{ExtendedQualification, QualificationType, TdAttributes};
use pt_tdx::{Leaf, Operand, Registers, Seamcall, SeptLevel, Status, StatusCode};
use td::{GPA, Running, at, done};

fn violation(stop: Stop) -> (u64, u64, ExtendedQualification) {
    match stop {
        Stop::Exit(Exit::Violation { gpa, qualification, extended }) => {
            (gpa.as_u64(), qualification.bits(), ExtendedQualification::from_bits(extended))
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_page_is_removed_when_it_is_blocked_and_tracked_and_the_vcpu_has_left() {
    let td = Running::new(TdAttributes::new());
    let mut vcpu = td.vcpu(0);
    td.aug_and_accept(&mut vcpu, GPA);
    let (reads, removed) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let (reads, removed) = (&reads, &removed);
        let runner = scope.spawn(move || {
            let mut guest = vcpu.enter().unwrap();
            guest.write(GPA, &[0x55]).unwrap();
            let kicked = loop {
                let mut byte = [0];
                match guest.read(GPA, &mut byte) {
                    Ok(()) => assert_eq!(byte, [0x55], "whatever the host has done to the entry"),
                    Err(stop) => break stop,
                }
                reads.fetch_add(1, Ordering::Relaxed);
            };
            drop(guest);
            while !removed.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            (kicked, vcpu.enter().unwrap().read(GPA, &mut [0]))
        });
        while reads.load(Ordering::Relaxed) < 100 {
            std::thread::yield_now();
        }
        let remove = || mem::page_remove(&*td.module, td.tdr, at(SeptLevel::Pt)).unwrap();
        assert!(matches!(remove(), mem::PageRemove::GpaRangeNotBlocked(_)));
        done(mem::range_block(&*td.module, td.tdr, at(SeptLevel::Pt)));
        assert_eq!(remove(), mem::PageRemove::TlbTrackingNotDone, "nothing is tracked");
        done(mem::track(&*td.module, td.tdr));
        assert_eq!(remove(), mem::PageRemove::TlbTrackingNotDone, "the vCPU is inside, in the old epoch");
        assert_eq!(mem::track(&*td.module, td.tdr), Ok(mem::Track::PreviousTlbEpochBusy));
        td.vcpus.kick();
        assert!(matches!(remove(), mem::PageRemove::Done(_)));
        removed.store(true, Ordering::Relaxed);
        let (kicked, again) = runner.join().unwrap();
        assert_eq!(kicked, Stop::Exit(Exit::Kicked));
        assert_eq!(violation(again.unwrap_err()).0, GPA);
    });
}

#[test]
fn a_vcpu_that_enters_in_the_same_epoch_keeps_what_is_stale() {
    let td = Running::new(TdAttributes::new());
    let mut vcpu = td.vcpu(0);
    td.aug_and_accept(&mut vcpu, GPA);
    vcpu.enter().unwrap().write(GPA, &[7]).unwrap();
    done(mem::range_block(&*td.module, td.tdr, at(SeptLevel::Pt)));
    let mut byte = [0];
    vcpu.enter().unwrap().read(GPA, &mut byte).unwrap();
    assert_eq!(byte, [7]);
    let fresh = td.vcpu(1).enter().unwrap().read(GPA, &mut byte).unwrap_err();
    assert_eq!(violation(fresh).2.kind(), Some(QualificationType::None), "nobody gets a new translation");
    done(mem::track(&*td.module, td.tdr));
    vcpu.enter().unwrap().read(GPA, &mut byte).unwrap_err();
}

#[test]
fn a_pending_page_is_the_guests_business_unless_it_wants_an_exit() {
    let td = Running::new(TdAttributes::new());
    let mut vcpu = td.vcpu(0);
    td.aug(GPA);
    let mut guest = vcpu.enter().unwrap();
    let stop = guest.read(GPA + 5, &mut [0]).unwrap_err();
    let Stop::Exception(Exception::Virtualization { gpa, .. }) = stop else { panic!("{stop}") };
    assert_eq!(gpa, RawGpa::new(GPA + 5));
    assert_eq!(guest.read(GPA, &mut [0]), Err(Stop::Exception(Exception::DoubleFault)), "the first is not handled");
    assert_eq!(guest.operate(Tdcall::VeInfoGet), Ok(Status::SUCCESS));
    assert_eq!(guest.operate(Tdcall::VeInfoGet), Ok(StatusCode::NoValidVeInfo.into()));
    assert_eq!(guest.operate(Tdcall::PageAccept(at(SeptLevel::Pt))), Ok(Status::SUCCESS));
    guest.read(GPA + 5, &mut [0]).unwrap();

    let td = Running::new(TdAttributes::new().with_sept_ve_disable(true));
    td.aug(GPA);
    let stop = td.vcpu(0).enter().unwrap().write(GPA + 5, &[0]).unwrap_err();
    let (gpa, qualification, extended) = violation(stop);
    assert_eq!((gpa, qualification), (GPA, 2), "the host sees the page, and that it was a write");
    assert_eq!(extended.kind(), Some(QualificationType::PendingEptViolation));
}

#[test]
fn what_cannot_be_accepted_leaves_the_td_and_says_so() {
    let td = Running::new(TdAttributes::new());
    let mut vcpu = td.vcpu(0);
    td.aug_and_accept(&mut vcpu, GPA);
    let mut guest = vcpu.enter().unwrap();
    let again = guest.operate(Tdcall::PageAccept(at(SeptLevel::Pt))).unwrap();
    assert!(again.is(StatusCode::PageAlreadyAccepted));
    let table = guest.operate(Tdcall::PageAccept(at(SeptLevel::Pd))).unwrap();
    assert!(table.is(StatusCode::PageSizeMismatch));
    let stop = guest.operate(Tdcall::page_accept(GPA + 0x1000, SeptLevel::Pt)).unwrap_err();
    let (gpa, _, extended) = violation(stop);
    assert_eq!((gpa, extended.kind()), (GPA + 0x1000, Some(QualificationType::Accept)));
    assert_eq!((extended.requested(), extended.level()), (Some(SeptLevel::Pt), Some(SeptLevel::Pt)));
    assert_eq!(guest.read(GPA, &mut [0]), Err(Stop::Exit(Exit::Outside)));
}

#[test]
fn a_td_whose_vcpus_are_inside_is_nobody_elses_and_one_that_is_held_is_not_entered() {
    let td = Running::new(TdAttributes::new());
    let mut vcpu = td.vcpu(0);
    let guest = vcpu.enter().unwrap();
    assert_eq!(mr::finalize(&*td.module, td.tdr).unwrap().status(), StatusCode::OperandBusy | Operand::Rcx);
    assert_eq!(vp::flush(&*td.module, td.tdvpr[0]).unwrap().status(), StatusCode::OperandBusy | Operand::Rcx);
    drop(guest);
    td.module.hold(td.tdr.page(), Lock::Tdr, Mode::Exclusive).unwrap();
    let busy = vcpu.enter().map(drop).unwrap_err();
    assert_eq!(busy, NotEntered::Refused(StatusCode::OperandBusy | Operand::Tdr));
    td.module.release(td.tdr.page(), Lock::Tdr, Mode::Exclusive);
    td.tdvpr.iter().for_each(|&vcpu| done(vp::flush(&*td.module, vcpu)));
    done(mng::vp_flush_done(&*td.module, td.tdr));
    let gone = vcpu.enter().map(drop).unwrap_err();
    assert_eq!(gone, NotEntered::Refused(StatusCode::TdKeysNotConfigured.into()));
}

#[test]
fn entering_by_seamcall_is_the_same_entry() {
    let td = Running::new(TdAttributes::new());
    let mut vcpu = td.vcpu(0);
    let inside = vcpu.enter().unwrap();
    let call = || {
        let mut registers = Registers { rcx: td.tdvpr[0].page().as_u64(), ..Registers::call(Leaf::VpEnter) };
        td.module.seamcall(&mut registers).unwrap()
    };
    assert!(call().is(StatusCode::VcpuStateIncorrect), "the vCPU is inside already");
    drop(inside);
    assert_eq!(call().bits(), Reason::Tdcall as u64, "without a program it calls TDG.VP.VMCALL");
    vcpu.enter().unwrap();
}

#[test]
fn what_the_guest_writes_is_ciphertext_to_the_host_and_garbage_under_another_key() {
    let td = Running::new(TdAttributes::new());
    let mut vcpu = td.vcpu(0);
    let page = td.aug_and_accept(&mut vcpu, GPA);
    vcpu.enter().unwrap().write(GPA, b"the secret of the guest").unwrap();
    let mut seen = [0; 4096];
    td.machine.read(page, &mut seen).unwrap();
    assert!(!seen.windows(6).any(|window| window == b"secret"));
    assert!(td.module.memory().keys().get(33).is_some() && td.module.memory().keys().get(34).is_none());
    td.machine.write(page, &[0; 16]).unwrap();
    let mut read = [0; 16];
    vcpu.enter().unwrap().read(GPA, &mut read).unwrap();
    assert_ne!(read, [0; 16], "the host has changed it, and cannot choose what the guest reads");
}
