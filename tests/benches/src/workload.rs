//! What is measured: the operations, on how much memory, and what must be mapped after each.

use crate::peer::{BLOCK, Log, PAGE, START, Size};

/// In which order pages are worked on.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Order {
    /// By address.
    Sequential,
    /// Scattered, each independent of the one before.
    Random,
    /// Scattered, each known only when the one before is done.
    Dependent,
}

/// An operation that is measured.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Workload {
    /// Lookups in so many MiB of pages.
    Translate(Order, u64),
    /// Pages one by one.
    Map(Order),
    /// Blocks one by one, by address.
    MapBlocks,
    /// A range of leaves of one size.
    MapRange(Size),
    /// Pages one by one.
    Unmap(Order),
    /// A range, each leaf of which is looked at.
    UnmapRange,
    /// A range of whole tables, unseen.
    ClearTables,
    /// All pages of each table but the last, unseen: no table goes.
    ClearPages,
    /// Pages one by one, by address.
    Protect,
    /// A range of pages.
    ProtectRange,
    /// The same, of pages that were not written: a CPU may be about to say so.
    ProtectClean,
    /// The same, beside threads that fault pages in.
    ProtectShared,
    /// All leaves, eight to a table entry's worth of memory used.
    WalkDense,
    /// All leaves, where one page in sixteen is mapped.
    WalkSparse,
    /// The one leaf in eight that was written, in the sparse tree.
    Harvest,
}

/// How much memory the operations work on.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Scale {
    /// Lookups of a translation.
    pub lookups: u64,
    /// MiB of pages that lookups are made in.
    pub translated: &'static [u64],
    /// Bytes of pages that are mapped, unmapped and protected. Each block of 2 MiB takes a table.
    pub pages: u64,
    /// Bytes that are mapped by blocks.
    pub blocks: u64,
    /// Bytes that the sparse tree is spread over.
    pub sparse: u64,
}

impl Scale {
    /// For times: as large as in a machine.
    pub const LARGE: Self = Self {
        lookups: 1 << 17,
        translated: &[2, 64, 1 << 10, 16 << 10],
        pages: 1 << 30,
        blocks: 64 << 30,
        sparse: 16 << 30,
    };
    /// For times that are wanted soon.
    pub const QUICK: Self =
        Self { lookups: 1 << 14, translated: &[2, 64], pages: 128 << 20, blocks: 16 << 30, sparse: 1 << 30 };
    /// For exact counts, of as much as is timed: what a page costs in no order depends on how many lie in one table, and
    /// what a leaf costs in a sparse tree on how many tables there are above it.
    pub const COUNTED: Self =
        Self { lookups: 1 << 12, translated: &[64], pages: Self::LARGE.pages, blocks: 16 << 30, sparse: 16 << 30 };
    /// For a test that it all works.
    pub const SMALL: Self =
        Self { lookups: 1 << 9, translated: &[2, 8], pages: 6 << 20, blocks: 2 << 30, sparse: 16 << 20 };

    /// Table pages that suffice for one library.
    #[must_use]
    pub fn table_pages(&self) -> usize {
        let translated = self.translated.iter().copied().max().unwrap_or(0) << 20;
        let most = translated.max(self.pages).max(self.sparse) / BLOCK + self.blocks / (BLOCK * 512);
        most as usize + 64
    }
}

impl Workload {
    /// All that are measured on a scale, in the order of the report.
    #[must_use]
    pub fn all(scale: &Scale) -> Vec<Self> {
        let translate = |order| move |&mebibytes: &u64| Self::Translate(order, mebibytes);
        let mut all: Vec<_> = scale.translated.iter().map(translate(Order::Random)).collect();
        all.extend(scale.translated.iter().map(translate(Order::Dependent)));
        let within = scale.translated.iter().copied().filter(|&mebibytes| mebibytes <= 1024).max();
        all.extend(within.map(|mebibytes| Self::Translate(Order::Sequential, mebibytes)));
        all.extend([
            Self::Map(Order::Sequential),
            Self::Map(Order::Random),
            Self::MapBlocks,
            Self::MapRange(Size::Page),
            Self::MapRange(Size::Block),
            Self::Unmap(Order::Sequential),
            Self::Unmap(Order::Random),
            Self::UnmapRange,
            Self::ClearPages,
            Self::ClearTables,
            Self::Protect,
            Self::ProtectRange,
            Self::ProtectClean,
            Self::ProtectShared,
            Self::WalkDense,
            Self::WalkSparse,
            Self::Harvest,
        ]);
        all
    }

    /// The name of its row.
    #[must_use]
    pub fn name(&self) -> String {
        let named = |what: &str, order: &Order| match order {
            Order::Sequential => format!("{what}, in order"),
            Order::Random => format!("{what}, random"),
            Order::Dependent => format!("{what}, dependent"),
        };
        match self {
            Self::Translate(order, mebibytes) if *mebibytes < 1024 => {
                named(&format!("translate in {mebibytes} MiB"), order)
            }
            Self::Translate(order, mebibytes) => named(&format!("translate in {} GiB", mebibytes / 1024), order),
            Self::Map(order) => named("map 4K", order),
            Self::MapBlocks => "map 2M, in order".to_owned(),
            Self::MapRange(Size::Page) => "map a range, 4K".to_owned(),
            Self::MapRange(Size::Block) => "map a range, 2M".to_owned(),
            Self::Unmap(order) => named("unmap 4K", order),
            Self::UnmapRange => "unmap a range, each leaf seen".to_owned(),
            Self::ClearPages => "unmap a range, 511 pages a table".to_owned(),
            Self::ClearTables => "unmap a range, whole tables".to_owned(),
            Self::Protect => "protect 4K, in order".to_owned(),
            Self::ProtectRange => "protect a range".to_owned(),
            Self::ProtectClean => "protect a range, not written".to_owned(),
            Self::ProtectShared => "protect a range, beside faults".to_owned(),
            Self::WalkDense => "walk, dense".to_owned(),
            Self::WalkSparse => "walk, sparse".to_owned(),
            Self::Harvest => "dirty harvest, sparse".to_owned(),
        }
    }

    /// The pages or blocks that are worked on, in order; for a translation, what is looked up.
    #[must_use]
    pub fn addresses(&self, scale: &Scale) -> Vec<u64> {
        match *self {
            Self::Translate(order, mebibytes) => lookups(order, mebibytes << 20, scale.lookups),
            Self::MapBlocks => (START..START + scale.blocks).step_by(BLOCK as usize).collect(),
            Self::MapRange(Size::Block) => vec![],
            Self::Map(Order::Random) | Self::Unmap(Order::Random) => shuffled(pages(scale.pages)),
            Self::WalkSparse | Self::Harvest => sparse(scale.sparse),
            Self::ClearPages => (START..START + scale.pages).step_by(BLOCK as usize).collect(),
            _ => pages(scale.pages),
        }
    }

    /// How many operations it is: lookups, or leaves.
    #[must_use]
    pub fn operations(&self, scale: &Scale) -> u64 {
        match self {
            Self::MapRange(Size::Block) => scale.blocks / BLOCK,
            Self::ClearPages => scale.pages / BLOCK * 511,
            _ => self.addresses(scale).len() as u64,
        }
    }

    /// A digest of what it must come to, from the list of requested mappings alone.
    #[must_use]
    pub fn expected(&self, scale: &Scale) -> u64 {
        let mapped = |pages: Vec<u64>, size: Size, writable| {
            digest(pages.into_iter().map(|at| Log::word(at, at + size.to_frame(), writable)))
        };
        let frames = |at: u64| at + Size::Page.to_frame();
        match *self {
            Self::Translate(..) => self.addresses(scale).into_iter().map(frames).fold(0, u64::wrapping_add),
            Self::MapBlocks | Self::MapRange(Size::Block) => {
                mapped((START..START + scale.blocks).step_by(BLOCK as usize).collect(), Size::Block, true)
            }
            Self::Map(_) | Self::MapRange(Size::Page) | Self::WalkDense => mapped(pages(scale.pages), Size::Page, true),
            Self::Unmap(_) | Self::UnmapRange => pages(scale.pages).into_iter().map(frames).fold(0, u64::wrapping_add),
            Self::ClearTables => 0,
            Self::ClearPages => {
                let last = (START..START + scale.pages).step_by(BLOCK as usize).map(|at| at + BLOCK - PAGE);
                mapped(last.collect(), Size::Page, true)
            }
            Self::Protect | Self::ProtectRange | Self::ProtectClean | Self::ProtectShared => {
                mapped(pages(scale.pages), Size::Page, false)
            }
            Self::WalkSparse => mapped(sparse(scale.sparse), Size::Page, true),
            Self::Harvest => {
                mapped(sparse(scale.sparse).into_iter().filter(|&at| is_written(at)).collect(), Size::Page, true)
            }
        }
    }
}

/// A digest of a list of leaves; 0 for none.
pub fn digest(words: impl Iterator<Item = u64>) -> u64 {
    words.fold(0, |digest, word| (digest.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The pages of the sparse tree that are not written.
#[must_use]
pub fn unwritten(pages: &[u64]) -> Vec<u64> {
    pages.iter().copied().filter(|&at| !is_written(at)).collect()
}

/// One in eight.
const fn is_written(at: u64) -> bool {
    mix(at + 1).is_multiple_of(8)
}

fn pages(bytes: u64) -> Vec<u64> {
    (START..START + bytes).step_by(PAGE as usize).collect()
}

/// One page in eight of every second table.
fn sparse(bytes: u64) -> Vec<u64> {
    pages(bytes).into_iter().filter(|&at| at & BLOCK == 0 && mix(at).is_multiple_of(8)).collect()
}

/// The same pages in an order that no prefetcher guesses.
pub(crate) fn shuffled(mut pages: Vec<u64>) -> Vec<u64> {
    for end in (1..pages.len()).rev() {
        pages.swap(end, (mix(end as u64) % (end as u64 + 1)) as usize);
    }
    pages
}

/// Addresses of words all over the memory, or, in order, one in each page.
fn lookups(order: Order, bytes: u64, number: u64) -> Vec<u64> {
    let pages = bytes / PAGE;
    let at = |lookup: u64| match order {
        Order::Sequential => START + lookup % pages * PAGE,
        Order::Random | Order::Dependent => START + mix(lookup) % pages * PAGE + (mix(lookup) >> 50 & 0xff8),
    };
    (0..number).map(at).collect()
}

/// Scatters the bits of a number.
const fn mix(number: u64) -> u64 {
    let mixed = (number ^ number >> 31).wrapping_mul(0x7fb5_d329_728e_a185);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x81da_def4_bc2d_d44d);
    mixed ^ mixed >> 33
}
