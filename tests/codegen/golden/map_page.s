# rustc 1.95.0 (59807616e 2026-04-14)
# 68 instructions, 52 on the longest path
map_page:
    push r14
    push rbx
    push rax
    test qword ptr [rsi + 104], rcx
    jne .L5
    movabs rax, -9223372036854775808
    lea r8, [rcx + rax]
    add r8, 51
    mov r9, rdx
    sub r9, qword ptr [rsi]
    cmp r9, 2097151
    ja .L1
    mov r10, qword ptr [rsi + 8]
    shr r9, 12
    mov r11, qword ptr [r10 + 8*r9]
    cmp r11, rax
    jne .L1
    mov qword ptr [r10 + 8*r9], r8
    inc qword ptr [rsi + 72]
    jmp .L2
.L1:
    mov r9, rdx
    sub r9, qword ptr [rsi + 80]
    cmp r9, 1073741823
    ja .L4
    mov r10, qword ptr [rsi + 88]
    shr r9, 21
    mov r9, qword ptr [r10 + 8*r9]
    test r9b, r9b
    js .L3
    movabs r10, 4503599627366400
    and r9, r10
    je .L4
    mov rbx, qword ptr [rsi + 120]
    mov r10d, edx
    shr r10d, 12
    and r10d, 511
    mov r11, qword ptr [rbx]
    add r11, r9
    mov rbx, qword ptr [rbx + 8]
    mov r14, qword ptr [r11 + 8*r10]
    cmp r14, rax
    jne .L5
    cmp qword ptr [rsi + 112], r9
    je .L4
    mov rax, r9
    shr rax, 8
    mov qword ptr [r11 + 8*r10], r8
    inc qword ptr [rbx + rax + 8]
    mov qword ptr [rsi + 112], r9
.L2:
    mov byte ptr [rdi], 13
    mov rax, rdi
    add rsp, 8
    pop rbx
    pop r14
    ret
.L3:
    test r9b, 7
    jne .L5
.L4:
    mov rbx, rdi
    call map_elsewhere
    jmp .L6
.L5:
    movabs r8, 432627039204278529
    mov rbx, rdi
    call map_or_refuse
.L6:
    mov rax, rbx
    add rsp, 8
    pop rbx
    pop r14
    ret

# 64 instructions, 51 on the longest path
twin_map:
    movabs rax, -4503599627366401
    test rcx, rax
    jne .L2
    movabs rax, -9223372036854775808
    mov r8, rdx
    sub r8, qword ptr [rsi + 24]
    cmp r8, 2097152
    jae .L1
    mov r9, qword ptr [rsi]
    mov r9, qword ptr [r9 + 8]
    shr r8, 12
    add r9, qword ptr [rsi + 32]
    mov r10, qword ptr [r9 + 8*r8]
    cmp r10, rax
    jne .L1
    add rax, rcx
    add rax, 51
    mov qword ptr [r9 + 8*r8], rax
    inc qword ptr [rsi + 40]
    mov byte ptr [rdi], 4
    mov rax, rdi
    ret
.L1:
    mov r8, rdx
    sub r8, qword ptr [rsi + 48]
    cmp r8, 1073741823
    ja .L2
    mov r9, qword ptr [rsi]
    mov r9, qword ptr [r9 + 8]
    add r9, qword ptr [rsi + 56]
    shr r8, 21
    mov r8, qword ptr [r9 + 8*r8]
    test r8b, r8b
    js .L2
    movabs r9, 4503599627366400
    and r8, r9
    je .L2
    cmp r8, qword ptr [rsi + 64]
    je .L2
    mov r10, qword ptr [rsi]
    mov r9d, edx
    shr r9d, 12
    and r9d, 511
    mov r10, qword ptr [r10 + 8]
    add r10, r8
    mov r11, qword ptr [r10 + 8*r9]
    cmp r11, rax
    jne .L2
    add rax, rcx
    add rax, 51
    mov qword ptr [r10 + 8*r9], rax
    mov rax, qword ptr [rsi + 16]
    mov rcx, r8
    shr rcx, 8
    inc qword ptr [rax + rcx + 8]
    mov qword ptr [rsi + 64], r8
    mov byte ptr [rdi], 4
    mov rax, rdi
    ret
.L2:
    push rbx
    mov rbx, rdi
    call map_from_root
    mov rax, rbx
    pop rbx
    ret
