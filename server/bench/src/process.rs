//! Processes beside this one. Above all the server that is measured: the release binary, as an operator starts it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use hyper::StatusCode;

use crate::load::http::Site;

/// The program, seen from the top of the checkout.
const PROGRAM: &str = "target/release/vestibule";
/// How often it is looked whether the server answers. A loop without a pause would take a core away from it.
const LOOK: Duration = Duration::from_millis(1);
/// How long it may take to start, and to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// A database and its keys.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The database's URL.
    pub url: String,
    /// The key file.
    pub keys: PathBuf,
}

/// A process that does not outlive this one, nor a failure of it.
#[derive(Debug)]
pub struct Running(pub Child);

/// A server while it runs.
#[derive(Debug)]
pub struct Server {
    /// Where it is.
    pub site: Site,
    process: Running,
    log: PathBuf,
}

/// Memory that a process has, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Now.
    pub now: u64,
    /// At most since its start: the kernel's own mark, which no peak escapes between two looks.
    pub peak: u64,
}

impl Installation {
    /// The one with this name in a folder, on SQLite.
    pub fn named(folder: &Path, name: &str) -> Self {
        let file = folder.join(format!("{name}.db"));
        Self::at(format!("sqlite://{}", file.display()), folder, name)
    }

    /// The one with this name whose database is elsewhere; the folder has its keys.
    pub fn at(url: String, folder: &Path, name: &str) -> Self {
        Self { url, keys: folder.join(format!("{name}.keys")) }
    }

    /// The file that a SQLite database is in.
    pub fn file(&self) -> &Path {
        Path::new(self.url.trim_start_matches("sqlite://"))
    }

    /// Makes its key file.
    ///
    /// # Errors
    /// There is one already.
    pub fn make_keys(&self) -> Result<()> {
        let output = self.command(&["key", "new"]).output().with_context(not_built)?;
        ensure!(output.status.success(), "vestibule key new: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// A command of the program. No variable of whoever runs this changes what is measured.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).arg("--database").arg(&self.url).arg("--keys").arg(&self.keys);
        command.env_clear();
        command
    }
}

impl Server {
    /// Starts a server; gives also how long it took from there to the first page.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(installation: &Installation) -> Result<(Self, Duration)> {
        let site = Site::free()?;
        let log = installation.keys.with_extension(format!("{}.log", site.address.port()));
        let mut command = installation.command(&["serve", "--dist", "dist"]);
        command.arg("--listen").arg(site.address.to_string()).arg("--public-url").arg(&site.url);
        // Messages go to standard output.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?);
        let begun = Instant::now();
        let process = Running(command.spawn().with_context(not_built)?);
        let mut server = Self { site, process, log };
        server.first_page().await?;
        Ok((server, begun.elapsed()))
    }

    /// Its memory.
    ///
    /// # Errors
    /// It is gone.
    pub fn memory(&self) -> Result<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.0.id()))?;
        Ok(Memory { now: kilobytes(&status, "VmRSS:")? * 1024, peak: kilobytes(&status, "VmHWM:")? * 1024 })
    }

    /// Stops it in order.
    ///
    /// # Errors
    /// It ends badly.
    pub async fn stop(mut self) -> Result<()> {
        let id = self.process.0.id().to_string();
        let told = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &id]).status()?;
        ensure!(told.success(), "the server could not be told to stop");
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.process.0.try_wait()? {
                ensure!(status.success(), "the server ended with {status}\n{}", self.log());
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("the server did not stop\n{}", self.log())
    }

    async fn first_page(&mut self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Ok(mut connection) = self.site.connect().await {
                return connection.get("/sign-in", "identity").await?.check(StatusCode::OK, "password");
            }
            if let Some(status) = self.process.0.try_wait()? {
                bail!("the server ended with {status}\n{}", self.log());
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("the server did not start\n{}", self.log())
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Does nothing to one that has ended.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn kilobytes(status: &str, name: &str) -> Result<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    let number =
        value.and_then(|value| value.split_whitespace().next()).with_context(|| format!("no {name}"))?;
    Ok(number.parse()?)
}

fn not_built() -> String {
    format!("{PROGRAM} cannot be run: `make bench` builds it, and is run at the top of the checkout")
}
