//! The addresses of a company's pages: each has the company's slug in it, and the list of members and the log also what is
//! looked for, so that the back button leads back to it.

use super::{Page, encode};
use crate::api::activity::ActivityFilter;
use crate::api::company::members::MemberFilter;

/// What all of them begin with.
const START: &str = "/companies/";
/// The parameter that says which members or entries are shown.
pub const FILTER: &str = "filter";
/// The parameter that says what they are searched for.
pub const SEARCH: &str = "q";

/// The filters of the members, with their names in addresses.
const MEMBERS: [(MemberFilter, &str); 8] = [
    (MemberFilter::Everybody, ""),
    (MemberFilter::NoMfa, "no_mfa"),
    (MemberFilter::UnacceptableOnly, "unacceptable_only"),
    (MemberFilter::TextOnly, "text_only"),
    (MemberFilter::NoRecoveryCode, "no_recovery_code"),
    (MemberFilter::NeverSignedIn, "never_signed_in"),
    (MemberFilter::Invited, "invited"),
    (MemberFilter::NotDelivered, "not_delivered"),
];

/// The filters of the log, with their names in addresses.
const ENTRIES: [(ActivityFilter, &str); 5] = [
    (ActivityFilter::Everything, ""),
    (ActivityFilter::Policy, "policy"),
    (ActivityFilter::Members, "members"),
    (ActivityFilter::Resets, "resets"),
    (ActivityFilter::Failures, "failures"),
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
        Some("activity") => Some(Page::CompanyActivity),
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
    looked_for(slug, "/members", name(&MEMBERS, filter), search)
}

/// Where a company's log is, all of it.
#[must_use]
pub fn activity(slug: &str) -> String {
    activity_like(slug, ActivityFilter::Everything, "")
}

/// Where those entries of a company's log are that are looked for; `person`: by or about whom.
#[must_use]
pub fn activity_like(slug: &str, filter: ActivityFilter, person: &str) -> String {
    looked_for(slug, "/activity", name(&ENTRIES, filter), person)
}

fn looked_for(slug: &str, section: &str, filter: &str, search: &str) -> String {
    let mut address = [START, slug, section].concat();
    let mut before = '?';
    for (name, value) in [(FILTER, filter), (SEARCH, search)] {
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

fn name<T: Copy + PartialEq>(names: &[(T, &'static str)], filter: T) -> &'static str {
    names.iter().find(|(one, _)| *one == filter).map_or("", |(_, name)| name)
}

fn named<T: Copy + Default>(names: &[(T, &'static str)], name: &str) -> T {
    names.iter().find(|(_, one)| *one == name).map_or_else(T::default, |(filter, _)| *filter)
}

/// The filter of members of this name; everybody where there is none.
#[must_use]
pub fn member_filter(name: &str) -> MemberFilter {
    named(&MEMBERS, name)
}

/// The filter of the log of this name; everything where there is none.
#[must_use]
pub fn activity_filter(name: &str) -> ActivityFilter {
    named(&ENTRIES, name)
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
        assert_eq!(activity("pier"), "/companies/pier/activity");
        assert_eq!(
            activity_like("pier", ActivityFilter::Resets, "anna@example.com"),
            "/companies/pier/activity?filter=resets&q=anna%40example.com"
        );
    }

    #[test]
    fn every_filter_is_found_by_its_name() {
        for (one, name) in MEMBERS {
            assert_eq!(member_filter(name), one);
        }
        for (one, name) in ENTRIES {
            assert_eq!(activity_filter(name), one);
        }
        assert_eq!(member_filter("nonsense"), MemberFilter::Everybody);
        assert_eq!(activity_filter("nonsense"), ActivityFilter::Everything);
    }
}
