//! What transitions do to memory: pages filled, tables made, frames claimed and released.
//!
//! Each of these runs with the entry locked. A frame is claimed before the entry points to it, and released after
//! it no longer does.

use super::apply::Answer;
use super::denied::Denied;
use super::format::{LevelsOf, ProtectedFormat};
use super::ownership::Use;
use super::rules::{Step, unblocked};
use super::tree::{Entry, Tree, decode, encode};
use super::vm::Vm;
use crate::encryption::Keyed;
use crate::machine::BusError;
use pt_core::Hpa;
use pt_core::level::Levels;
use pt_core::states::{Shape, States};

/// Bytes copied or zeroed at a time.
const CHUNK: usize = 4096;

/// The level of the table behind an entry of `level`.
fn below<V: Levels>(level: V) -> Option<V> {
    V::from_number(level.number().checked_sub(1)?)
}

/// Fills a block of `bytes` with zeros.
pub(super) fn zero(memory: Keyed<'_>, block: Hpa, bytes: u64) -> Result<(), BusError> {
    (0..bytes).step_by(CHUNK).try_for_each(|offset| memory.write(Hpa::new(block.as_u64() + offset), &[0; CHUNK]))
}

impl<F: ProtectedFormat> Vm<F> {
    fn claim(&self, frame: Hpa, usage: Use) -> Answer<F> {
        if self.monitor.ownership.claim(frame, self.id, usage) { Ok(()) } else { Err(Denied::PageInUse(frame)) }
    }

    /// Claims a frame, and releases it again if `fill` fails.
    fn claim_and(&self, frame: Hpa, usage: Use, fill: impl FnOnce() -> Answer<F>) -> Answer<F> {
        self.claim(frame, usage)?;
        fill().inspect_err(|_| {
            self.monitor.ownership.release(frame, self.id);
        })
    }

    /// Maps a page: with the given content; with zeros, if the guest can read it at once; or as it is, for the
    /// guest to accept.
    pub(super) fn map(
        &self,
        tree: &Tree<'_, F>,
        entry: &mut Entry<'_, '_, F>,
        to: F::States,
        page: Hpa,
        source: Option<Hpa>,
    ) -> Answer<F> {
        let shift = entry.level().shift();
        self.claim_and(page, Use::Page { order: shift - 12 }, || {
            match source {
                Some(source) => self.copy_in(tree.memory, source, page, 1 << shift)?,
                None if to.is_accessible() => zero(tree.memory, page, 1 << shift)?,
                None => {}
            }
            Ok(entry.set(to, page)?)
        })
    }

    /// Encrypts what the VMM wrote into one of its own pages.
    fn copy_in(&self, memory: Keyed<'_>, source: Hpa, page: Hpa, bytes: u64) -> Result<(), BusError> {
        let mut chunk = [0; CHUNK];
        (0..bytes).step_by(CHUNK).try_for_each(|offset| {
            self.monitor.machine().read(Hpa::new(source.as_u64() + offset), &mut chunk)?;
            memory.write(Hpa::new(page.as_u64() + offset), &chunk)
        })
    }

    /// Overwrites a page with zeros, in the open: nothing of the guest is left in it.
    pub(super) fn scrub(&self, page: Hpa, bytes: u64) -> Result<(), BusError> {
        let machine = self.monitor.machine();
        (0..bytes).step_by(CHUNK).try_for_each(|offset| machine.write(Hpa::new(page.as_u64() + offset), &[0; CHUNK]))
    }

    pub(super) fn unmap(&self, entry: &mut Entry<'_, '_, F>, to: F::States) -> Answer<F> {
        let frame = entry.frame();
        entry.set(to, Hpa::new(0))?;
        self.monitor.ownership.release(frame, self.id);
        Ok(())
    }

    pub(super) fn link(&self, tree: &Tree<'_, F>, entry: &mut Entry<'_, '_, F>, to: F::States, page: Hpa) -> Answer<F> {
        let level = below_table::<F>(entry)?;
        self.claim_and(page, Use::Table, || {
            let empty = encode::<F>(F::States::INITIAL, Hpa::new(0), level);
            tree.store_table(page, |_| empty)?;
            Ok(entry.set(to, page)?)
        })
    }

    /// Takes a table away if every entry of it is absent. The tree is locked, and nobody can walk into the table.
    pub(super) fn unlink(&self, tree: &Tree<'_, F>, entry: &mut Entry<'_, '_, F>, to: F::States) -> Answer<F> {
        let level = below_table::<F>(entry)?;
        let table = entry.frame();
        let absent = |raw: u64| decode::<F>(raw, level).is_some_and(|state| state.shape() == Shape::Absent);
        if let Some(raw) = tree.load_table(table)?.into_iter().find(|&raw| !absent(raw)) {
            return Err(Denied::NotEmpty { level, entry: F::disclose(raw, level) });
        }
        entry.set(to, Hpa::new(0))?;
        self.monitor.ownership.release(table, self.id);
        Ok(())
    }

    /// Replaces a leaf by a table of leaves that map the same frames, in the state that the leaf was blocked from.
    pub(super) fn split(
        &self,
        tree: &Tree<'_, F>,
        entry: &mut Entry<'_, '_, F>,
        step: &Step<F::States>,
        table: Hpa,
    ) -> Answer<F> {
        let level = below_table::<F>(entry)?;
        let (block, order) = (entry.frame(), entry.level().shift() - 12);
        let state = unblocked(step.from);
        self.claim_and(table, Use::Table, || {
            let part = |index: u64| Hpa::new(block.as_u64() + (index << level.shift()));
            tree.store_table(table, |index| encode::<F>(state, part(index), level))?;
            self.monitor.ownership.split(block, self.id, order, level.shift() - 12);
            Ok(entry.set(step.to, table)?)
        })
    }

    /// Replaces a table by the one leaf that maps the same frames. The parts decide which of the `steps` it is.
    pub(super) fn merge(
        &self,
        tree: &Tree<'_, F>,
        entry: &mut Entry<'_, '_, F>,
        steps: &[&Step<F::States>],
    ) -> Answer<F> {
        let level = below_table::<F>(entry)?;
        let table = entry.frame();
        let parts = tree.load_table(table)?;
        let block = F::frame(parts[0]);
        let refused = |raw: u64| Denied::NotUniform { level, entry: F::disclose(raw, level) };
        let to = decode::<F>(parts[0], level)
            .filter(|&state| steps.iter().any(|step| step.to == state) && block.is_aligned(entry.level().shift()))
            .ok_or(refused(parts[0]))?;
        for (index, &raw) in (0_u64..).zip(&parts) {
            let part = Hpa::new(block.as_u64() + (index << level.shift()));
            if raw != encode::<F>(to, part, level) {
                return Err(refused(raw));
            }
        }
        entry.set(to, block)?;
        self.monitor.ownership.merge(block, self.id, entry.level().shift() - 12);
        self.monitor.ownership.release(table, self.id);
        Ok(())
    }
}

/// The level of the table that a locked entry points to, or will point to.
fn below_table<F: ProtectedFormat>(entry: &Entry<'_, '_, F>) -> Answer<F, LevelsOf<F>> {
    below(entry.level()).ok_or(Denied::State { level: entry.level(), entry: entry.disclosed() })
}
