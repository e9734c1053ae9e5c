//! Walks by raw bits: violations, misconfigurations, rights, sizes, geometries.

use crate::td::{Host, PRIVATE, RWX};
use pt_core::{Hpa, RawGpa, TableAllocator};
use pt_emulated::cpu::{Access, Exception, Exit, Stop};
use pt_emulated::monitor::Operation;
use pt_tdx::{Gpaw, Level, SeptHooksMethod as Method};

fn violation(stop: Stop) -> (u64, Access, bool) {
    match stop {
        Stop::Exit(Exit::Violation { gpa, qualification, .. }) => {
            (gpa.as_u64(), qualification.access(), qualification.was_present())
        }
        other => panic!("{other}"),
    }
}

#[test]
fn shared_memory_is_what_the_vmm_sees_in_every_geometry() {
    for gpaw in [Gpaw::Bits48, Gpaw::Bits48FiveLevels, Gpaw::Bits52] {
        let host = Host::new(gpaw);
        host.td.finalize().unwrap();
        let gpa = host.shared(0x12_3000);
        let page = host.page_of(0x5a);
        let mut vcpu = host.vcpus.add();
        let mut byte = [0];
        let stop = vcpu.enter().unwrap().read(gpa + 7, &mut byte).unwrap_err();
        assert_eq!(violation(stop), (gpa, Access::Read, false), "{gpaw:?}");
        host.set_shared(gpa, 0, page.as_u64() | RWX);
        let mut guest = vcpu.enter().unwrap();
        guest.read(gpa + 7, &mut byte).unwrap();
        assert_eq!(byte, [0x5a]);
        guest.write(gpa + 8, b"hello").unwrap();
        let mut seen = [0; 5];
        host.machine.read(Hpa::new(page.as_u64() + 8), &mut seen).unwrap();
        assert_eq!(&seen, b"hello");
    }
}

#[test]
fn rights_are_those_of_all_entries_together() {
    let host = Host::running();
    let gpa = host.shared(0);
    let page = host.page_of(1);
    let mut vcpu = host.vcpus.add();
    host.set_shared(gpa, 0, page.as_u64() | 0x31 | 1 << 63);
    vcpu.enter().unwrap().read(gpa, &mut [0]).unwrap();
    let stop = vcpu.enter().unwrap().write(gpa, &[2]).unwrap_err();
    assert_eq!(violation(stop), (gpa, Access::Write, true));
    let stop = vcpu.enter().unwrap().fetch(gpa, &mut [0]).unwrap_err();
    assert_eq!(violation(stop), (gpa, Access::Fetch, true));

    // The leaf allows everything, a table on the way does not.
    host.set_shared(gpa, 0, page.as_u64() | RWX);
    let table = host.get_shared(gpa, 2);
    host.set_shared(gpa, 2, table & !2);
    let mut vcpu = host.vcpus.add();
    let mut guest = vcpu.enter().unwrap();
    guest.fetch(gpa, &mut [0]).unwrap();
    assert_eq!(violation(guest.write(gpa, &[2]).unwrap_err()), (gpa, Access::Write, true));
}

#[test]
fn suppress_ve_decides_between_the_guest_and_the_vmm() {
    let host = Host::running();
    let (absent, forbidden) = (host.shared(0x1000), host.shared(0x2000));
    host.set_shared(absent, 0, 0);
    host.set_shared(forbidden, 0, host.page().as_u64() | 0x31);
    let mut vcpu = host.vcpus.add();
    let mut guest = vcpu.enter().unwrap();
    let ve = |stop| match stop {
        Stop::Exception(Exception::Virtualization { gpa, qualification }) => (gpa.as_u64(), qualification.access()),
        other => panic!("{other}"),
    };
    assert_eq!(ve(guest.read(absent + 5, &mut [0]).unwrap_err()), (absent + 5, Access::Read));
    assert_eq!(ve(guest.write(forbidden, &[0]).unwrap_err()), (forbidden, Access::Write));
    // The guest is still inside.
    guest.read(forbidden, &mut [0]).unwrap();
    host.set_shared(absent, 0, 1 << 63);
    assert_eq!(violation(guest.read(absent, &mut [0]).unwrap_err()), (absent, Access::Read, false));
}

#[test]
fn entries_that_no_cpu_supports_are_misconfigurations() {
    let host = Host::running();
    let page = host.page().as_u64();
    let gpa = host.shared(0x1000);
    let _ = host.shared_slot(gpa, 0);
    let tables: Vec<u64> = (0..4).map(|level| host.get_shared(gpa, level)).collect();
    let bad = [
        (0, page | 0x32, "write without read"),
        (0, page | 0x36, "write and execute without read"),
        (0, page | 0x17, "memory type 2"),
        (0, page | 0x1f, "memory type 3"),
        (0, page | 0x3f, "memory type 7"),
        (0, page | RWX | 1 << 46, "a frame beyond the physical address bits"),
        (1, page | RWX | 0x80, "a frame of 2 MiB that is not aligned"),
        (2, 0x20_0000 | RWX | 0x80, "a frame of 1 GiB that is not aligned"),
        (1, tables[1] | 0x08, "reserved bit 3 of a table entry"),
        (2, tables[2] | 0x40, "reserved bit 6 of a table entry"),
        (3, tables[3] | 0x80, "bit 7 at the highest level"),
    ];
    for (level, entry, what) in bad {
        host.set_shared(gpa, level, entry);
        let mut vcpu = host.vcpus.add();
        let stop = vcpu.enter().unwrap().read(gpa + 1, &mut [0]).unwrap_err();
        let expected = Exit::Misconfiguration { gpa: RawGpa::new(gpa), level, entry };
        assert_eq!(stop, Stop::Exit(expected), "{what}");
        host.set_shared(gpa, level, tables[level as usize]);
    }
    host.set_shared(gpa, 0, page | 4 | 0x30);
    host.vcpus.add().enter().unwrap().fetch(gpa, &mut [0]).expect("execute-only is supported");
    host.set_shared(gpa, 0, page | RWX | 1 << 7 | 1 << 10 | 1 << 11 | 0x1f << 52);
    host.vcpus.add().enter().unwrap().read(gpa, &mut [0]).expect("ignored bits are ignored");
}

#[test]
fn large_pages_are_translated_whole() {
    let host = Host::running();
    let block = host.machine.allocate(9).unwrap();
    for page in 0..512 {
        let marker = (page as u16).to_le_bytes();
        host.machine.write(Hpa::new(block.as_u64() + page * 4096), &marker).unwrap();
    }
    let gpa = host.shared(PRIVATE);
    host.set_shared(gpa, 1, block.as_u64() | RWX | 0x80);
    let mut vcpu = host.vcpus.add();
    let mut guest = vcpu.enter().unwrap();
    for page in [0, 1, 300, 511] {
        let mut marker = [0; 2];
        guest.read(gpa + page * 4096, &mut marker).unwrap();
        assert_eq!(u64::from(u16::from_le_bytes(marker)), page);
    }
    drop(guest);
    assert_eq!((vcpu.tlb().hits, vcpu.tlb().misses), (3, 1));
}

#[test]
fn a_leaf_beyond_the_memory_and_an_address_beyond_the_width_are_told_apart() {
    let host = Host::running();
    let gpa = host.shared(0x1000);
    host.set_shared(gpa, 0, 0x4000_0000 | RWX);
    let mut vcpu = host.vcpus.add();
    let stop = vcpu.enter().unwrap().read(gpa, &mut [0]).unwrap_err();
    assert!(
        matches!(stop, Stop::Exit(Exit::NoMemory { error, .. }) if error.address.as_u64() == 0x4000_0000),
        "{stop}"
    );
    let stop = vcpu.enter().unwrap().read(1 << 48, &mut [0]).unwrap_err();
    assert_eq!(stop, Stop::Exception(Exception::Reserved { gpa: RawGpa::new(1 << 48) }));
}

#[test]
fn a_write_across_pages_is_done_whole_or_not_at_all() {
    let host = Host::running();
    let gpa = host.shared(0x1000);
    let (first, second) = (host.page_of(0), host.page_of(0));
    host.set_shared(gpa, 0, first.as_u64() | RWX);
    let mut vcpu = host.vcpus.add();
    let stop = vcpu.enter().unwrap().write(gpa + 0xffe, &[1, 2, 3, 4]).unwrap_err();
    assert_eq!(violation(stop), (gpa + 0x1000, Access::Write, false));
    let mut end = [0xff; 2];
    host.machine.read(Hpa::new(first.as_u64() + 0xffe), &mut end).unwrap();
    assert_eq!(end, [0, 0]);
    host.set_shared(gpa + 0x1000, 0, second.as_u64() | RWX);
    let mut guest = vcpu.enter().unwrap();
    guest.write(gpa + 0xffe, &[1, 2, 3, 4]).unwrap();
    let mut read = [0; 4];
    guest.read(gpa + 0xffe, &mut read).unwrap();
    assert_eq!(read, [1, 2, 3, 4]);
}

#[test]
fn accessed_and_dirty_flags_are_set_as_the_guest_goes() {
    let host = Host::with(Gpaw::Bits48, |paging| pt_emulated::cpu::Paging { accessed_dirty: true, ..paging });
    host.td.finalize().unwrap();
    let gpa = host.shared(0x1000);
    host.set_shared(gpa, 0, host.page().as_u64() | RWX);
    let mut vcpu = host.vcpus.add();
    let flags = || host.get_shared(gpa, 0) & 0x300;
    let mut guest = vcpu.enter().unwrap();
    assert_eq!(flags(), 0);
    guest.read(gpa, &mut [0]).unwrap();
    assert_eq!((flags(), host.get_shared(gpa, 1) & 0x300), (0x100, 0x100));
    guest.write(gpa, &[0]).unwrap();
    assert_eq!(flags(), 0x300, "a translation that was cached by a read sets the dirty flag all the same");
    // A cached dirty translation sets it no more.
    host.set_shared(gpa, 0, host.get_shared(gpa, 0) & !0x300);
    guest.write(gpa, &[0]).unwrap();
    assert_eq!(flags(), 0);
}

#[test]
fn the_protected_table_is_walked_through_the_key_alone() {
    for gpaw in [Gpaw::Bits48, Gpaw::Bits48FiveLevels, Gpaw::Bits52] {
        let host = Host::new(gpaw);
        host.add(PRIVATE, host.page(), host.page_of(0x77));
        host.td.finalize().unwrap();
        let mut vcpu = host.vcpus.add();
        let mut guest = vcpu.enter().unwrap();
        let mut byte = [0];
        guest.read(PRIVATE + 0x123, &mut byte).unwrap();
        assert_eq!(byte, [0x77], "{gpaw:?}");
        assert_eq!(violation(guest.read(PRIVATE + 0x1000, &mut byte).unwrap_err()).0, PRIVATE + 0x1000);
        // The same tables read without the key are no tables.
        let root = host.td.root();
        let paging = pt_emulated::cpu::Paging { shared_root: root, ..*host.vcpus.paging() };
        let blind = crate::modelled::TdVcpus::new(host.td.clone(), paging);
        blind.add().enter().unwrap().read(host.shared(PRIVATE), &mut byte).unwrap_err();
    }
}

#[test]
fn a_private_page_of_2_mib_is_accepted_and_used_whole() {
    let host = Host::running();
    host.link(PRIVATE, Level::Pd);
    let block = host.machine.allocate(9).unwrap();
    let aug = Operation::new(Method::PageAug, PRIVATE, Level::Pd).with_page(block);
    host.td.apply(aug).unwrap();
    let mut vcpu = host.vcpus.add();
    let mut guest = vcpu.enter().unwrap();
    guest.operate(crate::modelled::accept(PRIVATE, Level::Pd)).unwrap();
    let mut bytes = [0xff; 16];
    guest.read(PRIVATE + 0x1f_fff0, &mut bytes).unwrap();
    assert_eq!(bytes, [0; 16]);
    guest.write(PRIVATE + 0x10_0000, &[9]).unwrap();
    drop(guest);
    assert_eq!((vcpu.tlb().hits, vcpu.tlb().misses), (1, 1));
}
