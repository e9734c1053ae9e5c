//! Conversions to and from the types of the `x86_64` crate.
#![cfg(feature = "x86_64")]

use ::x86_64::structures::paging::{Page as VirtPage, PageTableFlags, PhysFrame, Size1GiB, Size2MiB, Size4KiB};
use ::x86_64::{PhysAddr, VirtAddr};
use pt_core::flush::Scope;
use pt_core::{Arena, Hpa, Level as _, Tree, Whole as _};
use pt_x86_64::interop::{
    Flushes, Size, cr3_frame, flushes, hpa, page, phys_addr, phys_frame, range, va, virt_addr, virt_page,
};
use pt_x86_64::{Features, PageEntryFields, PageTables, Paging, Pt};

#[test]
fn addresses_go_there_and_back() {
    for address in [0, 0x1234_5678, (1 << 52) - 1] {
        assert_eq!(hpa(PhysAddr::new(address)), Hpa::new(address));
        assert_eq!(phys_addr(Hpa::new(address)).unwrap().as_u64(), address);
    }
    assert!(phys_addr(Hpa::new(1 << 52)).is_err());
    for address in [0, 0x7fff_ffff_ffff, 0xffff_8000_0000_0000, u64::MAX] {
        for paging in [Paging::FourLevels, Paging::FiveLevels] {
            let ours = va(paging, VirtAddr::new(address)).unwrap();
            assert_eq!((ours.as_u64(), virt_addr(ours).unwrap().as_u64()), (address, address));
        }
    }
    let wide = Paging::FiveLevels.address(1 << 50).unwrap();
    assert!(virt_addr(wide).is_err(), "that crate knows four levels");
}

fn pages_of_one_size<S: Size>() {
    let frame = PhysFrame::<S>::from_start_address(PhysAddr::new(S::SIZE * 5)).unwrap();
    let ours = page(frame).unwrap();
    assert_eq!((ours.frame().as_u64(), 1 << S::Level::SHIFT), (S::SIZE * 5, S::SIZE));
    assert_eq!(phys_frame::<S>(&ours).unwrap(), frame);

    let high = VirtPage::<S>::from_start_address(VirtAddr::new(0_u64.wrapping_sub(S::SIZE))).unwrap();
    let covered = range(Paging::FourLevels, high).unwrap();
    assert_eq!((covered.last().as_u64(), covered.bytes()), (u64::MAX, S::SIZE));
    assert_eq!(virt_page::<S>(covered.start()).unwrap(), high);
}

#[test]
fn frames_and_pages_of_each_size_are_those_of_a_level() {
    pages_of_one_size::<Size4KiB>();
    pages_of_one_size::<Size2MiB>();
    pages_of_one_size::<Size1GiB>();
    let odd = Paging::FourLevels.address(0x1000).unwrap();
    assert!(virt_page::<Size2MiB>(odd).is_err());
}

#[test]
fn flags_go_there_and_back() {
    let kept = PageTableFlags::all() - PageTableFlags::HUGE_PAGE;
    for flag in kept.iter() {
        let fields = PageEntryFields::from(flag);
        assert_eq!(PageTableFlags::from(fields), flag | PageTableFlags::PRESENT, "{fields:?}");
    }
    let all = PageEntryFields::from(PageTableFlags::all());
    assert_eq!(PageTableFlags::from(all), kept);
    assert_eq!(PageEntryFields::from(PageTableFlags::from(all)), all);
}

#[test]
fn what_is_mapped_by_flags_is_an_entry_of_the_crate() {
    let arena = Arena::new(Hpa::new(0x10_0000), 16 << 12);
    let mut tree: Tree<PageTables, _> = Tree::configured(Paging::FourLevels, Features::all(), &arena, &arena).unwrap();
    let flags = PageTableFlags::WRITABLE | PageTableFlags::NO_EXECUTE | PageTableFlags::BIT_9 | PageTableFlags::BIT_58;
    let frame = PhysFrame::<Size4KiB>::containing_address(PhysAddr::new(0x5_6000));
    let at = va(Paging::FourLevels, VirtAddr::new(0x1000)).unwrap();
    tree.exclusive(&arena).map::<Pt, _>(at, page(frame).unwrap(), flags.into()).unwrap();
    let leaf = tree.reader().query(at).unwrap();
    let entry = PageTableFlags::from_bits_truncate(leaf.raw);
    assert_eq!((entry, leaf.frame), (flags | PageTableFlags::PRESENT, Hpa::new(0x5_6000)));
    let root = tree.root_frame().as_u64();
    assert_eq!(cr3_frame(&tree).unwrap().start_address().as_u64(), root);
}

#[test]
fn few_pages_are_flushed_one_by_one() {
    let start = Paging::FourLevels.address(0xffff_8000_0000_0000).unwrap();
    let scope = |pages: u64| Paging::FourLevels.range(start, pages << 12).unwrap();
    assert_eq!(flushes(Scope::Nothing), None);
    assert_eq!(flushes(Scope::Leaves(scope(1))), Some(Flushes::Pages(start, 1)));
    assert_eq!(flushes(Scope::Tables(scope(33))), Some(Flushes::Pages(start, 33)));
    assert_eq!(flushes(Scope::Leaves(scope(34))), Some(Flushes::All));
}
