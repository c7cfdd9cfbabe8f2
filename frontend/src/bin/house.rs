//! The browser's program behind the doors: what is of somebody who is signed in.

fn main() {
    app::start_house();
}
