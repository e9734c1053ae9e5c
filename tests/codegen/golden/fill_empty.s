# rustc 1.95.0 (59807616e 2026-04-14)
# 13 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    add rsi, qword ptr [rdi]
.L1:
    mov rdx, qword ptr [rsi + 8*rax]
    neg rdx
    jno .L2
    mov qword ptr [rsi + 8*rax], r8
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 13 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    add rsi, qword ptr [rdi]
.L1:
    mov rdx, qword ptr [rsi + 8*rax]
    test rdx, rdx
    jne .L2
    mov qword ptr [rsi + 8*rax], r8
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 17 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    movabs rdx, 4503598553628672
    and r9, rdx
    or r9, r8
    add rsi, qword ptr [rdi]
.L1:
    mov rdx, qword ptr [rsi + 8*rax]
    test rdx, rdx
    jne .L2
    mov qword ptr [rsi + 8*rax], r9
    add r9, 1073741824
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 17 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    movabs rdx, 4503599625273344
    and r9, rdx
    or r9, r8
    add rsi, qword ptr [rdi]
.L1:
    mov rdx, qword ptr [rsi + 8*rax]
    neg rdx
    jno .L2
    mov qword ptr [rsi + 8*rax], r9
    add r9, 2097152
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 17 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    movabs rdx, 4503599625273344
    and r9, rdx
    or r9, r8
    add rsi, qword ptr [rdi]
.L1:
    mov rdx, qword ptr [rsi + 8*rax]
    test rdx, rdx
    jne .L2
    mov qword ptr [rsi + 8*rax], r9
    add r9, 2097152
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 17 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    movabs rdx, 4503599627366400
    and r9, rdx
    or r9, r8
    add rsi, qword ptr [rdi]
.L1:
    mov rdx, qword ptr [rsi + 8*rax]
    neg rdx
    jno .L2
    mov qword ptr [rsi + 8*rax], r9
    add r9, 4096
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 17 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    movabs rdx, 4503599627366400
    and r9, rdx
    or r9, r8
    add rsi, qword ptr [rdi]
.L1:
    mov rdx, qword ptr [rsi + 8*rax]
    test rdx, rdx
    jne .L2
    mov qword ptr [rsi + 8*rax], r9
    add r9, 4096
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 14 instructions
twin_fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    add rdi, rsi
.L1:
    mov rdx, qword ptr [rdi + 8*rax]
    test rdx, rdx
    jne .L2
    mov qword ptr [rdi + 8*rax], r8
    add r8, 4096
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret
