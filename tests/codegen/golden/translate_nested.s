# rustc 1.95.0 (59807616e 2026-04-14)
# 58 instructions, 42 on the longest path
translate_nested:
    mov dl, 4
    cmp rsi, qword ptr [rdi + 8]
    jae .L4
    mov rax, qword ptr [rdi + 16]
    movabs rcx, 4503599627366400
    mov rdi, qword ptr [rdi + 40]
    mov r8, rsi
    shr r8, 39
    mov rdi, qword ptr [rdi + 8*r8]
    and rdi, rcx
    je .L4
    mov r8, rsi
    shr r8, 30
    and r8d, 511
    add rdi, rax
    mov rdi, qword ptr [rdi + 8*r8]
    test dil, dil
    js .L1
    and rdi, rcx
    je .L4
    add rdi, rax
    mov r8d, esi
    shr r8d, 18
    and r8d, 4088
    mov rdi, qword ptr [r8 + rdi]
    test dil, dil
    js .L2
    and rdi, rcx
    je .L4
    add rax, rdi
    mov edi, esi
    shr edi, 9
    and edi, 4088
    mov rax, qword ptr [rdi + rax]
    test al, 7
    je .L4
    and rax, rcx
    and esi, 4095
    or rsi, rax
    mov dl, 3
    mov rax, rsi
    ret
.L1:
    test dil, 7
    je .L4
    mov eax, 1073741823
    mov dl, 1
    jmp .L3
.L2:
    test dil, 7
    je .L4
    mov eax, 2097151
    mov dl, 2
.L3:
    add rcx, -2093056
    and rcx, rdi
    xor esi, ecx
    and eax, esi
    xor rax, rcx
    ret
.L4:
    ret

# 60 instructions, 47 on the longest path
twin_nested:
    mov rcx, rsi
    shr rcx, 48
    mov dl, 4
    jne .L1
    mov rax, rsi
    mov rsi, qword ptr [rdi + 8]
    mov rcx, rax
    shr rcx, 39
    mov rdi, qword ptr [rdi]
    add rdi, rsi
    mov rdi, qword ptr [rdi + 8*rcx]
    test dil, 7
    je .L1
    movabs rcx, 4503599627366400
    and rdi, rcx
    mov r8, rax
    shr r8, 30
    and r8d, 511
    add rdi, rsi
    mov rdi, qword ptr [rdi + 8*r8]
    test dil, 7
    je .L1
    test dil, dil
    js .L2
    and rdi, rcx
    add rdi, rsi
    mov r8d, eax
    shr r8d, 18
    and r8d, 4088
    mov rdi, qword ptr [r8 + rdi]
    test dil, 7
    je .L1
    test dil, dil
    js .L3
    and rdi, rcx
    add rsi, rdi
    mov edi, eax
    shr edi, 9
    and edi, 4088
    mov rsi, qword ptr [rdi + rsi]
    test sil, 7
    je .L1
    and rsi, rcx
    and eax, 4095
    or rax, rsi
    mov dl, 3
    ret
.L1:
    ret
.L2:
    add rcx, -1073737728
    and rdi, rcx
    and eax, 1073741823
    or rax, rdi
    mov dl, 1
    ret
.L3:
    add rcx, -2093056
    and rdi, rcx
    and eax, 2097151
    or rax, rdi
    mov dl, 2
    ret
