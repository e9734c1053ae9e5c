//! Rust, as the [model](pt_model) holds it: tokens, with what is asked about them.

use pt_model::{Argument, Attributes, Input, Member, Path, Segment, Signature, Type, TypeForm, Visibility};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{AttrStyle, Attribute, Expr, ExprLit, FnArg, GenericArgument, Lit, PathArguments, ReturnType, Token};

pub(super) fn attributes(attrs: &[Attribute]) -> Attributes {
    let derives = attrs
        .iter()
        .filter(|attr| attr.path().is_ident("derive"))
        .filter_map(|attr| attr.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated).ok())
        .flatten()
        .filter_map(|path| Some(path.segments.last()?.ident.clone()));
    Attributes {
        tokens: attrs.iter().map(ToTokens::to_token_stream).collect(),
        documented: attrs.iter().any(|attr| attr.path().is_ident("doc")),
        derives: derives.collect(),
    }
}

pub(super) fn visibility(vis: &syn::Visibility) -> Visibility {
    Visibility { tokens: vis.to_token_stream(), is_public: matches!(vis, syn::Visibility::Public(_)) }
}

pub(super) fn path(path: &syn::Path) -> Path {
    Path {
        tokens: path.to_token_stream(),
        span: path.span(),
        is_global: path.leading_colon.is_some(),
        segments: path.segments.iter().map(segment).collect(),
    }
}

fn segment(segment: &syn::PathSegment) -> Segment {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().map(argument).collect(),
        PathArguments::None | PathArguments::Parenthesized(_) => Vec::new(),
    };
    Segment { ident: segment.ident.clone(), arguments }
}

fn argument(argument: &GenericArgument) -> Argument {
    match argument {
        GenericArgument::Type(ty) => Argument::Type(self::ty(ty)),
        GenericArgument::Const(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) => {
            Argument::Number(number.base10_parse().ok())
        }
        _ => Argument::Other,
    }
}

pub(super) fn ty(ty: &syn::Type) -> Type {
    let form = match ty {
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => TypeForm::Unit,
        syn::Type::Path(ty) if ty.qself.is_none() => TypeForm::Path(path(&ty.path)),
        syn::Type::Reference(reference) => TypeForm::Reference(Box::new(self::ty(&reference.elem))),
        _ => TypeForm::Other,
    };
    Type { tokens: ty.to_token_stream(), span: ty.span(), form }
}

pub(super) fn signature(signature: &syn::Signature) -> Signature {
    let inputs = signature.inputs.iter().map(|input| Input {
        tokens: input.to_token_stream(),
        span: input.span(),
        ty: match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(input) => Some(ty(&input.ty)),
        },
    });
    let output = match &signature.output {
        ReturnType::Default => None,
        ReturnType::Type(_, returned) => Some(ty(returned)),
    };
    Signature { inputs: inputs.collect(), output }
}

pub(super) fn member(item: syn::TraitItem) -> Member {
    match item {
        syn::TraitItem::Fn(mut method) => {
            // Those inside of the body stay where they are.
            let is_outer = |attr: &Attribute| matches!(attr.style, AttrStyle::Outer);
            let (outer, inner): (Vec<_>, _) = std::mem::take(&mut method.attrs).into_iter().partition(is_outer);
            method.attrs = inner;
            let name = method.sig.ident.clone();
            Member { method: Some(name), attrs: attributes(&outer), tokens: method.into_token_stream() }
        }
        other => Member { method: None, attrs: Attributes::default(), tokens: other.into_token_stream() },
    }
}
