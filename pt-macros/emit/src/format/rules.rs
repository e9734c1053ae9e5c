//! The rules of a format at a level: what makes an entry that is present illegal, as constants.

use crate::Context;
use crate::literal::hex64;
use proc_macro2::{Ident, TokenStream};
use pt_model::{Condition, Conditional, Field, Format, Illegal, Otherwise, Place, Presence, Role, Shape, Wanted};

/// A comparison of some bits of a word.
#[derive(Copy, Clone)]
struct Test {
    mask: u128,
    value: u128,
    equal: bool,
}

impl Test {
    /// It always holds.
    const ALWAYS: Self = Self { mask: 0, value: 0, equal: true };

    /// Some of these bits are not zero.
    const fn any(mask: u128) -> Self {
        Self { mask, value: 0, equal: false }
    }

    fn of(context: Context<'_>, condition: &Condition) -> Self {
        let (mask, value) = context.module.config.as_ref().map_or((0, 0), |config| config.bits(condition));
        Self { mask: mask.into(), value: value.into(), equal: true }
    }

    const fn not(self) -> Self {
        Self { equal: !self.equal, ..self }
    }

    fn tokens(self, context: Context<'_>) -> TokenStream {
        let krate = context.krate;
        let (mask, value) = (hex64(self.mask), hex64(self.value));
        match self {
            Self { mask: 0, value: 0, equal: true } => hygienic!(#krate::Test::ALWAYS),
            Self { equal: true, .. } => hygienic!(#krate::Test::is(#mask, #value)),
            Self { equal: false, .. } => hygienic!(#krate::Test::is_not(#mask, #value)),
        }
    }
}

/// The test that a condition holds, for the other parts of a format.
pub(super) fn holds(context: Context<'_>, condition: &Condition) -> TokenStream {
    let test = Test::of(context, condition).tokens(context);
    hygienic!(#test.holds(features))
}

/// `const RULES` of a level; nothing if there are none.
pub(super) fn emit<'f>(
    context: Context<'_>,
    format: &'f Format,
    level: &'f Ident,
    written: &mut Vec<(String, &'f Ident)>,
) -> TokenStream {
    let (krate, ident) = (context.krate, &format.head.ident);
    let rules = rules(context, format, level);
    if rules.is_empty() {
        return TokenStream::new();
    }
    let text = rules.to_string();
    let rules = if let Some((_, same)) = written.iter().find(|(other, _)| *other == text) {
        hygienic!(<#ident<#same> as #krate::HasLayout>::RULES)
    } else {
        written.push((text, level));
        hygienic!(&[#rules])
    };
    hygienic!(const RULES: &'static [#krate::Rule] = #rules;)
}

fn rules(context: Context<'_>, format: &Format, level: &Ident) -> TokenStream {
    let mut rules = TokenStream::new();
    rules.extend(presence(context, format, level));
    rules.extend(leaves(context, format, level));
    for (field, place) in format.fields.iter().filter_map(|field| Some((field, field.at(level)?))) {
        let Some(Conditional { condition, otherwise: Otherwise::Reserved }) = &place.conditional else { continue };
        let name = format!("{} {}", field.ident, unless(condition));
        let when = Test::of(context, condition).not();
        rules.extend(rule(context, &name, Test::any(place.bits.mask()), when));
    }
    for illegal in &format.illegal {
        if illegal.levels.as_ref().is_none_or(|levels| levels.contains(level)) {
            rules.extend(declared(context, format, level, illegal));
        }
    }
    rules
}

/// Where something that says that an entry is present depends on a condition: without it, the rest decides.
fn presence(context: Context<'_>, format: &Format, level: &Ident) -> Option<TokenStream> {
    let krate = context.krate;
    let Presence::Any(names) = format.presence.as_deref()? else { return None };
    let places: Vec<&Place> = names.iter().filter_map(|name| format.field(name)?.at(level)).collect();
    let Conditional { condition, .. } = places.iter().find_map(|place| place.conditional.as_ref())?;
    let always = places.iter().filter(|place| place.conditional.is_none());
    let always = always.fold(0, |mask, place| mask | place.bits.mask());
    let name = format!("not present {}", unless(condition));
    let illegal = Test::any(always).not().tokens(context);
    let when = Test::of(context, condition).not().tokens(context);
    Some(hygienic!(#krate::Rule::not_present(#name, #illegal, #when),))
}

/// Where leaves of the level depend on a condition.
fn leaves(context: Context<'_>, format: &Format, level: &Ident) -> Option<TokenStream> {
    let condition = context.module.level(level)?.leaf_if.as_ref()?;
    if !format.has(Shape::Leaf) || format.has(Shape::Table) {
        return None;
    }
    let name = format!("leaves of {level} {}", unless(condition));
    Some(rule(context, &name, Test::ALWAYS, Test::of(context, condition).not()))
}

/// `illegal(…)`: one rule for each choice of values.
fn declared(context: Context<'_>, format: &Format, level: &Ident, illegal: &Illegal) -> TokenStream {
    let mut tests = vec![Test::ALWAYS];
    for term in &illegal.terms {
        let Some(place) = format.field(&term.field).and_then(|field| field.at(level)) else {
            return TokenStream::new();
        };
        let mask = place.bits.mask();
        let values: Vec<u128> = match &term.values {
            Wanted::Set => vec![mask],
            Wanted::Clear => vec![0],
            Wanted::OneOf(values) => values.iter().map(|value| place.bits.place(**value)).collect(),
        };
        let with = |test: &Test, value| Test { mask: test.mask | mask, value: test.value | value, equal: true };
        tests = tests.iter().flat_map(|test| values.iter().map(move |value| with(test, *value))).collect();
    }
    let when = illegal.condition.as_ref().map_or(Test::ALWAYS, |condition| Test::of(context, condition));
    let name = illegal.to_string();
    tests.into_iter().map(|test| rule(context, &name, test, when)).collect()
}

fn rule(context: Context<'_>, name: &str, illegal: Test, when: Test) -> TokenStream {
    let krate = context.krate;
    let (illegal, when) = (illegal.tokens(context), when.tokens(context));
    hygienic!(#krate::Rule::misconfigured(#name, #illegal, #when),)
}

/// The absence of what a condition asks for, in words.
pub(super) fn unless(condition: &Condition) -> String {
    match condition.terms.as_slice() {
        [(name, false)] => format!("with {name}"),
        _ => format!("without {condition}"),
    }
}

/// What depends on the features: permissions and bits that the CPU writes, where they are ignored without them.
pub(super) fn with_features(context: Context<'_>, format: &Format, level: &Ident) -> TokenStream {
    let krate = context.krate;
    let ignored = |place: &Place| place.conditional.as_ref().is_some_and(|it| it.otherwise != Otherwise::Reserved);
    let fields = format.fields.iter().filter_map(|field| Some((field, field.at(level)?)));
    let fields: Vec<(&Field, &Place)> = fields.filter(|(_, place)| ignored(place)).collect();
    let permitting = fields.iter().find(|(field, place)| field.decides(place, context.module));
    let access =
        permitting.and_then(|(_, place)| place.conditional.as_ref()).map(|Conditional { condition, .. }| {
            let (holds, access) = (holds(context, condition), super::traits::access(context, format, level, false));
            hygienic! {
                #[inline(always)]
                fn access_with(self, features: u64) -> #krate::format::Access {
                    use #krate::format::Access;
                    if #holds { self.access() } else { #access }
                }
            }
        });
    let written: Vec<TokenStream> = fields
        .iter()
        .map(|(_, place)| place)
        .filter(|place| matches!(place.role, Role::Hardware(_)))
        .filter_map(|place| {
            let holds = holds(context, &place.conditional.as_ref()?.condition);
            let mask = hex64(place.bits.mask());
            Some(hygienic!(& if #holds { !0 } else { !#mask }))
        })
        .collect();
    let written = (!written.is_empty()).then(|| {
        hygienic! {
            #[inline(always)]
            fn written_with(features: u64) -> u64 {
                <Self as #krate::EntryFormat>::HARDWARE #(#written)*
            }
        }
    });
    hygienic!(#access #written)
}
