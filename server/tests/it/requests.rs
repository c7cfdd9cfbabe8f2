//! What is asked of every request, and said with every answer (S35 to S37, S40; attack 12).

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;

use crate::support::{App, Browser, Options, PASSWORD};

/// The body of a sign-in that would succeed.
fn sign_in() -> String {
    json!({ "email": "anna@example.com", "password": PASSWORD, "return_to": null }).to_string()
}

async fn app_with_anna() -> (App, Browser) {
    let app = App::start().await;
    app.add_user("anna@example.com").await;
    let browser = app.browser();
    (app, browser)
}

// S35, attack 12
#[tokio::test]
async fn a_call_from_elsewhere_is_refused_and_changes_nothing() {
    let (app, mut browser) = app_with_anna().await;
    let cases: [(&str, &[(&str, &str)]); 8] = [
        ("another origin", &[("origin", "https://evil.example")]),
        ("another port", &[("origin", "http://localhost:3001")]),
        ("a null origin", &[("origin", "null")]),
        ("neither header", &[]),
        ("another site", &[("sec-fetch-site", "cross-site")]),
        ("the same site", &[("sec-fetch-site", "same-site")]),
        ("an address that was typed", &[("sec-fetch-site", "none")]),
        (
            "an origin that does not go with the site",
            &[("origin", "http://localhost:3000"), ("sec-fetch-site", "cross-site")],
        ),
    ];
    for (case, headers) in cases {
        let mut request = Request::post("/api/sign_in").header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        // A Host that agrees with the foreign origin does not help.
        let request = request.header(header::HOST, "evil.example").body(Body::from(sign_in())).unwrap();
        let reply = browser.send(request).await;
        assert_eq!((reply.status.as_u16(), reply.error()), (403, "foreign_origin"), "{case}");
    }
    assert_eq!(app.count("SELECT COUNT(*) FROM sessions").await, 0);
    assert_eq!(app.vestibule.passwords().computed(), 1, "only the one that made Anna");
}

// S35, attack 12: at every function.
#[tokio::test]
async fn no_function_answers_another_origin() {
    let (_app, mut browser) = app_with_anna().await;
    for function in app::api::table::FUNCTIONS {
        let name = function.path.strip_prefix("/api/").unwrap();
        let mut request = browser.request(name).body(Body::from("{}")).unwrap();
        request.headers_mut().insert(header::ORIGIN, "https://evil.example".parse().unwrap());
        browser.send(request).await.refused(403, "foreign_origin");
    }
}

// S35
#[tokio::test]
async fn either_header_of_this_origin_is_enough() {
    let (_app, mut browser) = app_with_anna().await;
    for (name, value) in [("origin", "http://localhost:3000"), ("sec-fetch-site", "same-origin")] {
        let request = Request::post("/api/sign_in")
            .header(header::CONTENT_TYPE, "application/json")
            .header(name, value)
            .body(Body::from(sign_in()))
            .unwrap();
        browser.send(request).await.state("full");
    }
}

// S35, attack 12
#[tokio::test]
async fn a_form_is_not_read() {
    let (app, mut browser) = app_with_anna().await;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        let mut request = browser.request("sign_in").body(Body::from(sign_in())).unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, media_type.parse().unwrap());
        browser.send(request).await.refused(415, "unsupported_media_type");
    }
    assert_eq!(app.count("SELECT COUNT(*) FROM sessions").await, 0);
}

// S35, attack 12
#[tokio::test]
async fn nothing_that_changes_state_answers_get() {
    let (_app, mut browser) = app_with_anna().await;
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS] {
        for function in app::api::table::FUNCTIONS {
            let name = function.path.strip_prefix("/api/").unwrap();
            let request = browser.request(name).method(method.clone()).body(Body::empty()).unwrap();
            assert_eq!(browser.send(request).await.status, 405, "{method} {name}");
        }
    }
}

#[tokio::test]
async fn who_wants_html_is_not_redirected_with_the_error_in_the_address() {
    let (_app, mut browser) = app_with_anna().await;
    let mut request = browser.request("sign_in").body(Body::from("{}")).unwrap();
    request.headers_mut().insert(header::ACCEPT, "text/html,*/*".parse().unwrap());
    let reply = browser.send(request).await;
    reply.refused(406, "not_acceptable");
    assert!(!reply.headers.contains_key(header::LOCATION));
}

#[tokio::test]
async fn every_failure_has_one_shape() {
    let (_app, mut browser) = app_with_anna().await;
    let call = |body: Body| browser.request("sign_in").body(body).unwrap();
    let requests = [
        (400, "bad_request", call(Body::from("{"))),
        (400, "bad_request", call(Body::from("[]"))),
        (400, "bad_request", call(Body::from("{}"))),
        (400, "bad_request", call(Body::from(vec![0xff, 0xfe]))),
        (413, "too_large", call(Body::from("x".repeat(17_000)))),
        (404, "not_found", browser.request("nothing").body(Body::from("{}")).unwrap()),
        (404, "not_found", browser.request("sign_in/more").body(Body::from("{}")).unwrap()),
        (405, "method_not_allowed", Request::post("/sign-in").body(Body::empty()).unwrap()),
        (404, "not_found", Request::get("/favicon.ico").body(Body::empty()).unwrap()),
        (404, "not_found", Request::get("/.well-known/anything").body(Body::empty()).unwrap()),
    ];
    for (status, code, request) in requests {
        let what = format!("{} {}", request.method(), request.uri());
        let reply = browser.send(request).await;
        assert_eq!((reply.status.as_u16(), reply.error()), (status, code), "{what}: {}", reply.text);
        let keys: Vec<&String> = reply.json.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["code", "field", "message", "retry_after_s"], "{what}");
        assert_eq!(reply.headers[header::CONTENT_TYPE], "application/json", "{what}");
    }
}

// S36, S37
#[tokio::test]
async fn every_answer_carries_the_headers() {
    let (_app, mut browser) = app_with_anna().await;
    let page = browser.get("/sign-in").await;
    let missing = browser.get("/favicon.ico").await;
    let call = browser.session().await;
    let refused = browser.call("security", json!({})).await;
    for reply in [&page, &missing, &call, &refused] {
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval' 'sha256-",
            "style-src 'self';",
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{part} is not in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        assert_eq!(reply.headers["referrer-policy"], "no-referrer");
        assert_eq!(reply.headers["cross-origin-opener-policy"], "same-origin");
        assert!(reply.headers.contains_key("permissions-policy"));
        assert!(!reply.headers.contains_key("strict-transport-security"));
    }
    for reply in [&missing, &call, &refused] {
        assert_eq!(reply.headers["cache-control"], "no-store");
    }
    assert_eq!(page.headers["cache-control"], "no-cache");
}

// S37
#[tokio::test]
async fn over_https_browsers_are_told_to_stay_there() {
    let app =
        App::start_with(Options { public_url: "https://login.example.com", ..Options::default() }).await;
    let page = app.browser().get("/sign-in").await;
    assert_eq!(page.headers["strict-transport-security"], "max-age=63072000");
}

#[tokio::test]
async fn assets_are_sent_compressed_where_the_browser_takes_it() {
    let (_app, mut browser) = app_with_anna().await;
    let request =
        Request::get("/sign-in").header(header::ACCEPT_ENCODING, "gzip, br").body(Body::empty()).unwrap();
    let reply = browser.send(request).await;
    assert_eq!(reply.headers[header::CONTENT_ENCODING], "br");
    assert_eq!(reply.headers[header::VARY], "Accept-Encoding");
    let plain = browser.get("/sign-in").await;
    assert!(!plain.headers.contains_key(header::CONTENT_ENCODING));
    assert!(plain.text.contains("<title>Vestibule</title>"));
    let asset = browser.get("/app-0123456789abcdef.js").await;
    assert!(asset.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
}

/// A call whose proxies say that it comes from `forwarded`.
async fn wrong_password_from(app: &App, forwarded: &str) -> String {
    let mut browser = app.browser();
    let request = browser.request("sign_in").header("x-forwarded-for", forwarded);
    let body = json!({ "email": "anna@example.com", "password": "not the password", "return_to": null });
    browser.send(request.body(Body::from(body.to_string())).unwrap()).await.error().to_owned()
}

async fn addresses(app: &App) -> Vec<String> {
    use sea_orm::EntityTrait;
    let rows = vestibule_core::store::entities::audit_event::Entity::find();
    let rows = rows.all(app.vestibule.store().reader()).await.unwrap();
    rows.into_iter().map(|row| row.address).filter(|address| address != "command line").collect()
}

// S47, attack 13: the tests' peer is 192.0.2.7.
#[tokio::test]
async fn a_forwarded_address_counts_only_from_a_configured_proxy() {
    for (proxies, address) in [("", "192.0.2.7"), ("192.0.2.0/24", "198.51.100.9")] {
        let app = App::start_with(Options { proxies, ..Options::default() }).await;
        app.add_user("anna@example.com").await;
        wrong_password_from(&app, "203.0.113.1, 198.51.100.9").await;
        assert_eq!(addresses(&app).await, [address], "{proxies}");
    }
}

// S44, S47, attack 13: limits are the account's, whatever address is pretended.
#[tokio::test]
async fn rotating_forwarded_addresses_does_not_lift_the_limits() {
    let app = App::start_with(Options { proxies: "192.0.2.7", ..Options::default() }).await;
    app.add_user("anna@example.com").await;
    let mut answers = Vec::new();
    for last in 0..12 {
        answers.push(wrong_password_from(&app, &format!("203.0.113.{last}")).await);
    }
    assert_eq!(answers.iter().filter(|answer| *answer == "wrong_credentials").count(), 10);
    assert_eq!(answers[10..], ["paused", "paused"]);
}

#[tokio::test]
async fn password_managers_are_led_to_change_password_and_to_nothing_else() {
    let (_app, mut browser) = app_with_anna().await;
    let reply = browser.get("/.well-known/change-password").await;
    assert_eq!(reply.status, 302);
    assert_eq!(reply.headers[header::LOCATION], "/profile/security/password");
    // Where this one were answered with a page, password managers would not believe the other.
    let nonsense = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    assert_eq!(browser.get(nonsense).await.status, 404);
}

#[tokio::test]
async fn health_and_readiness_are_answered() {
    let app = App::start().await;
    let mut browser = app.browser();
    let health = browser.get("/health").await;
    assert_eq!((health.status.as_u16(), health.text.as_str()), (200, "ok\n"));
    let ready = browser.get("/ready").await;
    assert_eq!((ready.status.as_u16(), ready.text.as_str()), (200, "ready\n"));
    assert_eq!(ready.headers["cache-control"], "no-store");
    // Without a database the program lives, and nobody is sent to it.
    app.vestibule.store().clone().close().await.unwrap();
    assert_eq!(browser.get("/ready").await.status, 503);
    assert_eq!(browser.get("/health").await.status, 200);
}
