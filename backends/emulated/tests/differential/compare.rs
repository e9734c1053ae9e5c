//! The private table, the module's Secure EPT and the model say the same.

use crate::model::{Leaf, Model};
use crate::op::BLOCK;
use crate::world::{CONTROL_PAGES, World};
use pt_core::Hpa;
use pt_core::entry::Entry;
use pt_core::level::Levels;
use pt_core::states::{Shape, States};
use pt_core::table::Visible;
use pt_tdx::module::SeptState;
use pt_tdx::{PageType, PrivateEpt};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What an entry is, as both sides know it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Seen {
    /// It maps this frame.
    Leaf(u64),
    /// It points to a table.
    Table,
    /// It is blocked, whatever it points to.
    Blocked,
}

/// Entries by guest address and level.
pub type Tree = BTreeMap<(u64, u8), Seen>;

/// The Secure EPT, from inside the module.
#[derive(PartialEq, Eq, Debug)]
pub struct Protected {
    /// Every entry that a walk can reach, and those that are blocked.
    pub tree: Tree,
    /// Every leaf, blocked or not, by its first guest frame.
    leaves: BTreeMap<u64, Leaf>,
    /// Tables, the root not among them.
    tables: u64,
}

impl World<'_> {
    /// What the private table holds.
    pub fn mirror(&self) -> Tree {
        let mut tree = Tree::new();
        let visited: ControlFlow<()> = self.td().private().reader().whole().for_each_entry(|at| {
            let seen = match at.entry {
                Entry::Subtable(_) => Seen::Table,
                Entry::Leaf(leaf) => Seen::Leaf(leaf.frame.as_u64()),
                Entry::Frozen => panic!("{:?} is frozen, and nobody works on it", at.address),
                Entry::Absent(absent) if absent.bits() == PrivateEpt::ABSENT => return ControlFlow::Continue(()),
                Entry::Absent(_) => Seen::Blocked,
            };
            tree.insert((at.address.as_u64(), at.level.number()), seen);
            ControlFlow::Continue(())
        });
        assert!(visited.is_continue());
        tree
    }

    /// What the module has.
    pub fn protected(&self) -> Protected {
        let mut found = Protected { tree: Tree::new(), leaves: BTreeMap::new(), tables: 0 };
        // What hangs below a blocked entry is not compared: the private table does not lead there.
        let mut hidden = 0_u64..0;
        self.module().entries(self.control(), &mut |at| {
            let level = at.level.into_bits() as u8;
            let state = at.entry.state().unwrap_or_else(|| panic!("{:#x} at {level}: {:?}", at.gpa, at.entry));
            let blocked = matches!(state, SeptState::Blocked | SeptState::PendingBlocked | SeptState::NlBlocked);
            let frame = at.entry.base(at.level).as_u64();
            match state.shape() {
                Shape::Leaf => {
                    let accepted = matches!(state, SeptState::Mapped | SeptState::Blocked);
                    found.leaves.insert(at.gpa >> 12, Leaf { large: level == 1, frame, accepted });
                }
                Shape::Table => found.tables += 1,
                Shape::Absent => panic!("{:#x} at {level} is {state:?}", at.gpa),
            }
            if hidden.contains(&at.gpa) {
                return;
            }
            let seen = match state.shape() {
                _ if blocked => Seen::Blocked,
                Shape::Leaf => Seen::Leaf(frame),
                _ => Seen::Table,
            };
            if state == SeptState::NlBlocked {
                hidden = at.gpa..at.gpa + (1 << at.level.shift());
            }
            found.tree.insert((at.gpa, level), seen);
        });
        found
    }

    /// Compares all three, and what the module counts.
    pub fn compare(&mut self) {
        let (mirror, protected) = (self.mirror(), self.protected());
        assert_eq!(mirror, protected.tree, "the private table, and the Secure EPT");
        self.model.follow_splits(&protected.leaves);
        assert_eq!(self.model.leaves, protected.leaves, "the model, and the Secure EPT");
        let pages = self.model.pages() + protected.tables + CONTROL_PAGES;
        assert_eq!(self.children(), pages, "CHLDCNT");
        for leaf in self.model.leaves.values() {
            let (size, record) = self.module().page(Hpa::new(leaf.frame)).expect("memory for TDs");
            assert_eq!((record.kind(), size.small_pages()), (PageType::Regular, leaf.pages()), "{leaf:?}");
        }
    }
}

impl Model {
    /// Takes over which leaves were split on the way to an operation that failed: a split that was done stays.
    fn follow_splits(&mut self, protected: &BTreeMap<u64, Leaf>) {
        let split = |gfn: &u64| protected.get(gfn).is_some_and(|leaf| !leaf.large);
        let large: Vec<u64> =
            self.leaves.iter().filter(|(gfn, leaf)| leaf.large && split(gfn)).map(|(&gfn, _)| gfn).collect();
        for gfn in large {
            debug_assert!(gfn.is_multiple_of(BLOCK));
            self.split(gfn);
        }
    }
}
