# rustc 1.95.0 (59807616e 2026-04-14)
# 16 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    add rsi, qword ptr [rdi]
.L1:
    mov rdx, qword ptr [rsi + 8*rax]
    neg rdx
    jno .L2
    mov rdx, qword ptr [r8 + 16]
    mov qword ptr [rsi + 8*rax], rdx
    mov rdx, qword ptr [r8 + 24]
    add qword ptr [r8 + 8], rdx
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 16 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    add rsi, qword ptr [rdi]
.L1:
    mov rdx, qword ptr [rsi + 8*rax]
    test rdx, rdx
    jne .L2
    mov rdx, qword ptr [r8 + 16]
    mov qword ptr [rsi + 8*rax], rdx
    mov rdx, qword ptr [r8 + 24]
    add qword ptr [r8 + 8], rdx
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 20 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    add rsi, qword ptr [rdi]
    movabs rdx, 4503598553628672
.L1:
    mov rdi, qword ptr [rsi + 8*rax]
    test rdi, rdi
    jne .L2
    mov rdi, qword ptr [r8 + 16]
    mov qword ptr [rsi + 8*rax], rdi
    mov r9, qword ptr [r8 + 24]
    add qword ptr [r8 + 8], r9
    and r9, rdx
    add r9, rdi
    mov qword ptr [r8 + 16], r9
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 20 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    add rsi, qword ptr [rdi]
    movabs rdx, 4503599625273344
.L1:
    mov rdi, qword ptr [rsi + 8*rax]
    neg rdi
    jno .L2
    mov rdi, qword ptr [r8 + 16]
    mov qword ptr [rsi + 8*rax], rdi
    mov r9, qword ptr [r8 + 24]
    add qword ptr [r8 + 8], r9
    and r9, rdx
    add r9, rdi
    mov qword ptr [r8 + 16], r9
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 20 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    add rsi, qword ptr [rdi]
    movabs rdx, 4503599625273344
.L1:
    mov rdi, qword ptr [rsi + 8*rax]
    test rdi, rdi
    jne .L2
    mov rdi, qword ptr [r8 + 16]
    mov qword ptr [rsi + 8*rax], rdi
    mov r9, qword ptr [r8 + 24]
    add qword ptr [r8 + 8], r9
    and r9, rdx
    add r9, rdi
    mov qword ptr [r8 + 16], r9
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 20 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    add rsi, qword ptr [rdi]
    movabs rdx, 4503599627366400
.L1:
    mov rdi, qword ptr [rsi + 8*rax]
    neg rdi
    jno .L2
    mov rdi, qword ptr [r8 + 16]
    mov qword ptr [rsi + 8*rax], rdi
    mov r9, qword ptr [r8 + 24]
    add qword ptr [r8 + 8], r9
    and r9, rdx
    add r9, rdi
    mov qword ptr [r8 + 16], r9
    inc rax
    cmp rcx, rax
    jne .L1
    mov rax, rcx
.L2:
    ret

# 20 instructions
fill_empty:
    mov rax, rdx
    cmp rdx, rcx
    jae .L2
    add rsi, qword ptr [rdi]
    movabs rdx, 4503599627366400
.L1:
    mov rdi, qword ptr [rsi + 8*rax]
    test rdi, rdi
    jne .L2
    mov rdi, qword ptr [r8 + 16]
    mov qword ptr [rsi + 8*rax], rdi
    mov r9, qword ptr [r8 + 24]
    add qword ptr [r8 + 8], r9
    and r9, rdx
    add r9, rdi
    mov qword ptr [r8 + 16], r9
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
