//! The ceiling of the first load: a router, one server function, and nothing to see.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use leptos::task::spawn_local;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

/// The one server function. It is called, because what nobody calls is not in the program.
#[server(prefix = "/api", endpoint = "hello", input = Json, output = Json)]
pub async fn hello(name: String) -> Result<String, ServerFnError> {
    Ok(name)
}

#[component]
fn App() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=|| "Not found.">
                <Route path=path!("/") view=Home/>
            </Routes>
        </Router>
    }
}

#[component]
fn Home() -> impl IntoView {
    let answer = RwSignal::new(String::new());
    spawn_local(async move {
        if let Ok(text) = hello("page".to_owned()).await {
            answer.set(text);
        }
    });
    view! { <p>{move || answer.get()}</p> }
}

fn main() {
    leptos::mount::mount_to_body(App);
}
