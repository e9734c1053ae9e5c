//! The one operation of the monitor on an entry: checks, locks, walk, transition.
//!
//! In this order, as far as a monitor's caller can tell: the phase, the operands, the tree's lock, the walk, the
//! entry's lock, the state, the epoch, and then what the transition does. Nothing is written before the last
//! check. Locks are tried, never waited for.

use super::denied::{Denied, Lock, Operand};
use super::format::{LevelsOf, MethodOf, ProtectedFormat};
use super::rules::{Effect, Rules, Step, StepExt};
use super::tree::{Entry, Tree, Walk};
use super::vm::{Unfinished, Vm, attempt, briefly};
use pt_core::Hpa;
use pt_core::level::Levels;
use pt_core::states::{Initiator, PhaseName, Shape, States};

/// What the VMM asks for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Operation<M, V> {
    /// The method of the declared hooks.
    pub method: M,
    /// The first guest address behind the entry.
    pub address: u64,
    /// The level of the table that the entry is in.
    pub level: V,
    /// The page to map, or the page for a table.
    pub page: Option<Hpa>,
    /// Where the initial content of a mapped page is copied from.
    pub source: Option<Hpa>,
}

impl<M, V> Operation<M, V> {
    /// An operation that takes no page.
    pub const fn new(method: M, address: u64, level: V) -> Self {
        Self { method, address, level, page: None, source: None }
    }

    /// The same operation with a page.
    #[must_use]
    pub fn with_page(self, page: Hpa) -> Self {
        Self { page: Some(page), ..self }
    }

    /// The same operation with initial content for its page.
    #[must_use]
    pub fn with_source(self, source: Hpa) -> Self {
        Self { source: Some(source), ..self }
    }
}

/// An operation on an entry of the VM `F`.
pub(super) type OperationOn<F> = Operation<MethodOf<F>, LevelsOf<F>>;
/// What an operation on an entry of the VM `F` answers.
pub(super) type Answer<F, R = ()> = Result<R, Denied<LevelsOf<F>>>;

/// What takes a page.
const TAKES_PAGE: &[Effect] = &[Effect::Map, Effect::Link, Effect::Split];

impl<F: ProtectedFormat> Vm<F> {
    /// Does what a method of the declared hooks does to one entry, if the declaration allows it now.
    ///
    /// # Errors
    /// [`Denied`]. Nothing has changed then.
    pub fn apply(&self, operation: Operation<MethodOf<F>, LevelsOf<F>>) -> Result<(), Denied<LevelsOf<F>>> {
        let Operation { method, address, level, .. } = operation;
        let answer = match self.fault(method, address, Some(level)) {
            Some(denied) => self.interrupt(&operation, denied),
            None => self.with_key(|key, phase| self.perform(&self.tree(key), phase, &operation)),
        };
        self.counters.call(method, &answer);
        answer
    }

    /// Leaves an operation that was interrupted unfinished.
    fn interrupt(&self, operation: &OperationOn<F>, denied: Denied<LevelsOf<F>>) -> Answer<F> {
        let &Operation { method, address, level, .. } = operation;
        if matches!(denied, Denied::Interrupted { .. }) {
            self.check_finished(operation)?;
            briefly(&self.unfinished).push(Unfinished { method, address, level });
        }
        Err(denied)
    }

    /// Refuses an operation on an entry about which another one is unfinished, and takes up its own.
    fn check_finished(&self, operation: &OperationOn<F>) -> Answer<F> {
        let mut unfinished = briefly(&self.unfinished);
        let here = |other: &Unfinished<F>| other.address == operation.address && other.level == operation.level;
        match unfinished.iter().position(here) {
            Some(index) if unfinished[index].method == operation.method => drop(unfinished.swap_remove(index)),
            Some(_) => {
                let handle = operation.address | u64::from(operation.level.number());
                return Err(Denied::Unfinished { handle });
            }
            None => {}
        }
        Ok(())
    }

    fn perform(&self, tree: &Tree<'_, F>, phase: PhaseName, operation: &OperationOn<F>) -> Answer<F> {
        let rules = Rules::<F::States>::new(Initiator::Host(operation.method), phase);
        if rules.steps().next().is_none() {
            return Err(Denied::Phase(phase));
        }
        self.check_operands(rules, operation)?;

        // What closes or opens a path excludes everything else; what fills or empties one entry does not.
        let alone = rules.has(&[Effect::Mark, Effect::Unlink, Effect::Merge]);
        let _alone = if alone { Some(attempt(self.tree_lock.try_write(), Lock::Tree)?) } else { None };
        let _shared = if alone { None } else { Some(attempt(self.tree_lock.try_read(), Lock::Tree)?) };

        let mut entry = match tree.find(operation.address, operation.level)? {
            Walk::Found(slot) => tree.lock(slot)?,
            Walk::Stopped { level, entry } => return Err(Denied::Walk { level, entry: F::disclose(entry, level) }),
        };
        let steps = self.allowed(rules, &entry)?;
        self.check_finished(operation)?;
        self.carry_out(tree, &mut entry, &steps, operation)
    }

    fn check_operands(&self, rules: Rules<F::States>, operation: &OperationOn<F>) -> Answer<F> {
        let &Operation { method, address, level, page, source } = operation;
        if level.number() > self.space.root.number() || !F::serves(method, level) {
            return Err(Denied::Operand(Operand::Level(level.number())));
        }
        if !self.space.is_private(address, level) {
            return Err(Denied::Operand(Operand::Address(address)));
        }
        let maps = rules.has(&[Effect::Map]);
        if page.is_some() != rules.has(TAKES_PAGE) || source.is_some() && !maps {
            return Err(Denied::Operand(Operand::Page));
        }
        let order = if maps { level.shift() - 12 } else { 0 };
        for frame in [page, source].into_iter().flatten() {
            if !self.monitor.machine().contains(frame, order) {
                return Err(Denied::Operand(Operand::Frame(frame)));
            }
        }
        Ok(())
    }

    /// The transitions that lead on from the state of the entry, now. Several only where what the entry points to
    /// decides between them.
    fn allowed(&self, rules: Rules<F::States>, entry: &Entry<'_, '_, F>) -> Answer<F, Vec<&'static Step<F::States>>> {
        let (level, shown) = (entry.level(), entry.disclosed());
        let Some(state) = entry.state() else {
            return Err(Denied::State { level, entry: shown });
        };
        let steps: Vec<_> = rules.from(state).collect();
        if steps.is_empty() {
            return Err(if rules.wants_block(state) {
                Denied::NotBlocked { level, entry: shown }
            } else {
                Denied::State { level, entry: shown }
            });
        }
        if steps.iter().any(|step| step.after_track) && !self.is_tracked(entry.at()) {
            return Err(Denied::NotTracked);
        }
        Ok(steps)
    }

    /// Whether no vCPU can hold a translation from before the entry was blocked.
    fn is_tracked(&self, entry: Hpa) -> bool {
        let blocked = briefly(&self.blocked).get(&entry.as_u64()).copied();
        blocked.is_some_and(|epoch| self.epochs.is_over(epoch))
    }

    fn carry_out(
        &self,
        tree: &Tree<'_, F>,
        entry: &mut Entry<'_, '_, F>,
        steps: &[&Step<F::States>],
        operation: &OperationOn<F>,
    ) -> Answer<F> {
        let Some(&step) = steps.first() else { return Ok(()) };
        let left = entry.frame();
        match (step.effect(), operation.page) {
            (Effect::Map, Some(page)) => self.map(tree, entry, step.to, page, operation.source)?,
            (Effect::Link, Some(page)) => self.link(tree, entry, step.to, page)?,
            (Effect::Split, Some(page)) => self.split(tree, entry, step, page)?,
            (Effect::Unmap, _) => self.unmap(entry, step.to)?,
            (Effect::Unlink, _) => self.unlink(tree, entry, step.to)?,
            (Effect::Merge, _) => self.merge(tree, entry, steps)?,
            (Effect::Mark, _) => {
                entry.set(step.to, left)?;
            }
            (_, None) => return Err(Denied::Operand(Operand::Page)),
        }
        if step.lossy && step.from.shape() == Shape::Leaf {
            self.scrub(left, 1 << entry.level().shift())?;
        }
        if step.to.is_blocked() {
            // Read only now: a vCPU that enters a later epoch finds the entry blocked.
            briefly(&self.blocked).insert(entry.at().as_u64(), self.epochs.present());
        } else {
            briefly(&self.blocked).remove(&entry.at().as_u64());
        }
        Ok(())
    }

    /// Begins a new epoch, for the method of the declared hooks that does so.
    ///
    /// # Errors
    /// [`Denied::Busy`] while a vCPU of the epoch before the present one is inside, [`Denied::NoKey`] after teardown.
    pub fn track(&self, method: MethodOf<F>) -> Result<(), Denied<LevelsOf<F>>> {
        self.call(method, || {
            self.with_key(|_, _| if self.epochs.track() { Ok(()) } else { Err(Denied::Busy(Lock::Epoch)) })
        })
    }

    /// Takes a page or a table page back from the VM after its teardown, for the method of the declared hooks that
    /// does so. What it holds stays ciphertext.
    ///
    /// # Errors
    /// [`Denied::Phase`] before teardown, [`Denied::NotOwned`] if no page of the VM begins at `page`.
    pub fn reclaim(&self, method: MethodOf<F>, page: Hpa) -> Result<(), Denied<LevelsOf<F>>> {
        self.call(method, || match self.phase() {
            PhaseName::Teardown if page != self.root => {
                self.monitor.ownership.release(page, self.id).map(drop).ok_or(Denied::NotOwned(page))
            }
            PhaseName::Teardown => Err(Denied::NotOwned(page)),
            phase => Err(Denied::Phase(phase)),
        })
    }
}
