//! Local times: an enforcement date is an instant, entered as a time of the company's zone.

use domain::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

/// Why a text is not a zone or a local time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocalTimeError {
    /// Not a name of the IANA time zone database.
    #[error("`{0}` is not a time zone. Use a name such as Europe/Berlin or America/New_York.")]
    Zone(String),
    /// Not a date, with or without a time.
    #[error("`{0}` is not a date. Write 2026-03-03 or 2026-03-03T09:00.")]
    Time(String),
}

/// The zone of that name.
///
/// # Errors
/// [`LocalTimeError::Zone`].
pub fn zone(name: &str) -> Result<TimeZone, LocalTimeError> {
    // jiff reads names without regard to case; what is stored is what is shown.
    let zone = TimeZone::get(name).map_err(|_| LocalTimeError::Zone(name.to_owned()))?;
    if zone.iana_name() == Some(name) { Ok(zone) } else { Err(LocalTimeError::Zone(name.to_owned())) }
}

/// The names of all zones that people choose from.
#[must_use]
pub fn zones() -> Vec<String> {
    // Others are old names, and zones without a place.
    let of_a_place = |name: &str| {
        [
            "Africa/",
            "America/",
            "Antarctica/",
            "Arctic/",
            "Asia/",
            "Atlantic/",
            "Australia/",
            "Europe/",
            "Indian/",
            "Pacific/",
        ]
        .iter()
        .any(|area| name.starts_with(area))
    };
    let names = jiff::tz::db().available().map(|name| name.to_string());
    let mut zones: Vec<String> = names.filter(|name| name == "UTC" || of_a_place(name)).collect();
    zones.sort_unstable();
    zones
}

/// The instant of a local time such as `2026-03-03T09:00`, or of the beginning of a date. A time that does not
/// exist, because clocks go forward, moves forward with them; of one that comes twice it is the first.
///
/// # Errors
/// [`LocalTimeError`].
pub fn instant(text: &str, zone_name: &str) -> Result<Timestamp, LocalTimeError> {
    let zone = zone(zone_name)?;
    let local = text.parse::<civil::DateTime>().map_err(|_| LocalTimeError::Time(text.to_owned()))?;
    // jiff's `compatible`: after a gap, the first of a fold.
    let instant =
        zone.to_ambiguous_timestamp(local).compatible().map_err(|_| LocalTimeError::Time(text.to_owned()))?;
    Ok(Timestamp(instant.as_millisecond()))
}

/// An instant as a local time, to the minute: `2026-03-03T09:00`.
///
/// # Errors
/// [`LocalTimeError::Zone`].
pub fn local(at: Timestamp, zone_name: &str) -> Result<String, LocalTimeError> {
    let zone = zone(zone_name)?;
    let timestamp = jiff::Timestamp::from_millisecond(at.0);
    let timestamp = timestamp.map_err(|_| LocalTimeError::Time(at.0.to_string()))?;
    Ok(timestamp.to_zoned(zone).strftime("%Y-%m-%dT%H:%M").to_string())
}

/// An instant spelt out: `Tuesday 3 March 2026, 09:00 (Europe/Berlin)`.
#[must_use]
pub fn spelt_out(at: Timestamp, zone: &TimeZone) -> String {
    let Ok(timestamp) = jiff::Timestamp::from_millisecond(at.0) else { return "an unknown time".to_owned() };
    let zone_name = zone.iana_name().unwrap_or("UTC");
    format!("{} ({zone_name})", timestamp.to_zoned(zone.clone()).strftime("%A %-d %B %Y, %H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Company, CompanyId, Membership, Requirement, Role, requirement};
    use uuid::Uuid;

    fn utc(text: &str) -> Timestamp {
        instant(text, "UTC").unwrap()
    }

    #[test]
    fn a_date_is_an_instant_of_the_companys_zone() {
        assert_eq!(instant("2026-03-03T09:00", "Europe/Berlin").unwrap(), utc("2026-03-03T08:00"));
        assert_eq!(instant("2026-07-03T09:00", "Europe/Berlin").unwrap(), utc("2026-07-03T07:00"));
        assert_eq!(instant("2026-03-03", "Pacific/Auckland").unwrap(), utc("2026-03-02T11:00"));
        assert_eq!(instant("2026-03-03T09:00", "Asia/Kathmandu").unwrap(), utc("2026-03-03T03:15"));
    }

    #[test]
    fn a_time_that_does_not_exist_moves_forward() {
        // Clocks in Berlin go from 02:00 to 03:00 on 29 March 2026.
        assert_eq!(instant("2026-03-29T02:30", "Europe/Berlin").unwrap(), utc("2026-03-29T01:30"));
        assert_eq!(instant("2026-03-29T03:30", "Europe/Berlin").unwrap(), utc("2026-03-29T01:30"));
    }

    #[test]
    fn of_a_time_that_comes_twice_it_is_the_first() {
        // Clocks in Berlin go from 03:00 back to 02:00 on 25 October 2026, at 01:00 UTC.
        assert_eq!(instant("2026-10-25T02:30", "Europe/Berlin").unwrap(), utc("2026-10-25T00:30"));
    }

    #[test]
    fn what_is_not_a_zone_or_a_date_says_so() {
        assert!(matches!(instant("2026-03-03", "Berlin"), Err(LocalTimeError::Zone(_))));
        for text in ["", "tomorrow", "2026-13-03", "2026-02-30", "03.03.2026", "2026-03-03T25:00"] {
            assert_eq!(instant(text, "UTC"), Err(LocalTimeError::Time(text.to_owned())));
        }
    }

    #[test]
    fn an_instant_is_a_local_time_again() {
        assert_eq!(local(utc("2026-03-03T08:00"), "Europe/Berlin").unwrap(), "2026-03-03T09:00");
        assert!(local(utc("2026-03-03T08:00"), "Berlin").is_err());
    }

    #[test]
    fn an_instant_is_spelt_out_in_a_zone() {
        let berlin = zone("Europe/Berlin").unwrap();
        assert_eq!(
            spelt_out(utc("2026-03-03T08:00"), &berlin),
            "Tuesday 3 March 2026, 09:00 (Europe/Berlin)"
        );
    }

    /// Two companies that require MFA from "nine o'clock on the same day", in zones half a world apart, over the
    /// hours of that day; and one whose hour falls into a clock change.
    #[test]
    fn the_requirement_follows_the_zones_of_the_companies() {
        let member_of = |name: &str, from: Timestamp| Membership {
            company: Company {
                id: CompanyId(Uuid::nil()),
                name: name.to_owned(),
                mfa_required_from: Some(from),
                voluntary_set_up: false,
                text_messages: true,
            },
            role: Role::Member,
            payments_since: None,
            accepted: true,
        };
        let memberships = [
            member_of("Vancouver", instant("2026-03-03T09:00", "America/Vancouver").unwrap()),
            member_of("Auckland", instant("2026-03-03T09:00", "Pacific/Auckland").unwrap()),
        ];
        let at = |now: &str| requirement(&memberships, &[], &[], utc(now)).requirement;
        let names = |requirement| match requirement {
            Requirement::Upcoming { demands } => ("upcoming", demands),
            Requirement::Required { demands } => ("required", demands),
            other => panic!("{other:?}"),
        };
        let told = |now: &str| {
            let (kind, demands) = names(at(now));
            (kind, demands.into_iter().map(|demand| demand.company).collect::<Vec<_>>())
        };
        assert_eq!(
            told("2026-03-02T19:59"),
            ("upcoming", vec!["Auckland".to_owned(), "Vancouver".to_owned()])
        );
        assert_eq!(told("2026-03-02T20:00"), ("required", vec!["Auckland".to_owned()]));
        assert_eq!(told("2026-03-03T16:59"), ("required", vec!["Auckland".to_owned()]));
        assert_eq!(
            told("2026-03-03T17:00"),
            ("required", vec!["Auckland".to_owned(), "Vancouver".to_owned()])
        );

        let berlin = [member_of("Berlin", instant("2026-03-29T02:30", "Europe/Berlin").unwrap())];
        let kind = |now: &str| names(requirement(&berlin, &[], &[], utc(now)).requirement).0;
        assert_eq!(kind("2026-03-29T01:29"), "upcoming");
        assert_eq!(kind("2026-03-29T01:30"), "required");
    }
}
