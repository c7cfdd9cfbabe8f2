//! Messages on their way.

use std::sync::atomic::Ordering;

use crate::support::App;

#[tokio::test]
async fn a_message_is_sent_once() {
    let app = App::start().await;
    app.enrolled("anna@example.com").await;
    assert_eq!(app.mail().await.len(), 2);
    assert_eq!(app.mail().await.len(), 2);
    // What was sent is not kept.
    assert_eq!(app.count("SELECT COUNT(*) FROM outbox WHERE sealed IS NOT NULL").await, 0);
}

#[tokio::test]
async fn a_gateway_that_is_down_for_an_hour_loses_nothing() {
    let app = App::start().await;
    app.mailbox.down.store(true, Ordering::SeqCst);
    app.enrolled("anna@example.com").await;
    for _ in 0..60 {
        assert!(app.mail().await.is_empty());
        app.advance_minutes(1);
    }
    app.mailbox.down.store(false, Ordering::SeqCst);
    app.advance_minutes(15);
    assert_eq!(app.mail().await.len(), 2);
}

#[tokio::test]
async fn several_workers_send_each_message_once() {
    let app = App::start().await;
    app.enrolled("anna@example.com").await;
    let workers = (0..4).map(|_| app.vestibule.send_due(&*app.mailbox));
    let sent: u32 = futures::future::join_all(workers).await.into_iter().map(Result::unwrap).sum();
    assert_eq!((sent, app.mail().await.len()), (2, 2));
}

#[tokio::test]
async fn a_message_that_could_not_be_sent_for_three_days_is_given_up() {
    let app = App::start().await;
    app.mailbox.down.store(true, Ordering::SeqCst);
    app.enrolled("anna@example.com").await;
    app.advance_minutes(3 * 24 * 60);
    assert!(app.mail().await.is_empty());
    assert_eq!(
        app.count("SELECT COUNT(*) FROM outbox WHERE failed_at IS NOT NULL AND sealed IS NULL").await,
        2
    );
}

#[tokio::test]
async fn the_store_holds_no_message_in_the_open() {
    use sea_orm::EntityTrait;
    let app = App::start().await;
    app.enrolled("anna@example.com").await;
    let rows = vestibule_core::store::entities::outbox::Entity::find()
        .all(app.vestibule.store().reader())
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let text = String::from_utf8_lossy(&row.sealed.unwrap()).into_owned();
        assert!(!text.contains("anna") && !text.contains("Authenticator"), "{text}");
    }
}

// What is worth something for minutes does not wait behind what is for days: a company's announcement, say.
#[tokio::test]
async fn a_link_that_works_for_an_hour_goes_before_the_notices_of_before() {
    let app = App::start().await;
    app.enrolled("anna@example.com").await;
    app.browser().forgot_password("anna@example.com").await.answered();
    let mut subjects: Vec<String> = app.mail().await.into_iter().map(|mail| mail.1).collect();
    // The two notices are of one instant.
    subjects[1..].sort();
    let notices = ["Vestibule: Authenticator app added", "Vestibule: New recovery code saved"];
    assert_eq!(subjects[0], "Vestibule: Set a new password");
    assert_eq!(subjects[1..], notices);
}
