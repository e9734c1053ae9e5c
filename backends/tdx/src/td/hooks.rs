//! The hooks of the declared pair, over SEAMCALLs. See the [module](super) for what is tried again, and by whom.

use super::clean::Cleaner;
use super::host::Host;
use super::outcome;
use crate::host::{Hkid, SourcePage, Tdr, mem, phymem};
use crate::operand::{PageInfo, PageType};
use crate::{
    PageAdd, PageAug, PageDemote, PagePromote, PageReclaim, PageRemove, PrivateEpt, RangeBlock, RangeUnblock, SeptAdd,
    SeptHooks, SeptRemove, Track,
};
use core::fmt;
use pt_core::hook::{Drained, Filled, Frozen, Occupied, Outcome, Partner, Tracked};
use pt_core::{Hpa, Protected, TablePage};

/// What the TDX module does for the VMM about one TD.
pub struct ModuleHooks<H> {
    host: H,
    tdr: Tdr,
    key: Hkid,
}

impl<H: Host> ModuleHooks<H> {
    /// The hooks of the TD with this root page and this key identifier.
    pub const fn new(host: H, tdr: Tdr, key: Hkid) -> Self {
        Self { host, tdr, key }
    }

    /// The page of a table that the module has let go of. A page that cannot be cleaned must not be used again.
    fn partner(&self, page: Hpa) -> Partner {
        match Cleaner::new(self.host.clone(), Some(self.key)).page(page) {
            Ok(()) => Partner::Usable,
            Err(_) => Partner::Lost,
        }
    }
}

impl<H> fmt::Debug for ModuleHooks<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModuleHooks").field("tdr", &self.tdr).field("key", &self.key).finish_non_exhaustive()
    }
}

fn frozen<Was>(at: &Frozen<PrivateEpt, Was>) -> PageInfo {
    PageInfo::at(at.address(), at.level().into())
}

fn tracked(at: &Tracked<PrivateEpt>) -> PageInfo {
    PageInfo::at(at.address(), at.level().into())
}

impl<H: Host> SeptHooks for ModuleHooks<H> {
    fn sept_add(&self, at: &Frozen<PrivateEpt>, table: &TablePage<Protected>) -> Outcome<SeptAdd> {
        outcome::sept_add(mem::sept_add(self.host.module(), self.tdr, frozen(at), table))
    }

    fn page_add(&self, at: &Frozen<PrivateEpt>, page: Hpa, source: Hpa) -> Outcome<PageAdd> {
        match SourcePage::new(source) {
            Ok(source) => outcome::page_add(mem::page_add(self.host.module(), self.tdr, at.address(), page, source)),
            // What the module would answer: it names the register.
            Err(_) => outcome::refused_source(),
        }
    }

    fn page_aug(&self, at: &Frozen<PrivateEpt>, page: Hpa) -> Outcome<PageAug> {
        outcome::page_aug(mem::page_aug(self.host.module(), self.tdr, frozen(at), page))
    }

    fn range_block(&self, at: &Frozen<PrivateEpt, Occupied>) -> Outcome<RangeBlock> {
        outcome::range_block(mem::range_block(self.host.module(), self.tdr, frozen(at)))
    }

    fn range_unblock(&self, at: &Tracked<PrivateEpt>) -> Outcome<RangeUnblock> {
        outcome::range_unblock(mem::range_unblock(self.host.module(), self.tdr, tracked(at)))
    }

    fn track(&self) -> Outcome<Track> {
        outcome::track(mem::track(self.host.module(), self.tdr))
    }

    fn page_remove(&self, at: &Tracked<PrivateEpt>) -> Outcome<PageRemove> {
        outcome::page_remove(mem::page_remove(self.host.module(), self.tdr, tracked(at)))
    }

    fn sept_remove(&self, at: &Drained<PrivateEpt>) -> Outcome<SeptRemove> {
        let answer = mem::sept_remove(self.host.module(), self.tdr, tracked(at.entry()));
        outcome::sept_remove(answer, |page| self.partner(page))
    }

    fn page_demote(&self, at: &Tracked<PrivateEpt>, table: &Filled<PrivateEpt>) -> Outcome<PageDemote> {
        let at = tracked(at);
        outcome::page_demote(mem::page_demote(self.host.module(), self.tdr, at, table.page()), at)
    }

    fn page_promote(&self, at: &Tracked<PrivateEpt>) -> Outcome<PagePromote> {
        let at = tracked(at);
        outcome::page_promote(mem::page_promote(self.host.module(), self.tdr, at), at, |page| self.partner(page))
    }

    fn page_reclaim(&self, page: Hpa) -> Outcome<PageReclaim> {
        outcome::page_reclaim(phymem::page_reclaim(self.host.module(), page), |record| {
            // Pages of tables go straight to the allocator. No cache has lines of them: the key is gone.
            if record.page_type() == Some(PageType::Ept) {
                self.host.clear(page);
            }
        })
    }
}
