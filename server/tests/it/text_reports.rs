//! What Twilio reports of messages that it has taken (S35).

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use sea_orm::EntityTrait;
use server::config::{Endpoint, Text};

use crate::support::{App, Gateway, Options, PUBLIC_URL, twilio_settings, webhook_settings};
use crate::text_gateways::{ID, TO};

/// An application that sends by Twilio, and the messages in its outbox: any will do for a report.
async fn with_two_messages() -> (App, [String; 2]) {
    let settings = twilio_settings(Endpoint::parse("https://api.twilio.com", None).unwrap());
    let options = Options { public_url: PUBLIC_URL, text: Text::Twilio(settings), ..Options::default() };
    let app = App::start_with(options).await;
    app.enrolled("anna@example.com").await;
    assert_eq!(app.messages().await.len(), 2);
    let rows = vestibule_core::store::entities::outbox::Entity::find();
    let rows = rows.all(app.vestibule.store().reader()).await.unwrap();
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    (app, ids.try_into().unwrap())
}

/// Brings a report, as a gateway does: from elsewhere, and with cookies that mean nothing.
async fn report(app: &App, id: &str, signature: Option<&str>, form: &[(&str, &str)]) -> StatusCode {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in form {
        body.append_pair(name, value);
    }
    let mut request = Request::post(format!("/callbacks/twilio/{id}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
        .header(header::ORIGIN, "https://api.twilio.com")
        .header(header::COOKIE, "__Host-session=canary");
    if let Some(signature) = signature {
        request = request.header("x-twilio-signature", signature);
    }
    app.browser().send(request.body(Body::from(body.finish())).unwrap()).await.status
}

/// How many messages have become this.
async fn became(app: &App, what: &str) -> i64 {
    app.count(&format!("SELECT COUNT(*) FROM outbox WHERE delivery = '{what}'")).await
}

// S35: a report needs a signature and nothing else, and one that is brought again changes nothing.
#[tokio::test]
async fn a_report_counts_once_and_only_with_twilios_signature() {
    let mut gateway = Gateway::start();
    let (app, [first, second]) = with_two_messages().await;
    let url = |id: &str| format!("{PUBLIC_URL}/callbacks/twilio/{id}");
    let delivered = [("MessageStatus", "delivered"), ("MessageSid", "SM1"), ("To", TO)];
    let failed = [("MessageStatus", "undelivered"), ("ErrorCode", "30003"), ("To", TO)];
    let right = gateway.signature(&url(&first), &delivered);

    let of_another = gateway.signature(&url(&second), &delivered);
    let of_other_words = gateway.signature(&url(&first), &failed);
    let elsewhere = format!("https://evil.example/callbacks/twilio/{first}");
    let of_another_place = gateway.signature(&elsewhere, &delivered);
    for wrong in
        [None, Some(""), Some("x"), Some(&*of_another), Some(&*of_other_words), Some(&*of_another_place)]
    {
        assert_eq!(report(&app, &first, wrong, &delivered).await, StatusCode::FORBIDDEN, "{wrong:?}");
    }
    assert_eq!(app.count("SELECT COUNT(*) FROM outbox WHERE delivery IS NOT NULL").await, 0);

    assert_eq!(report(&app, &first, Some(&right), &delivered).await, StatusCode::NO_CONTENT);
    assert_eq!(became(&app, "delivered").await, 1);
    assert_eq!(report(&app, &first, Some(&right), &delivered).await, StatusCode::NO_CONTENT);
    let contrary = gateway.signature(&url(&first), &failed);
    assert_eq!(report(&app, &first, Some(&contrary), &failed).await, StatusCode::NO_CONTENT);
    assert_eq!((became(&app, "delivered").await, became(&app, "unreachable").await), (1, 0));

    let late = gateway.signature(&url(&second), &failed);
    assert_eq!(report(&app, &second, Some(&late), &failed).await, StatusCode::NO_CONTENT);
    assert_eq!((became(&app, "delivered").await, became(&app, "unreachable").await), (1, 1));
}

#[tokio::test]
async fn a_report_that_says_nothing_new_or_is_about_nothing_known_changes_nothing() {
    let mut gateway = Gateway::start();
    let (app, [first, _]) = with_two_messages().await;
    let url = |id: &str| format!("{PUBLIC_URL}/callbacks/twilio/{id}");
    for status in ["accepted", "queued", "sending", "sent"] {
        let form = [("MessageStatus", status)];
        let signature = gateway.signature(&url(&first), &form);
        assert_eq!(report(&app, &first, Some(&signature), &form).await, StatusCode::NO_CONTENT, "{status}");
    }
    let form = [("MessageStatus", "delivered")];
    let unknown = ID.to_string();
    let signature = gateway.signature(&url(&unknown), &form);
    assert_eq!(report(&app, &unknown, Some(&signature), &form).await, StatusCode::NO_CONTENT);
    let signature = gateway.signature(&url("nothing"), &form);
    assert_eq!(report(&app, "nothing", Some(&signature), &form).await, StatusCode::FORBIDDEN);
    let long = "x".repeat(20 * 1024);
    let form = [("MessageStatus", "delivered"), ("Body", &*long)];
    let signature = gateway.signature(&url(&first), &form);
    assert_eq!(report(&app, &first, Some(&signature), &form).await, StatusCode::PAYLOAD_TOO_LARGE);
    let fetched = app.browser().get(&format!("/callbacks/twilio/{first}")).await;
    assert_eq!(fetched.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(app.count("SELECT COUNT(*) FROM outbox WHERE delivery IS NOT NULL").await, 0);
}

#[tokio::test]
async fn reports_are_taken_only_where_twilio_sends() {
    let mut gateway = Gateway::start();
    let endpoint = Endpoint::parse("https://texts.example.com", None).unwrap();
    for text in [Text::None, Text::Terminal, Text::Webhook(webhook_settings(endpoint))] {
        let app = App::start_with(Options { public_url: PUBLIC_URL, text, ..Options::default() }).await;
        let form = [("MessageStatus", "delivered")];
        let signature = gateway.signature(&format!("{PUBLIC_URL}/callbacks/twilio/{ID}"), &form);
        let status = report(&app, &ID.to_string(), Some(&signature), &form).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
