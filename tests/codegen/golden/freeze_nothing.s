# rustc 1.95.0 (59807616e 2026-04-14)
# 282 instructions
freeze_nothing:
    push rbp
    push r14
    push rbx
    movabs r9, -9223372036854774784
    mov rax, qword ptr [rsi]
    movzx r8d, byte ptr [rsi + 24]
    test r8d, r8d
    je .L2
    movabs r11, 4503599627366400
    cmp r8d, 1
    lea r8, [r11 + 4096]
    cmp rdx, r8
    jae .L4
    mov r8, rdx
    shr r8, 48
    mov r10, qword ptr [rsi + 8]
    add rax, r10
    mov r8, qword ptr [rax + 8*r8]
    mov eax, r8d
    not eax
    test al, 7
    jne .L7
    and r8, r11
    mov rax, rdx
    shr rax, 39
    and eax, 511
    add r8, r10
    mov r8, qword ptr [r8 + 8*rax]
    mov eax, r8d
    not eax
    test al, 7
    jne .L10
    and r8, r11
    mov rax, rdx
    shr rax, 30
    and eax, 511
    add r8, r10
    mov r8, qword ptr [r8 + 8*rax]
    mov eax, r8d
    not eax
    test al, 7
    jne .L15
    and r8, r11
    lea rax, [r11 - 2093056]
    and rax, rdx
    add r8, r10
    mov ebx, edx
    shr ebx, 18
    and ebx, 4088
    mov r8, qword ptr [rbx + r8]
    mov ebx, r8d
    not ebx
    test bl, 7
    jne .L14
    test r8b, r8b
    js .L18
    and r8, r11
    and r11, rdx
    shr edx, 12
    and edx, 511
    add r10, r8
    mov rax, qword ptr [r10 + 8*rdx]
    lea rbx, [r9 - 1024]
    cmp rax, rbx
    jne .L24
    movabs rax, -9223372036854775808
    movabs rbx, -9223372036854774368
    lock 	cmpxchg	qword ptr [r10 + 8*rdx], rbx
    je .L3
.L1:
    mov r10d, 4
    mov ecx, 14
    jmp .L26
.L2:
    movabs r11, 281473902968832
    lea r8, [r11 + 1073741824]
    mov r10d, 1
    cmp rdx, r8
    jae .L5
    mov r8, rdx
    shr r8, 39
    mov rbx, qword ptr [rsi + 8]
    add rax, rbx
    mov r8, qword ptr [rax + 8*r8]
    mov eax, r8d
    not eax
    test al, 7
    jne .L8
    movabs r10, 4503599627366400
    and r8, r10
    mov rax, rdx
    shr rax, 30
    and eax, 511
    add r8, rbx
    mov r8, qword ptr [r8 + 8*rax]
    mov eax, r8d
    not eax
    test al, 7
    jne .L16
    and r8, r10
    lea rax, [r11 + 1071644672]
    and rax, rdx
    add r8, rbx
    mov r14d, edx
    shr r14d, 18
    and r14d, 4088
    mov r8, qword ptr [r14 + r8]
    mov ebp, r8d
    not ebp
    test bpl, 7
    jne .L14
    test r8b, r8b
    js .L18
    and r8, r10
    add r11, 1073737728
    and r11, rdx
    shr edx, 12
    and edx, 511
    add rbx, r8
    mov rax, qword ptr [rbx + 8*rdx]
    lea r10, [r9 - 1024]
    cmp rax, r10
    jne .L24
    movabs rax, -9223372036854775808
    movabs r10, -9223372036854774368
    lock 	cmpxchg	qword ptr [rbx + 8*rdx], r10
    jne .L1
.L3:
    movabs rax, -4503599627366401
    test rcx, rax
    je .L27
    add r8, qword ptr [rsi + 8]
    mov eax, r11d
    shr eax, 9
    and eax, 4088
    add r9, -1024
    mov qword ptr [rax + r8], r9
    mov qword ptr [rdi], rcx
    mov qword ptr [rdi + 8], rcx
    mov byte ptr [rdi + 16], 22
    mov qword ptr [rdi + 24], r11
    mov qword ptr [rdi + 32], r9
    mov al, 4
    jmp .L22
.L4:
    add r9, -1024
    xor r10d, r10d
    jmp .L6
.L5:
    add r9, -1024
.L6:
    mov ecx, 23
    mov r8, r9
    jmp .L21
.L7:
    movabs rax, 4222124650659840
    and rdx, rax
    mov rax, r8
    neg rax
    jo .L11
    movabs rax, -9223372036854774368
    cmp r8, rax
    jne .L12
    mov ecx, 12
    jmp .L13
.L8:
    movabs rax, 280925220896768
    and rdx, rax
    mov rax, r8
    neg rax
    jo .L17
.L9:
    mov ecx, 12
    movabs rax, -9223372036854774368
    cmp r8, rax
    je .L21
    movabs rax, -4503599627366401
    and rax, r8
    xor ecx, ecx
    cmp rax, r9
    sete cl
    or rcx, 12
    jmp .L21
.L10:
    movabs rax, 4503049871556608
    and rdx, rax
    mov r10d, 1
    mov rax, r8
    neg rax
    jno .L9
    jmp .L17
.L11:
    mov ecx, 17
    jmp .L13
.L12:
    movabs rax, -4503599627366401
    and rax, r8
    xor ecx, ecx
    cmp rax, r9
    sete cl
    or rcx, 12
.L13:
    xor r10d, r10d
    jmp .L21
.L14:
    mov r10d, 3
    mov rcx, r8
    neg rcx
    jo .L19
    movabs rcx, -9223372036854774368
    cmp r8, rcx
    jne .L23
    mov ecx, 12
    jmp .L20
.L15:
    add r11, -1073737728
.L16:
    and rdx, r11
    mov r10d, 2
    mov rax, r8
    neg rax
    jno .L9
.L17:
    mov ecx, 17
    jmp .L21
.L18:
    mov r10d, 3
.L19:
    mov ecx, 17
.L20:
    mov rdx, rax
.L21:
    mov qword ptr [rdi + 8], rcx
    mov qword ptr [rdi + 16], rdx
    mov qword ptr [rdi + 24], r8
    mov qword ptr [rdi + 32], r10
    mov al, 5
.L22:
    mov byte ptr [rdi + 40], al
    mov rax, rdi
    pop rbx
    pop r14
    pop rbp
    ret
.L23:
    movabs rdx, -4503599627366401
    lea rsi, [rdx + 2093056]
    and rsi, r8
    lea r11, [r9 - 992]
    mov ecx, 13
    cmp rsi, r11
    je .L20
    and rdx, r8
    xor ecx, ecx
    cmp rdx, r9
    sete cl
    or rcx, 12
    jmp .L20
.L24:
    mov ecx, eax
    not ecx
    lea rdx, [r9 + 416]
    xor esi, esi
    cmp rax, rdx
    sete sil
    test cl, 7
    lea rcx, [rsi + 2*rsi]
    mov edx, 1
    cmovne rdx, rcx
    mov r10d, 4
    test rdx, rdx
    je .L25
    mov ecx, 12
    cmp edx, 1
    jne .L26
    mov ecx, 15
    jmp .L26
.L25:
    movabs rdx, -4503599627366401
    and rdx, rax
    add r9, -992
    xor ecx, ecx
    cmp rdx, r9
    sete cl
    or rcx, 12
.L26:
    mov r8, rax
    mov rdx, r11
    jmp .L21
.L27:
    lea rax, [r9 + rcx]
    add rax, -889
    mov rdx, qword ptr [rsi + 8]
    add rdx, r8
    mov r9d, r11d
    shr r9d, 9
    and r9d, 4088
    mov qword ptr [r9 + rdx], rax
    mov rax, qword ptr [rsi + 16]
    shr r8, 8
    mov rdx, qword ptr [rax + r8 + 8]
    cmp rdx, -1
    je .L28
    mov qword ptr [rax + r8 + 8], -1
.L28:
    mov qword ptr [rdi], r11
    mov qword ptr [rdi + 8], rcx
    mov byte ptr [rdi + 16], 4
    mov al, 6
    jmp .L22

# 108 instructions, 79 on the longest path
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
    jae .L4
    mov r11, rdx
    shr r11, 48
    add r10, qword ptr [rdi + 8]
    mov r10, qword ptr [r10 + 8*r11]
    mov r11d, r10d
    not r11d
    test r11b, 7
    jne .L6
    and r10, r9
    jmp .L2
.L1:
    mov rax, rdx
    shr rax, 48
    mov eax, 1
    jne .L4
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
    jne .L5
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
    jne .L5
    and r11, r10
    add r9, r11
    mov r11d, edx
    shr r11d, 18
    and r11d, 4088
    mov r9, qword ptr [r11 + r9]
    mov r11d, r9d
    and r11d, 135
    cmp r11d, 7
    jne .L7
    and r9, r10
    shr edx, 12
    and edx, 511
    mov r10, qword ptr [rdi + 8]
    add r10, r9
    mov rdi, qword ptr [r10 + 8*rdx]
    movabs r11, -4503599627366401
    test rcx, r11
    jne .L8
    mov r11d, edi
    and r11d, 7
    cmp r11d, 7
    je .L8
    add r8, rcx
    add r8, 135
    mov rax, rdi
    lock 	cmpxchg	qword ptr [r10 + 8*rdx], r8
    jne .L9
    shr r9, 8
    mov rax, qword ptr [rsi + r9 + 8]
    cmp rax, -1
    je .L3
    mov qword ptr [rsi + r9 + 8], -1
.L3:
    xor eax, eax
    mov rdx, rcx
    pop rbx
    ret
.L4:
    mov rcx, r8
    mov rdx, rcx
    pop rbx
    ret
.L5:
    mov rcx, r11
    mov rdx, rcx
    pop rbx
    ret
.L6:
    mov rcx, r10
    mov rdx, rcx
    pop rbx
    ret
.L7:
    mov rcx, r9
    mov rdx, rcx
    pop rbx
    ret
.L8:
    mov rcx, rdi
    mov rdx, rcx
    pop rbx
    ret
.L9:
    mov rcx, rax
    mov eax, 1
    mov rdx, rcx
    pop rbx
    ret
