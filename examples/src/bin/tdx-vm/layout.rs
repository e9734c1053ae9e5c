//! Where the pages of a trace lie in guest-physical memory.
//!
//! Every vCPU runs the traced program in memory of its own, as processes of one guest do. Guest memory is handed out
//! densely in regions of 2 MiB, in the order of first touch, so that what the program keeps together stays together
//! and both leaf sizes have a use:
//!
//! ```text
//! | common regions         | vCPU 0: data regions, I/O buffer | vCPU 1: data regions, I/O buffer | ...
//!   pages never stored to,   pages stored to, private          ^
//!   one copy for all         until converted                   one region, always shared
//! ```
//!
//! Of the common pages, those that instructions are fetched from are the image: they are added with their content
//! while the VM is built. The others are mapped when the first vCPU touches them, and read zero. Several may touch
//! one at the same time: that is where faults race for an entry.

use crate::survey::{PAGES, Pages, REGION_SHIFT, Step, Survey};
use std::fmt;

/// Pages in a window: the unit in which a process notes what it uses.
pub const WINDOW: usize = 16;

/// Pages of data that are thought of at most when a process is given frames: 64 MiB.
const MOST_DATA: usize = 32 * PAGES;

/// A region of guest memory, by its position: guest frame number / 512.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot(pub u32);

impl Slot {
    /// The guest-physical address of a byte of the region, without a split bit.
    pub fn address(self, offset: u32) -> u64 {
        u64::from(self.0) << REGION_SHIFT | u64::from(offset)
    }
}

/// Where one step of a trace goes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// Into the common regions, which nobody stores to.
    Common(Slot),
    /// Into data of the vCPU that makes it: which of its data regions.
    Data(usize),
}

#[derive(Copy, Clone, Debug)]
struct Home {
    common: Slot,
    data: usize,
    stored: Pages,
}

/// How many frames a process may have, when there is plenty and when memory is short.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Tide {
    /// When there is plenty.
    pub high: usize,
    /// When memory is short.
    pub low: usize,
}

/// The map of guest memory.
#[derive(Clone, Debug)]
pub struct Layout {
    homes: Vec<Home>,
    /// The pages of each common region: all of them, and those of the image.
    common: Vec<[Pages; 2]>,
    data_regions: usize,
    vcpus: usize,
}

impl Layout {
    /// Places what the survey found, for this many vCPUs.
    ///
    /// # Errors
    /// [`TooLarge`] if it does not fit below `1 << width` bytes.
    pub fn new(survey: &Survey, vcpus: usize, width: u32) -> Result<Self, TooLarge> {
        let mut layout = Self { homes: Vec::new(), common: Vec::new(), data_regions: 0, vcpus };
        for region in &survey.regions {
            let common = region.touched.without(&region.stored);
            layout.homes.push(Home {
                common: Slot(layout.common.len() as u32),
                data: layout.data_regions,
                stored: region.stored,
            });
            if common.len() > 0 {
                layout.common.push([common, region.fetched.without(&region.stored)]);
            }
            if region.stored.len() > 0 {
                layout.data_regions += 1;
            }
        }
        let bytes = (layout.regions() as u64) << REGION_SHIFT;
        if bytes > 1 << width { Err(TooLarge { bytes, width }) } else { Ok(layout) }
    }

    /// Regions of 2 MiB in guest memory.
    pub fn regions(&self) -> usize {
        self.common.len() + self.vcpus * (self.data_regions + 1)
    }

    /// Frames that the common regions need.
    pub fn common_frames(&self) -> usize {
        self.common.iter().map(|[pages, _]| pages.len()).sum()
    }

    /// Frames that the host allows each process, its I/O buffer included: at high tide enough for a few blocks of data
    /// besides, at low tide for less than the pages that the trace stores to.
    pub fn process_frames(&self) -> Tide {
        let stored: usize = self.homes.iter().map(|home| home.stored.len()).sum();
        let data = stored.clamp(4 * WINDOW, MOST_DATA);
        Tide { high: 4 * PAGES + data, low: PAGES + data * 7 / 8 }
    }

    /// Common regions.
    pub fn common_regions(&self) -> usize {
        self.common.len()
    }

    /// Data regions of each vCPU.
    pub fn data_regions(&self) -> usize {
        self.data_regions
    }

    /// The pages of the image, in order.
    pub fn image_pages(&self) -> impl Iterator<Item = (Slot, usize)> + '_ {
        let slots = (0..).map(Slot).zip(&self.common);
        slots.flat_map(|(slot, [_, pages])| pages.iter().map(move |page| (slot, page)))
    }

    /// Where a step of the surveyed trace goes.
    pub fn place(&self, step: &Step) -> Place {
        let home = &self.homes[step.region as usize];
        if home.stored.contains(step.page()) { Place::Data(home.data) } else { Place::Common(home.common) }
    }

    /// Data region `region` of a vCPU.
    pub fn data(&self, vcpu: usize, region: usize) -> Slot {
        Slot((self.common.len() + vcpu * (self.data_regions + 1) + region) as u32)
    }

    /// The I/O buffer of a vCPU.
    pub fn io_buffer(&self, vcpu: usize) -> Slot {
        self.data(vcpu, self.data_regions)
    }
}

/// The trace touches more memory than the guest can have.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct TooLarge {
    /// What would be needed.
    pub bytes: u64,
    /// The bits of a guest-physical address below the split bit.
    pub width: u32,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = self.bytes >> 20;
        write!(f, "the trace needs {mebibytes} MiB of guest memory: expected less than 2^{} bytes", self.width)
    }
}
impl std::error::Error for TooLarge {}

/// Pages of all data regions of one vCPU, counted through.
pub fn data_page(region: usize, offset: u32) -> usize {
    region * PAGES + (offset >> 12) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Region;
    use crate::trace::Kind;

    fn pages(pages: &[usize]) -> Pages {
        pages.iter().fold(Pages::default(), |mut set, &page| {
            set.insert(page);
            set
        })
    }

    /// Text, and a page that is only read; text and data; data only, of which a part is executed.
    fn survey() -> Survey {
        let region = |touched: &[usize], fetched: &[usize], stored: &[usize]| Region {
            touched: pages(touched),
            fetched: pages(fetched),
            stored: pages(stored),
        };
        let mut survey = Survey::default();
        survey.regions.extend([region(&[1, 2], &[2], &[]), region(&[3, 4], &[3], &[4]), region(&[5], &[5], &[5])]);
        survey
    }

    fn step(region: u32, page: u32) -> Step {
        Step { kind: Kind::Load, region, offset: page << 12 | 8, bytes: 1 }
    }

    #[test]
    fn common_regions_come_first_and_what_is_executed_there_is_the_image() {
        let layout = Layout::new(&survey(), 2, 47).unwrap();
        let image: Vec<_> = layout.image_pages().collect();
        assert_eq!(image, [(Slot(0), 2), (Slot(1), 3)]);
        assert_eq!((layout.common_frames(), layout.common_regions(), layout.data_regions()), (3, 2, 2));
        assert_eq!(layout.place(&step(0, 1)), Place::Common(Slot(0)));
        assert_eq!(layout.place(&step(1, 3)), Place::Common(Slot(1)));
        assert_eq!(layout.place(&step(1, 4)), Place::Data(0));
        assert_eq!(layout.place(&step(2, 5)), Place::Data(1));
    }

    #[test]
    fn no_two_things_share_a_slot() {
        let layout = Layout::new(&survey(), 3, 47).unwrap();
        let mut slots = vec![Slot(0), Slot(1)];
        for vcpu in 0..3 {
            slots.extend([layout.data(vcpu, 0), layout.data(vcpu, 1), layout.io_buffer(vcpu)]);
        }
        let all: Vec<_> = (0..layout.regions() as u32).map(Slot).collect();
        slots.sort();
        assert_eq!(slots, all);
        assert_eq!(Slot(3).address(0x1234), 0x60_1234);
    }

    #[test]
    fn at_low_tide_there_is_less_than_at_high_tide() {
        let region = Region { touched: Pages::ALL, stored: Pages::ALL, ..Region::default() };
        for regions in [0, 1, 100] {
            let mut survey = Survey::default();
            survey.regions.extend(vec![region; regions]);
            let Tide { high, low } = Layout::new(&survey, 1, 47).unwrap().process_frames();
            assert!(PAGES < low && low + 3 * PAGES <= high && high <= 36 * PAGES, "{regions}: {low} to {high}");
        }
    }

    #[test]
    fn more_than_the_guest_can_address_is_refused() {
        let refused = Layout::new(&survey(), 2, 23).unwrap_err();
        assert_eq!(refused, TooLarge { bytes: 8 << 21, width: 23 });
        assert!(Layout::new(&survey(), 2, 24).is_ok());
    }
}
