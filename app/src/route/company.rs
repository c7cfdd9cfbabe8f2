//! The addresses of a company's pages: each has the company's slug in it, and the list of members also what is looked
//! for, so that the back button leads back to it.

use super::{Page, encode};
use crate::api::company::members::MemberFilter;

/// What all of them begin with.
const START: &str = "/companies/";
/// The parameter that says which members are shown.
pub const FILTER: &str = "filter";
/// The parameter that says what they are searched for.
pub const SEARCH: &str = "q";

/// The filters, with their names in addresses.
const FILTERS: [(MemberFilter, &str); 8] = [
    (MemberFilter::Everybody, ""),
    (MemberFilter::NoMfa, "no_mfa"),
    (MemberFilter::UnacceptableOnly, "unacceptable_only"),
    (MemberFilter::TextOnly, "text_only"),
    (MemberFilter::NoRecoveryCode, "no_recovery_code"),
    (MemberFilter::NeverSignedIn, "never_signed_in"),
    (MemberFilter::Invited, "invited"),
    (MemberFilter::NotDelivered, "not_delivered"),
];

/// A company's slug and what follows it, without slashes; `None`: the path is none of a company.
fn parts(path: &str) -> Option<(&str, Option<&str>)> {
    let rest = path.strip_prefix(START)?;
    let (slug, section) = rest.split_once('/').map_or((rest, None), |(slug, section)| (slug, Some(section)));
    (!slug.is_empty()).then_some((slug, section))
}

/// The slug of the company that a path is about.
#[must_use]
pub fn slug(path: &str) -> Option<&str> {
    parts(path).map(|(slug, _)| slug)
}

/// The page of a company at this path.
pub(super) fn page(path: &str) -> Option<Page> {
    match parts(path)?.1 {
        None => Some(Page::Company),
        Some("security") => Some(Page::CompanySecurity),
        Some("members") => Some(Page::CompanyMembers),
        Some("adoption") => Some(Page::CompanyAdoption),
        Some(_) => None,
    }
}

/// Where a company's security is.
#[must_use]
pub fn security(slug: &str) -> String {
    [START, slug, "/security"].concat()
}

/// Where it says how far a company's members are.
#[must_use]
pub fn adoption(slug: &str) -> String {
    [START, slug, "/adoption"].concat()
}

/// Where a company's members are, all of them.
#[must_use]
pub fn members(slug: &str) -> String {
    members_like(slug, MemberFilter::Everybody, "")
}

/// Where those of a company's members are that are looked for.
#[must_use]
pub fn members_like(slug: &str, filter: MemberFilter, search: &str) -> String {
    let mut address = [START, slug, "/members"].concat();
    let mut before = '?';
    for (name, value) in [(FILTER, filter_name(filter)), (SEARCH, search)] {
        if !value.is_empty() {
            address.push(before);
            address.push_str(name);
            address.push('=');
            encode(value, &mut address);
            before = '&';
        }
    }
    address
}

fn filter_name(filter: MemberFilter) -> &'static str {
    FILTERS.into_iter().find(|(one, _)| *one == filter).map_or("", |(_, name)| name)
}

/// The filter of this name; everybody where there is none.
#[must_use]
pub fn filter(name: &str) -> MemberFilter {
    FILTERS.into_iter().find(|(_, one)| *one == name).map_or(MemberFilter::Everybody, |(filter, _)| filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_which_company_it_is_about() {
        assert_eq!(slug("/companies/harbour-build"), Some("harbour-build"));
        assert_eq!(slug(&security("harbour-build")), Some("harbour-build"));
        assert_eq!(slug("/companies/"), None);
        assert_eq!(slug("/companies//security"), None);
        assert_eq!(slug("/profile"), None);
    }

    #[test]
    fn what_is_looked_for_is_in_the_address() {
        assert_eq!(members("pier"), "/companies/pier/members");
        assert_eq!(
            members_like("pier", MemberFilter::NoMfa, "anna & co"),
            "/companies/pier/members?filter=no_mfa&q=anna%20%26%20co"
        );
        assert_eq!(members_like("pier", MemberFilter::Everybody, "a"), "/companies/pier/members?q=a");
    }

    #[test]
    fn every_filter_is_found_by_its_name() {
        for (one, name) in FILTERS {
            assert_eq!(filter(name), one);
            assert_eq!(filter_name(one), name);
        }
        assert_eq!(filter("nonsense"), MemberFilter::Everybody);
    }
}
