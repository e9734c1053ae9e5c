//! The configuration, and the conditions that name its features.

use super::report::Report;
use pt_model::{
    Condition, Conditional, Config, ConfigKind, Field, Format, Module, Otherwise, PAGE_SHIFT, Place, Presence, Role,
};
use std::collections::HashSet;

/// The most features of a configuration: one bit of a word each.
const FEATURES: usize = 64;

pub(super) fn check(module: &Module, report: &mut Report) {
    if let Some(config) = &module.config {
        fields(config, report);
        no_pair(module, config, report);
    }
    for level in module.levels.iter().flat_map(|levels| &levels.levels) {
        if let Some(condition) = &level.leaf_if {
            known(module, condition, report);
        }
    }
    for format in module.words() {
        for place in format.fields.iter().flat_map(|field| &field.places) {
            if let Some(conditional) = &place.conditional {
                known(module, &conditional.condition, report);
                role(place, report);
            }
        }
        for condition in format.illegal.iter().filter_map(|illegal| illegal.condition.as_ref()) {
            known(module, condition, report);
        }
        presence(format, report);
        one_condition(module, format, report);
    }
}

/// The trees of a VM with private memory are made together, by the monitor's rules and without a configuration.
fn no_pair(module: &Module, config: &Config, report: &mut Report) {
    let pair = module.tables.iter().find(|table| table.is_walked() && !table.propagates_to.is_empty());
    if let Some(table) = pair {
        let message = format!(
            "`{}` propagates to a table that a monitor owns, and is made without a configuration: remove it, or declare \
             the tables that have one in a module of their own",
            table.head.ident
        );
        report.error(config.head.ident.span(), message);
    }
}

/// Numbers are about frames, one of each kind.
fn fields(config: &Config, report: &mut Report) {
    if config.features().count() > FEATURES {
        report.error(config.head.ident.span(), format!("a configuration has at most {FEATURES} features"));
    }
    let (mut width, mut bit) = (None, None);
    for field in &config.fields {
        let (seen, what, range) = match field.kind {
            ConfigKind::Feature => continue,
            ConfigKind::Width(range) => (&mut width, "width", range),
            ConfigKind::Bit(range) => (&mut bit, "bit", range),
        };
        if let Some(first) = seen.replace(&field.ident) {
            let message = format!("`{first}` is the {what} of frames already: keep one");
            report.both((field.ident.span(), message), (first.span(), format!("the {what} of frames")));
        }
        if range.low > range.high {
            let message =
                format!("this range is reversed, the lowest comes first: write `{}..={}`", range.high, range.low);
            report.error(range.span, message);
        } else if range.high > 64 || range.low < PAGE_SHIFT {
            report.error(range.span, "a frame has address bits 12 to 63");
        }
    }
    if let (None, Some(bit), false) = (width, bit, config.head.broken) {
        let message = format!("`{bit}` is a bit beside those of the width: add a field with `#[frames(width = …)]`");
        report.error(bit.span(), message);
    }
}

/// Every name is a feature.
fn known(module: &Module, condition: &Condition, report: &mut Report) {
    let Some(config) = &module.config else {
        let message = "there is no configuration to look at: add a `#[config] struct` with a `bool` of this name";
        return report.missing(condition.span, message);
    };
    if config.head.broken {
        return;
    }
    for (name, _) in &condition.terms {
        if !config.features().any(|feature| feature.ident == *name) {
            report.unknown("feature", name, config.features().map(|feature| &feature.ident));
        }
    }
}

/// What is always the same does not depend on a feature; and what every new entry holds is legal without it.
fn role(place: &Place, report: &mut Report) {
    let Some(Conditional { condition, otherwise }) = &place.conditional else { return };
    let what = match place.role {
        Role::Frame { .. } => "the frame is there whatever the features",
        Role::Tag(_) => "a tag tells shapes apart, whatever the features",
        Role::Reserved(_) | Role::ReservedOnes => "reserved bits are no feature",
        Role::Software | Role::Ignored => "the CPU never looks at these bits",
        Role::Value | Role::Hardware(_) | Role::Span(_) => {
            let set = place.absent.is_some_and(|absent| *absent != 0);
            if *otherwise == Otherwise::Reserved && set {
                let message = "this is in absent entries, which nobody checks: write `else = ignored`";
                report.error(condition.span, message);
            }
            return;
        }
    };
    report.error(condition.span, format!("{what}: remove `if`"));
}

/// Something says that an entry is present whatever the features.
fn presence(format: &Format, report: &mut Report) {
    let Some(Presence::Any(names)) = format.presence.as_deref() else { return };
    let places = names.iter().filter_map(|name| format.field(name)).flat_map(|field| &field.places);
    let (with, without): (Vec<_>, Vec<_>) = places.partition(|place| place.conditional.is_some());
    let Some(first) = with.first().and_then(|place| place.conditional.as_ref()) else { return };
    if without.is_empty() {
        let message =
            format!("without `{}` no entry would be present: name a field too that is always there", first.condition);
        report.error(first.condition.span, message);
    }
    let tag = without.iter().find(|place| matches!(place.role, Role::Tag(_)));
    if let Some(tag) = tag {
        report.error(tag.role_span, "a tag says that an entry is present, and a feature too: keep one of them");
    }
}

/// What decides about access and presence depends on one condition: the code asks once.
fn one_condition(module: &Module, format: &Format, report: &mut Report) {
    let deciding = |(field, place): &(&Field, &Place)| {
        let ignored = place.conditional.as_ref().is_some_and(|it| it.otherwise != Otherwise::Reserved);
        ignored && field.decides(place, module)
    };
    let places = format.fields.iter().flat_map(|field| field.places.iter().map(move |place| (field, place)));
    let conditional = places.filter(deciding).filter_map(|(_, place)| place.conditional.as_ref());
    let conditions: Vec<_> = conditional.map(|conditional| &conditional.condition).collect();
    let different: HashSet<_> = conditions.iter().map(ToString::to_string).collect();
    if let (true, Some(last)) = (different.len() > 1, conditions.last()) {
        let message =
            format!("what `{}` lets through depends on one condition: use the same everywhere", format.head.ident);
        report.error(last.span, message);
    }
}
