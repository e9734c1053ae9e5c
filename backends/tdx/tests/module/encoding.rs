//! What entries look like, against words that the module wrote.

use pt_core::states::States;
use pt_core::{Bits, Hpa, Levels};
use pt_tdx::module::{FREE_ENTRY, Level, OpState, Pd, Pt, SeptAbsent, SeptLeaf, SeptOperation, SeptState, SeptTable};

/// Each state with its code, its bits in an entry, the code that the module shows, and a whole entry without a frame.
const STATES: [(SeptState, u64, u64, u64, u64); 16] = [
    (SeptState::Free, 0x0e, 0x00e0_0000_0000_0000, 0, 0x80e0_0000_0000_0000),
    (SeptState::Removed, 0x0c, 0x00c0_0000_0000_0000, 5, 0x80c0_0000_0000_0000),
    (SeptState::NlMapped, 0x00, 0, 132, 0x8000_0000_0000_0007),
    (SeptState::NlBlocked, 0x08, 0x0080_0000_0000_0000, 129, 0x8080_0000_0000_0000),
    (SeptState::Mapped, 0x60, 0xc0, 4, 0x8000_0000_0000_00f7),
    (SeptState::Blocked, 0x68, 0x0080_0000_0000_00c0, 1, 0x8080_0000_0000_00f0),
    (SeptState::BlockedW, 0x64, 0x0040_0000_0000_00c0, 8, 0x8040_0000_0000_00f5),
    (SeptState::ExportedBlockedW, 0x66, 0x0060_0000_0000_00c0, 9, 0x8060_0000_0000_00f5),
    (SeptState::ExportedDirty, 0x63, 0x0020_0000_0000_02c0, 11, 0x8020_0000_0000_02f7),
    (SeptState::ExportedDirtyBlockedW, 0x67, 0x0060_0000_0000_02c0, 12, 0x8060_0000_0000_02f5),
    (SeptState::Pending, 0x70, 0x0100_0000_0000_00c0, 2, 0x8100_0000_0000_00f0),
    (SeptState::PendingBlocked, 0x78, 0x0180_0000_0000_00c0, 3, 0x8180_0000_0000_00f0),
    (SeptState::PendingBlockedW, 0x74, 0x0140_0000_0000_00c0, 16, 0x8140_0000_0000_00f0),
    (SeptState::PendingExportedBlockedW, 0x76, 0x0160_0000_0000_00c0, 17, 0x8160_0000_0000_00f0),
    (SeptState::PendingExportedDirty, 0x73, 0x0120_0000_0000_02c0, 19, 0x8120_0000_0000_02f0),
    (SeptState::PendingExportedDirtyBlockedW, 0x77, 0x0160_0000_0000_02c0, 20, 0x8160_0000_0000_02f0),
];

#[test]
fn states_have_their_bits() {
    assert_eq!(SeptState::ALL.len(), STATES.len());
    for (state, code, bits, public, entry) in STATES {
        assert_eq!((state.into_bits(), SeptState::from_bits(code)), (code, Some(state)));
        assert_eq!(state.public().into_bits(), public);
        assert_eq!(SeptState::of(entry), Some(state), "{entry:#x}");
        for level in Level::ALL {
            assert_eq!(state.apply(0, *level), bits, "{state:?}");
            assert_eq!(SeptState::decode(entry, *level), Some(state));
        }
    }
    assert_eq!(SeptState::of(0x8010_0000_0000_0000 | 1 << 6), None);
}

#[test]
fn free_is_not_zero() {
    assert_eq!(FREE_ENTRY, 0x80e0_0000_0000_0000);
    assert_eq!(SeptState::of(0), Some(SeptState::NlMapped));
}

#[test]
fn flags_of_states() {
    let with = |has: fn(SeptState) -> bool| SeptState::ALL.iter().filter(|state| has(**state)).count();
    assert_eq!(with(SeptState::is_pending), 6);
    assert_eq!(with(SeptState::is_exported), 6);
    assert_eq!(with(SeptState::is_dirty), 4);
    assert_eq!(with(SeptState::is_blocked_for_writing), 6);
    assert!(SeptState::PendingExportedDirty.is_pending() && !SeptState::ExportedDirty.is_pending());
    assert_eq!(SeptState::ALL.iter().filter(|state| state.is_blocked()).count(), 3);
    let accessible: Vec<_> =
        SeptState::ALL.iter().filter(|state| state.is_accessible()).map(|state| state.name()).collect();
    let leaves = ["Mapped", "BlockedW", "ExportedBlockedW", "ExportedDirty", "ExportedDirtyBlockedW"];
    assert_eq!(accessible[0], "NlMapped");
    assert_eq!(accessible[1..], leaves);
}

#[test]
fn entries_are_built_from_their_fields() {
    let page = Hpa::new(0x4000_a000);
    let leaf = SeptLeaf::<Pt>::new(page).expect("aligned");
    let leaf = leaf.with_read(true).with_write(true).with_execute(true);
    assert_eq!(leaf.bits(), 0x8000_0000_4000_a0f7);
    let table = SeptTable::<Pd>::new(page).expect("aligned");
    assert_eq!(table.bits(), 0x8000_0000_4000_a007);
    // Some of a pending page of 2 MiB is cleared, and the host waits for the entry.
    let partly = SeptLeaf::<Pd>::from_bits(0x8110_0000_4020_30f0);
    assert_eq!(partly.state(), Some(SeptState::Pending));
    assert_eq!(partly.accept_counter(), Bits::new(3).expect("9 bits"));
    assert_eq!(partly.frame(), Hpa::new(0x4020_0000));
    assert!(partly.host_priority() && !partly.locked());
    let removed = SeptAbsent::<Pt>::from_bits(0x80c0_1000_0000_7000);
    assert!(removed.migration_epoch_is_valid());
    assert_eq!(removed.migration_epoch().get(), 7);
    assert_eq!(removed.state(), Some(SeptState::Removed));
}

#[test]
fn numbers_and_names() {
    assert_eq!(OpState::from_bits(2), Some(OpState::Runnable));
    assert_eq!(OpState::Runnable.name(), "Runnable");
    assert_eq!(SeptOperation::from_bits(29), Some(SeptOperation::PageRemove));
    assert_eq!(SeptOperation::from_bits(8), None);
}
