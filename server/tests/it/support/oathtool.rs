//! Codes of an authenticator app, from another implementation: Debian's oathtool.

use std::process::Command;

use domain::Timestamp;

/// The code of `key` (base 32, spaces allowed) at `now`.
pub fn code(key: &str, now: Timestamp) -> String {
    let output = Command::new("oathtool")
        .args(["--totp", "--base32", &format!("--now=@{}", now.unix_seconds()), "--", &key.replace(' ', "")])
        .output()
        .expect("oathtool is installed by `make test`");
    assert!(output.status.success(), "oathtool: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
