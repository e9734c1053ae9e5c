//! Which VM each frame belongs to.
//!
//! A frame is a private page or a table page of one VM at most, and at one place of it. The map is the machine's,
//! so that a page of one VM cannot be given to another. A page is known by its first frame, where its size stands.

use core::sync::atomic::{AtomicU64, Ordering};
use pt_core::Hpa;

/// A number that tells VMs of a monitor apart; 0 is none.
pub type VmId = u32;

/// What a frame is used for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Use {
    /// The first frame of a private page of `2^order` frames.
    Page {
        /// The size.
        order: u32,
    },
    /// A further frame of a private page.
    Tail,
    /// A page of the protected table.
    Table,
}

/// One word a frame: 0 if it is free, else the use in bits 7:0, the order in 15:8 and the VM in 63:32.
#[derive(Debug)]
pub struct Ownership {
    base: u64,
    frames: Box<[AtomicU64]>,
}

const PAGE: u64 = 1;
const TAIL: u64 = 2;
const TABLE: u64 = 3;

fn pack(vm: VmId, usage: Use) -> u64 {
    let low = match usage {
        Use::Page { order } => PAGE | u64::from(order) << 8,
        Use::Tail => TAIL,
        Use::Table => TABLE,
    };
    u64::from(vm) << 32 | low
}

impl Ownership {
    /// A map of `frames` free frames from `base`.
    pub fn new(base: Hpa, frames: usize) -> Self {
        Self { base: base.as_u64() >> 12, frames: (0..frames).map(|_| AtomicU64::new(0)).collect() }
    }

    /// The words of the block of `2^order` frames, or `None` if one is not memory.
    fn block(&self, first: Hpa, order: u32) -> Option<&[AtomicU64]> {
        let index = usize::try_from((first.as_u64() >> 12).checked_sub(self.base)?).ok()?;
        self.frames.get(index..index.checked_add(1 << order)?)
    }

    /// Who uses the frame, and for what.
    pub fn of(&self, frame: Hpa) -> Option<(VmId, Use)> {
        let word = self.block(frame, 0)?[0].load(Ordering::Acquire);
        let usage = match word & 0xff {
            PAGE => Use::Page { order: (word >> 8 & 0xff) as u32 },
            TAIL => Use::Tail,
            TABLE => Use::Table,
            _ => return None,
        };
        Some(((word >> 32) as VmId, usage))
    }

    /// Takes free frames for a VM: one page, or one table page. Takes none if one of them is not free.
    pub fn claim(&self, first: Hpa, vm: VmId, usage: Use) -> bool {
        let order = if let Use::Page { order } = usage { order } else { 0 };
        let Some(block) = self.block(first, order) else { return false };
        for (taken, word) in block.iter().enumerate() {
            let value = pack(vm, if taken == 0 { usage } else { Use::Tail });
            if word.compare_exchange(0, value, Ordering::AcqRel, Ordering::Acquire).is_err() {
                for word in &block[..taken] {
                    word.store(0, Ordering::Release);
                }
                return false;
            }
        }
        true
    }

    /// Frees what begins at `first`, if it belongs to the VM. Returns what it was.
    pub fn release(&self, first: Hpa, vm: VmId) -> Option<Use> {
        let (_, usage) = self.of(first).filter(|&(owner, usage)| owner == vm && usage != Use::Tail)?;
        let order = if let Use::Page { order } = usage { order } else { 0 };
        for word in self.block(first, order)? {
            word.store(0, Ordering::Release);
        }
        Some(usage)
    }

    /// Makes a page of the VM many pages of `order`.
    pub fn split(&self, first: Hpa, vm: VmId, from: u32, order: u32) {
        for word in self.block(first, from).into_iter().flatten().step_by(1 << order) {
            word.store(pack(vm, Use::Page { order }), Ordering::Release);
        }
    }

    /// Makes many pages of the VM, which fill an aligned block of `order`, one.
    pub fn merge(&self, first: Hpa, vm: VmId, order: u32) {
        for (index, word) in self.block(first, order).into_iter().flatten().enumerate() {
            word.store(pack(vm, if index == 0 { Use::Page { order } } else { Use::Tail }), Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE_4K: Use = Use::Page { order: 0 };

    fn frame(number: u64) -> Hpa {
        Hpa::new(number << 12)
    }

    #[test]
    fn a_frame_has_one_owner() {
        let map = Ownership::new(frame(16), 8);
        assert!(map.claim(frame(18), 1, PAGE_4K));
        assert!(!map.claim(frame(18), 2, PAGE_4K));
        assert!(!map.claim(frame(18), 1, Use::Table));
        assert_eq!(map.release(frame(18), 2), None);
        assert_eq!(map.of(frame(18)), Some((1, PAGE_4K)));
        assert_eq!(map.release(frame(18), 1), Some(PAGE_4K));
        assert!(map.claim(frame(18), 2, Use::Table));
        for outside in [0, 15, 24, u64::MAX >> 12] {
            assert!(!map.claim(frame(outside), 1, PAGE_4K));
        }
    }

    #[test]
    fn a_large_page_takes_all_its_frames_or_none() {
        let map = Ownership::new(frame(0), 8);
        assert!(map.claim(frame(2), 1, PAGE_4K));
        assert!(!map.claim(frame(0), 2, Use::Page { order: 2 }));
        assert_eq!((map.of(frame(0)), map.of(frame(1)), map.of(frame(3))), (None, None, None));
        assert!(map.claim(frame(4), 2, Use::Page { order: 2 }));
        assert_eq!(map.release(frame(5), 2), None, "a tail is not a page");
        assert!(!map.claim(frame(8), 2, Use::Page { order: 2 }));
    }

    #[test]
    fn pages_are_split_and_merged() {
        let map = Ownership::new(frame(0), 8);
        let large = Use::Page { order: 2 };
        assert!(map.claim(frame(4), 3, large));
        map.split(frame(4), 3, 2, 0);
        assert!((4..8).all(|number| map.of(frame(number)) == Some((3, PAGE_4K))));
        map.merge(frame(4), 3, 2);
        assert_eq!(map.release(frame(4), 3), Some(large));
        assert!((4..8).all(|number| map.of(frame(number)).is_none()));
    }
}
