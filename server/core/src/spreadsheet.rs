//! Lines of a file for a spreadsheet (RFC 4180).

use domain::Timestamp;

/// A cell that no spreadsheet takes for a formula: what looks like one begins with an apostrophe.
fn csv_cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let apostrophe = if formula { "'" } else { "" };
    format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
}

/// A line of such cells.
pub(crate) fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(csv_cell).collect();
    format!("{}\r\n", cells.join(","))
}

/// An instant as spreadsheets read it, in UTC.
pub(crate) fn utc_minute(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0);
    at.map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::csv_cell;

    #[test]
    fn a_cell_is_no_formula_and_keeps_its_quotes() {
        assert_eq!(csv_cell("Anna \"B\" Berg, jr"), "\"Anna \"\"B\"\" Berg, jr\"");
        for formula in ["=1+1", "+49", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(csv_cell(formula), format!("\"'{formula}\""));
        }
    }
}
