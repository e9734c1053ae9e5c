//! Random operations of all kinds, legal and not: nothing panics, no lock stays taken, and the module's books agree.

mod books;
mod chaos;
mod ending;
mod threads;

use chaos::Chaos;
use pt_emulated::tdx::trace::play;

#[test]
fn nothing_stays_locked_and_the_books_agree() {
    for seed in 0..100 {
        if let Err(wrong) = play(&mut Chaos::new(seed, 400)) {
            panic!("{wrong}");
        }
    }
}
