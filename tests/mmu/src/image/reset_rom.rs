//! A reset ROM: what a machine without a BIOS begins with. It starts an image as a Multiboot loader does.
//!
//! Bochs takes it as its `romimage` at `0xffff0000`, QEMU by `-bios`; both show it at `0xf0000` as well, the image
//! being at 2 MiB.

/// A real-mode segment, up to the end of the first MiB.
const SIZE: usize = 0x1_0000;
/// Where the segment lies.
const BASE: usize = 0xF_0000;
/// Where the boot information is in it.
const INFORMATION: usize = 0x1000;
/// Where the command line is.
const COMMAND_LINE: usize = 0x1100;
/// Where the CPU begins.
const RESET_VECTOR: usize = 0xFFF0;

/// Enters 32-bit protected mode in the state of Multiboot 0.6.96, section 3.2, and jumps to where the image's header
/// says.
#[rustfmt::skip] // one instruction a line
const CODE: &[u8] = &[
    0xFA,                                           // cli
    0xFC,                                           // cld
    0xE4, 0x92,                                     // in al, 0x92          address line 20
    0x0C, 0x02,                                     // or al, 2
    0x24, 0xFE,                                     // and al, 0xfe
    0xE6, 0x92,                                     // out 0x92, al
    0x2E, 0x66, 0x0F, 0x01, 0x16, 0x58, 0x00,       // lgdt cs:[0x58]
    0x0F, 0x20, 0xC0,                               // mov eax, cr0
    0x66, 0x83, 0xC8, 0x01,                         // or eax, 1
    0x0F, 0x22, 0xC0,                               // mov cr0, eax
    0x66, 0xEA, 0x23, 0x00, 0x0F, 0x00, 0x08, 0x00, // jmp 0x8:0xf0023
    0x66, 0xB8, 0x10, 0x00,                         // mov ax, 0x10         from here on 32 bits
    0x8E, 0xD8,                                     // mov ds, ax
    0x8E, 0xC0,                                     // mov es, ax
    0x8E, 0xD0,                                     // mov ss, ax
    0xB8, 0x02, 0xB0, 0xAD, 0x2B,                   // mov eax, 0x2badb002
    0xBB, 0x00, 0x10, 0x0F, 0x00,                   // mov ebx, 0xf1000     the boot information
    0xFF, 0x25, 0x1C, 0x00, 0x20, 0x00,             // jmp [0x20001c]       the entry, in the header
    0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0,                         // the table of segments, at 0x40
    0xFF, 0xFF, 0, 0, 0, 0x9B, 0xCF, 0,             // 0x08: code
    0xFF, 0xFF, 0, 0, 0, 0x93, 0xCF, 0,             // 0x10: data
    0x17, 0, 0x40, 0, 0x0F, 0,                      // its limit and its address, at 0x58
];

/// A ROM that starts the image with `options` on its command line, on a machine with `memory` MiB.
///
/// # Panics
/// If the options are longer than the ROM.
#[must_use]
pub fn reset_rom(options: &str, memory: u32) -> Vec<u8> {
    let mut rom = vec![0; SIZE];
    let mut put = |at: usize, bytes: &[u8]| rom[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, CODE);
    // Multiboot 0.6.96, section 3.3: there is a size of memory and a command line. The memory below and above 1 MiB
    // is in KiB.
    let information = [1 << 0 | 1 << 2, 640, (memory - 1) << 10, 0, (BASE + COMMAND_LINE) as u32];
    put(INFORMATION, &information.map(u32::to_le_bytes).concat());
    put(COMMAND_LINE, options.as_bytes());
    put(COMMAND_LINE + options.len(), &[0]);
    put(RESET_VECTOR, &[0xEA, 0, 0, 0, 0xF0]); // jmp 0xf000:0
    rom
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rom_has_its_code_its_words_and_the_reset_vector() {
        let rom = reset_rom("seed=1", 512);
        assert_eq!((rom.len(), rom[0], rom[RESET_VECTOR]), (SIZE, 0xFA, 0xEA));
        assert_eq!(&rom[COMMAND_LINE..COMMAND_LINE + 7], b"seed=1\0");
        assert_eq!((CODE.len(), &CODE[0x58..0x5A]), (0x5E, &[0x17, 0][..]), "the table is where the code says");
    }
}
