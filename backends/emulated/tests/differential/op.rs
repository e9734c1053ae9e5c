//! Operations, chosen so that they meet: few pages, in few blocks, at the ends of tables.

use proptest::prelude::*;
use pt_emulated::tdx::Lock;

/// Pages in a block of 2 MiB.
pub const BLOCK: u64 = 512;
/// Blocks that are used, by the number of their first guest frame: two neighbours, one at the end of a gigabyte and
/// its neighbour behind it.
pub const BLOCKS: [u64; 4] = [0, BLOCK, (1 << 18) - BLOCK, 1 << 18];
/// vCPUs.
pub const VCPUS: usize = 3;

/// What is done.
#[derive(Clone, Debug)]
pub enum Op {
    /// A vCPU enters, or leaves if it is inside.
    Turn {
        vcpu: usize,
    },
    /// The guest on a vCPU uses a page: a fault is resolved by the host, a pending page accepted, until it is done.
    Use {
        vcpu: usize,
        page: Spot,
        write: bool,
    },
    /// The guest accepts a page, as a block or alone, whatever is there.
    Accept {
        vcpu: usize,
        page: Spot,
        block: bool,
    },
    /// The host resolves a fault that no vCPU had.
    Fault {
        page: Spot,
    },
    /// A run of pages changes its kind.
    Convert {
        page: Spot,
        pages: u64,
    },
    /// Runs of pages are taken away with one track.
    Remove {
        runs: Vec<(Spot, u64)>,
    },
    /// What is blocked in a run since a removal failed is put back.
    Restore {
        page: Spot,
        pages: u64,
    },
    /// A block is split; a table of pages is merged; empty tables are taken away.
    Split {
        page: Spot,
    },
    Merge {
        page: Spot,
    },
    Prune {
        page: Spot,
    },
    /// Another agent takes a lock, until it drops it.
    Hold {
        lock: Lock,
        exclusive: bool,
    },
    Drop,
    /// An interrupt becomes pending after so many polls; or none is.
    Interrupt {
        polls: u64,
    },
    Quiet,
    /// A call that nothing allows.
    Illegal(Illegal),
}

/// A page: which block, and which page of it.
#[derive(Copy, Clone, Debug)]
pub struct Spot {
    pub block: usize,
    pub page: u64,
}

impl Spot {
    /// The guest frame.
    pub fn gfn(self) -> u64 {
        BLOCKS[self.block] + self.page
    }
}

/// Calls that the module has to refuse, whatever state the TD is in.
#[derive(Copy, Clone, Debug)]
pub enum Illegal {
    /// TDH.MEM.PAGE.ADD after TDH.MR.FINALIZE.
    AddLate(Spot),
    /// TDH.MEM.PAGE.AUG where something is mapped or linked, with a free page; or of a page that is in use.
    AugTwice(Spot),
    AugOwned(Spot),
    /// TDH.MEM.PAGE.REMOVE, DEMOTE, RANGE.UNBLOCK of what is not blocked.
    RemoveOpen(Spot),
    DemoteOpen(Spot),
    UnblockOpen(Spot),
    /// TDH.MEM.SEPT.REMOVE of a table that is not blocked.
    UnlinkOpen(Spot),
    /// TDH.PHYMEM.PAGE.RECLAIM of a page of a TD that lives.
    ReclaimLive(Spot),
    /// An operand that no leaf takes: a level, a reserved bit, a shared address, a page that is no TD.
    BadLevel(Spot),
    ReservedBit(Spot),
    SharedAddress(Spot),
    NoTd(Spot),
    /// Leaves of another part of a TD's life.
    FinalizeAgain,
    FlushDoneEarly,
    FreeKeyEarly,
}

fn spot() -> impl Strategy<Value = Spot> {
    let page = prop_oneof![4 => 0..3_u64, 2 => BLOCK - 2..BLOCK, 1 => 0..BLOCK];
    (0..BLOCKS.len(), page).prop_map(|(block, page)| Spot { block, page })
}

/// Lengths of runs: few pages, or about a block.
fn pages() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 1..4_u64, 1 => Just(BLOCK), 1 => BLOCK - 1..BLOCK + 3]
}

fn illegal() -> impl Strategy<Value = Illegal> {
    prop_oneof![
        spot().prop_map(Illegal::AddLate),
        spot().prop_map(Illegal::AugTwice),
        spot().prop_map(Illegal::AugOwned),
        spot().prop_map(Illegal::RemoveOpen),
        spot().prop_map(Illegal::DemoteOpen),
        spot().prop_map(Illegal::UnblockOpen),
        spot().prop_map(Illegal::UnlinkOpen),
        spot().prop_map(Illegal::ReclaimLive),
        spot().prop_map(Illegal::BadLevel),
        spot().prop_map(Illegal::ReservedBit),
        spot().prop_map(Illegal::SharedAddress),
        spot().prop_map(Illegal::NoTd),
        Just(Illegal::FinalizeAgain),
        Just(Illegal::FlushDoneEarly),
        Just(Illegal::FreeKeyEarly),
    ]
}

fn lock() -> impl Strategy<Value = Lock> {
    prop_oneof![Just(Lock::Tree), Just(Lock::Epoch), Just(Lock::OpState), Just(Lock::Tdr)]
}

/// Any operation.
pub fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (0..VCPUS).prop_map(|vcpu| Op::Turn { vcpu }),
        8 => (0..VCPUS, spot(), any::<bool>()).prop_map(|(vcpu, page, write)| Op::Use { vcpu, page, write }),
        2 => (0..VCPUS, spot(), any::<bool>()).prop_map(|(vcpu, page, block)| Op::Accept { vcpu, page, block }),
        3 => spot().prop_map(|page| Op::Fault { page }),
        5 => (spot(), pages()).prop_map(|(page, pages)| Op::Convert { page, pages }),
        4 => prop::collection::vec((spot(), pages()), 1..4).prop_map(|runs| Op::Remove { runs }),
        2 => (spot(), pages()).prop_map(|(page, pages)| Op::Restore { page, pages }),
        2 => spot().prop_map(|page| Op::Split { page }),
        3 => spot().prop_map(|page| Op::Merge { page }),
        2 => spot().prop_map(|page| Op::Prune { page }),
        2 => (lock(), any::<bool>()).prop_map(|(lock, exclusive)| Op::Hold { lock, exclusive }),
        3 => Just(Op::Drop),
        2 => (0..6_u64).prop_map(|polls| Op::Interrupt { polls }),
        2 => Just(Op::Quiet),
        5 => illegal().prop_map(Op::Illegal),
    ]
}
