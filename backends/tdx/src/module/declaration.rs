//! The declaration. Leaves and states by their names in the TDX module 1.5 ABI specification; op-states by those of
//! `TDCS.OP_STATE`.

use pt_macros::page_tables;

/// The Secure EPT as the TDX module keeps it.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod sept {
    use pt_core::{Bits, Hpa};

    /// Levels of the Secure EPT. The module merges pages up to 1 GiB.
    #[levels]
    pub enum Level {
        #[level(index = 48..=51, table)]       Pml5,
        #[level(index = 39..=47, table)]       Pml4,
        #[level(index = 30..=38, table, leaf)] Pdpt,
        #[level(index = 21..=29, table, leaf)] Pd,
        #[level(index = 12..=20, leaf)]        Pt,
    }

    /// Width of guest-physical addresses: GPAW of `TD_PARAMS.CONFIG_FLAGS`, and the levels of EPTP.
    #[geometry]
    pub enum Gpaw {
        /// 48 bits, four levels.
        #[root(Pml4, split(bit = 47, shared = 1))]             Bits48,
        /// 48 bits, five levels.
        #[root(Pml5, width = 48, split(bit = 47, shared = 1))] Bits48FiveLevels,
        /// 52 bits, five levels.
        #[root(Pml5, split(bit = 51, shared = 1))]             Bits52,
    }

    /// An entry that maps a page. Bit 7 is set at every size.
    #[entry(leaf, levels(Pdpt, Pd, Pt), state = SeptState, ignored(8), reserved(10, 62))]
    pub struct SeptLeaf {
        #[bits(0, allows = read)]                                 read: bool,
        #[bits(1, allows = write)]                                write: bool,
        #[bits(2, allows = execute)]                              execute: bool,
        /// 6, write-back.
        #[bits(3..=5, default = 6)]                               memory_type: Bits<3>,
        #[bits([9, 53..=56, 6..=7], default = Mapped)]            state: SeptState,
        /// TDEL: a leaf of the host or of the guest works on the entry.
        #[bits(11)]                                               locked: bool,
        /// The 4 KiB chunks of a pending 2 MiB page that TDG.MEM.PAGE.ACCEPT has cleared.
        #[bits(12..=20, levels(Pd))]                              accept_counter: Bits<9>,
        #[bits(12..=51, levels(Pdpt, Pt), frame)]
        #[bits(21..=51, levels(Pd), frame)]                       frame: Hpa,
        /// TDHP: the host failed to lock the entry, and goes first.
        #[bits(52)]                                               host_priority: bool,
        #[bits(57)]                                               verify_paging_writes: bool,
        /// Which nested VMs alias the page, one bit each; PW and SSS (bits 58 and 60) where there are none.
        #[bits(58..=60)]                                          aliases: Bits<3>,
        #[bits(61)]                                               unpinned: bool,
        #[bits(63, default = true)]                               suppress_ve: bool,
    }

    /// An entry that points to a table.
    #[entry(table, levels(Pml5, Pml4, Pdpt, Pd), state = SeptState, ignored(8), reserved(3..=5, 10, 57..=62))]
    pub struct SeptTable {
        #[bits(0, allows = read, default = true)]                 read: bool,
        #[bits(1, allows = write, default = true)]                write: bool,
        #[bits(2, allows = execute, default = true)]              execute: bool,
        #[bits([9, 53..=56, 6..=7], default = NlMapped)]          state: SeptState,
        #[bits(11)]                                               locked: bool,
        #[bits(12..=51, frame)]                                   table: Hpa,
        #[bits(52)]                                               host_priority: bool,
        #[bits(63, default = true)]                               suppress_ve: bool,
    }

    /// An entry that points to nothing. It is not zero.
    #[entry(absent, levels(Pml5, Pml4, Pdpt, Pd, Pt), state = SeptState,
            reserved(0..=5, 10, 45..=51, 57..=62), ignored(8))]
    pub struct SeptAbsent {
        #[bits([9, 53..=56, 6..=7], default = Free)]              state: SeptState,
        #[bits(11)]                                               locked: bool,
        /// The migration epoch in which the page was removed, while the TD is imported.
        #[bits(12..=43)]                                          migration_epoch: Bits<32>,
        #[bits(44)]                                               migration_epoch_is_valid: bool,
        #[bits(52)]                                               host_priority: bool,
        #[bits(63, default = true)]                               suppress_ve: bool,
    }

    /// The table that the module keeps, and that CPUs translate with.
    #[table(protected, used_by(cpu), entries(SeptLeaf, SeptTable, SeptAbsent), owner = "the TDX module",
            states = SeptState, operations = SeptOperation, phases = OpState)]
    pub struct ModuleSept;

    /// `TDCS.OP_STATE`: how far the life of a TD has come.
    #[phases(ModuleSept, tracked = Runnable | LiveExport | LiveImport,
             importing = MemoryImport | StateImport | PostImport | LiveImport,
             settled = !(Uninitialized | MemoryImport | StateImport | FailedImport))]
    pub enum OpState {
        Uninitialized = 0, Initialized = 1, Runnable = 2, LiveExport = 3, PausedExport = 4, PostExport = 5,
        MemoryImport = 6, StateImport = 7, PostImport = 8, LiveImport = 9, FailedImport = 10,
    }

    /// The host leaves that act on an entry or depend on the op-state, by their numbers.
    #[operations(ModuleSept)]
    pub enum SeptOperation {
        /// TDH.VP.ENTER.
        #[operation(other, during(tracked))]                                VpEnter = 0,
        /// TDH.MNG.ADDCX, of pages beyond those that a TD needs.
        #[operation(other, during(Uninitialized))]                          MngAddcx = 1,
        /// TDH.MEM.PAGE.ADD.
        #[operation(levels(Pt), during(Initialized))]                       PageAdd = 2,
        /// TDH.MEM.SEPT.ADD. The entry is the one that will point to the table.
        #[operation(levels(Pd, Pdpt, Pml4, Pml5), during(Initialized | Runnable | LiveExport | importing))] SeptAdd = 3,
        /// TDH.VP.ADDCX.
        #[operation(other, during(Initialized | StateImport))]              VpAddcx = 4,
        /// TDH.MEM.PAGE.RELOCATE.
        #[operation(levels(Pt), during(settled))]                           PageRelocate = 5,
        /// TDH.MEM.PAGE.AUG.
        #[operation(levels(Pt, Pd), during(Initialized | tracked))]         PageAug = 6,
        /// TDH.MEM.RANGE.BLOCK.
        #[operation(during(settled))]                                       RangeBlock = 7,
        /// TDH.VP.CREATE.
        #[operation(other, during(Initialized | StateImport))]              VpCreate = 10,
        /// TDH.MEM.RD.
        #[operation(levels(Pt, Pd, Pdpt), during(!Uninitialized))]          MemRd = 12,
        /// TDH.MEM.WR.
        #[operation(levels(Pt, Pd, Pdpt), during(!(Uninitialized | PausedExport | PostExport)))] MemWr = 14,
        /// TDH.MEM.PAGE.DEMOTE.
        #[operation(levels(Pd, Pdpt), during(settled))]                     PageDemote = 15,
        /// TDH.MR.EXTEND.
        #[operation(levels(Pt, Pd, Pdpt), during(Initialized))]             MrExtend = 16,
        /// TDH.MR.FINALIZE.
        #[operation(other, during(Initialized))]                            MrFinalize = 17,
        /// TDH.MNG.INIT.
        #[operation(other, during(Uninitialized))]                          MngInit = 21,
        /// TDH.VP.INIT.
        #[operation(other, during(Initialized))]                            VpInit = 22,
        /// TDH.MEM.PAGE.PROMOTE.
        #[operation(levels(Pd, Pdpt), during(settled))]                     PagePromote = 23,
        /// TDH.MEM.SEPT.RD.
        #[operation(during(!Uninitialized))]                                SeptRd = 25,
        /// TDH.MEM.PAGE.REMOVE.
        #[operation(levels(Pt, Pd, Pdpt), during(settled | FailedImport))]  PageRemove = 29,
        /// TDH.MEM.SEPT.REMOVE. The entry is the one that points to the table.
        #[operation(levels(Pd, Pdpt, Pml4, Pml5), during(!Uninitialized))]  SeptRemove = 30,
        /// TDH.MEM.TRACK.
        #[operation(track, during(!(Uninitialized | FailedImport)))]        Track = 38,
        /// TDH.MEM.RANGE.UNBLOCK.
        #[operation(during(settled))]                                       RangeUnblock = 39,
        /// TDH.EXPORT.BLOCKW.
        ExportBlockw = 65,
        /// TDH.EXPORT.RESTORE.
        ExportRestore = 66,
        /// TDH.EXPORT.MEM.
        ExportMem = 68,
        /// TDH.EXPORT.UNBLOCKW.
        ExportUnblockw = 75,
        /// TDH.IMPORT.MEM.
        ImportMem = 83,
    }

    /// The life of one entry, by the module's own codes: bits 9, 53 to 56, 6 and 7 of the entry.
    #[states(ModuleSept)]
    pub enum SeptState {
        #[state(absent, initial)] #[to(Free, by = SeptRd)]
        #[to(NlMapped, by = SeptAdd)] #[to(Mapped, by = PageAdd | ImportMem)] #[to(Pending, by = PageAug | ImportMem)]
        #[to(Removed, by = ImportMem)]
        Free = 0x0e,
        /// The page was removed while the TD was imported.
        #[state(absent)] #[to(Removed, by = SeptRd | ImportMem)]
        #[to(Mapped, by = ImportMem)] #[to(Pending, by = PageAug | ImportMem)]
        Removed = 0x0c,
        #[state(table, accessible)] #[to(NlMapped, by = SeptAdd | SeptRd)]
        #[to(NlBlocked, by = RangeBlock)] #[to(Free, by = SeptRemove, during(!tracked))]
        #[to(Mapped, by = PagePromote, during(!tracked))] #[to(Pending, by = PagePromote, during(!tracked))]
        NlMapped = 0x00,
        #[state(table, blocked)] #[to(NlBlocked, by = SeptRd)]
        #[to(NlMapped, by = RangeUnblock, after(track))] #[to(Free, by = SeptRemove, after(track))]
        #[to(Mapped, by = PagePromote, after(track))] #[to(Pending, by = PagePromote, after(track))]
        NlBlocked = 0x08,
        #[state(leaf, accessible)]
        #[to(Mapped, by = SeptRd | MemRd | MemWr | MrExtend | ImportMem | guest::attr_rd | guest::attr_wr)]
        #[to(Blocked, by = RangeBlock)] #[to(Mapped, by = PageRelocate, during(!tracked))]
        #[to(Free, by = PageRemove, during(!tracked & !importing))]
        #[to(Removed, by = PageRemove, during(!tracked & importing))]
        #[to(NlMapped, by = PageDemote, during(!tracked))]
        #[to(BlockedW, by = ExportBlockw)] #[to(ExportedBlockedW, by = ExportMem, during(PausedExport))]
        #[to(Pending, by = ImportMem)] #[to(Removed, by = ImportMem)]
        Mapped = 0x60,
        #[state(leaf, blocked)] #[to(Blocked, by = SeptRd)]
        #[to(Mapped, by = RangeUnblock | PageRelocate, after(track))] #[to(NlMapped, by = PageDemote, after(track))]
        #[to(Free, by = PageRemove, during(!importing), after(track))]
        #[to(Removed, by = PageRemove, during(importing), after(track))]
        Blocked = 0x68,
        /// Blocked for writing, as all that ends in `BlockedW`, so that it can be exported.
        #[state(leaf, accessible)] #[to(BlockedW, by = SeptRd | MemRd | guest::attr_rd)]
        #[to(Blocked, by = RangeBlock)] #[to(BlockedW, by = PageRelocate, during(!tracked))]
        #[to(Free, by = PageRemove, during(!tracked & !importing))]
        #[to(Removed, by = PageRemove, during(!tracked & importing))]
        #[to(Mapped, by = ExportUnblockw)] #[to(ExportedBlockedW, by = ExportMem)]
        BlockedW = 0x64,
        #[state(leaf, accessible)]
        #[to(ExportedBlockedW, by = SeptRd | MemRd | PageRelocate | guest::attr_rd)]
        #[to(ExportedDirty, by = ExportUnblockw)] #[to(Mapped, by = ExportRestore | ExportMem)]
        ExportedBlockedW = 0x66,
        /// Written since it was exported, as all that has `Dirty` in its name.
        #[state(leaf, accessible)]
        #[to(ExportedDirty, by = SeptRd | MemRd | MemWr | guest::attr_rd | guest::attr_wr)]
        #[to(ExportedDirty, by = PageRelocate, during(!tracked))] #[to(ExportedDirtyBlockedW, by = ExportBlockw)]
        #[to(ExportedBlockedW, by = ExportMem)] #[to(Mapped, by = ExportRestore | ExportMem)]
        ExportedDirty = 0x63,
        #[state(leaf, accessible)] #[to(ExportedDirtyBlockedW, by = SeptRd | MemRd | guest::attr_rd)]
        #[to(ExportedDirtyBlockedW, by = PageRelocate, during(!tracked))] #[to(ExportedDirty, by = ExportUnblockw)]
        #[to(ExportedBlockedW, by = ExportMem)] #[to(Mapped, by = ExportRestore | ExportMem)]
        ExportedDirtyBlockedW = 0x67,
        /// The guest has not accepted the page, as all that begins with `Pending`.
        #[state(leaf)] #[to(Pending, by = SeptRd | ImportMem | guest::attr_rd | guest::attr_wr)]
        #[to(Mapped, by = guest::accept)]
        #[to(PendingBlocked, by = RangeBlock)] #[to(Pending, by = PageRelocate, during(!tracked))]
        #[to(Free, by = PageRemove, during(!tracked & !importing))]
        #[to(Removed, by = PageRemove, during(!tracked & importing))]
        #[to(NlMapped, by = PageDemote, during(!tracked))]
        #[to(PendingBlockedW, by = ExportBlockw)] #[to(PendingExportedBlockedW, by = ExportMem, during(PausedExport))]
        #[to(Mapped, by = ImportMem)] #[to(Removed, by = ImportMem)]
        Pending = 0x70,
        #[state(leaf, blocked)] #[to(PendingBlocked, by = SeptRd)]
        #[to(Pending, by = RangeUnblock | PageRelocate, after(track))] #[to(NlMapped, by = PageDemote, after(track))]
        #[to(Free, by = PageRemove, during(!importing), after(track))]
        #[to(Removed, by = PageRemove, during(importing), after(track))]
        PendingBlocked = 0x78,
        #[state(leaf)] #[to(PendingBlockedW, by = SeptRd | guest::attr_rd)]
        #[to(PendingBlocked, by = RangeBlock)] #[to(PendingBlockedW, by = PageRelocate, during(!tracked))]
        #[to(Free, by = PageRemove, during(!tracked & !importing))]
        #[to(Removed, by = PageRemove, during(!tracked & importing))]
        #[to(Pending, by = ExportUnblockw)] #[to(PendingExportedBlockedW, by = ExportMem)]
        PendingBlockedW = 0x74,
        #[state(leaf)] #[to(PendingExportedBlockedW, by = SeptRd | PageRelocate | guest::attr_rd)]
        #[to(PendingExportedDirty, by = ExportUnblockw)] #[to(Pending, by = ExportRestore | ExportMem)]
        PendingExportedBlockedW = 0x76,
        #[state(leaf)] #[to(PendingExportedDirty, by = SeptRd | guest::attr_rd | guest::attr_wr)]
        #[to(ExportedDirty, by = guest::accept)]
        #[to(PendingExportedDirty, by = PageRelocate, during(!tracked))]
        #[to(PendingExportedDirtyBlockedW, by = ExportBlockw)]
        #[to(PendingExportedBlockedW, by = ExportMem)] #[to(Pending, by = ExportRestore | ExportMem)]
        PendingExportedDirty = 0x73,
        #[state(leaf)] #[to(PendingExportedDirtyBlockedW, by = SeptRd | guest::attr_rd)]
        #[to(PendingExportedDirtyBlockedW, by = PageRelocate, during(!tracked))]
        #[to(PendingExportedDirty, by = ExportUnblockw)]
        #[to(PendingExportedBlockedW, by = ExportMem)] #[to(Pending, by = ExportRestore | ExportMem)]
        PendingExportedDirtyBlockedW = 0x77,
    }
}
