//! The three trees of the running VM, for the drawings: two by the engine's readers, the third by the monitor, which
//! shows it to nobody but an emulator.

use super::{GPAW, Host};
use crate::drawing::{Entry, Forest, Target, Tree};
use crate::failure::{Checked, During};
use pt_core::entry::Entry as Decoded;
use pt_core::reader::Reader;
use pt_core::states::{Shape, States};
use pt_core::table::{Table, Visible};
use pt_core::{Levels, Memory, Split};
use pt_tdx::{Level, PrivateEpt, SecureEpt, SharedEpt};
use std::ops::ControlFlow;

impl Host<'_> {
    /// What the trees hold now.
    ///
    /// # Errors
    /// If the monitor does not show the protected one.
    pub fn forest(&self) -> Checked<Forest> {
        let inner = self.read();
        let (shared, private) = (inner.vm.shared(), inner.vm.private());
        let captions = ["shared: VMM and CPU", "private: VMM only", "protected: CPU only"];
        let tree = |name, caption, root: pt_core::Hpa, entries| Tree { name, caption, root: root.as_u64(), entries };
        Ok(Forest {
            levels: Level::ALL[..=usize::from(self.td.space().root.number())]
                .iter()
                .map(|level| (level.name(), level.shift()))
                .collect(),
            split: GPAW.split_mask(),
            trees: [
                tree(SharedEpt::NAME, captions[0], shared.root_frame(), visible(shared.reader())),
                tree(PrivateEpt::NAME, captions[1], private.reader().root_table(), visible(private.reader())),
                tree(SecureEpt::NAME, captions[2], self.td.root(), self.protected()?),
            ],
        })
    }

    fn protected(&self) -> Checked<Vec<Entry>> {
        let entries = self.td.entries().during("the protected table")?;
        let drawn = entries.into_iter().filter_map(|entry| {
            let state = entry.state?;
            let to = match state.shape() {
                Shape::Absent => return None,
                Shape::Table => Target::Table(entry.frame.as_u64()),
                Shape::Leaf => Target::Page(state.name()),
            };
            Some(Entry { level: entry.level.number(), address: entry.address, to })
        });
        Ok(drawn.collect())
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
