//! Which session state may call what (S9, attack 6).

use std::collections::BTreeSet;

use app::api::table::FUNCTIONS;
use domain::{Email, SessionState};
use leptos::server_fn::axum::server_fn_paths;
use serde_json::json;

use crate::support::{App, Browser};

// S9
#[tokio::test]
async fn the_table_names_exactly_the_registered_functions() {
    // Starting the application is what links and registers them.
    App::start().await;
    let registered: BTreeSet<&str> = server_fn_paths().map(|(path, _)| path).collect();
    let declared: BTreeSet<&str> = FUNCTIONS.iter().map(|function| function.path).collect();
    assert_eq!(registered, declared);
    assert_eq!(declared.len(), FUNCTIONS.len());
}

/// A browser in each state.
async fn browsers(app: &App) -> Vec<(SessionState, Browser)> {
    let (enrolling, _) = app.enrolling("enrolling@example.com").await;
    let (mut saving, reply) = app.enrolling("saving@example.com").await;
    saving.set_up_app(reply.record(), app.now()).await;
    let (full, _) = app.enrolled("full@example.com").await;
    let (challenged, _) = app.challenged("full@example.com").await;
    app.add_user("due@example.com").await;
    app.add_company("due", &["due@example.com"]).await;
    let mut due = app.browser();
    due.sign_in("due@example.com").await.state("full");
    app.vestibule.require_mfa("due", Some("now")).await.unwrap();
    let (_, _, code) = app.enrolled_with_code("recovering@example.com").await;
    let (mut recovering, reply) = app.challenged("recovering@example.com").await;
    recovering.recover(&reply.record(), &code).await.state("recovering");
    app.enrolled("reset@example.com").await;
    app.vestibule.reset_mfa(&Email::parse("reset@example.com").unwrap()).await.unwrap();
    let mut reset = app.browser();
    reset.sign_in("reset@example.com").await.state("identity_due");
    vec![
        (SessionState::Anonymous, app.browser()),
        (SessionState::PasswordDue, due),
        (SessionState::Challenge, challenged),
        (SessionState::IdentityDue, reset),
        (SessionState::EnrolOnly, enrolling),
        (SessionState::SaveCode, saving),
        (SessionState::Recovering, recovering),
        (SessionState::Full, full),
    ]
}

// S9, attack 6: with a body that no function can read, so that none of them changes anything.
#[tokio::test]
async fn each_state_is_answered_by_the_declared_functions_only() {
    let app = App::start().await;
    let browsers = browsers(&app).await;
    let tried: BTreeSet<SessionState> = browsers.iter().map(|(state, _)| *state).collect();
    assert_eq!(tried, SessionState::ALL.into_iter().collect());
    for (state, mut browser) in browsers {
        assert_eq!(browser.session().await.json["state"], state.as_str());
        for function in FUNCTIONS {
            let name = function.path.strip_prefix("/api/").unwrap();
            let reply = browser.call(name, json!("not an object")).await;
            if function.states.contains(&state) {
                let error = reply.error();
                assert!(error != "signed_out" && error != "wrong_state", "{state:?} {name}: {}", reply.text);
            } else if state == SessionState::Anonymous {
                reply.refused(401, "signed_out");
            } else {
                reply.refused(403, "wrong_state");
            }
        }
    }
}
