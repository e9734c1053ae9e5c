//! The virtual machine control block: what the CPU reads at `VMRUN` and writes at an exit, AMD APM volume 2, appendix B.

use core::mem::offset_of;

/// One page, of which the CPU uses two areas.
#[repr(C, align(4096))]
#[derive(Debug)]
pub struct Vmcb {
    /// What the guest may do, and why it came back. Table B-1.
    pub control: ControlArea,
    reserved: [u8; 0x400 - size_of::<ControlArea>()],
    /// The guest's registers, as far as `VMRUN` loads them. Table B-2.
    pub save: SaveArea,
    rest: [u8; 0xC00 - size_of::<SaveArea>()],
}

/// Table B-1.
#[repr(C)]
#[derive(Debug, Default)]
pub struct ControlArea {
    /// Reads of control registers 0 to 15, and writes of them, from bit 16 on.
    pub intercept_control_registers: u32,
    /// The same for debug registers.
    pub intercept_debug_registers: u32,
    /// Exceptions, by their vector.
    pub intercept_exceptions: u32,
    /// Interrupts and instructions: see [`intercept`](Self::INTERCEPT_HLT).
    pub intercept_instructions: u32,
    /// SVM's own instructions, and others.
    pub intercept_svm_instructions: u32,
    intercept_more: u32,
    reserved_18: [u64; 4],
    reserved_38: u32,
    pause_filter: u32,
    io_permissions: u64,
    msr_permissions: u64,
    tsc_offset: u64,
    /// The tag of the guest's translations in the TLB. Not zero, which is the host's.
    pub asid: u32,
    /// What the TLB forgets at the next `VMRUN`.
    pub tlb_control: TlbControl,
    reserved_5d: [u8; 3],
    virtual_interrupts: u64,
    interrupt_shadow: u64,
    /// Why the guest came back, appendix C.
    pub exit_code: u64,
    /// More of it: an error code, say.
    pub exit_info_1: u64,
    /// More of it: an address, say.
    pub exit_info_2: u64,
    /// The event that the exit interrupted.
    pub exit_interrupt_info: u64,
    /// Bit 0: nested paging is on.
    pub nested_paging: u64,
    avic_bar: u64,
    ghcb: u64,
    /// An event that the guest finds when it begins.
    pub event_injection: u64,
    /// The root of the nested page tables.
    pub nested_cr3: u64,
    lbr_virtualization: u64,
    /// What the CPU may still have cached of this VMCB. Zero: nothing.
    pub clean: u64,
    /// Where the guest goes on after the instruction that was intercepted.
    pub next_rip: u64,
    fetched: [u8; 16],
}

impl ControlArea {
    /// Page faults, among the exceptions.
    pub const INTERCEPT_PAGE_FAULT: u32 = 1 << 14;
    /// The instruction `HLT`, among the instructions.
    pub const INTERCEPT_HLT: u32 = 1 << 24;
    /// A shutdown of the guest: a triple fault.
    pub const INTERCEPT_SHUTDOWN: u32 = 1 << 31;
    /// The instruction `VMRUN`, among SVM's. `VMRUN` refuses a guest for which it is not intercepted, 15.5.1.
    pub const INTERCEPT_VMRUN: u32 = 1 << 0;
    /// The instruction `VMMCALL`: the guest calls the host.
    pub const INTERCEPT_VMMCALL: u32 = 1 << 1;
}

/// What the TLB forgets at `VMRUN`, 15.16.
#[repr(u8)]
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum TlbControl {
    /// Nothing.
    #[default]
    Keep = 0,
    /// Everything, of the host and of all guests. Every CPU with SVM can do it.
    FlushAll = 1,
    /// What is tagged by the ASID of this guest, if CPUID says `FlushByAsid`.
    FlushGuest = 3,
}

/// Table B-2, up to the last register that is used here.
#[repr(C)]
#[derive(Debug, Default)]
pub struct SaveArea {
    /// Data segments.
    pub es: Segment,
    /// The code segment.
    pub cs: Segment,
    /// The stack segment.
    pub ss: Segment,
    /// Data segments.
    pub ds: Segment,
    fs: Segment,
    gs: Segment,
    /// The table of segments: limit and base.
    pub gdtr: Segment,
    ldtr: Segment,
    /// The table of handlers: limit and base.
    pub idtr: Segment,
    tr: Segment,
    reserved_a0: [u64; 5],
    reserved_c8: [u8; 3],
    /// The privilege level.
    pub cpl: u8,
    reserved_cc: u32,
    /// Extended features. SVME has to be set.
    pub efer: u64,
    reserved_d8: [u64; 14],
    /// Control register 4.
    pub cr4: u64,
    /// Control register 3.
    pub cr3: u64,
    /// Control register 0.
    pub cr0: u64,
    /// Debug register 7.
    pub dr7: u64,
    /// Debug register 6.
    pub dr6: u64,
    /// Flags.
    pub rflags: u64,
    /// The next instruction.
    pub rip: u64,
    reserved_180: [u64; 11],
    /// The stack pointer.
    pub rsp: u64,
    reserved_1e0: [u64; 3],
    /// The one general register that `VMRUN` loads.
    pub rax: u64,
    reserved_200: [u64; 8],
    /// The address of the last page fault.
    pub cr2: u64,
    reserved_248: [u64; 4],
    /// The guest's page attribute table, which counts under nested paging, 15.25.
    pub pat: u64,
}

/// A segment register, 15.5.1.
#[repr(C)]
#[derive(Copy, Clone, Debug, Default)]
pub struct Segment {
    /// The selector.
    pub selector: u16,
    /// Bits 55 to 52 and 47 to 40 of the descriptor, joined.
    pub attributes: u16,
    /// The limit in bytes.
    pub limit: u32,
    /// The base.
    pub base: u64,
}

const _: () = {
    assert!(size_of::<Vmcb>() == 4096 && offset_of!(Vmcb, save) == 0x400);
    assert!(offset_of!(ControlArea, asid) == 0x58 && offset_of!(ControlArea, tlb_control) == 0x5C);
    assert!(offset_of!(ControlArea, exit_code) == 0x70 && offset_of!(ControlArea, nested_paging) == 0x90);
    assert!(offset_of!(ControlArea, event_injection) == 0xA8 && offset_of!(ControlArea, nested_cr3) == 0xB0);
    assert!(offset_of!(ControlArea, clean) == 0xC0 && offset_of!(ControlArea, next_rip) == 0xC8);
    assert!(offset_of!(SaveArea, cpl) == 0xCB && offset_of!(SaveArea, efer) == 0xD0);
    assert!(offset_of!(SaveArea, cr4) == 0x148 && offset_of!(SaveArea, rip) == 0x178);
    assert!(offset_of!(SaveArea, rsp) == 0x1D8 && offset_of!(SaveArea, rax) == 0x1F8);
    assert!(offset_of!(SaveArea, cr2) == 0x240 && offset_of!(SaveArea, pat) == 0x268);
};

impl Vmcb {
    /// A guest that is intercepted where it has to be, with nested page tables at `nested_cr3`. It has no state yet.
    #[must_use]
    pub fn new(nested_cr3: u64) -> Self {
        let control = ControlArea {
            intercept_exceptions: ControlArea::INTERCEPT_PAGE_FAULT,
            intercept_instructions: ControlArea::INTERCEPT_HLT | ControlArea::INTERCEPT_SHUTDOWN,
            intercept_svm_instructions: ControlArea::INTERCEPT_VMRUN | ControlArea::INTERCEPT_VMMCALL,
            asid: 1,
            tlb_control: TlbControl::FlushAll,
            nested_paging: 1,
            nested_cr3,
            ..ControlArea::default()
        };
        Self { control, reserved: [0; _], save: SaveArea::default(), rest: [0; _] }
    }
}
