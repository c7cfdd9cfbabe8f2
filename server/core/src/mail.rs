//! How a mail is written: one plain design, as text and as HTML. What notices say is in `notices`.

use crate::caller::User;
use crate::outbox::{Channel, Message};
use crate::settings::Settings;

/// A mail to one person, from top to bottom.
pub(crate) struct Mail {
    /// The subject, without the product's name.
    pub subject: String,
    /// What it is about.
    pub says: Vec<String>,
    /// A code to type.
    pub code: Option<String>,
    /// Facts, each with its name.
    pub facts: Vec<(&'static str, String)>,
    /// What to press, and where it leads.
    pub action: Option<(&'static str, String)>,
    /// What else there is to say.
    pub then: Vec<String>,
}

/// What the mail programs of today agree on: a narrow column, the system's font, both themes.
const STYLE: &str = "body{margin:0;padding:24px;background:#f5f4f0;color:#1b2430;\
    font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif}\
    main{max-width:520px;margin:0 auto;padding:24px;background:#fff;border-radius:12px}\
    p{margin:0 0 16px}th{padding:2px 16px 2px 0;text-align:left;font-weight:400;color:#566070;vertical-align:top}\
    td{padding:2px 0}table{margin:0 0 16px;border-collapse:collapse}\
    .code{font:600 28px/1.2 ui-monospace,monospace;letter-spacing:2px}\
    .button{display:inline-block;padding:12px 20px;border-radius:8px;background:#1f3a5f;color:#fff;text-decoration:none}\
    .small{margin:0;font-size:14px;color:#566070}\
    @media (prefers-color-scheme:dark){body{background:#10151b;color:#e8eaed}main{background:#1a212a}\
    th,.small{color:#a3adba}a{color:#9dc1ee}.button{background:#9dc1ee;color:#10151b}}";

impl Mail {
    /// The mail as a message to `to`.
    pub fn to(&self, to: &User, settings: &Settings) -> Message {
        Message {
            channel: Channel::Mail,
            to: to.email.clone(),
            subject: format!("{}: {}", settings.product, self.subject),
            body: self.text(to, settings),
            html: Some(self.html(to, settings)),
        }
    }

    fn text(&self, to: &User, settings: &Settings) -> String {
        let mut parts = vec![format!("Hello {},", to.name)];
        parts.extend(self.says.iter().cloned());
        parts.extend(self.code.iter().map(|code| format!("    {code}")));
        if !self.facts.is_empty() {
            let lines: Vec<String> =
                self.facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            parts.push(lines.join("\n"));
        }
        parts.extend(self.action.iter().map(|(label, link)| format!("{label}:\n{link}")));
        parts.extend(self.then.iter().cloned());
        parts.push(format!("{}, {}\n", settings.product, settings.public_url));
        parts.join("\n\n")
    }

    fn html(&self, to: &User, settings: &Settings) -> String {
        let paragraph = |text: &String| format!("<p>{}</p>", escape(text));
        let mut body = paragraph(&format!("Hello {},", to.name));
        body.extend(self.says.iter().map(paragraph));
        body.extend(self.code.iter().map(|code| format!("<p class=\"code\">{}</p>", escape(code))));
        if !self.facts.is_empty() {
            let row = |(name, value): &(&str, String)| {
                format!("<tr><th scope=\"row\">{name}</th><td>{}</td></tr>", escape(value))
            };
            body.push_str(&format!("<table>{}</table>", self.facts.iter().map(row).collect::<String>()));
        }
        body.extend(self.action.iter().map(|(label, link)| {
            format!("<p><a class=\"button\" href=\"{}\">{}</a></p>", escape(link), escape(label))
        }));
        body.extend(self.then.iter().map(paragraph));
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
             <title>{title}</title><style>{STYLE}</style></head><body><main>{body}\
             <p class=\"small\">{product}, <a href=\"{url}\">{url}</a></p></main></body></html>",
            title = escape(&self.subject),
            product = escape(&settings.product),
            url = escape(&settings.public_url),
        )
    }
}

/// Names come from people: nothing of theirs is markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::UserId;
    use uuid::Uuid;

    fn written() -> Message {
        let settings = Settings { product: "Gate & Co".to_owned(), ..Settings::example() };
        let to = User {
            id: UserId(Uuid::nil()),
            email: "anna@example.com".to_owned(),
            name: "<b>Anna</b> & \"Berg\"".to_owned(),
            time_zone: None,
        };
        let mail = Mail {
            subject: "Password changed".to_owned(),
            says: vec!["It was changed.".to_owned()],
            code: Some("123 456".to_owned()),
            facts: vec![("Device", "Firefox on Linux".to_owned())],
            action: Some(("Set a new password", "https://login.example.com/reset-password#t".to_owned())),
            then: vec!["Nothing else.".to_owned()],
        };
        mail.to(&to, &settings)
    }

    #[test]
    fn text_and_html_say_the_same() {
        let message = written();
        assert_eq!(message.subject, "Gate & Co: Password changed");
        assert_eq!(
            message.body,
            "Hello <b>Anna</b> & \"Berg\",\n\nIt was changed.\n\n    123 456\n\nDevice: Firefox on Linux\n\n\
             Set a new password:\nhttps://login.example.com/reset-password#t\n\nNothing else.\n\n\
             Gate & Co, https://login.example.com\n"
        );
        let html = message.html.unwrap();
        for part in ["It was changed.", "123 456", "Firefox on Linux", "reset-password#t", "Nothing else."] {
            assert!(html.contains(part), "{part}");
        }
    }

    #[test]
    fn a_name_cannot_be_markup() {
        let html = written().html.unwrap();
        assert!(
            html.contains("&lt;b&gt;Anna&lt;/b&gt; &amp; &quot;Berg&quot;") && !html.contains("<b>"),
            "{html}"
        );
    }
}
