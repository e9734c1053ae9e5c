# rustc 1.95.0 (59807616e 2026-04-14)
# 4 instructions, 4 on the longest path
set_writable:
    and rdi, -3
    mov eax, esi
    lea rax, [rdi + 2*rax]
    ret

# 4 instructions, 4 on the longest path
twin_writable:
    and rdi, -3
    mov eax, esi
    lea rax, [rdi + 2*rax]
    ret
