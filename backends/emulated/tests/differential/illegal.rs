//! Calls that nothing allows: the module refuses them, and nothing changes.

use crate::op::{BLOCK, Illegal, Spot};
use crate::world::World;
use core::sync::atomic::Ordering;
use pt_core::{Split, TableAllocator};
use pt_tdx::{Leaf, Registers, Seamcall, SeptLevel};

impl World<'_> {
    /// The registers of the call, unless the module could allow it now.
    fn operands(&mut self, call: Illegal) -> Option<Registers> {
        let tdr = self.td().tdr().page().as_u64();
        let on = |leaf: Leaf, spot: Spot, level: SeptLevel| {
            let gpa = spot.gfn() << 12 >> level.shift() << level.shift();
            Registers { rcx: gpa | level.into_bits(), rdx: tdr, ..Registers::call(leaf) }
        };
        // A call about an entry that is open; one that is blocked might be allowed.
        let open = |leaf, spot: Spot, level| (!self.is_blocked(spot.gfn(), 1)).then(|| on(leaf, spot, level));
        let mapped = |spot: &Spot| self.model.find(spot.gfn()).is_some();
        Some(match call {
            Illegal::AddLate(spot) => {
                let r8 = self.frames.frame(spot.gfn());
                Registers { r8, r9: 0x10_0000, ..on(Leaf::MemPageAdd, spot, SeptLevel::Pt) }
            }
            Illegal::AugTwice(spot) => {
                let page = self.bench.arena.allocate(0)?;
                self.bench.arena.free(page, 0);
                let r8 = page.as_u64();
                mapped(&spot).then(|| Registers { r8, ..on(Leaf::MemPageAug, spot, SeptLevel::Pt) })?
            }
            Illegal::AugOwned(spot) => {
                let r8 = self.model.leaves.values().next()?.frame;
                Registers { r8, ..on(Leaf::MemPageAug, spot, SeptLevel::Pt) }
            }
            Illegal::RemoveOpen(spot) => open(Leaf::MemPageRemove, spot, SeptLevel::Pt)?,
            Illegal::DemoteOpen(spot) => {
                let page = self.bench.arena.allocate(0)?;
                self.bench.arena.free(page, 0);
                Registers { r8: page.as_u64(), ..open(Leaf::MemPageDemote, spot, SeptLevel::Pd)? }
            }
            Illegal::UnblockOpen(spot) => open(Leaf::MemRangeUnblock, spot, SeptLevel::Pt)?,
            Illegal::UnlinkOpen(spot) => {
                let block = spot.gfn() / BLOCK * BLOCK;
                (!self.is_blocked(block, BLOCK)).then(|| on(Leaf::MemSeptRemove, spot, SeptLevel::Pd))?
            }
            Illegal::ReclaimLive(spot) => {
                Registers { rcx: self.frames.frame(spot.gfn()), ..Registers::call(Leaf::PhymemPageReclaim) }
            }
            Illegal::BadLevel(spot) => {
                let call = on(Leaf::MemRangeBlock, spot, SeptLevel::Pt);
                Registers { rcx: call.rcx | 5, ..call }
            }
            Illegal::ReservedBit(spot) => {
                let call = on(Leaf::MemRangeBlock, spot, SeptLevel::Pt);
                Registers { rcx: call.rcx | 1 << 52, ..call }
            }
            Illegal::SharedAddress(spot) => {
                let call = on(Leaf::MemRangeBlock, spot, SeptLevel::Pt);
                Registers { rcx: call.rcx | self.gpaw.split_mask(), ..call }
            }
            Illegal::NoTd(spot) => Registers { rcx: self.frames.frame(spot.gfn()), ..Registers::call(Leaf::MemTrack) },
            Illegal::FinalizeAgain => Registers { rcx: tdr, ..Registers::call(Leaf::MrFinalize) },
            Illegal::FlushDoneEarly => {
                let associated = self.control().associated.load(Ordering::Acquire) > 0;
                associated.then_some(Registers { rcx: tdr, ..Registers::call(Leaf::MngVpflushdone) })?
            }
            Illegal::FreeKeyEarly => Registers { rcx: tdr, ..Registers::call(Leaf::MngKeyFreeid) },
        })
    }

    pub fn illegal(&mut self, call: Illegal) {
        let Some(mut registers) = self.operands(call) else { return };
        let before = (self.protected(), self.children(), self.control().epoch.current());
        let status = self.taking().0.seamcall(&mut registers).expect("there is a module");
        assert!(status.is_error(), "{call:?} was done: {status}");
        assert_eq!((self.protected(), self.children(), self.control().epoch.current()), before, "{call:?}: {status}");
    }
}
