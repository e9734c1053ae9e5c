# rustc 1.95.0 (59807616e 2026-04-14)
# 74 instructions, 54 on the longest path
translate_x86_64:
    mov r8, qword ptr [rdi + 16]
    add r8, rsi
    mov dl, 5
    cmp r8, qword ptr [rdi + 24]
    jae .L4
    mov rax, qword ptr [rdi + 56]
    movabs rcx, 4503599627366400
    mov r9, qword ptr [rdi + 8]
    cmp byte ptr [rdi + 72], 1
    jne .L1
    shr r8, 48
    xor r8d, 256
    mov rdi, qword ptr [r9 + 8*r8]
    and rdi, rcx
    je .L4
    mov r8, rsi
    shr r8, 39
    and r8d, 511
    add rdi, rax
    mov rdi, qword ptr [rdi + 8*r8]
    jmp .L2
.L1:
    shr r8, 39
    xor r8d, 256
    mov rdi, qword ptr [r9 + 8*r8]
.L2:
    and rdi, rcx
    je .L4
    mov r8, rsi
    shr r8, 30
    and r8d, 511
    add rdi, rax
    mov rdi, qword ptr [rdi + 8*r8]
    test dil, dil
    js .L3
    and rdi, rcx
    je .L4
    add rdi, rax
    mov r8d, esi
    shr r8d, 18
    and r8d, 4088
    mov rdi, qword ptr [r8 + rdi]
    test dil, dil
    js .L5
    and rdi, rcx
    je .L4
    add rax, rdi
    mov edi, esi
    shr edi, 9
    and edi, 4088
    mov rax, qword ptr [rdi + rax]
    test al, 1
    je .L4
    and rax, rcx
    and esi, 4095
    or rsi, rax
    mov dl, 4
    mov rax, rsi
    ret
.L3:
    test dil, 1
    je .L6
    mov eax, 1073741823
    mov dl, 2
    jmp .L8
.L4:
    ret
.L5:
    test dil, 1
    jne .L7
.L6:
    ret
.L7:
    mov eax, 2097151
    mov dl, 3
.L8:
    add rcx, -2093056
    and rcx, rdi
    xor esi, ecx
    and eax, esi
    xor rax, rcx
    ret

# 83 instructions
twin_x86_64:
    mov rax, rsi
    cmp byte ptr [rdi + 16], 0
    je .L2
    movabs rcx, 72057594037927936
    add rcx, rax
    shr rcx, 57
    mov dl, 5
    jne .L6
    mov rcx, qword ptr [rdi + 8]
    mov rsi, rax
    shr rsi, 48
    and esi, 511
    add rcx, qword ptr [rdi]
    mov rcx, qword ptr [rcx + 8*rsi]
    test cl, 1
    jne .L4
.L1:
    ret
.L2:
    movabs rcx, 140737488355328
    add rcx, rax
    shr rcx, 48
    jne .L3
    mov rcx, qword ptr [rdi]
    jmp .L5
.L3:
    mov dl, 5
    ret
.L4:
    movabs rdx, 4503599627366400
    and rcx, rdx
.L5:
    mov rsi, qword ptr [rdi + 8]
    mov rdx, rax
    shr rdx, 39
    and edx, 511
    add rcx, rsi
    mov rdi, qword ptr [rcx + 8*rdx]
    mov dl, 5
    test dil, 1
    je .L6
    movabs rcx, 4503599627366400
    and rdi, rcx
    mov r8, rax
    shr r8, 30
    and r8d, 511
    add rdi, rsi
    mov rdi, qword ptr [rdi + 8*r8]
    test dil, 1
    jne .L7
.L6:
    ret
.L7:
    test dil, dil
    js .L8
    and rdi, rcx
    add rdi, rsi
    mov r8d, eax
    shr r8d, 18
    and r8d, 4088
    mov rdi, qword ptr [r8 + rdi]
    test dil, 1
    je .L6
    test dil, dil
    js .L9
    and rdi, rcx
    add rsi, rdi
    mov edi, eax
    shr edi, 9
    and edi, 4088
    mov rsi, qword ptr [rdi + rsi]
    test sil, 1
    je .L1
    and rsi, rcx
    and eax, 4095
    or rax, rsi
    mov dl, 4
    ret
.L8:
    add rcx, -1073737728
    and rdi, rcx
    and eax, 1073741823
    or rax, rdi
    mov dl, 2
    ret
.L9:
    add rcx, -2093056
    and rdi, rcx
    and eax, 2097151
    or rax, rdi
    mov dl, 3
    ret
