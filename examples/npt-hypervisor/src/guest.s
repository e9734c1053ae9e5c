# The guest: 32-bit code without paging, so that its addresses are guest-physical. It calls the host with a number in
# EAX, and a value in EBX.
.code32
guest_start:
  # The first word of each of 16 pages, from 4 MiB on, gets its own address.
  mov edi, 0x400000
  mov ecx, 16
2:mov [edi], edi
  add edi, 0x1000
  loop 2b
  mov eax, 0                            # these are written
  mov ebx, 16
  vmmcall

  # One of them is changed.
  mov ebx, 0x403000
  inc dword ptr [ebx]
  mov eax, 1                            # this is changed
  vmmcall

  # The one before it is read.
  mov ebx, [0x402000]
  mov eax, 2                            # this is what it reads as
  vmmcall
  hlt
guest_end:
.code64
