//! A program that stands at the other end, run by one of the scripts of `end2end`: it says in lines of JSON what it has
//! taken, and is told in lines how to behave.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

pub(super) struct Peer {
    child: Child,
    /// It ends with its standard input.
    commands: Option<ChildStdin>,
    lines: BufReader<ChildStdout>,
    behaviour: String,
    taken: VecDeque<Value>,
}

impl Peer {
    /// Starts the script, a path below `end2end`, and gives its first line, which says that it listens.
    pub(super) fn start(script: &str, options: &[&str]) -> (Self, Value) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end").join(script);
        let mut command = Command::new("node");
        command.arg(script).args(options).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("Node is there for `make test`");
        let (commands, lines) = (child.stdin.take(), child.stdout.take().unwrap());
        let mut peer = Self {
            child,
            commands,
            lines: BufReader::new(lines),
            behaviour: "accept".to_owned(),
            taken: VecDeque::new(),
        };
        let first = peer.line();
        (peer, first)
    }

    /// Says how it behaves from now on.
    pub(super) fn behave(&mut self, behaviour: &str) {
        self.behaviour = behaviour.to_owned();
        self.ask(behaviour, "behaviour");
    }

    /// What it has taken since this was asked last.
    pub(super) fn taken(&mut self) -> Vec<Value> {
        let behaviour = self.behaviour.clone();
        self.ask(&behaviour, "behaviour");
        self.taken.drain(..).collect()
    }

    /// Waits for the next thing that it takes.
    pub(super) fn next_taken(&mut self) -> Value {
        self.taken.pop_front().unwrap_or_else(|| self.line())
    }

    /// Says something and reads up to the answer, which has `key`: what stands before it was taken before.
    pub(super) fn ask(&mut self, command: &str, key: &str) -> Value {
        writeln!(self.commands.as_mut().unwrap(), "{command}").unwrap();
        loop {
            let mut line = self.line();
            match line.get_mut(key) {
                Some(answer) => return answer.take(),
                None => self.taken.push_back(line),
            }
        }
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        assert!(self.lines.read_line(&mut line).unwrap() > 0, "the program ended");
        serde_json::from_str(&line).expect(&line)
    }
}

impl Drop for Peer {
    /// A test that fails leaves no program behind, nor one that this one has started.
    fn drop(&mut self) {
        drop(self.commands.take());
        // One that has ended already need not be waited for.
        let _ = self.child.wait();
    }
}
