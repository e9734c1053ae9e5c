//! Intel EPT: 4- and 5-level extended page tables, declared.
//!
//! Sources: Intel SDM volume 3C chapter 29.3 (EPT), 25.6.11 (EPTP).
#![no_std]
#![forbid(unsafe_code)]

use pt_macros::page_tables;

/// Extended page tables.
#[rustfmt::skip] // one field a line, in columns, as the manuals draw them
#[page_tables]
pub mod ept {
    use pt_core::Hpa;
    use pt_core::flush::Invept;

    /// Levels, SDM 3C 29.3.2.
    #[levels]
    pub enum Level {
        #[level(index = 48..=56, table)]       Pml5,
        #[level(index = 39..=47, table)]       Pml4,
        #[level(index = 30..=38, table, leaf(if = pages_1g))] Pdpt,
        #[level(index = 21..=29, table, leaf(if = pages_2m))] Pd,
        #[level(index = 12..=20, leaf)]        Pt,
    }

    /// The page-walk length, EPTP bits 5:3 plus one. Guest-physical addresses are not sign-extended.
    #[geometry(space = Guest)]
    pub enum WalkLength {
        /// 48 bits.
        #[root(Pml4)] FourLevels,
        /// 57 bits.
        #[root(Pml5)] FiveLevels,
    }

    /// What the CPU has, and what the VMCS switches on.
    #[config]
    pub struct Capabilities {
        /// 2-MiB pages, `IA32_VMX_EPT_VPID_CAP` bit 16.
        pages_2m: bool,
        /// 1-GiB pages, bit 17.
        pages_1g: bool,
        /// Pages that may be executed and not read, bit 0.
        execute_only: bool,
        /// Accessed and dirty flags, EPTP bit 6.
        accessed_dirty: bool,
        /// Mode-based execute control: fetches of user code have a permission of their own.
        mode_based_execute: bool,
        /// Guest-paging verification.
        guest_paging_verification: bool,
        /// EPT paging-write control.
        paging_write_control: bool,
        /// Control of supervisor shadow-stack pages, EPTP bit 7.
        shadow_stack_control: bool,
        /// Sub-page write permissions.
        sub_page_permissions: bool,
        /// MAXPHYADDR.
        #[frames(width = 36..=52)] phys_bits: u32,
    }

    /// EPT memory types, SDM 3C 29.3.7. The other three values are misconfigurations.
    #[values]
    pub enum MemoryType { Uncacheable = 0, WriteCombining = 1, WriteThrough = 4, WriteProtected = 5, WriteBack = 6 }

    /// An entry that maps a page, SDM 3C tables 29-3, 29-5 and 29-7.
    #[entry(leaf, levels(Pdpt, Pd, Pt), present = read | write | execute | user_execute,
            software(11, 52..=56, 59, 62), software(61, levels(Pdpt, Pd)),
            illegal(write & !read), illegal(memory_type = 2 | 3 | 7), illegal(execute & !read, if = !execute_only),
            illegal(user_execute & !read, if = mode_based_execute & !execute_only))]
    pub struct EptLeaf {
        #[bits(0, allows = read)]                    read: bool,
        #[bits(1, allows = write)]                   write: bool,
        #[bits(2, allows = execute)]                 execute: bool,
        #[bits(3..=5, default = WriteBack)]          memory_type: MemoryType,
        #[bits(6)]                                   ignore_pat: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 1)]
        #[bits(7, levels(Pt), ignored)]              page_size: (),
        #[bits(8, hardware = accessed, if = accessed_dirty, else = ignored)] accessed: bool,
        #[bits(9, hardware = dirty, if = accessed_dirty, else = ignored)]    dirty: bool,
        #[bits(10, allows = user_execute, if = mode_based_execute, else = ignored)] user_execute: bool,
        #[bits(12..=51, frame)]                      frame: Hpa,
        #[bits(57, if = guest_paging_verification, else = software)] verify_guest_paging: bool,
        #[bits(58, if = paging_write_control, else = software)]      paging_write: bool,
        #[bits(60, if = shadow_stack_control, else = software)]      supervisor_shadow_stack: bool,
        #[bits(61, levels(Pt), if = sub_page_permissions, else = software)] sub_page_write: bool,
        #[bits(63, absent = 1, default = 1)]         suppress_ve: bool,
    }

    /// An entry that points to a table, SDM 3C tables 29-1, 29-2, 29-4 and 29-6.
    #[entry(table, levels(Pml5, Pml4, Pdpt, Pd), present = read | write | execute | user_execute,
            reserved(3..=6), software(9, 11, 52..=62),
            illegal(write & !read), illegal(execute & !read, if = !execute_only),
            illegal(user_execute & !read, if = mode_based_execute & !execute_only))]
    pub struct EptTable {
        #[bits(0, allows = read, default = 1)]       read: bool,
        #[bits(1, allows = write, default = 1)]      write: bool,
        #[bits(2, allows = execute, default = 1)]    execute: bool,
        #[bits(7, levels(Pdpt, Pd), tag = 0)]
        #[bits(7, levels(Pml5, Pml4), reserved)]     page_size: (),
        #[bits(8, hardware = accessed, if = accessed_dirty, else = ignored)] accessed: bool,
        #[bits(10, allows = user_execute, default = 1, if = mode_based_execute, else = ignored)] user_execute: bool,
        #[bits(12..=51, frame)]                      table: Hpa,
        #[bits(63, absent = 1, default = 1)]         suppress_ve: bool,
    }

    /// Maps the memory of a guest.
    #[table(guest, visible_to(vmm), used_by(cpu), entries(EptLeaf, EptTable), flush = Invept)]
    pub struct Ept;
}

pub use ept::*;
