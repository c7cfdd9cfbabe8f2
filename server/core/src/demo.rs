//! Demonstration data: people in every situation that the product is for.

use domain::{Email, Role, Timestamp};
use jiff::ToSpan;
use jiff::civil::Time;
use serde::Serialize;

use crate::secret::Password;
use crate::{Error, NewCompany, Vestibule, local_time};

/// Somebody who can sign in to the demonstration.
#[derive(Clone, Debug, Serialize)]
pub struct DemoPerson {
    /// E-mail address.
    pub email: String,
    /// Password: well known, which is why a demonstration runs on loopback only.
    pub password: String,
    /// Full name.
    pub name: String,
    /// Which situation it is.
    pub about: String,
    /// Memberships.
    pub companies: Vec<DemoMembership>,
}

/// A membership of a [`DemoPerson`].
#[derive(Clone, Debug, Serialize)]
pub struct DemoMembership {
    /// The company's name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// `member` or `administrator`.
    pub role: String,
}

/// The companies: slug, name, zone, and days from now to the enforcement date, if there is one.
const COMPANIES: [(&str, &str, &str, Option<i64>); 4] = [
    ("tideway-survey", "Tideway Survey", "Europe/London", None),
    ("harbour-build", "Harbour Build", "Europe/Berlin", Some(-7)),
    ("northside-roofing", "Northside Roofing", "America/Chicago", Some(21)),
    ("quarry-and-stone", "Quarry & Stone", "Europe/Berlin", Some(42)),
];

/// The people: address, name, password, situation, and memberships with whether they administer it.
type Person = (&'static str, &'static str, &'static str, &'static str, &'static [(&'static str, Role, bool)]);

const PEOPLE: [Person; 6] = [
    (
        "ines@example.com",
        "Ines Moreau",
        "copper-kettle-41-drift",
        "an administrator without MFA whose company requires nothing",
        &[("tideway-survey", Role::Administrator, false)],
    ),
    (
        "anna@example.com",
        "Anna Berg",
        "velvet-anchor-72-moss",
        "a member whose company's date has passed, without MFA",
        &[("harbour-build", Role::Member, false)],
    ),
    (
        "tomas@example.com",
        "Tomas Ek",
        "paper-lantern-58-fjord",
        "a member whose company's date is three weeks away",
        &[("northside-roofing", Role::Member, false)],
    ),
    (
        "priya@example.com",
        "Priya Nair",
        "silent-orchard-36-quill",
        "a payments user",
        &[("tideway-survey", Role::Member, true)],
    ),
    (
        "marcus@example.com",
        "Marcus Webb",
        "amber-saddle-93-creek",
        "a member of two companies with different dates",
        &[("northside-roofing", Role::Member, false), ("quarry-and-stone", Role::Member, false)],
    ),
    ("sofia@example.com", "Sofia Lund", "hollow-maple-27-tide", "a person in no company", &[]),
];

impl Vestibule {
    /// Fills an empty database.
    ///
    /// # Errors
    /// [`Error::Refusal`] where there are people or companies already.
    pub async fn fill_with_demo(&self) -> Result<Vec<DemoPerson>, Error> {
        if !self.inner.store.is_empty().await? {
            let why = "the database has people in it already: a demonstration needs an empty one";
            return Err(Error::Refusal(why.to_owned()));
        }
        for (slug, name, zone, days) in COMPANIES {
            let (slug, name, time_zone) = (slug.to_owned(), name.to_owned(), zone.to_owned());
            self.add_company(&NewCompany { slug: slug.clone(), name, time_zone }).await?;
            if let Some(days) = days {
                self.require_mfa(&slug, Some(&nine_o_clock(self.now(), days, zone)?)).await?;
            }
        }
        let mut people = Vec::with_capacity(PEOPLE.len());
        for person in PEOPLE {
            people.push(self.add_demo_person(person).await?);
        }
        Ok(people)
    }

    async fn add_demo_person(
        &self,
        (email, name, password, about, companies): Person,
    ) -> Result<DemoPerson, Error> {
        let address = Email::parse(email).map_err(|error| Error::Refusal(error.to_string()))?;
        let secret =
            Password::chosen(password.to_owned()).map_err(|error| Error::Refusal(error.to_string()))?;
        self.add_user(&address, name, secret).await?;
        let mut memberships = Vec::with_capacity(companies.len());
        for (slug, role, payments) in companies {
            self.add_member(slug, &address, *role, *payments).await?;
            let name = COMPANIES.iter().find(|company| company.0 == *slug).map_or("", |company| company.1);
            memberships.push(DemoMembership {
                slug: (*slug).to_owned(),
                name: name.to_owned(),
                role: role.as_str().to_owned(),
            });
        }
        Ok(DemoPerson {
            email: email.to_owned(),
            password: password.to_owned(),
            name: name.to_owned(),
            about: about.to_owned(),
            companies: memberships,
        })
    }
}

/// Nine o'clock in `zone`, so many days from now, as a local time.
fn nine_o_clock(now: Timestamp, days: i64, zone: &str) -> Result<String, Error> {
    let unreadable = |_| Error::Corrupt("demonstration date");
    let zone = local_time::zone(zone).map_err(|error| Error::Refusal(error.to_string()))?;
    let today = jiff::Timestamp::from_millisecond(now.0).map_err(unreadable)?.to_zoned(zone).date();
    let date = today.checked_add(days.days()).map_err(unreadable)?;
    Ok(date.to_datetime(Time::constant(9, 0, 0, 0)).to_string())
}
