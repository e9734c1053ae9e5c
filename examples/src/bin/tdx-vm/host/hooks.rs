//! The hooks of the declared pair, as calls of the module's leaves.

use pt_core::hook::{Busy, Drained, Fatal, Filled, Frozen, Hook, Incomplete, Occupied, Outcome, Stopped, Tracked};
use pt_core::{Hpa, Protected, TablePage};
use pt_tdx::host::{Answer, SourcePage, Tdr, mem, phymem};
use pt_tdx::{
    Level, Operand, PageAdd, PageAug, PageDemote, PageInfo, PagePromote, PageReclaim, PageRemove, PrivateEpt,
    RangeBlock, RangeUnblock, Seamcall, SeptAdd, SeptHooks, SeptRemove, StatusCode, Track, Unavailable,
};

/// The memory of one TD, by the leaves of the module that has it.
#[derive(Debug)]
pub struct Hooks<S> {
    /// Who answers SEAMCALLs.
    pub seamcall: S,
    /// The TD.
    pub tdr: Tdr,
}

fn about_entry<A: Answer, K: Hook<Levels = Level, Done: Default, Busy = Busy, Stopped = Stopped<Level>>>(
    answer: Result<A, Unavailable>,
) -> Outcome<K> {
    let Ok(answer) = answer else { return Outcome::Fatal(Fatal { status: u64::MAX }) };
    if !answer.is_error() {
        return Outcome::Done(K::Done::default());
    }
    if answer.is_busy() {
        return Outcome::Busy(Busy);
    }
    match answer.entry().and_then(|entry| Some((entry.level()?, entry.entry))) {
        Some((level, entry)) => Outcome::Stopped(Stopped { level: level.into(), entry }),
        None => Outcome::Fatal(Fatal { status: answer.status().bits() }),
    }
}

fn about_block<A: Answer, K>(answer: Result<A, Unavailable>, handle: u64) -> Outcome<K>
where
    K: Hook<Levels = Level, Done: Default, Busy = Busy, Incomplete = Incomplete, Stopped = Stopped<Level>>,
{
    match answer {
        Ok(answer) if answer.status().is(StatusCode::InterruptedRestartable) => {
            Outcome::Incomplete(Incomplete { handle })
        }
        answer => about_entry(answer),
    }
}

fn about_td<A: Answer, K: Hook<Done = (), Busy = Busy>>(answer: Result<A, Unavailable>) -> Outcome<K> {
    match answer {
        Err(_) => Outcome::Fatal(Fatal { status: u64::MAX }),
        Ok(answer) if !answer.is_error() => Outcome::Done(()),
        Ok(answer) if answer.is_busy() => Outcome::Busy(Busy),
        Ok(answer) => Outcome::Fatal(Fatal { status: answer.status().bits() }),
    }
}

fn frozen<Was>(at: &Frozen<PrivateEpt, Was>) -> PageInfo {
    PageInfo::at(at.address(), at.level().into())
}
fn tracked(at: &Tracked<PrivateEpt>) -> PageInfo {
    PageInfo::at(at.address(), at.level().into())
}

impl<S: Seamcall> SeptHooks for Hooks<S> {
    fn sept_add(&self, at: &Frozen<PrivateEpt>, table: &TablePage<Protected>) -> Outcome<SeptAdd> {
        about_entry(mem::sept_add(&self.seamcall, self.tdr, frozen(at), table))
    }
    fn page_add(&self, at: &Frozen<PrivateEpt>, page: Hpa, source: Hpa) -> Outcome<PageAdd> {
        match SourcePage::new(source) {
            Ok(source) => about_entry(mem::page_add(&self.seamcall, self.tdr, at.address(), page, source)),
            Err(_) => Outcome::Fatal(Fatal { status: (StatusCode::OperandInvalid | Operand::R9).bits() }),
        }
    }
    fn page_aug(&self, at: &Frozen<PrivateEpt>, page: Hpa) -> Outcome<PageAug> {
        about_entry(mem::page_aug(&self.seamcall, self.tdr, frozen(at), page))
    }
    fn range_block(&self, at: &Frozen<PrivateEpt, Occupied>) -> Outcome<RangeBlock> {
        about_entry(mem::range_block(&self.seamcall, self.tdr, frozen(at)))
    }
    fn range_unblock(&self, at: &Tracked<PrivateEpt>) -> Outcome<RangeUnblock> {
        about_entry(mem::range_unblock(&self.seamcall, self.tdr, tracked(at)))
    }
    fn track(&self) -> Outcome<Track> {
        about_td(mem::track(&self.seamcall, self.tdr))
    }
    fn page_remove(&self, at: &Tracked<PrivateEpt>) -> Outcome<PageRemove> {
        about_entry(mem::page_remove(&self.seamcall, self.tdr, tracked(at)))
    }
    fn sept_remove(&self, at: &Drained<PrivateEpt>) -> Outcome<SeptRemove> {
        about_entry(mem::sept_remove(&self.seamcall, self.tdr, tracked(at.entry())))
    }
    fn page_demote(&self, at: &Tracked<PrivateEpt>, table: &Filled<PrivateEpt>) -> Outcome<PageDemote> {
        let info = tracked(at);
        about_block(mem::page_demote(&self.seamcall, self.tdr, info, table.page()), info.bits())
    }
    fn page_promote(&self, at: &Tracked<PrivateEpt>) -> Outcome<PagePromote> {
        let info = tracked(at);
        about_block(mem::page_promote(&self.seamcall, self.tdr, info), info.bits())
    }
    fn page_reclaim(&self, page: Hpa) -> Outcome<PageReclaim> {
        about_td(phymem::page_reclaim(&self.seamcall, page))
    }
}
