//! c: what grows with the people in the database, and what must not, on SQLite and, where there is one, on PostgreSQL.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};

use super::second_factor::{Person, Step, bytes, text};
use super::{Figure, Row, Target};
use crate::load::for_a_while;
use crate::load::http::{Connection, Site};
use crate::load::samples::Samples;
use crate::load::visitors::{Asks, Browser, SignsIn, signed_in};
use crate::plan::say;
use crate::process::{Installation, Server};
use crate::seed::{Seeder, email};

/// People in the two databases.
const PEOPLE: (usize, usize) = (1_000, 1_000_000);
/// Members of the company in each.
const MEMBERS: (usize, usize) = (10, 100_000);
/// The company.
const COMPANY: &str = "office";
/// Who goes through both doors; the first of them administers the company.
const GROUP: (&str, usize) = ("c", 48);
/// Who needs a password only.
const OTHERS: (&str, usize) = ("others", 32);
/// Rows of a page of members.
const PAGE: usize = 50;
/// How often each page is asked for.
const LOOKS: usize = 40;
/// How large the exponent of a cost may be.
const EXPONENT: f64 = 0.05;
/// How long the adoption page may wait for its figure.
const FIGURE_WITHIN: Duration = Duration::from_millis(50);
/// How much more a deep page of the members may cost.
const DEEP: f64 = 1.2;
/// How often it is looked how far the mails are.
const LOOK: Duration = Duration::from_millis(200);
/// How long each load of c5 lasts, and the sign-ins beside the mails.
const PHASE: Duration = Duration::from_secs(4);

/// One kind of database, with few people and with many.
pub struct Scale {
    /// Its name.
    pub database: &'static str,
    /// With few.
    pub small: Installation,
    /// With many.
    pub large: Installation,
}

/// A server with its database, and who is signed in there.
struct House {
    server: Server,
    seeder: Seeder,
    connection: Connection,
    people: Vec<Person>,
}

impl Scale {
    /// On SQLite, in a folder.
    ///
    /// # Errors
    /// What the store says.
    pub async fn sqlite(folder: &Path) -> Result<Self> {
        let named = |name| Installation::named(folder, name);
        let scale = Self { database: "SQLite", small: named("thousand"), large: named("million") };
        scale.prepare().await?;
        Ok(scale)
    }

    /// On PostgreSQL, in databases of their own; `url` is a superuser's.
    ///
    /// # Errors
    /// What the database says.
    pub async fn postgres(folder: &Path, url: &str) -> Result<Self> {
        let server = url.rsplit_once('/').context("a URL without a database")?.0;
        let administrator = Database::connect(url).await?;
        let mut made = Vec::new();
        for name in ["bench_thousand", "bench_million"] {
            administrator.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
            made.push(Installation::at(format!("{server}/{name}"), folder, name));
        }
        administrator.close().await?;
        let [small, large] = <[_; 2]>::try_from(made).ok().context("two databases")?;
        let scale = Self { database: "PostgreSQL", small, large };
        scale.prepare().await?;
        Ok(scale)
    }

    async fn prepare(&self) -> Result<()> {
        say(&format!("{}: writing a thousand and a million people", self.database));
        let sizes = [(&self.small, PEOPLE.0, MEMBERS.0), (&self.large, PEOPLE.1, MEMBERS.1)];
        for (installation, people, members) in sizes {
            installation.make_keys()?;
            let seeder = Seeder::open(installation).await?;
            seeder.company("gate", true, &[GROUP]).await?;
            seeder.company("yard", false, &[OTHERS]).await?;
            let company = seeder.company(COMPANY, false, &[]).await?;
            seeder.crowd(people, company, members).await?;
            seeder.administrator(company, &email(GROUP.0, 0)).await?;
            seeder.close().await?;
        }
        Ok(())
    }

    /// The figures.
    ///
    /// # Errors
    /// A wrong answer.
    pub async fn rows(&self) -> Result<Vec<Row>> {
        let mut small = House::open(&self.small).await?;
        let mut large = House::open(&self.large).await?;
        let mut rows = self.doors(&mut small, &mut large).await?;
        rows.extend(self.pages(&mut large).await?);
        if self.database == "PostgreSQL" {
            rows.extend(self.instances(&large.server).await?);
        }
        rows.extend(self.switch(&mut small, &mut large).await?);
        for site in [small, large] {
            site.seeder.close().await?;
            site.server.stop().await?;
        }
        Ok(rows)
    }

    fn named(&self, what: &str) -> String {
        format!("{}: {what}", self.database)
    }

    /// c1: one visitor, who turns from one database to the other.
    async fn doors(&self, small: &mut House, large: &mut House) -> Result<Vec<Row>> {
        small.connect().await?;
        large.connect().await?;
        let mut times: [[Samples; 3]; 2] = Default::default();
        for number in 0..GROUP.1 {
            for (site, [sign_in, challenge, check]) in [&mut *small, &mut *large].into_iter().zip(&mut times)
            {
                let person = &mut site.people[number];
                for (step, samples) in [(Step::SignInAgain, sign_in), (Step::Challenge, challenge)] {
                    let begun = Instant::now();
                    person.go(&mut site.connection, step).await?;
                    samples.add(begun.elapsed());
                }
                let begun = Instant::now();
                let reply = person.call(&mut site.connection, "/api/session", bytes(&json!({}))).await?;
                check.add(begun.elapsed());
                reply.state("full")?;
            }
        }
        let [few, many] = times;
        let kinds = ["sign-in", "TOTP challenge", "session check"];
        let row = |((few, many), what): ((Samples, Samples), &str)| {
            let (few, many) = (few.median(), many.median());
            let growth = (PEOPLE.1 as f64 / PEOPLE.0 as f64).ln();
            let exponent = (many.as_secs_f64() / few.as_secs_f64()).ln() / growth;
            Row {
                ratio: Some(exponent),
                target: format!("exponent ≤ {EXPONENT}"),
                met: Some(exponent <= EXPONENT),
                ..Row::beside(
                    "c1",
                    self.named(&format!("{what}, 1M users")),
                    Figure::Time(many),
                    ("1k", Figure::Time(few)),
                    Target::Reported,
                )
            }
        };
        Ok(few.into_iter().zip(many).zip(kinds).map(row).collect())
    }

    /// c2 and c3: what the administrator of a large company looks at.
    async fn pages(&self, site: &mut House) -> Result<Vec<Row>> {
        let first =
            json!({ "company": COMPANY, "query": { "search": "", "filter": "everybody", "after": null } });
        let mut deep = first.clone();
        // Half-way through the list, as its own pages lead there.
        for _ in 0..MEMBERS.1 / 2 / PAGE {
            let page = site.ask("/api/members", &deep).await?;
            deep["query"]["after"] = page["next"].clone();
        }
        let page = site.ask("/api/members", &deep).await?;
        ensure!(page["rows"].as_array().is_some_and(|rows| rows.len() == PAGE), "a deep page is not full");
        let company = json!({ "company": COMPANY });
        let mut sought = first.clone();
        sought["query"]["search"] = json!("person 99999");
        let mut unready = first.clone();
        unready["query"]["filter"] = json!("no_mfa");
        let asked = [
            ("/api/members", &first),
            ("/api/members", &deep),
            ("/api/members", &unready),
            ("/api/members", &sought),
            ("/api/member_counts", &company),
            ("/api/company_security", &company),
            ("/api/adoption", &company),
        ];
        let mut times: [Samples; 7] = Default::default();
        for _ in 0..LOOKS {
            for ((function, body), samples) in asked.iter().zip(&mut times) {
                let begun = Instant::now();
                site.ask(function, body).await?;
                samples.add(begun.elapsed());
            }
        }
        let [first, deep, unready, sought, counts, security, adoption] =
            times.map(|samples| Figure::Time(samples.median()));
        let beside = |what: &str, figure, target| {
            Row::beside("c2", self.named(what), figure, ("the first page", first), target)
        };
        Ok(vec![
            beside("a page of members half-way through 100k", deep, Target::AtMost(DEEP)),
            beside("the first page of those without MFA", unready, Target::Reported),
            beside("a search that finds one of 100k", sought, Target::Reported),
            beside("how many of 100k each filter lets through", counts, Target::Reported),
            beside("the security page of 100k", security, Target::Reported),
            Row::within("c3", self.named("adoption of 100k members"), adoption, Figure::Time(FIGURE_WITHIN)),
        ])
    }

    /// c5: two instances beside one.
    async fn instances(&self, first: &Server) -> Result<Vec<Row>> {
        let browsers = signed_in(&first.site, OTHERS.0, OTHERS.1).await?;
        let (second, _) = Server::start(&self.large).await?;
        let (one, two) = ([&first.site; 2], [&first.site, &second.site]);
        let checks = (checks(one, &browsers).await?, checks(two, &browsers).await?);
        let sign_ins = (sign_ins(one, &browsers).await?, sign_ins(two, &browsers).await?);
        second.stop().await?;
        let row = |what: &str, (one, two): (f64, f64)| {
            let (one, two) = (Figure::PerSecond(one), Figure::PerSecond(two));
            let what = self.named(&format!("{what}, two instances"));
            Row::beside("c5", what, two, ("one", one), Target::Reported)
        };
        Ok(vec![row("session checks", checks), row("sign-ins", sign_ins)])
    }

    /// c4: what the switch of Require MFA writes; and then how the mails about it go, beside people who sign in.
    async fn switch(&self, small: &mut House, large: &mut House) -> Result<Vec<Row>> {
        small.connect().await?;
        let ten = small.switch_on().await?;
        let idle = large.sign_ins().await?;
        large.connect().await?;
        let all = large.switch_on().await?;
        let total = |written: &BTreeMap<String, i64>| written.values().sum::<i64>();
        let sign_in = |what: &str, share, samples: &Samples| {
            let (during, before) =
                (Figure::Time(samples.quantile(share)), Figure::Time(idle.quantile(share)));
            Row::beside("c4", self.named(what), during, ("before", before), Target::Reported)
        };
        let reported = |what: &str, figure| Row::reported("c4", self.named(what), figure);
        let parts: Vec<String> = all.iter().map(|(what, count)| format!("{what} {count}")).collect();
        let begun = Instant::now();
        let busy = large.sign_ins().await?;
        let prepared_within = large.mails_are_prepared(begun).await?;
        let before = (large.mailed().await?.0, Instant::now());
        let busier = large.sign_ins().await?;
        large.connect().await?;
        let (sent, of) = large.mailed().await?;
        let rate = (sent - before.0) as f64 / before.1.elapsed().as_secs_f64();
        Ok(vec![
            Row {
                id: "c4",
                what: self.named("rows that Require MFA writes, 100k members"),
                measured: format!("{} ({})", total(&all), parts.join(", ")),
                ceiling: format!("10 members: {}", total(&ten)),
                ratio: Some(total(&all) as f64 / total(&ten) as f64),
                target: "equal".to_owned(),
                met: Some(all == ten),
            },
            sign_in("sign-in while they are prepared", 0.5, &busy),
            sign_in("the same, p95", 0.95, &busy),
            sign_in("sign-in while they are sent", 0.5, &busier),
            sign_in("the same, p95", 0.95, &busier),
            reported(&format!("{of} mails about it are prepared"), Figure::Time(prepared_within)),
            reported("mails that are sent meanwhile", Figure::PerSecond(rate)),
        ])
    }
}

impl House {
    /// Starts the server, and takes everybody through the set-up.
    async fn open(installation: &Installation) -> Result<Self> {
        let seeder = Seeder::open(installation).await?;
        let (server, _) = Server::start(installation).await?;
        let mut connection = server.site.connect().await?;
        let mut people: Vec<Person> =
            (0..GROUP.1).map(|number| Person::new(email(GROUP.0, number))).collect();
        for person in &mut people {
            for step in [Step::SignIn, Step::SetUp, Step::Save] {
                person.go(&mut connection, step).await?;
            }
        }
        seeder.every_message_is_sent().await?;
        Ok(Self { server, seeder, connection, people })
    }

    /// Connects anew: the server closes what is not used for a while.
    async fn connect(&mut self) -> Result<()> {
        self.connection = self.server.site.connect().await?;
        Ok(())
    }

    /// Asks as the administrator.
    async fn ask(&mut self, function: &str, body: &Value) -> Result<Value> {
        self.people[0].call(&mut self.connection, function, bytes(body)).await?.json()
    }

    /// Requires MFA, and gives which rows of which tables that writes; the mails that follow are not counted.
    async fn switch_on(&mut self) -> Result<BTreeMap<String, i64>> {
        let security = self.ask("/api/company_security", &json!({ "company": COMPANY })).await?;
        let policy =
            json!({ "required_from": "2035-01-01T09:00", "text_messages": true, "voluntary_set_up": true });
        let body = json!({
            "record": self.people[0].record,
            "company": COMPANY,
            "version": security["version"],
            "policy": policy,
        });
        self.seeder.begin_counting().await?;
        let saved = self.ask("/api/save_policy", &body).await?;
        let mut written = self.seeder.end_counting().await?;
        text(&saved, "/policy/required_from")?;
        for of_the_mails in ["outbox insert", "outbox update", "campaigns update"] {
            written.remove(of_the_mails);
        }
        Ok(written)
    }

    /// How long somebody needs who signs in, again and again.
    async fn sign_ins(&self) -> Result<Samples> {
        let mut visitors = SignsIn::group(&self.server.site, OTHERS.0, 0..1).await?;
        Ok(for_a_while(&mut visitors, PHASE).await?.done)
    }

    /// Waits until every member was looked at. How long that took.
    async fn mails_are_prepared(&mut self, begun: Instant) -> Result<Duration> {
        loop {
            self.connect().await?;
            if self.reminders().await?["campaigns"][0]["complete"] == true {
                return Ok(begun.elapsed());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What was mailed, and what will be.
    async fn reminders(&mut self) -> Result<Value> {
        self.ask("/api/reminders", &json!({ "company": COMPANY })).await
    }

    /// How many of the mails about the date are sent, and how many there will be.
    async fn mailed(&mut self) -> Result<(i64, i64)> {
        let reminders = self.reminders().await?;
        let count = |pointer| reminders.pointer(pointer).and_then(Value::as_i64);
        count("/campaigns/0/sent").zip(count("/waiting")).context("no announcement")
    }
}

async fn checks(sites: [&Site; 2], browsers: &[Browser]) -> Result<f64> {
    let mut visitors = Vec::with_capacity(browsers.len());
    for (browser, site) in browsers.iter().zip(sites.into_iter().cycle()) {
        visitors.push(Asks::who_it_is(site, browser).await?);
    }
    Ok(for_a_while(&mut visitors, PHASE).await?.per_second())
}

async fn sign_ins(sites: [&Site; 2], browsers: &[Browser]) -> Result<f64> {
    let mut visitors = Vec::with_capacity(browsers.len());
    for (browser, site) in browsers.iter().zip(sites.into_iter().cycle()) {
        visitors.push(SignsIn::again(site, browser.clone()).await?);
    }
    Ok(for_a_while(&mut visitors, PHASE).await?.per_second())
}
