# rustc 1.95.0 (59807616e 2026-04-14)
# 78 instructions, 63 on the longest path
translate_private:
    mov dl, 5
    cmp rsi, qword ptr [rdi + 24]
    jae .L3
    mov rax, rsi
    mov rsi, qword ptr [rdi + 32]
    movabs rcx, 4503599627366400
    mov r8, qword ptr [rdi + 8]
    cmp byte ptr [rdi + 48], 0
    je .L1
    mov rdi, rax
    shr rdi, 48
    mov rdi, qword ptr [r8 + 8*rdi]
    mov r8d, edi
    not r8d
    test r8b, 7
    jne .L3
    and rdi, rcx
    mov r8, rax
    shr r8, 39
    and r8d, 511
    add rdi, rsi
    mov rdi, qword ptr [rdi + 8*r8]
    mov r8d, edi
    not r8d
    test r8b, 7
    je .L2
    jmp .L3
.L1:
    mov rdi, rax
    shr rdi, 39
    mov rdi, qword ptr [r8 + 8*rdi]
    mov r8d, edi
    not r8d
    test r8b, 7
    jne .L3
.L2:
    and rdi, rcx
    mov r8, rax
    shr r8, 30
    and r8d, 511
    add rdi, rsi
    mov rdi, qword ptr [rdi + 8*r8]
    mov r8d, edi
    not r8d
    test r8b, 7
    jne .L3
    and rdi, rcx
    add rdi, rsi
    mov r8d, eax
    shr r8d, 18
    and r8d, 4088
    mov rdi, qword ptr [r8 + rdi]
    mov r8d, edi
    not r8d
    test r8b, 7
    jne .L3
    test dil, dil
    js .L4
    and rdi, rcx
    add rsi, rdi
    mov edi, eax
    shr edi, 9
    and edi, 4088
    mov rsi, qword ptr [rdi + rsi]
    mov edi, esi
    not edi
    test dil, 7
    jne .L3
    and rsi, rcx
    and eax, 4095
    or rax, rsi
    mov dl, 4
    ret
.L3:
    ret
.L4:
    add rcx, -2093056
    and rcx, rdi
    and eax, 2097151
    or rax, rcx
    mov dl, 3
    ret

# 80 instructions, 68 on the longest path
twin_private:
    mov rax, rsi
    cmp byte ptr [rdi + 16], 0
    je .L1
    movabs rcx, 4503599627366400
    lea rsi, [rcx + 4096]
    mov dl, 5
    cmp rax, rsi
    jae .L5
    mov rsi, qword ptr [rdi + 8]
    mov r8, rax
    shr r8, 48
    add rsi, qword ptr [rdi]
    mov rsi, qword ptr [rsi + 8*r8]
    mov r8d, esi
    not r8d
    test r8b, 7
    jne .L3
    and rsi, rcx
    jmp .L2
.L1:
    mov rcx, rax
    shr rcx, 48
    jne .L4
    mov rsi, qword ptr [rdi]
.L2:
    mov rcx, qword ptr [rdi + 8]
    mov rdx, rax
    shr rdx, 39
    and edx, 511
    add rsi, rcx
    mov rdi, qword ptr [rsi + 8*rdx]
    mov esi, edi
    not esi
    mov dl, 5
    test sil, 7
    jne .L5
    movabs rsi, 4503599627366400
    and rdi, rsi
    mov r8, rax
    shr r8, 30
    and r8d, 511
    add rdi, rcx
    mov rdi, qword ptr [rdi + 8*r8]
    mov r8d, edi
    not r8d
    test r8b, 7
    jne .L5
    and rdi, rsi
    add rdi, rcx
    mov r8d, eax
    shr r8d, 18
    and r8d, 4088
    mov rdi, qword ptr [r8 + rdi]
    mov r8d, edi
    not r8d
    test r8b, 7
    jne .L5
    test dil, dil
    js .L6
    and rdi, rsi
    add rcx, rdi
    mov edi, eax
    shr edi, 9
    and edi, 4088
    mov rcx, qword ptr [rdi + rcx]
    mov edi, ecx
    not edi
    test dil, 7
    jne .L3
    and rcx, rsi
    and eax, 4095
    or rax, rcx
    mov dl, 4
.L3:
    ret
.L4:
    mov dl, 5
.L5:
    ret
.L6:
    add rsi, -2093056
    and rdi, rsi
    and eax, 2097151
    or rax, rdi
    mov dl, 3
    ret
