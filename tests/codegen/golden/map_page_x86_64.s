# rustc 1.95.0 (59807616e 2026-04-14)
# 39 instructions, 21 on the longest path
map_page_x86_64:
    push rbx
    sub rsp, 32
    test qword ptr [rsi + 32], rcx
    jne .L1
    lea r8, [rcx + 3]
    mov rax, rdx
    sub rax, qword ptr [rsi + 40]
    cmp rax, 2097151
    ja .L2
    mov r9, qword ptr [rsi + 48]
    shr rax, 12
    mov r10, qword ptr [r9 + 8*rax]
    test r10, r10
    jne .L2
    mov qword ptr [r9 + 8*rax], r8
    inc qword ptr [rsi + 64]
    mov byte ptr [rdi], 13
    mov rax, rdi
    add rsp, 32
    pop rbx
    ret
.L1:
    xorps xmm0, xmm0
    movaps xmmword ptr [rsp], xmm0
    mov byte ptr [rsp + 16], 1
    mov qword ptr [rsp + 17], 0
    mov r8, rsp
    mov rbx, rdi
    call refuse
    mov rdi, rbx
    mov rax, rdi
    add rsp, 32
    pop rbx
    ret
.L2:
    mov rbx, rdi
    call map_elsewhere
    mov rax, rbx
    add rsp, 32
    pop rbx
    ret

# 26 instructions, 20 on the longest path
twin_map_x86_64:
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
    test r9, r9
    jne .L1
    or rcx, 3
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
