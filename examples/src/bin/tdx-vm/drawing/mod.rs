//! The three trees side by side: one row for each table and each block, in the order of guest memory.
//!
//! Both halves of guest memory and the protected table translate the same guest frames, so that one row can show
//! what each tree holds for them. This module merges the trees into rows; [`text`] prints them in a terminal,
//! [`svg`] writes them into a file.

pub mod svg;
pub mod text;

use std::collections::BTreeMap;

/// One present entry of a tree.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The level of the table that the entry is in, counted from the level of the smallest leaves.
    pub level: u8,
    /// The first input address behind the entry, split bit included.
    pub address: u64,
    /// What it points to.
    pub to: Target,
}

/// What an entry points to.
#[derive(Clone, PartialEq, Debug)]
pub enum Target {
    /// A table of the level below, in this frame.
    Table(u64),
    /// A page, and what is known of its state.
    Page(&'static str),
}

/// One tree.
#[derive(Clone, PartialEq, Debug)]
pub struct Tree {
    /// Its name in the declaration.
    pub name: &'static str,
    /// Who sees it, who uses it.
    pub caption: &'static str,
    /// The frame of its root table.
    pub root: u64,
    /// The present entries, in any order.
    pub entries: Vec<Entry>,
}

/// The three trees of one VM.
#[derive(Clone, PartialEq, Debug)]
pub struct Forest {
    /// The levels from the smallest leaves to the root: name, and lowest index bit.
    pub levels: Vec<(&'static str, u32)>,
    /// The bit that tells the halves apart.
    pub split: u64,
    /// Shared, private, protected. The second propagates to the third.
    pub trees: [Tree; 3],
}

/// Pages behind a last-level table that follow each other in one state.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// The index of the first one.
    pub first: usize,
    /// How many.
    pub pages: usize,
    /// Their state.
    pub state: &'static str,
}

/// What one tree holds in one row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    /// A table whose entries have rows of their own.
    Table {
        /// Where it lies.
        frame: u64,
        /// How many of its entries are present.
        used: usize,
    },
    /// A table of the smallest leaves.
    Pages {
        /// Where it lies.
        frame: u64,
        /// Its leaves.
        runs: Vec<Run>,
    },
    /// A leaf larger than the smallest; in a merged row, several of one state.
    Block {
        /// The state.
        state: &'static str,
    },
}

/// The tables or blocks of all trees at one place of guest memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The first guest-physical address, without the split bit.
    pub address: u64,
    /// The bytes behind each block or table of the row.
    pub bytes: u64,
    /// How many rows like this follow each other: more than one for blocks only.
    pub repeated: u64,
    /// The distance from the root.
    pub depth: usize,
    /// The name of the level of the tables, or of the table that the blocks are in.
    pub level: &'static str,
    /// Shared, private, protected.
    pub cells: [Option<Cell>; 3],
}

impl Forest {
    /// The rows from the root on, parents before children; equal neighbouring blocks are one row.
    pub fn rows(&self) -> Vec<Row> {
        let root = self.levels.len() - 1;
        // The key puts a parent before its first child, and both before their next neighbour.
        let mut rows = BTreeMap::new();
        for (column, tree) in self.trees.iter().enumerate() {
            self.row(&mut rows, 0, root + 1, root).cells[column] = Some(self.table(tree, tree.root, root, None));
            for entry in &tree.entries {
                let level = usize::from(entry.level);
                let cell = match entry.to {
                    Target::Table(frame) => self.table(tree, frame, level - 1, Some(entry.address)),
                    Target::Page(state) if level > 0 => Cell::Block { state },
                    Target::Page(_) => continue,
                };
                let named = if matches!(cell, Cell::Block { .. }) { level } else { level - 1 };
                self.row(&mut rows, entry.address & !self.split, level, named).cells[column] = Some(cell);
            }
        }
        merge(rows.into_values())
    }

    fn row<'a>(
        &self,
        rows: &'a mut BTreeMap<(u64, std::cmp::Reverse<usize>), Row>,
        address: u64,
        level: usize,
        named: usize,
    ) -> &'a mut Row {
        let bytes = self.levels.get(level).map_or(self.split, |(_, shift)| 1 << shift);
        rows.entry((address, std::cmp::Reverse(level))).or_insert_with(|| Row {
            address,
            bytes,
            repeated: 1,
            depth: self.levels.len() - level,
            level: self.levels[named].0,
            cells: [None, None, None],
        })
    }

    /// The cell of a table at `level`, which the entry at `address` points to; the root has none.
    fn table(&self, tree: &Tree, frame: u64, level: usize, address: Option<u64>) -> Cell {
        let reach = address.map(|start| (start, 1_u64 << self.levels[level + 1].1));
        let inside = |entry: &&Entry| {
            usize::from(entry.level) == level
                && reach.is_none_or(|(start, bytes)| entry.address.wrapping_sub(start) < bytes)
        };
        let mut entries: Vec<&Entry> = tree.entries.iter().filter(inside).collect();
        if level > 0 {
            return Cell::Table { frame, used: entries.len() };
        }
        entries.sort_by_key(|entry| entry.address);
        let mut runs: Vec<Run> = Vec::new();
        for entry in entries {
            let Target::Page(state) = entry.to else { continue };
            let first = ((entry.address - address.unwrap_or(0)) >> self.levels[0].1) as usize;
            match runs.last_mut() {
                Some(run) if run.first + run.pages == first && run.state == state => run.pages += 1,
                _ => runs.push(Run { first, pages: 1, state }),
            }
        }
        Cell::Pages { frame, runs }
    }
}

fn merge(rows: impl Iterator<Item = Row>) -> Vec<Row> {
    let mut merged: Vec<Row> = Vec::new();
    for row in rows {
        let blocks = row.cells.iter().flatten().all(|cell| matches!(cell, Cell::Block { .. }));
        match merged.last_mut() {
            Some(last)
                if blocks
                    && last.cells == row.cells
                    && last.depth == row.depth
                    && last.address + last.bytes * last.repeated == row.address =>
            {
                last.repeated += 1;
            }
            _ => merged.push(row),
        }
    }
    merged
}

/// How many pages of each state, in the order of their first appearance.
pub fn by_state(runs: &[Run]) -> Vec<(&'static str, usize)> {
    let mut sums: Vec<(&'static str, usize)> = Vec::new();
    for run in runs {
        match sums.iter_mut().find(|(state, _)| *state == run.state) {
            Some((_, pages)) => *pages += run.pages,
            None => sums.push((run.state, run.pages)),
        }
    }
    sums
}

/// A size in the largest unit that divides it.
pub fn size(bytes: u64) -> String {
    let units = [(40, 'T'), (30, 'G'), (20, 'M'), (10, 'K')];
    units
        .into_iter()
        .find(|(shift, _)| bytes >> shift > 0 && bytes & ((1 << shift) - 1) == 0)
        .map_or_else(|| bytes.to_string(), |(shift, unit)| format!("{}{unit}", bytes >> shift))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    const SPLIT: u64 = 1 << 47;

    fn table(level: u8, address: u64, frame: u64) -> Entry {
        Entry { level, address, to: Target::Table(frame) }
    }

    fn page(level: u8, address: u64, state: &'static str) -> Entry {
        Entry { level, address, to: Target::Page(state) }
    }

    /// A private half with a table of pages and three blocks, and a shared half with one page in a converted block.
    pub fn forest() -> Forest {
        let private = |mapped, pending| {
            let mut entries = vec![table(3, 0, 0x2000), table(2, 0, 0x3000), table(1, 0, 0x4000)];
            entries.extend([0, 1, 2, 9].map(|index| page(0, index << 12, if index < 2 { mapped } else { pending })));
            entries.extend([2, 3].map(|index| page(1, index << 21, mapped)));
            entries.push(page(1, 4 << 21, pending));
            entries
        };
        let shared = vec![
            table(3, SPLIT, 0x12000),
            table(2, SPLIT, 0x13000),
            table(1, SPLIT, 0x14000),
            page(0, SPLIT | 0x5000, "rw"),
        ];
        let tree = |name, root, entries| Tree { name, caption: "a tree", root, entries };
        Forest {
            levels: vec![("Pt", 12), ("Pd", 21), ("Pdpt", 30), ("Pml4", 39)],
            split: SPLIT,
            trees: [
                tree("SharedEpt", 0x11000, shared),
                tree("PrivateEpt", 0x1000, private("", "")),
                tree("SecureEpt", 0x21000, private("Mapped", "Pending")),
            ],
        }
    }

    #[test]
    fn rows_go_from_the_root_down_in_guest_order() {
        let rows = forest().rows();
        let order: Vec<_> = rows.iter().map(|row| (row.depth, row.level, row.address, row.repeated)).collect();
        let pd = 1 << 21;
        assert_eq!(
            order,
            [
                (0, "Pml4", 0, 1),
                (1, "Pdpt", 0, 1),
                (2, "Pd", 0, 1),
                (3, "Pt", 0, 1),
                (3, "Pd", 2 * pd, 2),
                (3, "Pd", 4 * pd, 1),
            ]
        );
        assert_eq!(rows[0].cells[1], Some(Cell::Table { frame: 0x1000, used: 1 }));
        assert_eq!(rows[2].cells[1], Some(Cell::Table { frame: 0x3000, used: 4 }));
        assert_eq!(rows[2].bytes, 1 << 30);
    }

    #[test]
    fn pages_are_merged_into_runs_of_one_state() {
        let rows = forest().rows();
        let run = |first, pages, state| Run { first, pages, state };
        let protected = vec![run(0, 2, "Mapped"), run(2, 1, "Pending"), run(9, 1, "Pending")];
        assert_eq!(by_state(&protected), [("Mapped", 2), ("Pending", 2)]);
        assert_eq!(
            rows[3].cells,
            [
                Some(Cell::Pages { frame: 0x14000, runs: vec![run(5, 1, "rw")] }),
                Some(Cell::Pages { frame: 0x4000, runs: vec![run(0, 3, ""), run(9, 1, "")] }),
                Some(Cell::Pages { frame: 0x4000, runs: protected }),
            ]
        );
    }

    #[test]
    fn blocks_that_differ_in_one_tree_stay_apart() {
        let rows = forest().rows();
        assert_eq!(rows[4].cells[2], Some(Cell::Block { state: "Mapped" }));
        assert_eq!(rows[5].cells[2], Some(Cell::Block { state: "Pending" }));
    }

    #[test]
    fn sizes_have_the_largest_unit_that_divides_them() {
        assert_eq!([4096, 2 << 20, 3 << 19, 1 << 47, 5].map(size), ["4K", "2M", "1536K", "128T", "5"]);
    }
}
