//! The monitor against declarations: it allows what they say, and nothing else.

mod faults;
mod lab;
mod plain;
mod refusals;
mod transitions;

use plain::{Method, PlainLayout, SPACE};

#[test]
fn a_declaration_written_by_hand_is_followed_exactly() {
    let tried = transitions::try_everything::<PlainLayout>(SPACE, 2, Method::Track, Method::Reclaim);
    assert_eq!(tried, transitions::Tried { attempts: 516, allowed: 51 });
}
