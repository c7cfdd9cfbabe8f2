//! Instants in the person's own time zone, spelt out. The browser knows the zone and its history.

use domain::Timestamp;
use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;

/// The pages are written in English, with dates as most of the world writes them.
const LANGUAGE: &str = "en-GB";

const DAY: &[(&str, &str)] = &[("day", "numeric"), ("month", "long"), ("year", "numeric")];
const WEEKDAY: &[(&str, &str)] = &[("weekday", "long")];
const TIME: &[(&str, &str)] = &[("hour", "2-digit"), ("minute", "2-digit"), ("hourCycle", "h23")];

/// "3 March 2026".
pub fn day(at: Timestamp) -> String {
    written(&date(at), DAY)
}

/// "today", "yesterday" or "3 March 2026".
pub fn recent_day(at: Timestamp) -> String {
    let day = day(at);
    let now = Date::new_0();
    if day == written(&now, DAY) {
        return "today".into();
    }
    now.set_date(now.get_date().wrapping_sub(1));
    if day == written(&now, DAY) { "yesterday".into() } else { day }
}

/// "Tuesday 3 March 2026".
pub fn weekday(at: Timestamp) -> String {
    let date = date(at);
    [&written(&date, WEEKDAY), " ", &written(&date, DAY)].concat()
}

/// "09:00".
pub fn time(at: Timestamp) -> String {
    String::from(date(at).to_locale_time_string_with_options(LANGUAGE, &options(TIME)))
}

/// "Tuesday 3 March 2026, 09:00".
pub fn weekday_and_time(at: Timestamp) -> String {
    [&weekday(at), ", ", &time(at)].concat()
}

/// "2026-03-03".
pub fn iso_day(at: Timestamp) -> String {
    let date = date(at);
    let two = |number: u32| {
        let digits = number.to_string();
        if number < 10 { ["0", &digits].concat() } else { digits }
    };
    [&date.get_full_year().to_string(), "-", &two(date.get_month() + 1), "-", &two(date.get_date())].concat()
}

/// The instant of a number of milliseconds, as [`super::now`] counts them.
pub fn instant(milliseconds: f64) -> Timestamp {
    Timestamp(milliseconds as i64)
}

fn date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}

fn written(date: &Date, parts: &[(&str, &str)]) -> String {
    String::from(date.to_locale_date_string(LANGUAGE, &options(parts)))
}

fn options(parts: &[(&str, &str)]) -> JsValue {
    let options = Object::new();
    for (name, value) in parts {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    options.into()
}
