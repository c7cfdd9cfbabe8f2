//! Saving what the server streams as a file.

use futures_util::TryStreamExt;
use leptos::server_fn::codec::ByteStream;

use crate::api::{ApiError, Code};
use crate::browser::file;

/// Offers all the lines as a file called `name` for a spreadsheet, once they have arrived.
///
/// # Errors
/// What the server says, or [`Code::Internal`] where the browser does not save it.
pub async fn save_csv(lines: ByteStream<ApiError>, name: &str) -> Result<(), ApiError> {
    // Bytes: a piece of it may end in the middle of a letter.
    let pieces: Vec<_> = lines.into_inner().try_collect().await?;
    let csv = String::from_utf8(pieces.concat()).unwrap_or_default();
    file::save(name, file::CSV, &csv)
        .map_err(|_| ApiError::new(Code::Internal, "The browser did not save the file. Try again."))
}
