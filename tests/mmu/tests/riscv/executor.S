# The executor of the RISC-V environment: it answers questions in machine mode, which translates nothing.
#
# QEMU enters at _start, the first byte of RAM. A question is one access at the privilege of somebody else:
#
#   supervisor, user     loads and stores by mstatus.MPRV, fetches by mret          (privileged 3.1.6.3)
#   guest, guest's user  loads and stores by HLV and HSV, fetches by mret with MPV  (privileged 18.3.3, 18.4.1)
#
# Sections are those of the privileged architecture 1.13. What is shared with the host, in 64-bit words:
#
#   header     0 questions   1 state   2..5 mcause, mtval, mepc, mstatus of an unexpected trap   6 first question
#   context    0 satp   1 vsatp   2 hgatp   3 bits of mstatus   4 vsstatus
#   question   0 operation   1 context   2 address   3 value to store
#   answer     4 mcause, or all ones if nothing trapped   5 mtval   6 mtval2   7 value that was loaded
#              8 mepc   9 satp or hgatp as it took effect   10 vsatp, if the access was a guest's
#
# An operation is a kind in bits 1:0 (0 load, 1 store, 2 fetch), bit 2 for the user's privilege, bit 3
# for a guest. A fetch that is let through finds an ecall, and ends with that.
.option norelax                 # no global pointer is set up
.option norvc                   # a trap vector is aligned to 4 bytes

.equ SHARED, 0x80100000
.equ QUESTION_BYTES, 96
.equ MPRV, 1 << 17
.equ MPP, 3 << 11
.equ MPP_S, 1 << 11
.equ SUM_MXR, (1 << 18) | (1 << 19)
.equ MPV_BIT, 39
.equ SPVP, 1 << 8
.equ PBMTE_BIT, 62

# s0 header, s1 questions left, s2 question, s3 context in effect; s4 is not 0 while a question's access is under way
.globl _start
_start:
    lla     t0, trap            # not la: a GOT is not part of the plain binary
    csrw    mtvec, t0
    li      t0, -1              # one PMP entry that allows everything: without any, S and U may access nothing (3.7.1)
    csrw    pmpaddr0, t0
    li      t0, 0x1f            # NAPOT, RWX
    csrw    pmpcfg0, t0
    csrw    medeleg, zero       # every trap comes here
    csrw    mideleg, zero
    li      t0, 1
    slli    t0, t0, PBMTE_BIT   # Svpbmt in both stages (3.1.18, 18.2.5)
    csrs    menvcfg, t0
    csrs    henvcfg, t0
    li      s0, SHARED
    ld      s1, 0(s0)
    ld      s2, 48(s0)
    li      s3, 0
    li      s4, 0
    li      t0, 1
    sd      t0, 8(s0)
next:
    beqz    s1, done
    ld      t0, 8(s2)
    beq     t0, s3, in_context
    mv      s3, t0
    ld      t0, 0(s3)
    csrw    satp, t0
    ld      t0, 8(s3)
    csrw    vsatp, t0
    ld      t0, 16(s3)
    csrw    hgatp, t0
    ld      t0, 32(s3)
    csrw    vsstatus, t0
    sfence.vma
    hfence.gvma
    hfence.vvma
in_context:
    ld      s5, 0(s2)           # operation
    ld      a0, 16(s2)          # address
    ld      a1, 24(s2)          # value
    li      t0, MPRV | MPP | SUM_MXR
    csrc    mstatus, t0
    li      t0, 1
    slli    t0, t0, MPV_BIT
    csrc    mstatus, t0
    ld      t0, 24(s3)
    csrs    mstatus, t0
    andi    s6, s5, 3           # kind
    li      s4, 1
    andi    t0, s5, 8
    bnez    t0, guest

    csrr    t0, satp
    sd      t0, 72(s2)
    andi    t0, s5, 4
    bnez    t0, 1f
    li      t0, MPP_S
    csrs    mstatus, t0
1:  li      t0, 2
    beq     s6, t0, fetch
    li      t0, MPRV
    bnez    s6, 2f
    csrs    mstatus, t0
    ld      a1, 0(a0)
    csrc    mstatus, t0
    j       through
2:  csrs    mstatus, t0
    sd      a1, 0(a0)
    csrc    mstatus, t0
    j       through

guest:
    csrr    t0, hgatp
    sd      t0, 72(s2)
    csrr    t0, vsatp
    sd      t0, 80(s2)
    li      t0, SPVP            # HLV and HSV act at the privilege of SPVP (18.2.1)
    csrs    hstatus, t0
    andi    t1, s5, 4
    beqz    t1, 1f
    csrc    hstatus, t0
1:  li      t0, 2
    beq     s6, t0, guest_fetch
    bnez    s6, 2f
    hlv.d   a1, (a0)
    j       through
2:  hsv.d   a1, (a0)
    j       through

guest_fetch:
    li      t0, 1
    slli    t0, t0, MPV_BIT
    csrs    mstatus, t0
    andi    t0, s5, 4
    bnez    t0, fetch
    li      t0, MPP_S
    csrs    mstatus, t0
fetch:
    csrw    mepc, a0
    mret

through:
    li      t0, -1
    sd      t0, 32(s2)
    sd      a1, 56(s2)
answered:
    li      s4, 0
    addi    s2, s2, QUESTION_BYTES
    addi    s1, s1, -1
    j       next

# A trap sets MPP to the mode that it came from, so that an MPRV that is still set changes nothing here: loads and
# stores are those of machine mode (3.1.6.3).
.balign 4
trap:
    beqz    s4, unexpected
    csrr    t0, mcause
    sd      t0, 32(s2)
    csrr    t0, mtval
    sd      t0, 40(s2)
    csrr    t0, mtval2
    sd      t0, 48(s2)
    csrr    t0, mepc
    sd      t0, 64(s2)
    j       answered

unexpected:
    csrr    t0, mcause
    sd      t0, 16(s0)
    csrr    t0, mtval
    sd      t0, 24(s0)
    csrr    t0, mepc
    sd      t0, 32(s0)
    csrr    t0, mstatus
    sd      t0, 40(s0)
    li      t0, 3
    j       end
done:
    li      t0, 2
end:
    sd      t0, 8(s0)
    fence
    li      t0, 0x100000        # the finisher of QEMU's virt machine: the word ends it, with success
    li      t1, 0x5555
    sw      t1, 0(t0)
1:  j       1b
