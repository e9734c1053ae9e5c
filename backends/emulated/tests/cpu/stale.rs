//! What is stale stays visible until it is flushed or tracked.

use crate::modelled::{TdVcpu, accept};
use crate::td::{Host, PRIVATE, RWX};
use pt_emulated::cpu::{Exception, Exit, Stop};
use pt_emulated::monitor::{Denied, GuestAnswer, Operation};
use pt_tdx::{Gpaw, Level, SeptHooksMethod as Method};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

fn byte(vcpu: &mut TdVcpu, gpa: u64) -> Result<u8, Stop> {
    let mut byte = [0];
    vcpu.enter().unwrap().read(gpa, &mut byte).map(|()| byte[0])
}

fn is_violation<T>(result: &Result<T, Stop>) -> bool {
    matches!(result, Err(Stop::Exit(Exit::Violation { .. })))
}

/// Ends the threads that look at the flag, even when a test fails: a scope waits for them.
struct StopWhenDropped<'a>(&'a AtomicBool);

impl Drop for StopWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn without_a_flush_the_guest_reads_the_old_frame() {
    let host = Host::running();
    let gpa = host.shared(0x1000);
    let (old, new) = (host.page_of(0x01), host.page_of(0x02));
    let mut vcpu = host.vcpus.add();
    host.set_shared(gpa, 0, old.as_u64() | RWX);
    assert_eq!(byte(&mut vcpu, gpa), Ok(0x01));

    host.set_shared(gpa, 0, 1 << 63);
    assert_eq!(byte(&mut vcpu, gpa), Ok(0x01), "nobody flushed: the removed page is still there");
    host.flush(gpa + 0x1000, false);
    assert_eq!(byte(&mut vcpu, gpa), Ok(0x01), "the flush was for another page");
    host.flush(gpa, false);
    assert!(is_violation(&byte(&mut vcpu, gpa)));

    host.set_shared(gpa, 0, new.as_u64() | RWX);
    assert_eq!(byte(&mut vcpu, gpa), Ok(0x02));
}

#[test]
fn a_track_does_not_flush_shared_translations() {
    let host = Host::running();
    let gpa = host.shared(0x1000);
    let mut vcpu = host.vcpus.add();
    host.set_shared(gpa, 0, host.page_of(0x01).as_u64() | RWX);
    assert_eq!(byte(&mut vcpu, gpa), Ok(0x01));
    host.set_shared(gpa, 0, 1 << 63);
    host.track();
    assert_eq!(byte(&mut vcpu, gpa), Ok(0x01));
}

#[test]
fn a_flush_of_leaves_keeps_the_tables_on_the_way() {
    let host = Host::running();
    let gpa = host.shared(0x1000);
    let mut vcpu = host.vcpus.add();
    host.set_shared(gpa, 0, host.page_of(0x01).as_u64() | RWX);
    assert_eq!(byte(&mut vcpu, gpa), Ok(0x01));

    // The table is replaced by another one, in which the page is another.
    let old = host.get_shared(gpa, 1);
    host.set_shared(gpa, 1, 1 << 63);
    host.set_shared(gpa, 0, host.page_of(0x02).as_u64() | RWX);
    assert_ne!(host.get_shared(gpa, 1), old);
    host.flush(gpa, false);
    assert_eq!(byte(&mut vcpu, gpa), Ok(0x01), "the old table was cached");
    host.flush(gpa, true);
    assert_eq!(byte(&mut vcpu, gpa), Ok(0x02));
}

#[test]
fn a_blocked_page_is_used_until_a_tracked_epoch_is_entered_and_removed_only_then() {
    let host = Host::running();
    let mut vcpu = host.vcpus.add();
    let mut fresh = host.vcpus.add();
    host.aug_and_accept(&mut vcpu, PRIVATE, host.page());
    let mut guest = vcpu.enter().unwrap();
    guest.write(PRIVATE, &[0x55]).unwrap();

    host.call(Method::RangeBlock, PRIVATE, Level::Pt);
    let mut read = [0];
    guest.read(PRIVATE, &mut read).unwrap();
    assert_eq!(read, [0x55], "the translation is older than the block");
    assert!(is_violation(&byte(&mut fresh, PRIVATE)), "nobody gets a new one");
    let remove = || host.td.apply(Operation::new(Method::PageRemove, PRIVATE, Level::Pt));
    assert_eq!(remove(), Err(Denied::NotTracked));
    drop(guest);
    assert_eq!(byte(&mut vcpu, PRIVATE), Ok(0x55), "leaving and entering drops nothing");

    host.track();
    assert!(is_violation(&byte(&mut vcpu, PRIVATE)), "the new epoch begins without private translations");
    remove().unwrap();
}

#[test]
fn a_vcpu_that_stays_inside_holds_the_removal_up_until_it_is_kicked() {
    let host = Host::running();
    let mut vcpu = host.vcpus.add();
    host.aug_and_accept(&mut vcpu, PRIVATE, host.page());
    let (reads, removed) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let (reads, removed, vcpus) = (&reads, &removed, &host.vcpus);
        let runner = scope.spawn(move || {
            let mut guest = vcpu.enter().unwrap();
            let kicked = loop {
                match guest.read(PRIVATE, &mut [0]) {
                    Ok(()) if removed.load(Ordering::Relaxed) => break Ok(()),
                    Ok(()) => reads.fetch_add(1, Ordering::Relaxed),
                    Err(stop) => break Err(stop),
                };
            };
            drop(guest);
            while !removed.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            (kicked, byte(&mut vcpu, PRIVATE))
        });
        let running = StopWhenDropped(removed);
        while reads.load(Ordering::Relaxed) < 100 {
            std::thread::yield_now();
        }
        host.call(Method::RangeBlock, PRIVATE, Level::Pt);
        host.track();
        let remove = || host.td.apply(Operation::new(Method::PageRemove, PRIVATE, Level::Pt));
        assert_eq!(remove(), Err(Denied::NotTracked), "the vCPU is inside, in the old epoch");
        vcpus.kick();
        remove().unwrap();
        drop(running);
        let (kicked, again) = runner.join().unwrap();
        assert_eq!(kicked, Err(Stop::Exit(Exit::Kicked)));
        assert!(is_violation(&again), "{again:?}");
    });
}

#[test]
fn a_violation_drops_what_is_cached_for_its_address() {
    let host = Host::running();
    let gpa = host.shared(0x1000);
    let mut vcpu = host.vcpus.add();
    host.set_shared(gpa, 0, host.page_of(0x01).as_u64() | RWX);
    host.set_shared(gpa + 0x1000, 0, 1 << 63);
    assert_eq!(byte(&mut vcpu, gpa), Ok(0x01));
    // A new table with the second page, and nobody flushes the old one.
    host.set_shared(gpa, 1, 1 << 63);
    host.set_shared(gpa + 0x1000, 0, host.page_of(0x02).as_u64() | RWX);
    assert!(is_violation(&byte(&mut vcpu, gpa + 0x1000)), "the old table was cached");
    assert_eq!(byte(&mut vcpu, gpa + 0x1000), Ok(0x02), "the same violation does not come twice");
}

#[test]
fn while_vcpus_are_kept_out_none_is_inside() {
    let host = Host::running();
    let gpa = host.shared(0x1000);
    host.set_shared(gpa, 0, host.page_of(1).as_u64() | RWX);
    let (inside, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (mut vcpu, inside, stop) = (host.vcpus.add(), &inside, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let mut guest = vcpu.enter().unwrap();
                    inside.fetch_add(1, Ordering::SeqCst);
                    while !stop.load(Ordering::Relaxed) && guest.read(gpa, &mut [0]).is_ok() {}
                    inside.fetch_sub(1, Ordering::SeqCst);
                    drop(guest);
                }
            });
        }
        let running = StopWhenDropped(&stop);
        for _ in 0..20 {
            while inside.load(Ordering::SeqCst) == 0 {
                std::thread::yield_now();
            }
            host.vcpus.keep_out(|| {
                let epoch = host.td.track(Method::Track).and_then(|()| host.td.track(Method::Track));
                assert_eq!(epoch, Ok(()), "no vCPU is counted in any epoch");
            });
        }
        drop(running);
    });
}

#[test]
fn a_flush_is_done_when_it_returns_while_vcpus_run() {
    const OTHER_USE: u8 = 0xee;
    let host = Host::running();
    let gpa = host.shared(0x1000);
    let pages = [host.page_of(0), host.page_of(1)];
    host.set_shared(gpa, 0, pages[0].as_u64() | RWX);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (mut vcpu, stop) = (host.vcpus.add(), &stop);
            scope.spawn(move || {
                let mut guest = vcpu.enter().unwrap();
                let mut seen = [0; 4096];
                while !stop.load(Ordering::Relaxed) {
                    guest.read(gpa, &mut seen).unwrap();
                    assert!(!seen.contains(&OTHER_USE), "the page was used for something else");
                }
            });
        }
        let running = StopWhenDropped(&stop);
        for round in 0..400_usize {
            let [old, new] = [pages[round % 2], pages[(round + 1) % 2]];
            host.machine.write(new, &[1; 4096]).unwrap();
            host.set_shared(gpa, 0, new.as_u64() | RWX);
            host.flush(gpa, false);
            host.machine.write(old, &[OTHER_USE; 4096]).unwrap();
        }
        drop(running);
    });
}

#[test]
fn the_guest_reads_plaintext_and_the_vmm_ciphertext() {
    let host = Host::new(Gpaw::Bits48);
    let (page, source) = (host.page(), host.page_of(0x33));
    host.add(PRIVATE, page, source);
    host.td.finalize().unwrap();
    let mut vcpu = host.vcpus.add();
    let mut seen = vec![0; 4096];
    vcpu.enter().unwrap().read(PRIVATE, &mut seen).unwrap();
    assert!(seen.iter().all(|&byte| byte == 0x33));
    vcpu.enter().unwrap().write(PRIVATE, b"the secret of the guest").unwrap();

    host.machine.read(page, &mut seen).unwrap();
    assert!(!seen.chunks(8).any(|word| word == [0x33; 8]), "the added page lies in the open");
    assert!(!seen.windows(6).any(|window| window == b"secret"));

    // The VMM changes the stored bytes: the guest reads garbage, not what the VMM wrote.
    host.machine.write(page, &[0; 16]).unwrap();
    let mut secret = [0; 16];
    vcpu.enter().unwrap().read(PRIVATE, &mut secret).unwrap();
    assert_ne!(&secret, b"the secret of th");
    assert_ne!(secret, [0; 16]);
}

#[test]
fn an_accepted_page_is_zero_whoever_used_it_before() {
    let host = Host::running();
    let page = host.page();
    let mut vcpu = host.vcpus.add();
    host.aug_and_accept(&mut vcpu, PRIVATE, page);
    vcpu.enter().unwrap().write(PRIVATE, &[0x44; 64]).unwrap();
    host.call(Method::RangeBlock, PRIVATE, Level::Pt);
    host.track();
    host.call(Method::PageRemove, PRIVATE, Level::Pt);

    let other = host.beside();
    other.td.finalize().unwrap();
    let mut vcpu = other.vcpus.add();
    other.aug_and_accept(&mut vcpu, PRIVATE, page);
    assert_eq!(byte(&mut vcpu, PRIVATE), Ok(0));
}

#[test]
fn a_pending_page_is_the_guests_own_business_unless_it_wants_an_exit() {
    for disable in [false, true] {
        let host = Host::new(Gpaw::Bits48);
        host.td.set_exits_when_pending(disable);
        host.td.finalize().unwrap();
        host.aug(PRIVATE, host.page());
        let mut vcpu = host.vcpus.add();
        let stop = vcpu.enter().unwrap().read(PRIVATE + 8, &mut [0]).unwrap_err();
        let gpa = match stop {
            Stop::Exception(Exception::Virtualization { gpa, .. }) if !disable => gpa.as_u64(),
            Stop::Exit(Exit::Violation { gpa, .. }) if disable => gpa.as_u64() + 8,
            other => panic!("{other}"),
        };
        assert_eq!(gpa, PRIVATE + 8);
        let mut guest = vcpu.enter().unwrap();
        assert_eq!(guest.operate(accept(PRIVATE, Level::Pt)), Ok(GuestAnswer::Done));
        assert_eq!(guest.operate(accept(PRIVATE, Level::Pt)), Ok(GuestAnswer::Already { level: Level::Pt }));
        guest.read(PRIVATE + 8, &mut [0]).unwrap();
        let unmapped = guest.operate(accept(PRIVATE + 0x1000, Level::Pt));
        assert!(is_violation(&unmapped), "{unmapped:?}");
        assert_eq!(guest.read(PRIVATE, &mut [0]), Err(Stop::Exit(Exit::Outside)), "an exit leaves the guest");
    }
}

#[test]
fn translations_are_reused() {
    let host = Host::running();
    let gpa = host.shared(0);
    for page in 0..16 {
        host.set_shared(gpa + page * 4096, 0, host.page().as_u64() | RWX);
    }
    let mut vcpu = host.vcpus.add();
    let mut guest = vcpu.enter().unwrap();
    for _ in 0..10 {
        for page in 0..16 {
            guest.read(gpa + page * 4096, &mut [0]).unwrap();
        }
    }
    drop(guest);
    let tlb = vcpu.tlb();
    assert_eq!((tlb.hits, tlb.misses, tlb.short_walks), (144, 16, 15));
}
