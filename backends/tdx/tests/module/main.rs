//! The declaration of the module's own side, against what the module answered and against the manuals.

mod encoding;
mod legality;
