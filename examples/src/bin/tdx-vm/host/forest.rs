//! The three trees of the running VM, for the drawings: two by the engine's readers, the third by the module, which shows
//! it to nobody but an emulator.

use super::{GPAW, Host};
use crate::drawing::{Entry, Forest, Target, Tree};
use pt_core::entry::Entry as Decoded;
use pt_core::reader::Reader;
use pt_core::states::{Shape, States};
use pt_core::table::{Table, Visible};
use pt_core::{Geometry, Hpa, Levels, Memory, Split};
use pt_emulated::tdx;
use pt_tdx::{Level, PrivateEpt, SecureEpt, SharedEpt};
use std::ops::ControlFlow;

impl Host<'_> {
    /// What the trees hold now.
    pub fn forest(&self) -> Forest {
        let inner = self.read();
        let (shared, private) = (inner.vm.shared(), inner.vm.private());
        let captions = ["shared: VMM and CPU", "private: VMM only", "protected: CPU only"];
        let tree = |name, caption, root: Hpa, entries| Tree { name, caption, root: root.as_u64(), entries };
        let td = self.seam.emulated().td(inner.vm.tdr().page());
        let root = td.map_or(Hpa::new(0), tdx::td::Td::root);
        Forest {
            levels: Level::ALL
                .iter()
                .take_while(|level| level.shift() < GPAW.width())
                .map(|level| (level.name(), level.shift()))
                .collect(),
            split: GPAW.split_mask(),
            trees: [
                tree(SharedEpt::NAME, captions[0], shared.root_frame(), visible(shared.reader())),
                tree(PrivateEpt::NAME, captions[1], private.reader().root_table(), visible(private.reader())),
                tree(SecureEpt::NAME, captions[2], root, td.map_or_else(Vec::new, |td| self.protected(td))),
            ],
        }
    }

    fn protected(&self, td: &tdx::td::Td) -> Vec<Entry> {
        let mut drawn = Vec::new();
        self.seam.emulated().entries(td, &mut |at| {
            let Some(state) = at.entry.state() else { return };
            let to = match state.shape() {
                Shape::Absent => return,
                Shape::Table => Target::Table(at.entry.frame().as_u64()),
                Shape::Leaf => Target::Page(state.name()),
            };
            drawn.push(Entry { level: Level::from(at.level).number(), address: at.gpa, to });
        });
        drawn
    }
}

fn visible<T: Visible, M: Memory>(reader: Reader<'_, T, M>) -> Vec<Entry> {
    let mut entries = Vec::new();
    let visited: ControlFlow<()> = reader.whole().for_each_entry(|at| {
        let to = match at.entry {
            Decoded::Subtable(table) => Some(Target::Table(table.frame.as_u64())),
            Decoded::Leaf(_) => Some(Target::Page("")),
            Decoded::Frozen => Some(Target::Page("frozen")),
            Decoded::Absent(_) => None,
        };
        entries.extend(to.map(|to| Entry { level: at.level.number(), address: at.address.as_u64(), to }));
        ControlFlow::Continue(())
    });
    debug_assert!(visited.is_continue());
    entries
}
