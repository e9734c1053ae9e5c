// The executor of the Arm environment: it answers questions at EL2, with its own translation off.
//
// QEMU enters at _start. A question is one of
//
//   AT S1E1R …, AT S12E0W        the MMU translates, and says where to or why not in PAR_EL1      (C5.5, D24.2.124)
//   a load, store or fetch       of code at EL1 or EL0, in the stub page that every tree maps     (D8.2)
//
// Sections are those of the Arm ARM (DDI 0487). An exception that such an access takes to EL1 comes here by the
// vectors in the stub page. What is shared with the host, in 64-bit words:
//
//   header     0 questions   1 state   2..5 ESR, ELR, FAR, SPSR of an unexpected exception   6 first question
//   context    0 SCTLR_EL1   1 TCR_EL1   2 TTBR0_EL1   3 TTBR1_EL1   4 MAIR_EL1   5 HCR_EL2   6 VTCR_EL2   7 VTTBR_EL2
//   question   0 operation   1 context   2 address   3 value to store
//   answer     4 PAR_EL1, or ESR   5 FAR   6 HPFAR_EL2   7 value that was loaded   8 ELR
//              9 the exception level that took the exception: 1 or 2
//
// An operation is the number of an entry of `operations`.
.arch armv8.2-a

.equ SHARED, 0x40300000
.equ QUESTION_BYTES, 96
.equ STUB, 0x1000               // where every tree maps the stub page
.equ STUB_OFFSET, 0x11000       // and where it is in here: at the same offset in pages of 4, 16 and 64 KiB
.equ EL1H, 0x3c5                // SPSR: EL1 with its own stack pointer, interrupts masked
.equ EL0T, 0x3c0
.equ EC_HVC, 0x16
.equ SYSTEM_OFF, 0x84000008     // PSCI 5.10

// x20 header, x21 questions left, x22 question, x23 context in effect
.globl _start
_start:
    adr     x0, vectors
    msr     vbar_el2, x0
    mov     x0, #STUB + 0x800
    msr     vbar_el1, x0
    ldr     x20, =SHARED
    ldr     x21, [x20]
    ldr     x22, [x20, #48]
    mov     x23, #0
    mov     x0, #1
    str     x0, [x20, #8]
next:
    cbz     x21, done
    ldr     x4, [x22, #8]
    cmp     x4, x23
    b.eq    in_context
    mov     x23, x4
    ldp     x0, x1, [x23]
    msr     sctlr_el1, x0
    msr     tcr_el1, x1
    ldp     x0, x1, [x23, #16]
    msr     ttbr0_el1, x0
    msr     ttbr1_el1, x1
    ldp     x0, x1, [x23, #32]
    msr     mair_el1, x0
    msr     hcr_el2, x1
    ldp     x0, x1, [x23, #48]
    msr     vtcr_el2, x0
    msr     vttbr_el2, x1
    isb
    tlbi    alle1
    dsb     sy
    isb
in_context:
    ldr     x2, [x22]
    ldp     x0, x1, [x22, #16]
    adr     x3, operations
    add     x3, x3, x2, lsl #3
    br      x3

.macro translate operation
    at      \operation, x0
    b       translated
.endm
.macro access level, routine
    mov     x4, #\routine - stub
    b       at_\level
.endm
operations:
    translate s1e1r             // 0
    translate s1e1w
    translate s1e0r
    translate s1e0w
    translate s12e1r            // 4
    translate s12e1w
    translate s12e0r
    translate s12e0w
    access  el1, load_el1       // 8
    access  el1, store_el1
    access  el1, fetch
    access  el0, load_el0       // 11
    access  el0, store_el0
    access  el0, fetch

at_el1:
    mov     x5, #EL1H
    b       enter
at_el0:
    mov     x5, #EL0T
enter:
    add     x4, x4, #STUB
    msr     elr_el2, x4
    msr     spsr_el2, x5
    eret

translated:
    isb
    mrs     x2, par_el1
    str     x2, [x22, #32]
    b       answered

// An exception from EL1 or EL0. HVC 0 is the end of an access that was let through, HVC 1 is that of the vectors of EL1.
lower:
    mrs     x2, esr_el2
    lsr     x3, x2, #26
    cmp     x3, #EC_HVC
    b.ne    taken_to_el2
    and     x3, x2, #0xffff
    cbz     x3, taken_to_el2
    cmp     x3, #1
    b.ne    unexpected
    mrs     x2, esr_el1
    mrs     x3, far_el1
    mrs     x4, elr_el1
    mov     x5, #1
    b       taken
taken_to_el2:
    mrs     x3, far_el2
    mrs     x4, elr_el2
    mov     x5, #2
taken:
    str     x2, [x22, #32]
    str     x3, [x22, #40]
    mrs     x2, hpfar_el2
    str     x2, [x22, #48]
    str     x1, [x22, #56]
    str     x4, [x22, #64]
    str     x5, [x22, #72]
answered:
    add     x22, x22, #QUESTION_BYTES
    sub     x21, x21, #1
    b       next

unexpected:
    mrs     x0, esr_el2
    mrs     x1, elr_el2
    stp     x0, x1, [x20, #16]
    mrs     x0, far_el2
    mrs     x1, spsr_el2
    stp     x0, x1, [x20, #32]
    mov     x0, #3
    b       end
done:
    mov     x0, #2
end:
    str     x0, [x20, #8]
    dsb     sy
    ldr     x0, =SYSTEM_OFF
    smc     #0                  // QEMU implements PSCI behind SMC for a guest that owns EL2
1:  wfi
    b       1b
.ltorg

// Of the vectors of EL2 (D1.3.1) only that of synchronous exceptions from a lower level in AArch64 is expected.
.macro vector target
    .balign 128
    b       \target
.endm
.balign 2048
vectors:
    .rept 8
    vector  unexpected
    .endr
    vector  lower
    .rept 7
    vector  unexpected
    .endr

// The stub page. It is mapped so that EL1 and EL0 can execute and read it, and write it not.
.org _start + STUB_OFFSET
stub:
load_el1:
    ldr     x1, [x0]
    hvc     #0
store_el1:
    str     x1, [x0]
    hvc     #0
load_el0:
    ldr     x1, [x0]
    svc     #0                  // EL0 has no HVC
store_el0:
    str     x1, [x0]
    svc     #0
fetch:
    br      x0

// The vectors of EL1: synchronous exceptions, from EL1 and from EL0, are passed on.
.org stub + 0x800
    .rept 4
    .balign 128
    hvc     #2
    .endr
    .balign 128
    hvc     #1
    .rept 3
    .balign 128
    hvc     #2
    .endr
    .balign 128
    hvc     #1
    .rept 7
    .balign 128
    hvc     #2
    .endr
