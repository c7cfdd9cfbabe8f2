//! `docs/configuration.md` says what the program takes, no more and no less.

use server::settings::{CONFIG, SETTINGS};

#[test]
fn the_table_of_settings_is_the_programs() {
    let document = include_str!("../../../docs/configuration.md");
    let found: Vec<&str> = document.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> = SETTINGS
        .iter()
        .map(|setting| {
            let (key, option, variable) = (setting.key, setting.option(), setting.variable());
            format!("| `{key}` | `--{option}` | `{variable}` | {} | {} |", setting.default, setting.what)
        })
        .collect();
    assert_eq!(found, expected, "\n{}\n", expected.join("\n"));
    assert!(document.contains(&format!("`--{}`", CONFIG.option())));
    assert!(document.contains(&format!("`{}`", CONFIG.variable())));
}
