//! The smallest declaration of a table: one level, one format, one table.

#[page_tables]
pub mod small {
    use pt_core::Hpa;

    #[levels]
    pub enum Level {
        #[level(index = 12..=20, leaf)]
        Only,
    }

    #[geometry]
    pub enum Width {
        #[root(Only)]
        Bits21,
    }

    /// A page.
    #[entry(leaf, levels(Only), present = valid, ignored(1..=11, 52..=63))]
    pub struct Leaf {
        #[bits(0)]
        valid: bool,
        #[bits(12..=51, frame)]
        frame: Hpa,
    }

    #[table(guest, visible_to(vmm), entries(Leaf))]
    pub struct Table;
}
