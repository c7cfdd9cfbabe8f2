//! `docs/api.md` and the table of server functions say the same.

use app::api::Code;
use app::api::table::FUNCTIONS;

/// The sections of the document: path, and the states on its line `States: …`.
fn documented() -> Vec<(String, Vec<String>)> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api.md")).unwrap();
    text.split("\n## `")
        .skip(1)
        .map(|section| {
            let path = section.split('`').next().unwrap().to_owned();
            let line = section.lines().find_map(|line| line.strip_prefix("States: ")).expect(&path);
            let states =
                line.trim_end_matches('.').split(", ").map(|state| state.trim_matches('`').to_owned());
            for part in ["Input: ", "Output: ", "Errors: "] {
                assert!(section.lines().any(|line| line.starts_with(part)), "{path} has no {part}");
            }
            (path, states.collect())
        })
        .collect()
}

#[test]
fn the_document_lists_every_function_with_its_states() {
    let declared: Vec<(String, Vec<String>)> = FUNCTIONS
        .iter()
        .map(|function| {
            let states = if function.states.len() == domain::SessionState::ALL.len() {
                vec!["all".to_owned()]
            } else {
                function.states.iter().map(|state| state.as_str().to_owned()).collect()
            };
            (function.path.to_owned(), states)
        })
        .collect();
    assert_eq!(documented(), declared);
}

#[test]
fn the_document_gives_every_code_its_status() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api.md")).unwrap();
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split('|');
        let code = cells.next()?.trim().trim_end_matches('`').to_owned();
        Some((code, cells.next()?.trim().to_owned()))
    });
    let rows: Vec<(String, String)> = rows.collect();
    assert_eq!(rows.len(), 30);
    for (code, status) in rows {
        let known: Code = serde_json::from_value(serde_json::Value::from(code.clone())).expect(&code);
        // What only the browser says has no status there.
        let expected = if known == Code::Offline { "–".to_owned() } else { known.status().to_string() };
        assert_eq!(status, expected, "{code}");
    }
}
