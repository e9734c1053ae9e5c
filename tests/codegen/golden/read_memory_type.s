# rustc 1.95.0 (59807616e 2026-04-14)
# 5 instructions, 5 on the longest path
read_memory_type:
    mov rcx, rdi
    and cl, 56
    movabs rax, 506097522981667072
    shr rax, cl
    ret

# 5 instructions, 5 on the longest path
twin_memory_type:
    mov rcx, rdi
    and cl, 56
    movabs rax, 506097522981667072
    shr rax, cl
    ret
