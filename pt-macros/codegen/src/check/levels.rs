//! Index ranges tile: each level begins where the one above it ends.

use crate::model::Module;
use darling::Error;
use darling::error::Accumulator;

pub(super) fn check(model: &Module, errors: &mut Accumulator) {
    let Some(levels) = &model.levels else { return };
    for pair in levels.levels.windows(2) {
        let [above, below] = pair else { continue };
        if below.index.high >= above.index.low {
            let message = format!("these index bits overlap those of `{}`", above.ident);
            errors.push(Error::custom(message).with_span(&below.index.span));
            errors.push(
                Error::custom(format!("`{}` is indexed by these bits", above.ident)).with_span(&above.index.span),
            );
        } else if below.index.high + 1 != above.index.low {
            let message = format!(
                "bits {}:{} index no level: let `{}` end at bit {}",
                above.index.low - 1,
                below.index.high + 1,
                below.ident,
                above.index.low - 1
            );
            errors.push(Error::custom(message).with_span(&below.index.span));
        }
    }
}
