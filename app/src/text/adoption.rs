//! What is said of how far a company's members are, and of what they are mailed.

use super::company::{counted, number};
use crate::api::company::adoption::{AdoptionDay, Campaign, CampaignKind};

/// How many are set up, and how many more than a week ago.
#[must_use]
pub fn set_up(set_up: u32, members: u32, gained: i64) -> String {
    let people = if members == 1 { " person" } else { " people" };
    let verb = if set_up == 1 { " is" } else { " are" };
    let count = u32::try_from(gained.unsigned_abs()).unwrap_or(u32::MAX);
    let week = match gained {
        0 => "No more".to_owned(),
        1.. => [&number(count), " more"].concat(),
        _ => [&number(count), " fewer"].concat(),
    };
    [&*number(set_up), " of ", &number(members), people, verb, " set up. ", &week, " in the last week."]
        .concat()
}

/// How many have not set up yet.
#[must_use]
pub fn waiting(waiting: u32) -> String {
    match waiting {
        0 => "Everybody has set up.".to_owned(),
        1 => "1 person has not set up yet.".to_owned(),
        _ => [&*number(waiting), " people have not set up yet."].concat(),
    }
}

/// When everybody can be reminded again.
#[must_use]
pub fn reminded_again(seconds: u32) -> String {
    let hours = seconds.div_ceil(3_600);
    let hours = counted(hours, "hour", "hours");
    ["Everybody can be reminded again in ", &hours, ": one mail about a date a day."].concat()
}

/// Why members were mailed.
#[must_use]
pub const fn campaign(kind: CampaignKind) -> &'static str {
    match kind {
        CampaignKind::Announcement => "Announcement of the date",
        CampaignKind::FourteenDays => "Reminder, 14 days before",
        CampaignKind::SevenDays => "Reminder, 7 days before",
        CampaignKind::OneDay => "Reminder, the day before",
        CampaignKind::ByHand => "Reminder by an administrator",
    }
}

/// How far the mails are.
#[must_use]
pub fn mailed(campaign: &Campaign) -> String {
    let mut words =
        [&*number(campaign.sent), " of ", &counted(campaign.mails, "mail", "mails"), " sent"].concat();
    for (count, what) in [(campaign.skipped, " not needed any more"), (campaign.failed, " failed")] {
        if count > 0 {
            words.push_str(", ");
            words.push_str(&number(count));
            words.push_str(what);
        }
    }
    words.push_str(if campaign.complete { "." } else { ", more are being prepared." });
    words
}

/// Where a day stands in the chart, which is 320 wide.
#[must_use]
pub fn chart_x(day: i64, first: i64, last: i64) -> i64 {
    (day - first) * 320 / (last - first).max(1)
}

/// The path of the share of those who are set up: each day's is held until the next, from 112 (nobody) up to 16 (everybody).
#[must_use]
pub fn chart_path(days: &[AdoptionDay], first: i64, last: i64) -> String {
    let mut path = String::new();
    for day in days {
        let share = i64::from(day.set_up) * 96 / i64::from(day.members.max(1));
        let (x, y) = (chart_x(day.day, first, last), 112 - share.min(96));
        path.push_str(&if path.is_empty() {
            ["M", &x.to_string(), " ", &y.to_string()].concat()
        } else {
            ["H", &x.to_string(), "V", &y.to_string()].concat()
        });
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_comes_with_the_week() {
        assert_eq!(set_up(38, 52, 9), "38 of 52 people are set up. 9 more in the last week.");
        assert_eq!(set_up(1, 1, 0), "1 of 1 person is set up. No more in the last week.");
        assert_eq!(set_up(1_000, 2_000, -3), "1,000 of 2,000 people are set up. 3 fewer in the last week.");
    }

    #[test]
    fn a_campaign_says_how_far_it_is() {
        let campaign = Campaign {
            kind: CampaignKind::ByHand,
            at: domain::Timestamp(0),
            required_from: domain::Timestamp(0),
            mails: 340,
            sent: 120,
            skipped: 3,
            failed: 0,
            complete: false,
        };
        assert_eq!(
            mailed(&campaign),
            "120 of 340 mails sent, 3 not needed any more, more are being prepared."
        );
        let complete = Campaign { failed: 2, complete: true, ..campaign };
        assert_eq!(mailed(&complete), "120 of 340 mails sent, 3 not needed any more, 2 failed.");
    }

    #[test]
    fn the_chart_holds_each_day_until_the_next() {
        let day = |day, members, set_up| AdoptionDay { day, members, set_up };
        let days = [day(100, 4, 0), day(105, 4, 2), day(110, 4, 4)];
        assert_eq!(chart_path(&days, 100, 110), "M0 112H160V64H320V16");
        assert_eq!(chart_path(&[day(100, 0, 0)], 100, 110), "M0 112");
    }
}
