//! What a text message with a code says: whose it is, never to share it, and a last line from which phones fill it in
//! (the format of WICG's origin-bound one-time codes). It fits one message of the oldest networks.

use domain::OneTimeCode;

use crate::outbox::{Channel, Message};
use crate::phone_number::PhoneNumber;
use crate::settings::Settings;

/// Septets that a message may have: with those of the gateway's own prefix it stays one message.
const LONGEST: usize = 140;
/// The characters of GSM 03.38 that take one septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿\
                     abcdefghijklmnopqrstuvwxyzäöñüà";
/// Those that take two.
const EXTENDED: &str = "^{}\\[~]|€";

/// The message that carries a code to a number.
pub(crate) fn code_message(settings: &Settings, to: &PhoneNumber, code: &OneTimeCode) -> Message {
    Message {
        channel: Channel::Text,
        to: to.as_str().to_owned(),
        subject: String::new(),
        body: body(settings, code.as_str()),
        html: None,
    }
}

/// The message that tells a number that it is no longer an account's (S20).
pub(crate) fn number_replaced(settings: &Settings, to: &PhoneNumber) -> Message {
    let body = format!(
        "{}: this number no longer confirms your sign-in. If that wasn't you, tell your administrator now.",
        settings.product
    );
    Message { channel: Channel::Text, to: to.as_str().to_owned(), subject: String::new(), body, html: None }
}

/// Whether the product's name and the public URL leave room for a code, in characters that every phone shows.
///
/// # Errors
/// A sentence about the setting.
pub fn check(settings: &Settings) -> Result<(), String> {
    match septets(&body(settings, "000000")) {
        None => Err(format!(
            "product_name: `{}` has characters that text messages do not have in common; use letters of Western \
             Europe, digits and signs",
            settings.product
        )),
        Some(length) if length > LONGEST => Err(format!(
            "public_url: a text message with its host and the product's name is {length} characters long, and may \
             have {LONGEST}: use a shorter product_name or host"
        )),
        Some(_) => Ok(()),
    }
}

fn body(settings: &Settings, code: &str) -> String {
    let product = &settings.product;
    format!("{code} is your {product} code. Never share it.\n\n@{} #{code}", host(&settings.public_url))
}

/// The host of the public URL, without scheme and port: browsers compare it with their own.
fn host(url: &str) -> &str {
    let authority = url.split("://").nth(1).unwrap_or(url);
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// How many septets a text takes in GSM 03.38; `None`: it has other characters.
fn septets(text: &str) -> Option<usize> {
    text.chars()
        .map(|c| match c {
            c if BASIC.contains(c) => Some(1),
            c if EXTENDED.contains(c) => Some(2),
            _ => None,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(product: &str, public_url: &str) -> Settings {
        Settings { product: product.to_owned(), public_url: public_url.to_owned(), ..Settings::example() }
    }

    #[test]
    fn a_code_ends_with_a_line_of_its_own_that_phones_read() {
        let text = body(&settings("Vestibule", "https://login.example.com:8443"), "012345");
        assert_eq!(text, "012345 is your Vestibule code. Never share it.\n\n@login.example.com #012345");
        assert!(septets(&text).unwrap() <= LONGEST);
        assert_eq!(host("http://localhost:3000"), "localhost");
    }

    #[test]
    fn names_that_do_not_fit_a_message_are_refused_at_the_start() {
        assert!(check(&settings("Vestibule", "https://login.example.com")).is_ok());
        assert!(
            check(&settings("前庭", "https://login.example.com")).unwrap_err().starts_with("product_name")
        );
        let long = format!("https://{}.example.com", "long".repeat(20));
        assert!(check(&settings("Vestibule", &long)).unwrap_err().starts_with("public_url"));
    }

    #[test]
    fn brackets_take_two_places() {
        assert_eq!((septets("[a]"), septets("é"), septets("ç")), (Some(5), Some(1), None));
    }
}
