//! Many entries of one table, frozen together.

use super::{Fixture, private, running};
use crate::address::Hpa;
use crate::arena::Arena;
use crate::hook::{Frozen, Hook, Incomplete, Outcome, Partial, Refusal};
use crate::page::Page;
use crate::pair::{Cause, FaultOutcome, FreezeRow, Run};
use crate::sample::{LevelName, PrivateSample, Pt, SampleHooks, Width};
use crate::space::Private;
use core::convert::Infallible;
use std::sync::Arc;

/// The last page of a table but 15.
const BASE: u64 = 0x40_001f_0000;
const FROZEN: u64 = 1 << 63 | 0x5a0;
const ABSENT: u64 = 1 << 63;

type Row<'a> = FreezeRow<'a, PrivateSample, Pt, Arc<Arena>>;

/// A hook that maps the pages of a row.
#[derive(Debug)]
enum MapRow {}
impl Hook for MapRow {
    const NAME: &'static str = "map_row";
    type Levels = LevelName;
    type Done = ();
    type Partial = Partial;
    type Busy = Infallible;
    type Incomplete = Incomplete;
    type Stopped = Infallible;
}

/// A VM whose only page is the one at `BASE` plus so many.
fn fixture(mapped: u64) -> Fixture<Run> {
    let fixture = running(Width::Bits52);
    assert!(matches!(fixture.fault(BASE + (mapped << 12)), Ok(FaultOutcome::Mapped { .. })));
    fixture
}

/// Has the monitor map the first so many of contiguous pages, and returns the first.
fn map(fixture: &Fixture<Run>, row: &Row<'_>, pages: usize) -> Page<Private, Pt> {
    let first = fixture.host.new_page::<Pt>();
    for number in 0..pages as u64 {
        let page = if number == 0 { first.frame() } else { fixture.host.new_page::<Pt>().into_frame() };
        assert_eq!(page.as_u64(), first.frame().as_u64() + (number << 12), "the host's pages are contiguous");
        let at = private(row.frozen().address().as_u64() + (number << 12));
        fixture.monitor.map(&Frozen::new(at, row.frozen().level(), row.frozen().was()), page).unwrap();
    }
    first
}

fn row(fixture: &Fixture<Run>, most: usize) -> Row<'_> {
    fixture.vm.private().freeze_row::<Pt>(private(BASE), most).unwrap()
}

#[test]
fn a_row_ends_with_the_table_or_before_an_entry_in_use_or_where_it_was_asked_to() {
    let lengths = [(9, 100), (9, 4), (9, 0), (17, 100)].map(|(mapped, most)| {
        // Page 17 lies in the next table: the one at `BASE` has to be made too.
        let fixture = fixture(mapped);
        if mapped > 15 {
            assert!(matches!(fixture.fault(BASE - 0x1000), Ok(FaultOutcome::Mapped { .. })));
        }
        let before = fixture.entries();
        let row = row(&fixture, most);
        let length = row.frozen().len();
        let during = fixture.entries();
        assert_eq!(during.values().filter(|&&raw| raw == FROZEN).count(), length);
        assert!((0..length as u64).all(|number| during[&(0, BASE + (number << 12))] == FROZEN));
        row.roll_back();
        assert_eq!(fixture.entries(), before);
        length
    });
    assert_eq!(lengths, [9, 4, 1, 16]);
}

#[test]
fn pages_of_a_row_are_mapped_together() {
    let fixture = fixture(9);
    let row = row(&fixture, 512);
    let refused = fixture.vm.private().freeze::<Pt>(private(BASE + 0x3000)).unwrap_err();
    assert_eq!(refused.cause, Cause::Frozen);
    let first = map(&fixture, &row, 9);
    assert!(row.holds(first.frame()));
    assert_eq!(row.publish(first, Outcome::<MapRow>::Done(())).unwrap(), 9);
    fixture.check();
}

#[test]
fn of_a_row_that_is_mapped_in_part_the_rest_comes_back() {
    for done in [0, 1, 5, 9] {
        let fixture = fixture(9);
        let row = row(&fixture, 512);
        let first = map(&fixture, &row, done);
        let frame = first.frame().as_u64();
        let next = BASE + ((done as u64) << 12);
        let answer = row.publish(first, Outcome::<MapRow>::Partial(Partial { next }));
        if done == 9 {
            assert_eq!(answer.unwrap(), 9);
        } else {
            let refused = answer.unwrap_err();
            assert_eq!((refused.done, refused.rest.into_frame().as_u64()), (done, frame + ((done as u64) << 12)));
            assert_eq!(refused.error.cause, Cause::Refused(Refusal::Partial(Partial { next })));
            assert_eq!((refused.error.address, refused.error.found), (private(next), ABSENT));
            if done == 0 {
                fixture.host.returned::<Pt>(Hpa::new(frame));
            }
        }
        fixture.check();
    }
}

#[test]
fn pages_that_do_not_fit_or_are_refused_come_back() {
    let fixture = fixture(9);
    let before = fixture.entries();
    let last = Hpa::new((1 << 52) - 0x1000);
    let wide = row(&fixture, 3);
    assert!(!wide.holds(last));
    assert!(row_of_one(&fixture).holds(last));
    wide.roll_back();

    let refusal = Incomplete { handle: 7 };
    let answer = row(&fixture, 3).publish(Page::new(last).unwrap(), Outcome::<MapRow>::Incomplete(refusal));
    let refused = answer.unwrap_err();
    assert_eq!((refused.done, refused.rest.into_frame()), (0, last));
    assert_eq!(refused.error.cause, Cause::Refused(Refusal::Incomplete(refusal)));
    assert_eq!(fixture.entries(), before);

    let wide = Page::new(Hpa::new(1 << 52)).unwrap();
    let refused = row(&fixture, 3).publish(wide, Outcome::<MapRow>::Done(())).unwrap_err();
    assert_eq!((refused.done, refused.error.cause), (0, Cause::FrameDoesNotFit(Hpa::new(1 << 52))));
    assert_eq!(fixture.entries(), before);
}

/// A row of one entry, beside those at `BASE`.
fn row_of_one(fixture: &Fixture<Run>) -> Row<'_> {
    fixture.vm.private().freeze_row::<Pt>(private(BASE + 0x5000), 1).unwrap()
}
