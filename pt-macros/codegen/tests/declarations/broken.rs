//! A declaration that is being typed: what is whole is emitted, and each gap is one error.

#[page_tables]
pub mod broken {
    use pt_core::Hpa;

    #[levels]
    pub enum Level {
        #[level(index = 12..=20, laef)]
        Only,
    }

    #[entry(leaf, levels(Only), present = valid, ignored(1..=11, 52..=63))]
    pub struct Leaf {
        #[bits(0)]
        valid: bool,
        #[bits(12..)]
        frame: Hpa,
    }
}
