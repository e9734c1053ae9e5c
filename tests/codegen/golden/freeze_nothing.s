# rustc 1.95.0 (59807616e 2026-04-14)
# 99 instructions
freeze_nothing:
    movabs r8, 9223372036854775801
    mov rcx, qword ptr [rdi]
    cmp byte ptr [rdi + 48], 0
    je .L2
    mov rax, rsi
    shr rax, 52
    mov eax, 1
    jne .L3
    movabs r10, -4503599627366401
    mov r11, rsi
    shr r11, 48
    mov r9, qword ptr [rdi + 32]
    add rcx, r9
    mov rcx, qword ptr [rcx + 8*r11]
    lea r11, [rcx + r8]
    test r11, r10
    je .L4
.L1:
    mov rdx, rcx
    ret
.L2:
    mov rax, rsi
    shr rax, 48
    mov eax, 1
    jne .L3
    movabs r10, -4503599627366401
    mov r11, rsi
    shr r11, 39
    mov r9, qword ptr [rdi + 32]
    add rcx, r9
    mov rcx, qword ptr [rcx + 8*r11]
    lea r11, [rcx + r8]
    test r11, r10
    jne .L1
    jmp .L5
.L3:
    add r8, 7
    mov rdx, r8
    ret
.L4:
    mov rcx, rsi
    shr rcx, 39
    and ecx, 511
    add r11, r9
    mov rcx, qword ptr [r11 + 8*rcx]
    lea r11, [rcx + r8]
    test r11, r10
    jne .L1
.L5:
    mov rcx, rsi
    shr rcx, 30
    and ecx, 511
    add r11, r9
    mov rcx, qword ptr [r11 + 8*rcx]
    lea r11, [rcx + r8]
    test r11, r10
    jne .L1
    add r11, r9
    mov ecx, esi
    shr ecx, 18
    and ecx, 4088
    mov rcx, qword ptr [rcx + r11]
    lea r11, [rcx + r8]
    test r11, r10
    jne .L1
    add r9, r11
    shr esi, 9
    and esi, 4088
    mov rcx, qword ptr [rsi + r9]
    lea r10, [r8 + 7]
    cmp rcx, r10
    jne .L1
    add r9, rsi
    mov rax, qword ptr [rdi + 40]
    shr r11, 8
    mov rcx, qword ptr [rax + r11 + 8]
    test rcx, rcx
    js .L6
    movabs rcx, -4611686018427387904
    mov qword ptr [rax + r11 + 8], rcx
.L6:
    movabs rax, -9223372036854775808
    movabs rcx, -9223372036854774368
    lock 	cmpxchg	qword ptr [r9], rcx
    jne .L9
    lea rcx, [r8 + 7]
    movabs rsi, -4503599627366401
    mov rdi, rcx
    and rsi, rdx
    jne .L7
    lea rdi, [r8 + rdx]
    add rdi, 142
.L7:
    test rsi, rsi
    jne .L8
    mov rcx, rdx
.L8:
    xor eax, eax
    test rsi, rsi
    setne al
    mov qword ptr [r9], rdi
    mov rdx, rcx
    ret
.L9:
    mov rcx, rax
    mov eax, 1
    mov rdx, rcx
    ret

# 113 instructions, 80 on the longest path
twin_exchange:
    push rbx
    movabs r8, -9223372036854775808
    mov r10, qword ptr [rdi]
    cmp byte ptr [rdi + 16], 0
    je .L1
    movabs r9, 4503599627366400
    lea r11, [r9 + 4096]
    mov eax, 1
    cmp rdx, r11
    jae .L3
    mov r11, rdx
    shr r11, 48
    add r10, qword ptr [rdi + 8]
    mov r10, qword ptr [r10 + 8*r11]
    mov r11d, r10d
    not r11d
    test r11b, 7
    jne .L5
    and r10, r9
    jmp .L2
.L1:
    mov rax, rdx
    shr rax, 48
    mov eax, 1
    jne .L3
.L2:
    mov r9, qword ptr [rdi + 8]
    mov rax, rdx
    shr rax, 39
    and eax, 511
    add r10, r9
    mov r11, qword ptr [r10 + 8*rax]
    mov r10d, r11d
    not r10d
    mov eax, 1
    test r10b, 7
    jne .L4
    movabs r10, 4503599627366400
    and r11, r10
    mov rbx, rdx
    shr rbx, 30
    and ebx, 511
    add r11, r9
    mov r11, qword ptr [r11 + 8*rbx]
    mov ebx, r11d
    not ebx
    test bl, 7
    jne .L4
    and r11, r10
    add r9, r11
    mov r11d, edx
    shr r11d, 18
    and r11d, 4088
    mov r9, qword ptr [r11 + r9]
    mov r11d, r9d
    and r11d, 135
    cmp r11d, 7
    jne .L6
    and r9, r10
    shr edx, 12
    and edx, 511
    mov r10, qword ptr [rdi + 8]
    add r10, r9
    mov rdi, qword ptr [r10 + 8*rdx]
    movabs r11, -4503599627366401
    test rcx, r11
    jne .L7
    mov r11d, edi
    and r11d, 7
    cmp r11d, 7
    je .L7
    add r8, rcx
    add r8, 135
    mov rax, rdi
    lock 	cmpxchg	qword ptr [r10 + 8*rdx], r8
    jne .L8
    shr r9, 8
    mov rax, qword ptr [rsi + r9 + 8]
    test rax, rax
    js .L9
    movabs rax, -4611686018427387904
    mov qword ptr [rsi + r9 + 8], rax
    xor eax, eax
    mov rdx, rcx
    pop rbx
    ret
.L3:
    mov rcx, r8
    mov rdx, rcx
    pop rbx
    ret
.L4:
    mov rcx, r11
    mov rdx, rcx
    pop rbx
    ret
.L5:
    mov rcx, r10
    mov rdx, rcx
    pop rbx
    ret
.L6:
    mov rcx, r9
    mov rdx, rcx
    pop rbx
    ret
.L7:
    mov rcx, rdi
    mov rdx, rcx
    pop rbx
    ret
.L8:
    mov rcx, rax
    mov eax, 1
    mov rdx, rcx
    pop rbx
    ret
.L9:
    xor eax, eax
    mov rdx, rcx
    pop rbx
    ret
