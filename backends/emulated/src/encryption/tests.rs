//! Ciphertext for whoever has no key, plaintext for whoever has.

use super::*;
use pt_core::TableAllocator;

fn machine() -> Machine {
    Machine::new(Hpa::new(0), 4 << 12)
}

fn keys() -> [Key; 2] {
    let mut random = Random::new(1);
    [Key::generate(&mut random), Key::generate(&mut random)]
}

#[test]
fn a_unit_is_the_first_block_of_the_standards_vector() {
    // IEEE 1619-2007, annex B, vector 1: both keys, the data unit number and the plaintext zero.
    let key = Key::new([0; 16], [0; 16]);
    let machine = machine();
    Keyed::new(&machine, &key).write(Hpa::new(0), &[0; 16]).unwrap();
    let mut stored = [0; 16];
    machine.read(Hpa::new(0), &mut stored).unwrap();
    assert_eq!(u128::from_be_bytes(stored), 0x917c_f69e_bd68_b2ec_9b9f_e9a3_eadd_a692);
}

#[test]
fn the_key_reads_plaintext_the_bus_ciphertext_and_another_key_garbage() {
    let machine = machine();
    let [key, other] = keys();
    let page = machine.allocate(0).unwrap();
    let text: Vec<u8> = (0..=255).collect();
    Keyed::new(&machine, &key).write(page, &text).unwrap();

    let mut read = vec![0; 256];
    Keyed::new(&machine, &key).read(page, &mut read).unwrap();
    assert_eq!(read, text);
    let hits = |read: &[u8]| read.iter().zip(&text).filter(|(a, b)| a == b).count();
    machine.read(page, &mut read).unwrap();
    assert!(hits(&read) < 16, "plaintext on the bus");
    Keyed::new(&machine, &other).read(page, &mut read).unwrap();
    assert!(hits(&read) < 16, "another key opens the page");
}

#[test]
fn equal_units_are_stored_differently_and_a_moved_unit_is_garbage() {
    let machine = machine();
    let [key, _] = keys();
    let keyed = Keyed::new(&machine, &key);
    keyed.write(Hpa::new(0), &[7; 32]).unwrap();
    let mut stored = [0; 32];
    machine.read(Hpa::new(0), &mut stored).unwrap();
    assert_ne!(stored[..16], stored[16..]);
    machine.write(Hpa::new(0x1000), &stored).unwrap();
    let mut moved = [0; 32];
    keyed.read(Hpa::new(0x1000), &mut moved).unwrap();
    assert_ne!(moved, [7; 32]);
}

#[test]
fn a_partial_store_keeps_its_neighbours() {
    let machine = machine();
    let [key, _] = keys();
    let keyed = Keyed::new(&machine, &key);
    for (offset, length) in [(0, 1), (15, 2), (16, 16), (3, 40), (47, 17)] {
        keyed.write(Hpa::new(0), &[0xaa; 64]).unwrap();
        keyed.write(Hpa::new(offset), &vec![0xbb; length]).unwrap();
        let mut line = [0; 64];
        keyed.read(Hpa::new(0), &mut line).unwrap();
        let expected: Vec<u8> = (0..64)
            .map(|at| if (offset as usize..offset as usize + length).contains(&at) { 0xbb } else { 0xaa })
            .collect();
        assert_eq!(line[..], expected, "{length} bytes at {offset}");
    }
}

#[test]
fn whole_pages_are_encrypted_like_single_units() {
    let machine = machine();
    let [key, _] = keys();
    let keyed = Keyed::new(&machine, &key);
    let text: Vec<u8> = (0..PAGE + 160).map(|at| (at * 7) as u8).collect();
    keyed.write(Hpa::new(0x1010), &text).unwrap();
    for (number, unit) in (0x101..).zip(text.chunks(UNIT)) {
        let mut read = [0; UNIT];
        keyed.read(Hpa::new(number << UNIT_SHIFT), &mut read).unwrap();
        assert_eq!(read, unit, "unit {number:#x}");
        keyed.write(Hpa::new(number << UNIT_SHIFT), &read.map(|byte| !byte)).unwrap();
    }
    let mut read = vec![0; text.len()];
    keyed.read(Hpa::new(0x1010), &mut read).unwrap();
    assert!(read.iter().zip(&text).all(|(&read, &text)| read == !text));
}

#[test]
fn threads_that_write_neighbouring_bytes_lose_nothing() {
    let machine = machine();
    let [key, _] = keys();
    let keyed = Keyed::new(&machine, &key);
    keyed.write(Hpa::new(0), &[0; UNIT]).unwrap();
    std::thread::scope(|scope| {
        for byte in 0..4 {
            scope.spawn(move || {
                for value in 0..=255 {
                    let at = Hpa::new(byte * 5);
                    keyed.write(at, &[value]).unwrap();
                    let mut read = [0];
                    keyed.read(at, &mut read).unwrap();
                    assert_eq!(read, [value]);
                }
            });
        }
    });
}

#[test]
fn a_word_is_exchanged_only_if_it_is_the_expected_one() {
    let machine = machine();
    let [key, _] = keys();
    let keyed = Keyed::new(&machine, &key);
    let at = Hpa::new(0x28);
    keyed.store(at, 5).unwrap();
    assert_eq!(keyed.compare_exchange(at, 4, 6), Ok(5));
    assert_eq!(keyed.load(at), Ok(5));
    assert_eq!(keyed.compare_exchange(at, 5, 6), Ok(5));
    assert_eq!(keyed.load(at), Ok(6));
    assert!(keyed.load(Hpa::new(4 << 12)).is_err());
}
