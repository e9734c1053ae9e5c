//! The host's memory for the guest: frames of 4 KiB and blocks of 2 MiB, no more of them than a limit.
//!
//! Every frame is handed out once until it comes back, and comes back once: what does not keep to that is refused
//! and ends the run. A block may come back in parts, and parts as a block, because the guest's mappings are split
//! and merged meanwhile.

use crate::survey::{PAGES, Pages};
use pt_core::{Hpa, TableAllocator};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The order of a block: `2^9` frames.
pub const BLOCK: u32 = 9;
const BLOCK_BYTES: u64 = 1 << 21;

/// The frames that the guest may have.
pub struct Frames<A> {
    memory: A,
    limit: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The blocks taken from the memory, by their first frame: which frames of them are handed out.
    blocks: BTreeMap<u64, Pages>,
    /// Those of the blocks that have frames left.
    partly_free: BTreeSet<u64>,
    /// Those of the blocks that were taken for pages.
    carved: BTreeSet<u64>,
    count: Count,
}

/// How many frames went where.
#[derive(Copy, Clone, PartialEq, Eq, Default, Debug)]
pub struct Count {
    /// Frames that are handed out now.
    pub in_use: usize,
    /// The largest value that `in_use` had.
    pub peak: usize,
    /// Frames that were handed out.
    pub handed_out: usize,
    /// Frames that came back.
    pub came_back: usize,
}

impl<A: TableAllocator> Frames<A> {
    /// At most `limit` frames of this memory.
    pub fn new(memory: A, limit: usize) -> Self {
        Self { memory, limit: AtomicUsize::new(limit), state: Mutex::default() }
    }

    /// A block of 2 MiB, unless less is left than that.
    pub fn block(&self) -> Option<Hpa> {
        let mut state = self.state();
        state.fits(PAGES, self.limit())?;
        let block = self.memory.allocate(BLOCK)?;
        state.blocks.insert(block.as_u64(), Pages::ALL);
        state.count.hand_out(PAGES);
        Some(block)
    }

    /// A frame of 4 KiB: `wanted` if it is free, else any other one.
    pub fn page(&self, wanted: Option<Hpa>) -> Option<Hpa> {
        let mut state = self.state();
        state.fits(1, self.limit())?;
        let (block, page) = match wanted.filter(|&wanted| state.is_free(wanted)) {
            Some(wanted) => parts(wanted),
            None => self.any_page(&mut state)?,
        };
        let used = state.blocks.get_mut(&block)?;
        used.insert(page);
        if *used == Pages::ALL {
            state.partly_free.remove(&block);
        }
        state.count.hand_out(1);
        Some(Hpa::new(block + ((page as u64) << 12)))
    }

    /// A page of a block that was taken for pages; of a further one; or, if there is none, of a block that was
    /// handed out as a whole: there its own page may be wanted again.
    fn any_page(&self, state: &mut State) -> Option<(u64, usize)> {
        let carved = state.partly_free.iter().copied().find(|block| state.carved.contains(block));
        let block = match carved {
            Some(block) => block,
            None => match self.memory.allocate(BLOCK) {
                Some(block) => {
                    let block = block.as_u64();
                    state.blocks.insert(block, Pages::default());
                    state.partly_free.insert(block);
                    state.carved.insert(block);
                    block
                }
                None => *state.partly_free.first()?,
            },
        };
        let page = (0..PAGES).find(|&page| !state.blocks[&block].contains(page))?;
        Some((block, page))
    }

    /// Takes `2^order` frames back.
    ///
    /// # Errors
    /// [`NotHandedOut`] if one of them is not in the guest's hands. Nothing changes then.
    pub fn give_back(&self, first: Hpa, order: u32) -> Result<(), NotHandedOut> {
        let refused = NotHandedOut { first, order };
        let mut state = self.state();
        let (block, page) = parts(first);
        let returned = Pages::run(page, 1 << order);
        let used = state.blocks.get_mut(&block).ok_or(refused)?;
        if !first.is_aligned(12 + order) || returned.without(used).len() > 0 {
            return Err(refused);
        }
        *used = used.without(&returned);
        if used.len() > 0 {
            state.partly_free.insert(block);
        } else {
            state.partly_free.remove(&block);
            state.blocks.remove(&block);
            state.carved.remove(&block);
            self.memory.free(Hpa::new(block), BLOCK);
        }
        state.count.in_use -= 1 << order;
        state.count.came_back += 1 << order;
        Ok(())
    }

    /// How many frames are left: fewer than none, if the limit was lowered below what is in use.
    pub fn left(&self) -> isize {
        self.limit().cast_signed() - self.state().count.in_use.cast_signed()
    }

    /// How many frames the guest may have.
    pub fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Changes how many frames the guest may have. What it has beyond them, it keeps until it gives it up.
    pub fn set_limit(&self, frames: usize) {
        self.limit.store(frames, Ordering::Relaxed);
    }

    /// How many frames went where.
    pub fn count(&self) -> Count {
        self.state().count
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn fits(&self, frames: usize, limit: usize) -> Option<()> {
        (self.count.in_use + frames <= limit).then_some(())
    }

    fn is_free(&self, frame: Hpa) -> bool {
        let (block, page) = parts(frame);
        self.blocks.get(&block).is_some_and(|used| !used.contains(page))
    }
}

impl Count {
    fn hand_out(&mut self, frames: usize) {
        self.handed_out += frames;
        self.in_use += frames;
        self.peak = self.peak.max(self.in_use);
    }
}

impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, count| Self {
            in_use: sum.in_use + count.in_use,
            peak: sum.peak + count.peak,
            handed_out: sum.handed_out + count.handed_out,
            came_back: sum.came_back + count.came_back,
        })
    }
}

/// The block that a frame lies in, and which of its frames it is.
fn parts(frame: Hpa) -> (u64, usize) {
    let within = frame.as_u64() % BLOCK_BYTES;
    (frame.as_u64() - within, (within >> 12) as usize)
}

impl<A> fmt::Debug for Frames<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frames").field("limit", &self.limit.load(Ordering::Relaxed)).finish_non_exhaustive()
    }
}

/// Frames came back that nobody had.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct NotHandedOut {
    /// The first of them.
    pub first: Hpa,
    /// How many, as a power of two.
    pub order: u32,
}

impl fmt::Display for NotHandedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} frame(s) at {} came back that the guest did not have", 1_u64 << self.order, self.first)
    }
}
impl std::error::Error for NotHandedOut {}

#[cfg(test)]
mod tests {
    use super::*;
    use pt_core::Arena;

    fn arena(blocks: usize) -> Arena {
        Arena::new(Hpa::new(BLOCK_BYTES), blocks << 21)
    }

    fn offset(frame: Hpa, pages: u64) -> Hpa {
        frame.checked_add(pages << 12).unwrap()
    }

    #[test]
    fn no_more_is_handed_out_than_the_limit() {
        let arena = arena(3);
        let frames = Frames::new(&arena, 514);
        let block = frames.block().unwrap();
        assert_eq!(frames.block(), None);
        let pages = [frames.page(None).unwrap(), frames.page(None).unwrap()];
        assert_eq!((frames.page(None), frames.left()), (None, 0));
        frames.give_back(block, BLOCK).unwrap();
        for page in pages {
            frames.give_back(page, 0).unwrap();
        }
        let count = Count { in_use: 0, peak: 514, handed_out: 514, came_back: 514 };
        assert_eq!((frames.count(), arena.pages_in_use()), (count, 0));
    }

    #[test]
    fn nothing_comes_back_twice() {
        let arena = arena(2);
        let frames = Frames::new(&arena, 1024);
        let page = frames.page(None).unwrap();
        let keep = frames.page(None).unwrap();
        frames.give_back(page, 0).unwrap();
        assert_eq!(frames.give_back(page, 0), Err(NotHandedOut { first: page, order: 0 }));
        assert_eq!(frames.give_back(page, BLOCK), Err(NotHandedOut { first: page, order: BLOCK }));
        assert!(frames.give_back(Hpa::new(0), 0).is_err());
        frames.give_back(keep, 0).unwrap();
        assert!(frames.give_back(keep, 0).is_err());
    }

    #[test]
    fn a_block_comes_back_in_parts_and_parts_as_a_block() {
        let arena = arena(1);
        let frames = Frames::new(&arena, 512);
        let block = frames.block().unwrap();
        frames.give_back(offset(block, 7), 0).unwrap();
        assert_eq!(frames.page(Some(offset(block, 7))), Some(offset(block, 7)));
        frames.give_back(block, BLOCK).unwrap();
        assert_eq!(arena.pages_in_use(), 0);
    }

    #[test]
    fn the_wanted_frame_is_given_if_it_is_free() {
        let arena = arena(2);
        let frames = Frames::new(&arena, 1024);
        let first = frames.page(None).unwrap();
        let wanted = offset(first, 100);
        assert_eq!(frames.page(Some(wanted)), Some(wanted));
        assert_eq!(frames.page(Some(wanted)), Some(offset(first, 1)));
        assert_eq!(frames.page(Some(Hpa::new(0x7000_0000))), Some(offset(first, 2)));
    }
}
