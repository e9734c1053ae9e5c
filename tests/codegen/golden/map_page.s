# rustc 1.95.0 (59807616e 2026-04-14)
# 32 instructions, 21 on the longest path
map_page:
    push rbx
    test qword ptr [rsi + 8], rcx
    jne .L1
    movabs r9, -9223372036854775808
    lea r8, [rcx + r9]
    add r8, 51
    mov rax, rdx
    sub rax, qword ptr [rsi + 16]
    cmp rax, 2097151
    ja .L2
    mov r10, qword ptr [rsi + 24]
    shr rax, 12
    mov r11, qword ptr [r10 + 8*rax]
    cmp r11, r9
    jne .L2
    mov qword ptr [r10 + 8*rax], r8
    inc qword ptr [rsi + 40]
    mov byte ptr [rdi], 13
    mov rax, rdi
    pop rbx
    ret
.L1:
    movabs r8, 432627039204278529
    mov rbx, rdi
    call refuse
    mov rax, rbx
    pop rbx
    ret
.L2:
    mov rbx, rdi
    call map_elsewhere
    mov rax, rbx
    pop rbx
    ret

# 28 instructions, 22 on the longest path
twin_map:
    movabs rax, -4503599627366401
    test rcx, rax
    jne .L1
    mov rax, rdx
    sub rax, qword ptr [rsi + 24]
    cmp rax, 2097152
    jae .L1
    mov r8, qword ptr [rsi]
    mov r8, qword ptr [r8 + 8]
    shr rax, 12
    add r8, qword ptr [rsi + 32]
    mov r9, qword ptr [r8 + 8*rax]
    neg r9
    jno .L1
    movabs rdx, -9223372036854775808
    add rcx, rdx
    add rcx, 51
    mov qword ptr [r8 + 8*rax], rcx
    inc qword ptr [rsi + 40]
    mov byte ptr [rdi], 4
    mov rax, rdi
    ret
.L1:
    push rbx
    mov rbx, rdi
    call map_from_root
    mov rax, rbx
    pop rbx
    ret
