//! Secure EPT entries, TDX module 1.5: the bits around the state.

use super::Hooks;
use pt_core::hook::{Add, Block, Link, Map, Merge, Remove, Split, Unblock, Unlink};
use pt_core::states::{Shape, States};
use pt_core::{Bits, Hpa};
use pt_emulated::monitor::ProtectedFormat;
use pt_tdx::{Level, MemoryType, PrivateEpt, Pt, Sept, SeptEntry, SeptHooksMethod};

/// The entries of [`SecureEpt`](pt_tdx::SecureEpt).
#[derive(Copy, Clone, Debug)]
pub enum SeptFormat {}

/// What is disclosed of a leaf: R, W, X, memory type, ignore PAT, leaf, frame, suppress #VE.
const LEAF_DISCLOSED: u64 = 0x800f_ffff_ffff_f0ff;
/// What is disclosed of an entry that points to a table: R, W, X and leaf, but not where the table lies.
const TABLE_DISCLOSED: u64 = 0x87;
/// What is disclosed of a free entry: suppress #VE.
const FREE_DISCLOSED: u64 = 1 << 63;

impl ProtectedFormat for SeptFormat {
    type States = Sept;

    /// TDEL, the module's entry lock.
    const LOCK: u64 = 1 << 11;

    fn entry(state: Sept, frame: Hpa, _level: Level) -> u64 {
        let open = state.is_accessible();
        let leaf = state.shape() == Shape::Leaf;
        let memory_type = if leaf { MemoryType::WriteBack.into_bits() } else { 0 };
        let entry = SeptEntry::<Pt>::from_bits(0)
            .with_read(open)
            .with_write(open)
            .with_execute(open)
            .with_memory_type(Bits::from_bits(memory_type))
            .with_suppress_ve(true);
        // Frames are memory of the machine, which lies below 2^52.
        entry.with_frame(frame).unwrap_or(entry).bits()
    }

    fn frame(entry: u64) -> Hpa {
        SeptEntry::<Pt>::from_bits(entry).frame()
    }

    fn disclose(entry: u64, level: Level) -> u64 {
        match Sept::decode(entry, level).map(States::shape) {
            Some(Shape::Leaf) => entry & LEAF_DISCLOSED,
            Some(Shape::Table) => entry & TABLE_DISCLOSED,
            Some(Shape::Absent) | None => FREE_DISCLOSED,
        }
    }

    fn serves(method: SeptHooksMethod, level: Level) -> bool {
        let levels = match method {
            SeptHooksMethod::SeptAdd => <PrivateEpt as Link<Hooks<'static>>>::LEVELS,
            SeptHooksMethod::PageAdd => <PrivateEpt as Add<Hooks<'static>>>::LEVELS,
            SeptHooksMethod::PageAug => <PrivateEpt as Map<Hooks<'static>>>::LEVELS,
            SeptHooksMethod::RangeBlock => <PrivateEpt as Block<Hooks<'static>>>::LEVELS,
            SeptHooksMethod::RangeUnblock => <PrivateEpt as Unblock<Hooks<'static>>>::LEVELS,
            SeptHooksMethod::PageRemove => <PrivateEpt as Remove<Hooks<'static>>>::LEVELS,
            SeptHooksMethod::SeptRemove => <PrivateEpt as Unlink<Hooks<'static>>>::LEVELS,
            SeptHooksMethod::PageDemote => <PrivateEpt as Split<Hooks<'static>>>::LEVELS,
            SeptHooksMethod::PagePromote => <PrivateEpt as Merge<Hooks<'static>>>::LEVELS,
            SeptHooksMethod::Track | SeptHooksMethod::PageReclaim => &[],
        };
        levels.contains(&level)
    }

    fn interruptible(method: SeptHooksMethod) -> bool {
        matches!(method, SeptHooksMethod::PageDemote | SeptHooksMethod::PagePromote)
    }
}
