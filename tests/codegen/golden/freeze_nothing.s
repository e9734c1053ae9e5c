# rustc 1.95.0 (59807616e 2026-04-14)
# 331 instructions
freeze_nothing:
    push rbp
    push r15
    push r14
    push rbx
    movabs r9, -9223372036854775808
    mov r8, qword ptr [rsi]
    movzx eax, byte ptr [rsi + 24]
    test eax, eax
    je .L1
    movabs r14, 4503599627366400
    cmp eax, 1
    lea rax, [r14 + 4096]
    mov ebx, 23
    cmp rdx, rax
    jae .L2
    mov rax, rdx
    shr rax, 48
    mov rbx, qword ptr [rsi + 8]
    add r8, rbx
    mov r8, qword ptr [r8 + 8*rax]
    mov eax, r8d
    not eax
    test al, 7
    jne .L4
    and r8, r14
    mov rax, rdx
    shr rax, 39
    and eax, 511
    add r8, rbx
    mov r8, qword ptr [r8 + 8*rax]
    mov eax, r8d
    not eax
    test al, 7
    jne .L7
    and r8, r14
    mov rax, rdx
    shr rax, 30
    and eax, 511
    add r8, rbx
    mov r8, qword ptr [r8 + 8*rax]
    mov eax, r8d
    not eax
    test al, 7
    jne .L17
    and r8, r14
    lea r11, [r14 - 2093056]
    and r11, rdx
    add r8, rbx
    mov eax, edx
    shr eax, 18
    and eax, 4088
    mov r8, qword ptr [rax + r8]
    mov eax, r8d
    not eax
    test al, 7
    jne .L16
    test r8b, r8b
    js .L18
    and r8, r14
    and r14, rdx
    shr edx, 12
    and edx, 511
    add rbx, r8
    mov rax, qword ptr [rbx + 8*rdx]
    mov r10d, eax
    not r10d
    lea r11, [r9 + 1440]
    xor r15d, r15d
    cmp rax, r11
    sete r15b
    test r10b, 7
    lea r10, [r15 + 2*r15]
    mov r11d, 1
    cmovne r11, r10
    lea r10, [r9 + 4]
    test r11, r11
    je .L22
    mov ebx, 12
    cmp r11d, 1
    jne .L29
    mov ebx, 15
    jmp .L29
.L1:
    movabs rax, 281473902968832
    lea r11, [rax + 1073741824]
    lea r10, [r9 + 1]
    mov ebx, 23
    cmp rdx, r11
    jae .L3
    mov r11, rdx
    shr r11, 39
    mov rbx, qword ptr [rsi + 8]
    add r8, rbx
    mov r8, qword ptr [r8 + 8*r11]
    mov r11d, r8d
    not r11d
    test r11b, 7
    jne .L5
    movabs r10, 4503599627366400
    and r8, r10
    mov r11, rdx
    shr r11, 30
    and r11d, 511
    add r8, rbx
    mov r8, qword ptr [r8 + 8*r11]
    mov r11d, r8d
    not r11d
    test r11b, 7
    jne .L15
    and r8, r10
    lea r11, [rax + 1071644672]
    and r11, rdx
    add r8, rbx
    mov r14d, edx
    shr r14d, 18
    and r14d, 4088
    mov r8, qword ptr [r14 + r8]
    mov ebp, r8d
    not ebp
    test bpl, 7
    jne .L16
    test r8b, r8b
    js .L18
    and r8, r10
    add rax, 1073737728
    mov r11, rax
    and r11, rdx
    shr edx, 12
    and edx, 511
    add rbx, r8
    mov rax, qword ptr [rbx + 8*rdx]
    mov r10d, eax
    not r10d
    lea r14, [r9 + 1440]
    xor r15d, r15d
    cmp rax, r14
    sete r15b
    test r10b, 7
    lea r10, [r15 + 2*r15]
    mov r14d, 1
    cmovne r14, r10
    lea r10, [r9 + 4]
    test r14, r14
    je .L21
    mov ebx, 12
    cmp r14d, 1
    jne .L24
    mov ebx, 15
    mov r8, rax
    jmp .L13
.L2:
    mov r11, rdx
    mov r8, r9
    jmp .L12
.L3:
    mov r11, rdx
    mov r8, r9
    jmp .L13
.L4:
    movabs rax, 4222124650659840
    and rdx, rax
    mov rax, r8
    neg rax
    jo .L10
    mov ebx, 12
    movabs rax, -9223372036854774368
    cmp r8, rax
    je .L11
    movabs rax, -4503599627366401
    and rax, r8
    lea rcx, [r9 + 1024]
    xor ebx, ebx
    cmp rax, rcx
    sete bl
    or rbx, 12
    jmp .L11
.L5:
    movabs rax, 280925220896768
    and rdx, rax
    mov rax, r8
    neg rax
    jo .L8
.L6:
    mov ebx, 12
    movabs rax, -9223372036854774368
    cmp r8, rax
    jne .L9
    mov r11, rdx
    jmp .L13
.L7:
    movabs rax, 4503049871556608
    and rdx, rax
    lea r10, [r9 + 1]
    mov rax, r8
    neg rax
    jno .L6
.L8:
    mov ebx, 17
    mov r11, rdx
    jmp .L13
.L9:
    movabs rax, -4503599627366401
    and rax, r8
    add r9, 1024
    xor ebx, ebx
    cmp rax, r9
    sete bl
    or rbx, 12
    mov r11, rdx
    jmp .L13
.L10:
    mov ebx, 17
.L11:
    mov r11, rdx
.L12:
    mov r10, r9
.L13:
    mov qword ptr [rdi + 8], rbx
    mov qword ptr [rdi + 16], r11
    mov qword ptr [rdi + 24], r8
    mov qword ptr [rdi + 32], r10
    mov al, 5
.L14:
    mov byte ptr [rdi + 40], al
    mov rax, rdi
    pop rbx
    pop r14
    pop r15
    pop rbp
    ret
.L15:
    and rdx, rax
    lea r10, [r9 + 2]
    mov rax, r8
    neg rax
    jno .L6
    jmp .L8
.L16:
    lea r10, [r9 + 3]
    mov rax, r8
    neg rax
    jo .L19
    movabs rax, -9223372036854774368
    cmp r8, rax
    jne .L20
    mov ebx, 12
    jmp .L13
.L17:
    add r14, -1073737728
    and rdx, r14
    lea r10, [r9 + 2]
    mov rax, r8
    neg rax
    jno .L6
    jmp .L8
.L18:
    add r9, 3
    mov ebx, 17
    jmp .L12
.L19:
    mov ebx, 17
    jmp .L13
.L20:
    movabs rax, -4503599627366401
    lea rcx, [rax + 2093056]
    and rcx, r8
    lea rdx, [r9 + 32]
    mov ebx, 13
    cmp rcx, rdx
    je .L13
    and rax, r8
    add r9, 1024
    xor ebx, ebx
    cmp rax, r9
    sete bl
    or rbx, 12
    jmp .L13
.L21:
    cmp rax, r9
    jne .L25
    movabs rax, -9223372036854775808
    movabs r14, -9223372036854774368
    lock 	cmpxchg	qword ptr [rbx + 8*rdx], r14
    jne .L27
    mov r14, r11
    jmp .L23
.L22:
    cmp rax, r9
    jne .L26
    movabs rax, -9223372036854775808
    movabs r11, -9223372036854774368
    lock 	cmpxchg	qword ptr [rbx + 8*rdx], r11
    jne .L28
.L23:
    movabs rax, -4503599627366401
    test rcx, rax
    je .L30
    add r8, qword ptr [rsi + 8]
    mov eax, r14d
    shr eax, 9
    and eax, 4088
    mov qword ptr [rax + r8], r9
    mov qword ptr [rdi], rcx
    mov qword ptr [rdi + 8], rcx
    mov byte ptr [rdi + 16], 22
    mov qword ptr [rdi + 24], r14
    mov qword ptr [rdi + 32], r9
    mov al, 4
    jmp .L14
.L24:
    mov r8, rax
    jmp .L13
.L25:
    movabs rcx, -4503599627366401
    and rcx, rax
    add r9, 32
    xor ebx, ebx
    cmp rcx, r9
    sete bl
    or rbx, 12
    mov r8, rax
    jmp .L13
.L26:
    movabs rcx, -4503599627366401
    and rcx, rax
    add r9, 32
    xor ebx, ebx
    cmp rcx, r9
    sete bl
    or rbx, 12
    jmp .L29
.L27:
    mov ebx, 14
    mov r8, rax
    jmp .L13
.L28:
    mov ebx, 14
.L29:
    mov r11, r14
    mov r8, rax
    jmp .L13
.L30:
    lea rax, [r9 + rcx]
    add rax, 135
    mov rdx, qword ptr [rsi + 8]
    add rdx, r8
    mov r9d, r14d
    shr r9d, 9
    and r9d, 4088
    mov qword ptr [r9 + rdx], rax
    mov rax, qword ptr [rsi + 16]
    shr r8, 8
    mov rdx, qword ptr [rax + r8 + 8]
    cmp rdx, -1
    je .L31
    mov qword ptr [rax + r8 + 8], -1
.L31:
    mov qword ptr [rdi], r14
    mov qword ptr [rdi + 8], rcx
    mov byte ptr [rdi + 16], 4
    mov al, 6
    jmp .L14

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
