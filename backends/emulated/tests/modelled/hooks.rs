//! The hooks of the TDX declaration, answered by the monitor.

use super::Td;
use pt_core::hook::Fatal;
use pt_core::hook::{
    Busy, Drained, Filled, Frozen, Hook, Incomplete, MonitorEntry, Occupied, Outcome, Stopped, Tracked,
};
use pt_core::{Hpa, Protected, TablePage};
use pt_emulated::monitor::{Denied, Operation};
use pt_tdx::{
    Level, PageAdd, PageAug, PageDemote, PagePromote, PageReclaim, PageRemove, PrivateEpt, RangeBlock, RangeUnblock,
    SeptAdd, SeptHooks, SeptHooksMethod as Method, SeptRemove, Track,
};

type Result = core::result::Result<(), Denied<Level>>;
type OperationOnTd = Operation<Method, Level>;

fn on_frozen<Was>(method: Method, at: &Frozen<PrivateEpt, Was>) -> OperationOnTd {
    Operation::new(method, at.address().as_u64(), at.level())
}

fn on_tracked(method: Method, at: &Tracked<PrivateEpt>) -> OperationOnTd {
    Operation::new(method, at.address().as_u64(), at.level())
}

/// A refusal that has no type of its own: one that was injected. The engine asks for nothing else that is refused.
fn fatal(denied: &Denied<Level>) -> Fatal {
    match *denied {
        Denied::Injected { status } => Fatal { status },
        _ => panic!("the engine asked for what no monitor allows: {denied}"),
    }
}

/// The answer of a hook that is about an entry.
fn about_entry<K: Hook<Levels = Level, Done: From<()>, Busy = Busy, Stopped = Stopped<Level>>>(
    result: Result,
) -> Outcome<K> {
    match result {
        Ok(()) => Outcome::Done(().into()),
        Err(Denied::Busy(_)) => Outcome::Busy(Busy),
        Err(
            Denied::Walk { level, entry }
            | Denied::State { level, entry }
            | Denied::NotBlocked { level, entry }
            | Denied::NotEmpty { level, entry }
            | Denied::NotUniform { level, entry },
        ) => Outcome::Stopped(Stopped { level, entry: MonitorEntry::new(entry) }),
        Err(denied) => Outcome::Fatal(fatal(&denied)),
    }
}

/// The answer of a hook that is about an entry and can be interrupted.
fn about_block<K>(result: Result) -> Outcome<K>
where
    K: Hook<Levels = Level, Done: From<()>, Busy = Busy, Incomplete = Incomplete, Stopped = Stopped<Level>>,
{
    match result {
        Err(Denied::Interrupted { handle }) => Outcome::Incomplete(Incomplete { handle }),
        result => about_entry(result),
    }
}

/// The answer of a hook that is about no entry.
fn about_vm<K: Hook<Done: From<()>, Busy = Busy>>(result: Result) -> Outcome<K> {
    match result {
        Ok(()) => Outcome::Done(().into()),
        Err(Denied::Busy(_)) => Outcome::Busy(Busy),
        Err(denied) => Outcome::Fatal(fatal(&denied)),
    }
}

/// What the engine calls the monitor by.
pub struct Hooks<'td>(pub &'td Td);

impl SeptHooks for Hooks<'_> {
    fn sept_add(&self, at: &Frozen<PrivateEpt>, table: &TablePage<Protected>) -> Outcome<SeptAdd> {
        about_entry(self.0.apply(on_frozen(Method::SeptAdd, at).with_page(table.frame())))
    }
    fn page_add(&self, at: &Frozen<PrivateEpt>, page: Hpa, source: Hpa) -> Outcome<PageAdd> {
        about_entry(self.0.apply(on_frozen(Method::PageAdd, at).with_page(page).with_source(source)))
    }
    fn page_aug(&self, at: &Frozen<PrivateEpt>, page: Hpa) -> Outcome<PageAug> {
        about_entry(self.0.apply(on_frozen(Method::PageAug, at).with_page(page)))
    }
    fn range_block(&self, at: &Frozen<PrivateEpt, Occupied>) -> Outcome<RangeBlock> {
        about_entry(self.0.apply(on_frozen(Method::RangeBlock, at)))
    }
    fn range_unblock(&self, at: &Tracked<PrivateEpt>) -> Outcome<RangeUnblock> {
        about_entry(self.0.apply(on_tracked(Method::RangeUnblock, at)))
    }
    fn track(&self) -> Outcome<Track> {
        about_vm(self.0.track(Method::Track))
    }
    fn page_remove(&self, at: &Tracked<PrivateEpt>) -> Outcome<PageRemove> {
        about_entry(self.0.apply(on_tracked(Method::PageRemove, at)))
    }
    fn sept_remove(&self, at: &Drained<PrivateEpt>) -> Outcome<SeptRemove> {
        about_entry(self.0.apply(on_tracked(Method::SeptRemove, at.entry())))
    }
    fn page_demote(&self, at: &Tracked<PrivateEpt>, table: &Filled<PrivateEpt>) -> Outcome<PageDemote> {
        about_block(self.0.apply(on_tracked(Method::PageDemote, at).with_page(table.page().frame())))
    }
    fn page_promote(&self, at: &Tracked<PrivateEpt>) -> Outcome<PagePromote> {
        about_block(self.0.apply(on_tracked(Method::PagePromote, at)))
    }
    fn page_reclaim(&self, page: Hpa) -> Outcome<PageReclaim> {
        about_vm(self.0.reclaim(Method::PageReclaim, page))
    }
}
