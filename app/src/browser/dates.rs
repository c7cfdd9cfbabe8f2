//! Instants in the person's own time zone, spelt out. The browser knows the zones and their history.

use std::cell::RefCell;

use domain::Timestamp;
use js_sys::{Array, Date, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// The pages are written in English, with dates as most of the world writes them.
const LANGUAGE: &str = "en-GB";
/// Milliseconds of a day as calendars count them.
const DAY_LASTS: f64 = 86_400_000.0;

const DAY: &[(&str, &str)] = &[("day", "numeric"), ("month", "long"), ("year", "numeric")];
const FIGURES: &[(&str, &str)] = &[("day", "2-digit"), ("month", "2-digit"), ("year", "numeric")];
const WEEKDAY: &[(&str, &str)] = &[("weekday", "long")];
const TIME: &[(&str, &str)] = &[("hour", "2-digit"), ("minute", "2-digit"), ("hourCycle", "h23")];

thread_local! {
    /// The zone that the person has chosen; `None`: the device's.
    static ZONE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Shows everything in this zone from now on; `None`: in the device's.
pub fn set_zone(zone: Option<&str>) {
    if ZONE.with_borrow(|known| known.as_deref() != zone) {
        // The server may know more zones than this browser.
        let zone = zone.filter(|zone| knows(zone)).map(str::to_owned);
        ZONE.set(zone);
    }
}

/// "3 March 2026".
pub fn day(at: Timestamp) -> String {
    written(&date(at), DAY)
}

/// "today", "yesterday" or "3 March 2026".
pub fn recent_day(at: Timestamp) -> String {
    // Dates without a time are midnight in UTC, where every day is as long as the others.
    let ago = Date::parse(&iso_today()) - Date::parse(&iso_day(at));
    if ago == 0.0 {
        "today".into()
    } else if ago == DAY_LASTS {
        "yesterday".into()
    } else {
        day(at)
    }
}

/// "today, 09:00".
pub fn recent_time(at: Timestamp) -> String {
    [&recent_day(at), ", ", &time(at)].concat()
}

/// "Tuesday 3 March 2026".
pub fn weekday(at: Timestamp) -> String {
    let date = date(at);
    [&written(&date, WEEKDAY), " ", &written(&date, DAY)].concat()
}

/// "09:00".
pub fn time(at: Timestamp) -> String {
    written(&date(at), TIME)
}

/// "Tuesday 3 March 2026, 09:00".
pub fn weekday_and_time(at: Timestamp) -> String {
    [&weekday(at), ", ", &time(at)].concat()
}

/// "Tuesday 3 March 2026" and "09:00", as they are in another zone; `None` where the browser does not know that.
pub fn elsewhere(at: Timestamp, zone: &str) -> Option<(String, String)> {
    if !knows(zone) {
        return None;
    }
    let own = ZONE.replace(Some(zone.to_owned()));
    let there = (weekday(at), time(at));
    ZONE.set(own);
    Some(there)
}

/// "2026-03-03".
pub fn iso_day(at: Timestamp) -> String {
    iso(&date(at))
}

/// The same of today.
pub fn iso_today() -> String {
    iso(&Date::new_0())
}

/// "2026-03-03T09:00:00.000Z", for programs.
pub fn machine(at: Timestamp) -> String {
    String::from(date(at).to_iso_string())
}

/// The instant of a number of milliseconds, as [`super::now`] counts them.
pub fn instant(milliseconds: f64) -> Timestamp {
    Timestamp(milliseconds as i64)
}

fn date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}

/// The day in figures, the year first.
fn iso(date: &Date) -> String {
    let figures = written(date, FIGURES);
    let parts: Vec<&str> = figures.split('/').rev().collect();
    parts.join("-")
}

fn written(date: &Date, parts: &[(&str, &str)]) -> String {
    let options = ZONE.with_borrow(|zone| options(parts, zone.as_deref()));
    String::from(date.to_locale_string(LANGUAGE, &options))
}

/// Whether the browser knows a zone: one that it does not know it takes for a mistake of the program's.
fn knows(zone: &str) -> bool {
    let date = Date::new_0();
    let method = Reflect::get(&date, &JsValue::from_str("toLocaleString"));
    let Some(method) = method.ok().and_then(|method| method.dyn_into::<Function>().ok()) else {
        return false;
    };
    let arguments = Array::of2(&JsValue::from_str(LANGUAGE), &options(TIME, Some(zone)));
    Reflect::apply(&method, &date, &arguments).is_ok()
}

fn options(parts: &[(&str, &str)], zone: Option<&str>) -> JsValue {
    let options = Object::new();
    for (name, value) in parts.iter().copied().chain(zone.map(|zone| ("timeZone", zone))) {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    options.into()
}
