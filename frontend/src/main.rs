//! Vestibule's browser entry point.

fn main() {
    app::start();
}
