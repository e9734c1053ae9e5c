# From the loader to 64-bit code. Entered in 32-bit protected mode without paging, with the address of the boot
# information in EBX (Multiboot 0.6.96, section 3.2).

.section .multiboot, "a"
.balign 4
multiboot_header:                       # section 3.1.1; bit 16: the addresses are here, and not in an ELF header
  .long 0x1BADB002
  .long 0x00010002
  .long -(0x1BADB002 + 0x00010002)
  .long multiboot_header
  .long image_start
  .long image_data_end
  .long image_end
  .long image_entry

.section .boot, "ax"
.code32
.global image_entry
image_entry:
  cli
  cld
  mov esp, offset boot_stack_top
  mov [boot_information], ebx

  # The first 4 GiB, identically, by pages of 2 MiB: every long-mode CPU has those.
  mov dword ptr [boot_pml5], offset boot_pml4 + 3
  mov dword ptr [boot_pml4], offset boot_pdpt + 3
  mov eax, offset boot_pd + 3
  mov edi, offset boot_pdpt
  mov ecx, 4
2:mov [edi], eax
  add eax, 4096
  add edi, 8
  loop 2b
  mov eax, 0x83
  mov edi, offset boot_pd
  mov ecx, 2048
2:mov [edi], eax
  add eax, 0x200000
  add edi, 8
  loop 2b

  # Five levels where the CPU has them (CPUID leaf 7, ECX bit 16), four elsewhere.
  mov esi, 0x620                        # CR4: PAE, OSFXSR, OSXMMEXCPT
  mov edi, offset boot_pml4
  xor eax, eax
  cpuid
  cmp eax, 7
  jb 2f
  mov eax, 7
  xor ecx, ecx
  cpuid
  bt ecx, 16
  jnc 2f
  or esi, 0x1000                        # CR4: LA57
  mov edi, offset boot_pml5
2:mov cr3, edi
  mov eax, cr4
  or eax, esi
  mov cr4, eax
  mov ecx, 0xC0000080
  rdmsr
  or eax, 0x900                         # EFER: LME, NXE
  wrmsr
  mov eax, cr0
  and eax, 0xFFFFFFFB                   # CR0: not EM
  or eax, 0x80010023                    # CR0: PG, WP, NE, MP, PE
  mov cr0, eax

  # The base of the TSS, in the three pieces of its descriptor.
  mov eax, offset task_state
  mov [task_descriptor + 2], ax
  shr eax, 16
  mov [task_descriptor + 4], al
  mov [task_descriptor + 7], ah
  lgdt [descriptor_table_pointer]
  .byte 0xEA                            # a far jump to the 64-bit code segment
  .long long_mode
  .short 0x08

.code64
long_mode:
  mov eax, 0x10
  mov ds, eax
  mov es, eax
  mov ss, eax
  mov fs, eax
  mov gs, eax
  mov eax, 0x18
  ltr ax
  mov esp, offset boot_stack_top
  xor ebp, ebp
  call image_main
2:hlt
  jmp 2b

.section .data
.balign 8
.global descriptor_table
descriptor_table:
  .quad 0
  .quad 0x00AF9B000000FFFF              # 0x08: 64-bit code
  .quad 0x00CF93000000FFFF              # 0x10: data
task_descriptor:
  .quad 0x0000890000000067, 0           # 0x18: TSS
descriptor_table_pointer:
  .short 39
  .long descriptor_table
  .long 0

.section .bss
.balign 4096
boot_pml5: .skip 4096
boot_pml4: .skip 4096
boot_pdpt: .skip 4096
boot_pd:   .skip 16384
boot_stack: .skip 131072
boot_stack_top:
.global task_state
task_state: .skip 104
.balign 8
.global boot_information
boot_information: .skip 8
