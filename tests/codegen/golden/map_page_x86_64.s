# rustc 1.95.0 (59807616e 2026-04-14)
# 80 instructions, 48 on the longest path
map_page_x86_64:
    push rbx
    sub rsp, 32
    mov rax, rdi
    test qword ptr [rsi + 80], rcx
    jne .L5
    lea rdi, [rcx + 3]
    mov r8, rdx
    sub r8, qword ptr [rsi]
    cmp r8, 2097151
    ja .L1
    mov r9, qword ptr [rsi + 8]
    shr r8, 12
    mov r10, qword ptr [r9 + 8*r8]
    test r10, r10
    je .L2
.L1:
    mov r8, rdx
    sub r8, qword ptr [rsi + 32]
    cmp r8, 1073741823
    ja .L4
    mov r9, qword ptr [rsi + 40]
    shr r8, 21
    mov r8, qword ptr [r9 + 8*r8]
    test r8b, r8b
    js .L3
    movabs r9, 4503599627366400
    and r8, r9
    je .L4
    mov r11, qword ptr [rsi + 96]
    mov r9d, edx
    shr r9d, 12
    and r9d, 511
    mov r10, qword ptr [r11]
    add r10, r8
    mov r11, qword ptr [r11 + 8]
    mov rbx, qword ptr [r10 + 8*r9]
    test rbx, rbx
    jne .L5
    cmp qword ptr [rsi + 88], r8
    je .L4
    mov rcx, r8
    shr rcx, 8
    mov qword ptr [r10 + 8*r9], rdi
    inc qword ptr [r11 + rcx + 8]
    mov qword ptr [rsi + 88], r8
    mov byte ptr [rax], 13
    add rsp, 32
    pop rbx
    ret
.L2:
    mov qword ptr [r9 + 8*r8], rdi
    inc qword ptr [rsi + 24]
    mov byte ptr [rax], 13
    add rsp, 32
    pop rbx
    ret
.L3:
    test r8b, 1
    jne .L5
.L4:
    xorps xmm0, xmm0
    movaps xmmword ptr [rsp], xmm0
    mov byte ptr [rsp + 16], 1
    mov qword ptr [rsp + 17], 0
    mov r8, rsp
    mov rbx, rax
    mov rdi, rax
    call map_elsewhere
    mov rax, rbx
    add rsp, 32
    pop rbx
    ret
.L5:
    xorps xmm0, xmm0
    movaps xmmword ptr [rsp], xmm0
    mov byte ptr [rsp + 16], 1
    mov qword ptr [rsp + 17], 0
    mov r8, rsp
    mov rbx, rax
    mov rdi, rax
    call map_holding
    mov rax, rbx
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
