//! The monitor against declarations: it allows what they say, and nothing else.

mod faults;
mod lab;
#[path = "../modelled/mod.rs"]
mod modelled;
mod plain;
mod refusals;
mod transitions;

use modelled::{SeptFormat, address_space};
use plain::{Method, PlainFormat, SPACE};
use pt_tdx::{Gpaw, SeptHooksMethod};

// What is allowed was counted by hand, transition by transition: at the levels and in the phases in which it exists
// and its state can be reached, once if it wants a track, and else twice.

#[test]
fn a_declaration_written_by_hand_is_followed_exactly() {
    let tried = transitions::try_everything::<PlainFormat>(SPACE, 2, Method::Track, Method::Reclaim);
    assert_eq!(tried, transitions::Tried { attempts: 516, allowed: 51 });
}

#[test]
fn the_tdx_declaration_is_followed_exactly() {
    let (track, reclaim) = (SeptHooksMethod::Track, SeptHooksMethod::PageReclaim);
    let tried = transitions::try_everything::<SeptFormat>(address_space(Gpaw::Bits48), 1, track, reclaim);
    assert_eq!(tried, transitions::Tried { attempts: 536, allowed: 41 });
    let five_levels = transitions::try_everything::<SeptFormat>(address_space(Gpaw::Bits52), 0, track, reclaim);
    assert_eq!(five_levels, transitions::Tried { attempts: 234, allowed: 16 });
}
