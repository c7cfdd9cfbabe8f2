//! The browser's program at the doors: the sign-in, and what belongs to it.

fn main() {
    app::start_door();
}
