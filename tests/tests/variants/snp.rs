//! AMD SEV-SNP: the nested page table, and the reverse map beside it.

use crate::life::{assert_life, guest_operations, made_by};
use pt_core::hook::{Busy, Frozen, Hook, Order, Outcome};
use pt_core::states::{Shape, States};
use pt_core::{Entry, Geometry, Hpa, LevelOf, Table, UsedByCpu, Visible, Whole};
use pt_snp::{
    Level, Nested, Npt, NptLeaf, NptTable, Pd, Pdpt, Pml4, Psmash, Pt, Rmp, RmpEntry, RmpHooks, RmpHooksMethod,
    RmpState, RmpupdateAssign, RmpupdateUnassign,
};

#[test]
fn the_guest_space_is_whole() {
    assert_eq!(Nested::FourLevels.width(), 48);
    assert!(Nested::FourLevels.address(1 << 47).is_ok(), "the C-bit is not one that the host sees");
    assert!(Nested::FourLevels.address(1 << 48).is_err());
}

#[test]
fn pat_moves_from_bit_7_to_bit_12() {
    let page = NptLeaf::<Pt>::from_bits(0x1085);
    assert!(page.pat() && page.present() && !page.write());
    assert_eq!(page.frame(), Hpa::new(0x1000));
    let large = NptLeaf::<Pd>::from_bits(0x0020_1085);
    assert!(large.pat());
    assert_eq!(large.frame(), Hpa::new(0x20_0000));
    let large = NptLeaf::<Pd>::new(Hpa::new(0x20_0000)).expect("a page of 2 MiB").with_pat(true);
    // Every nested access is a user access: bit 2 is set in every entry.
    assert_eq!(large.bits() & !1, 0x20_1084);
    assert_eq!(NptTable::<Pml4>::new(Hpa::new(0x1000)).map(NptTable::bits), Some(0x1007));
}

#[test]
fn bit_7_tells_a_page_from_a_table() {
    assert!(matches!(<Pd as LevelOf<Npt>>::decode(0x20_0085), Entry::Leaf(_)));
    assert!(matches!(<Pd as LevelOf<Npt>>::decode(0x1005), Entry::Subtable(_)));
    assert!(matches!(<Pt as LevelOf<Npt>>::decode(0x1085), Entry::Leaf(_)));
    assert!(matches!(<Pml4 as LevelOf<Npt>>::decode(0x1005), Entry::Subtable(_)));
    assert!(matches!(<Pdpt as LevelOf<Npt>>::decode(Npt::ABSENT), Entry::Absent(_)));
    assert!(matches!(<Pdpt as LevelOf<Npt>>::decode(Npt::FROZEN), Entry::Frozen));
}

#[test]
fn the_cpu_uses_the_table_that_the_host_writes() {
    fn stage<T: UsedByCpu + Visible>() -> &'static str {
        <T::Stage as pt_core::flush::Stage>::NAME
    }
    assert_eq!(stage::<Npt>(), "TlbControl");
    assert_eq!((Npt::NAME, Rmp::NAME), ("Npt", "Rmp"));
}

#[test]
fn the_reverse_map_is_an_array_with_states() {
    // It has the two sizes of pages that it knows, and no tree.
    assert_life::<RmpState>(|_, level| matches!(level, Level::Pt | Level::Pd));
    let entry = RmpEntry::<Pt>::from_bits(1 | 0x1_2345 << 12 | 7 << 51 | 1 << 62);
    assert!(entry.assigned() && entry.validated() && !entry.immutable());
    assert_eq!((entry.guest_frame().get(), entry.asid().get()), (0x1_2345, 7));
    assert_eq!(RmpState::decode(entry.bits(), Level::Pt), Some(RmpState::Validated));
    assert_eq!(RmpState::decode(0, Level::Pd), Some(RmpState::Hypervisor));
    assert_eq!(RmpState::Validated.apply(0, Level::Pt), 1 | 1 << 62);
    assert!(RmpState::ALL.iter().all(|state| state.shape() == Shape::Leaf));
}

#[test]
fn one_change_is_two_writes_in_order() {
    assert_eq!(RmpupdateAssign::ORDER, Some(Order::Before), "the page is mapped after it is assigned");
    assert_eq!(RmpupdateUnassign::ORDER, Some(Order::After), "and unassigned after it is unmapped");
    assert_eq!(Psmash::ORDER, Some(Order::Before));
    assert_eq!((RmpupdateUnassign::LOSSY, RmpupdateAssign::LOSSY), (true, false));
    assert_eq!(guest_operations::<RmpState>(), ["pvalidate"].into());
    assert_eq!(made_by::<RmpState>(RmpHooksMethod::RmpupdateUnassign), 2);
    assert_eq!(RmpHooksMethod::Psmash.name(), "psmash");
}

/// An RMP in which another CPU is always at work.
struct AlwaysBusy;

impl RmpHooks for AlwaysBusy {
    fn rmpupdate_assign(&self, _at: &Frozen<Npt>, _page: Hpa) -> Outcome<RmpupdateAssign> {
        Outcome::Busy(Busy)
    }
    fn rmpupdate_unassign(&self, _page: Hpa) -> Outcome<RmpupdateUnassign> {
        Outcome::Busy(Busy)
    }
    fn psmash(&self, _block: Hpa) -> Outcome<Psmash> {
        Outcome::Busy(Busy)
    }
}

#[test]
fn a_stub_of_the_instructions_answers() {
    assert!(matches!(AlwaysBusy.psmash(Hpa::new(0)), Outcome::Busy(Busy)));
    assert!(AlwaysBusy.rmpupdate_unassign(Hpa::new(0)).into_result().is_err());
}
