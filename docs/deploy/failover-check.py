#!/usr/bin/env python3
"""Kills a PostgreSQL primary under Vestibule, and looks whether everything that was acknowledged is on the standby.

    docs/deploy/failover-check.py --vestibule target/release/vestibule

Makes a primary, a synchronous standby, HAProxy (haproxy-postgresql.cfg, with other ports) and two Vestibules in a new
folder, all on 127.0.0.1. People sign in, change their names and are added on the command line, until everything of the
primary is killed with SIGKILL. The standby is promoted, the same goes on, and then each acknowledged write is looked for.
At the end the old primary comes back as the standby. Leaves the folder, with all logs, and nothing that runs.

With --asynchronous the primary waits for nobody, and the standby is cut off a second before the end: writes must be
missing then, or the check does not see what it is there for.

Needs PostgreSQL and HAProxy, and runs as somebody else than root, as PostgreSQL does. Exits with 0 if nothing is missing.
"""

import argparse
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
PASSWORD = "a pass phrase for the check"
PEOPLE = 6  # who change their names or sign in, each in a thread of its own


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Place:
    """The folder, the ports, and everything that runs."""

    def __init__(self, arguments):
        self.folder = pathlib.Path(arguments.folder or tempfile.mkdtemp(prefix="failover-check-"))
        self.bin = pathlib.Path(arguments.postgresql)
        self.vestibule_program = str(pathlib.Path(arguments.vestibule).resolve())
        self.started = time.monotonic()
        self.running = []
        self.ports = {name: free_port() for name in ("db1", "db2", "proxy", "app1", "app2")}
        self.origin = "http://localhost:3000"

    def say(self, text):
        print(f"{time.monotonic() - self.started:7.2f} s  {text}", flush=True)

    def run(self, *command, **options):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=60, **options)
        if done.returncode:
            sys.exit(f"{command[0]} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, name, *command):
        with open(self.folder / f"{name}.log", "a", encoding="utf-8") as log:
            process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, start_new_session=True)
        self.running.append(process)
        return process

    def sql(self, name, statement, database="postgres"):
        return self.run(self.bin / "psql", "-h", self.folder, "-p", self.ports[name], "-U", "postgres", "-d", database,
                        "-XAtc", statement).strip()

    def vestibule(self, *command, **options):
        return self.run(self.vestibule_program, "--config", self.folder / "vestibule.toml", *command, **options)

    def start_postgresql(self, name):
        process = self.start(name, self.bin / "postgres", "-D", self.folder / name)
        self.wait(lambda: self.answers(name), f"{name} does not start")
        return process

    def answers(self, name):
        command = [self.bin / "pg_isready", "-q", "-h", self.folder, "-p", str(self.ports[name])]
        return subprocess.run(command, check=False).returncode == 0

    @staticmethod
    def wait(until, otherwise, seconds=30):
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                sys.exit(otherwise)
            time.sleep(0.05)

    def stop_all(self):
        for process in reversed(self.running):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()

    # PostgreSQL, as postgresql.md says it.

    def configure(self, name):
        with open(self.folder / name / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(f"\nlisten_addresses = '127.0.0.1'\nport = {self.ports[name]}\n"
                       f"unix_socket_directories = '{self.folder}'\nsynchronous_commit = on\n"
                       "wal_log_hints = on\nmax_slot_wal_keep_size = 4GB\n")

    def make_primary(self):
        secret = self.folder / "postgres.password"
        secret.write_text(PASSWORD, encoding="utf-8")
        self.run(self.bin / "initdb", "-D", self.folder / "db1", "-U", "postgres", "--auth-local=trust",
                 "--auth-host=scram-sha-256", f"--pwfile={secret}", "--data-checksums")
        access = self.folder / "db1" / "pg_hba.conf"
        check = "host postgres proxy_check 127.0.0.1/32 trust\n"
        access.write_text(check + access.read_text(encoding="utf-8"), encoding="utf-8")
        self.configure("db1")
        process = self.start_postgresql("db1")
        self.sql("db1", f"CREATE ROLE vestibule LOGIN PASSWORD '{PASSWORD}'")
        self.sql("db1", f"CREATE ROLE replicator LOGIN REPLICATION PASSWORD '{PASSWORD}'")
        self.sql("db1", "CREATE ROLE proxy_check LOGIN")
        self.sql("db1", "CREATE DATABASE vestibule OWNER vestibule")
        return process

    def primary_conninfo(self, of, name):
        return f"host=127.0.0.1 port={self.ports[of]} user=replicator password='{PASSWORD}' application_name={name}"

    def make_standby(self):
        self.run(self.bin / "pg_basebackup", "-D", self.folder / "db2", "-d", self.primary_conninfo("db1", "db2"),
                 "--create-slot", "--slot=db2", "--write-recovery-conf", "--checkpoint=fast")
        self.configure("db2")
        return self.start_postgresql("db2")

    def set_synchronous(self, on, standby):
        self.sql(on, f"ALTER SYSTEM SET synchronous_standby_names = '{standby}'")
        self.sql(on, "SELECT pg_reload_conf()")

    def is_synchronous(self, on):
        return self.sql(on, "SELECT sync_state FROM pg_stat_replication") == "sync"

    @staticmethod
    def kill_everything(process):
        """The end of a machine: the server and each of its processes, at once."""
        found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
        for pid in [process.pid, *map(int, found.stdout.split())]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait()

    # What stands before it.

    def start_haproxy(self):
        text = (HERE / "haproxy-postgresql.cfg").read_text(encoding="utf-8")
        for there, name in (("127.0.0.1:6432", "proxy"), ("10.0.0.11:5432", "db1"), ("10.0.0.12:5432", "db2")):
            text = text.replace(there, f"127.0.0.1:{self.ports[name]}")
        text = text.replace("/dev/log local0", "stderr format raw local0")
        (self.folder / "haproxy.cfg").write_text(text, encoding="utf-8")
        self.start("haproxy", "haproxy", "-db", "-f", self.folder / "haproxy.cfg")
        self.wait(lambda: "Server primary/db2 is DOWN" in (self.folder / "haproxy.log").read_text(encoding="utf-8"),
                  "HAProxy does not see that db2 is a standby")

    def start_vestibules(self):
        url = f"postgres://vestibule:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.ports['proxy']}/vestibule"
        config = self.folder / "vestibule.toml"
        config.write_text(f'database = "{url}"\nkeys = "{self.folder / "vestibule.keys"}"\npublic_url = "{self.origin}"\n',
                          encoding="utf-8")
        config.chmod(0o600)
        self.vestibule("key", "new")
        self.vestibule("migrate")
        for number in range(PEOPLE):
            self.vestibule("user", "add", f"person{number}@example.com", "--name", "0", input=f"{PASSWORD} {number}\n")
        for name in ("app1", "app2"):
            listen = f"127.0.0.1:{self.ports[name]}"
            self.start(name, self.vestibule_program, "--config", config, "--listen", listen, "serve")
            self.wait(lambda name=name: self.ready(name)[0] == 200, f"{name} is not ready")

    def ask(self, name, method, path, body=None, cookies=(), seconds=40):
        """Status, answer and cookies."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[name], timeout=seconds)
        try:
            headers = {"Origin": self.origin, "Content-Type": "application/json", "Cookie": "; ".join(cookies)}
            connection.request(method, path, json.dumps(body) if method == "POST" else None, headers)
            response = connection.getresponse()
            text = response.read().decode()
            kept = [value.split(";")[0] for key, value in response.getheaders() if key.lower() == "set-cookie"]
            return response.status, text, [cookie for cookie in kept if not cookie.endswith("=")]
        finally:
            connection.close()

    def ready(self, name):
        try:
            status, text, _ = self.ask(name, "GET", "/ready", seconds=5)
            return status, text.strip()
        except OSError as error:
            return 0, str(error)


class Writers:
    """People who write, and what was acknowledged to them. After a refusal each tries the next thing."""

    def __init__(self, place):
        self.place = place
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.sessions = []  # cookies of acknowledged sign-ins
        self.names = {}  # person -> last acknowledged name
        self.renamed = 0
        self.added = []  # acknowledged people of the command line
        self.refusals = {}
        self.last = self.first_again = None
        self.killed_at = None
        self.threads = [threading.Thread(target=self.sign_in, args=(number,)) for number in range(0, PEOPLE, 2)]
        self.threads += [threading.Thread(target=self.rename, args=(number,)) for number in range(1, PEOPLE, 2)]
        self.threads.append(threading.Thread(target=self.add))

    def acknowledged(self):
        return len(self.sessions) + self.renamed + len(self.added)

    def note(self):
        """With the lock held: something was acknowledged now."""
        now = time.monotonic()
        if self.killed_at is None:
            self.last = now
        elif self.first_again is None and now > self.killed_at + 0.3:
            self.first_again = now

    def refuse(self, what):
        with self.lock:
            self.refusals[what] = self.refusals.get(what, 0) + 1
        time.sleep(0.2)

    def attempt(self, name, path, body, cookies=()):
        try:
            status, text, kept = self.place.ask(name, "POST", path, body, cookies)
        except OSError as error:
            return self.refuse(type(error).__name__)
        if status != 200:
            code = json.loads(text)["code"] if text.startswith("{") else text[:40]
            return self.refuse(f"{status} {code}")
        return text, kept

    def sign_in(self, number):
        body = {"email": f"person{number}@example.com", "password": f"{PASSWORD} {number}", "return_to": None}
        known, turn = [], 0
        while not self.over.is_set():
            turn += 1
            got = self.attempt(f"app{turn % 2 + 1}", "/api/sign_in", body, known)
            if got:
                with self.lock:
                    self.sessions.append([cookie for cookie in got[1] if "-session=" in cookie])
                    self.note()
                known = [cookie for cookie in got[1] if "-browser=" in cookie] or known
            time.sleep(0.1)

    def rename(self, number):
        email = f"person{number}@example.com"
        got = self.attempt("app1", "/api/sign_in", {"email": email, "password": f"{PASSWORD} {number}", "return_to": None})
        record, cookies, turn = json.loads(got[0])["record"], got[1], 0
        while not self.over.is_set():
            turn += 1
            body = {"record": record, "name": str(turn), "time_zone": None}
            if self.attempt(f"app{turn % 2 + 1}", "/api/save_profile", body, cookies):
                with self.lock:
                    self.names[email] = turn
                    self.renamed += 1
                    self.note()
            time.sleep(0.1)

    def add(self):
        turn = 0
        while not self.over.is_set():
            turn += 1
            email = f"added{turn}@example.com"
            config = str(self.place.folder / "vestibule.toml")
            command = [self.place.vestibule_program, "--config", config, "user", "add", email, "--name", "Added"]
            done = subprocess.run(command, input=PASSWORD + "\n", capture_output=True, text=True, check=False)
            if done.returncode:
                self.refuse("command line")
            else:
                with self.lock:
                    self.added.append(email)
                    self.note()

    def missing(self, on):
        """What was acknowledged and is not there, asked of Vestibule and of the database."""
        lost = []
        for cookies in self.sessions:
            status, text, _ = self.place.ask("app2", "POST", "/api/session", {}, cookies)
            if status != 200 or json.loads(text)["state"] != "full":
                lost.append(f"a session: {status} {text[:120]}")
        rows = self.place.sql(on, "SELECT email, name FROM users", "vestibule").splitlines()
        there = dict(row.split("|", 1) for row in rows)
        lost += [f"{email} is {there.get(email)}, not {name}" for email, name in self.names.items()
                 if int(there.get(email, -1)) < name]
        lost += [f"{email} was added" for email in self.added if email not in there]
        return lost


class Watch(threading.Thread):
    """What /ready says, whenever it says something else, until it is told to stop."""

    def __init__(self, place):
        super().__init__()
        self.place, self.over, self.said = place, threading.Event(), {}

    def run(self):
        while not self.over.is_set():
            for name in ("app1", "app2"):
                asked = time.monotonic()
                now = self.place.ready(name)
                if self.said.get(name) != now:
                    self.said[name] = now
                    self.place.say(f"{name} /ready: {now[0]} {now[1]} (after {time.monotonic() - asked:.2f} s)")
            time.sleep(0.05)


def check(place, arguments):
    primary = place.make_primary()
    place.make_standby()
    if not arguments.asynchronous:
        place.set_synchronous("db1", "db2")
        place.wait(lambda: place.is_synchronous("db1"), "the standby is not synchronous")
    place.start_haproxy()
    place.start_vestibules()
    place.say(f"everything runs in {place.folder}; synchronous standby: "
              f"{place.sql('db1', 'SHOW synchronous_standby_names') or 'none'}")

    writers, watch = Writers(place), Watch(place)
    watch.start()
    for thread in writers.threads:
        thread.start()
    time.sleep(arguments.seconds)
    if arguments.asynchronous:
        place.sql("db2", "ALTER SYSTEM SET primary_conninfo = ''")
        place.sql("db2", "SELECT pg_reload_conf()")
        time.sleep(1)

    with writers.lock:
        before = writers.acknowledged()
        writers.killed_at = killed = time.monotonic()
    place.kill_everything(primary)
    place.say(f"killed the primary; {before} writes were acknowledged")
    time.sleep(arguments.notice)
    promoted = time.monotonic()
    place.run(place.bin / "pg_ctl", "promote", "-D", place.folder / "db2", "-w")
    place.say(f"promoted the standby, in {time.monotonic() - promoted:.2f} s; it waits for "
              f"{place.sql('db2', 'SHOW synchronous_standby_names') or 'nobody'}")
    place.wait(lambda: place.ready("app1")[0] == place.ready("app2")[0] == 200, "they are not ready again", 60)
    time.sleep(arguments.seconds / 2)
    writers.over.set()
    for thread in writers.threads:
        thread.join()
    watch.over.set()
    watch.join()

    lost = writers.missing("db2")
    place.say(f"acknowledged: {len(writers.sessions)} sign-ins, {writers.renamed} names, {len(writers.added)} people; "
              f"{before} of them before the end, {writers.acknowledged() - before} after")
    place.say(f"refused or broken meanwhile: {writers.refusals}")
    if writers.first_again:
        place.say(f"nothing was acknowledged for {writers.first_again - writers.last:.2f} s, "
                  f"{writers.first_again - killed:.2f} s of them after the end")
    place.say(f"missing: {len(lost)}")
    for line in lost[:10]:
        place.say(f"  {line}")
    return lost


def bring_back(place):
    """The old primary becomes the standby of the new one."""
    # Without it pg_rewind of PostgreSQL 15 may not see that there is a new timeline, and does nothing.
    place.sql("db2", "CHECKPOINT")
    source = f"host={place.folder} port={place.ports['db2']} user=postgres dbname=postgres"
    place.run(place.bin / "pg_rewind", "-D", place.folder / "db1", f"--source-server={source}")
    place.sql("db2", "SELECT pg_create_physical_replication_slot('db1')")
    # pg_rewind has brought the settings of the new primary along.
    place.configure("db1")
    settings = f"\nprimary_conninfo = '{place.primary_conninfo('db2', 'db1').replace(chr(39), chr(39) * 2)}'\n"
    settings += "primary_slot_name = 'db1'\nsynchronous_standby_names = ''\n"
    (place.folder / "db1" / "postgresql.auto.conf").write_text(settings, encoding="utf-8")
    (place.folder / "db1" / "standby.signal").touch()
    place.start_postgresql("db1")
    place.set_synchronous("db2", "db1")
    place.wait(lambda: place.is_synchronous("db2"), "the old primary does not follow")
    place.vestibule("user", "add", "afterwards@example.com", "--name", "Afterwards", input=PASSWORD + "\n")
    seen = "SELECT count(*) FROM users WHERE email = 'afterwards@example.com'"
    place.wait(lambda: place.sql("db1", seen, "vestibule") == "1", "a write does not arrive at the old primary")
    place.say("the old primary follows the new one, which waits for it")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vestibule", default="target/release/vestibule", help="the program")
    parser.add_argument("--postgresql", default="/usr/lib/postgresql/15/bin", help="the folder of initdb and pg_ctl")
    parser.add_argument("--folder", help="an empty folder to work in, with a short name")
    parser.add_argument("--seconds", type=float, default=10, help="how long is written before the end")
    parser.add_argument("--notice", type=float, default=3, help="how long it takes until somebody promotes the standby")
    parser.add_argument("--asynchronous", action="store_true", help="wait for no standby: must find something missing")
    arguments = parser.parse_args()
    if os.geteuid() == 0:
        sys.exit("run it as somebody else than root: PostgreSQL refuses to")
    place = Place(arguments)
    try:
        lost = check(place, arguments)
        if not arguments.asynchronous:
            bring_back(place)
    finally:
        place.stop_all()
    if arguments.asynchronous:
        sys.exit(0 if lost else "nothing is missing without synchronous replication: this check sees nothing")
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
