//! The words that the cursor writes: leaves from attributes, as far as the configuration allows them.

use crate::address::{Address, Hpa};
use crate::config::Config;
use crate::entry::Entry;
use crate::error::{Obstacle, ObstacleOf};
use crate::format::EntryFormat;
use crate::layout::HasLayout as _;
use crate::level::LevelOf;
use crate::rule::{Class, Rule};
use crate::span;
use crate::table::Visible;
use core::marker::PhantomData;

/// A leaf of level `L` with these attributes, its frame bits zero. `at` is where it is meant for.
///
/// # Errors
/// [`Obstacle::NotPresent`] if the attributes let nothing through, where presence is told by permissions;
/// [`Obstacle::NotAllowed`] if they break a rule.
#[inline(always)]
pub(crate) fn template<T: Visible, L: LevelOf<T>>(
    attributes: &T::Attributes,
    at: Address<T::Space>,
    config: T::Config,
) -> Result<u64, ObstacleOf<T>> {
    let raw = L::leaf_template(attributes);
    let Entry::Leaf(_) = L::decode(raw) else { return Err(Obstacle::NotPresent { level: L::LEVEL, raw }) };
    if L::Leaf::RULES.is_empty() {
        return Ok(raw);
    }
    match Rule::broken::<L::Leaf>(raw, config.features()) {
        // Whether there are leaves of this level at all is not a matter of attributes.
        Some(rule) if !rule.is_of_all() => Err(broken::<T, L>(rule, raw, at)),
        _ => Ok(raw),
    }
}

/// The same for a new leaf. On this machine leaves of level `L` have to exist.
///
/// # Errors
/// The same.
#[inline(always)]
pub(crate) fn new_leaf<T: Visible, L: LevelOf<T>>(
    attributes: &T::Attributes,
    at: Address<T::Space>,
    config: T::Config,
) -> Result<u64, ObstacleOf<T>> {
    if let Some(rule) = Rule::forbids::<L::Leaf>(config.features()) {
        return Err(broken::<T, L>(rule, L::leaf_template(attributes), at));
    }
    template::<T, L>(attributes, at, config)
}

#[cold]
fn broken<T: Visible, L: LevelOf<T>>(rule: &'static Rule, raw: u64, at: Address<T::Space>) -> ObstacleOf<T> {
    match rule.class {
        Class::NotPresent => Obstacle::NotPresent { level: L::LEVEL, raw },
        Class::Misconfigured => Obstacle::NotAllowed { at: at.align_down(L::SHIFT), level: L::LEVEL, raw, rule },
    }
}

/// The leaf of level `L` for the page in `frame`, if there can be one.
#[inline(always)]
pub(crate) fn whole_leaf<T: Visible, L: LevelOf<T>>(
    at: Address<T::Space>,
    frame: Hpa,
    attributes: &T::Attributes,
    config: T::Config,
) -> Option<u64> {
    let template = new_leaf::<T, L>(attributes, at, config).ok()?;
    let fits = L::Leaf::takes_frame(frame) && frame.as_u64() & config.beyond() == 0;
    fits.then(|| template | L::Leaf::frame_bits(frame))
}

/// Refuses a frame that an entry of level `L`, in the format `F`, cannot point to.
///
/// # Errors
/// [`Obstacle::FrameDoesNotFit`], or [`Obstacle::NotAllowed`] if only this machine has no such frame.
pub(crate) fn check_frame<T: Visible, L: LevelOf<T>, F: EntryFormat>(
    frame: Hpa,
    at: Address<T::Space>,
    config: T::Config,
) -> Result<(), ObstacleOf<T>> {
    let level = L::LEVEL;
    if !F::takes_frame(frame) {
        return Err(Obstacle::FrameDoesNotFit { frame, level });
    }
    if frame.as_u64() & config.beyond() == 0 {
        return Ok(());
    }
    let (at, raw) = (at.align_down(L::SHIFT), F::frame_bits(frame));
    Err(Obstacle::NotAllowed { at, level, raw, rule: &Rule::BEYOND })
}

/// The leaf with the attributes of `template`, and with the frame, accessed and dirty bits of `leaf`.
#[inline(always)]
pub(crate) fn with_history<T: Visible, L: LevelOf<T>>(template: u64, leaf: L::Leaf) -> u64 {
    template | leaf.bits() & (L::Leaf::FRAME | L::Leaf::HARDWARE | span::bits::<L::Leaf>())
}

/// The leaf with exactly the attributes of `template`, and with the frame of `leaf`.
#[inline(always)]
pub(crate) fn without_history<T: Visible, L: LevelOf<T>>(template: u64, leaf: L::Leaf) -> u64 {
    template | leaf.bits() & (L::Leaf::FRAME | span::bits::<L::Leaf>())
}

/// The leaves of contiguous pages, one after the other.
///
/// Where the format holds the frame in one piece, each is the one before and a constant: an addition instead of an
/// addition, a mask and a union, which makes a third of the instructions of a range that is mapped.
pub(crate) struct Row<F> {
    template: u64,
    frame: Hpa,
    leaf: u64,
    bytes: u64,
    format: PhantomData<fn() -> F>,
}

impl<F: EntryFormat> Row<F> {
    /// Leaves made of `template`, for pages of `bytes`, from `frame` on.
    #[inline(always)]
    pub(crate) fn new(template: u64, frame: Hpa, bytes: u64) -> Self {
        Self { template, frame, leaf: template | F::frame_bits(frame), bytes, format: PhantomData }
    }

    /// The leaf of the first page that is left.
    #[inline(always)]
    pub(crate) fn leaf(&self) -> u64 {
        self.leaf
    }

    /// Goes on to the next page.
    #[inline(always)]
    pub(crate) fn advance(&mut self) {
        self.frame = Hpa::new(self.frame.as_u64().wrapping_add(self.bytes));
        self.leaf = if F::SCATTERED {
            self.template | F::frame_bits(self.frame)
        } else {
            self.leaf.wrapping_add(F::frame_bits(Hpa::new(self.bytes)))
        };
    }
}
