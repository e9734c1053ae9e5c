//! What the monitor does not give back for use is leaked, and counted.

use super::{range, running};
use crate::hook::Partner;
use crate::pair::{FaultOutcome, Leaked};
use crate::sample::{LevelName, Pd, Width};

/// Aligned to a gigabyte.
const BLOCK: u64 = 0x40_0000_0000;

#[test]
fn pages_of_tables_that_the_monitor_has_lost() {
    let mut fixture = running(Width::Bits52);
    fixture.host.state().largest = LevelName::Pd;
    assert!(matches!(fixture.fault(BLOCK), Ok(FaultOutcome::Mapped { level: LevelName::Pd, .. })));
    fixture.removal(|session, _| session.split(super::private(BLOCK + 0x1000))).unwrap();
    let pages = fixture.arena.pages_in_use();
    fixture.monitor.state().partner = Partner::Lost;
    fixture.removal(|session, _| session.merge::<Pd>(super::private(BLOCK))).unwrap();
    assert_eq!(fixture.vm.leaked(), Leaked { bytes: 0, tables: 1 });
    assert_eq!(fixture.arena.pages_in_use(), pages - 1, "the table comes back, its partner does not");
    fixture.removal(|session, host| {
        let blocked = session.block(range(BLOCK, 1 << 21)).unwrap();
        let [tracked] = session.track([blocked]).unwrap();
        session.remove(tracked, host).unwrap();
        assert_eq!(session.prune(range(BLOCK, 1 << 21)), Ok(3));
    });
    assert_eq!(fixture.vm.leaked(), Leaked { bytes: 0, tables: 4 });
    assert_eq!(fixture.arena.pages_in_use(), 2 + 4, "the two roots, and what is leaked");
}
