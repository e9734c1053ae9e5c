# rustc 1.95.0 (59807616e 2026-04-14)
# 71 instructions, 49 on the longest path
map_page_x86_64:
    push rbx
    sub rsp, 32
    test qword ptr [rsi + 128], rcx
    jne .L6
    lea r8, [rcx + 3]
    mov rax, rdx
    sub rax, qword ptr [rsi]
    cmp rax, 2097151
    ja .L1
    mov r9, qword ptr [rsi + 8]
    shr rax, 12
    mov r10, qword ptr [r9 + 8*rax]
    test r10, r10
    je .L2
.L1:
    mov rax, rdx
    sub rax, qword ptr [rsi + 80]
    cmp rax, 1073741823
    ja .L5
    mov r9, qword ptr [rsi + 88]
    shr rax, 21
    mov rax, qword ptr [r9 + 8*rax]
    test al, al
    js .L4
    movabs r9, 4503599627366400
    and rax, r9
    je .L5
    mov r11, qword ptr [rsi + 144]
    mov r9d, edx
    shr r9d, 12
    and r9d, 511
    mov r10, qword ptr [r11]
    add r10, rax
    mov r11, qword ptr [r11 + 8]
    mov rbx, qword ptr [r10 + 8*r9]
    test rbx, rbx
    jne .L6
    cmp qword ptr [rsi + 136], rax
    je .L5
    mov rcx, rax
    shr rcx, 8
    mov qword ptr [r10 + 8*r9], r8
    inc qword ptr [r11 + rcx + 8]
    mov qword ptr [rsi + 136], rax
    jmp .L3
.L2:
    mov qword ptr [r9 + 8*rax], r8
    inc qword ptr [rsi + 72]
.L3:
    mov byte ptr [rdi], 13
    mov rax, rdi
    add rsp, 32
    pop rbx
    ret
.L4:
    test al, 1
    jne .L6
.L5:
    mov rbx, rdi
    call map_elsewhere
    mov rax, rbx
    add rsp, 32
    pop rbx
    ret
.L6:
    xorps xmm0, xmm0
    movaps xmmword ptr [rsp], xmm0
    mov byte ptr [rsp + 16], 1
    mov qword ptr [rsp + 17], 0
    mov r8, rsp
    mov rbx, rdi
    call map_or_refuse
    mov rdi, rbx
    mov rax, rdi
    add rsp, 32
    pop rbx
    ret

# 61 instructions, 49 on the longest path
twin_map_x86_64:
    movabs rax, -4503599627366401
    test rcx, rax
    jne .L3
    mov rax, rdx
    sub rax, qword ptr [rsi + 24]
    cmp rax, 2097152
    jae .L1
    mov r8, qword ptr [rsi]
    mov r8, qword ptr [r8 + 8]
    shr rax, 12
    add r8, qword ptr [rsi + 32]
    mov r9, qword ptr [r8 + 8*rax]
    test r9, r9
    je .L2
.L1:
    mov rax, rdx
    sub rax, qword ptr [rsi + 48]
    cmp rax, 1073741823
    ja .L3
    mov r8, qword ptr [rsi]
    mov r8, qword ptr [r8 + 8]
    add r8, qword ptr [rsi + 56]
    shr rax, 21
    mov rax, qword ptr [r8 + 8*rax]
    test al, al
    js .L3
    movabs r8, 4503599627366400
    and rax, r8
    je .L3
    cmp rax, qword ptr [rsi + 64]
    je .L3
    mov r9, qword ptr [rsi]
    mov r8d, edx
    shr r8d, 12
    and r8d, 511
    mov r9, qword ptr [r9 + 8]
    add r9, rax
    mov r10, qword ptr [r9 + 8*r8]
    test r10, r10
    jne .L3
    or rcx, 3
    mov qword ptr [r9 + 8*r8], rcx
    mov rcx, qword ptr [rsi + 16]
    mov rdx, rax
    shr rdx, 8
    inc qword ptr [rcx + rdx + 8]
    mov qword ptr [rsi + 64], rax
    mov byte ptr [rdi], 4
    mov rax, rdi
    ret
.L2:
    or rcx, 3
    mov qword ptr [r8 + 8*rax], rcx
    inc qword ptr [rsi + 40]
    mov byte ptr [rdi], 4
    mov rax, rdi
    ret
.L3:
    push rbx
    mov rbx, rdi
    call map_from_root
    mov rax, rbx
    pop rbx
    ret
