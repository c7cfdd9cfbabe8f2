// How long somebody waits on a slow phone: for the sign-in page, for the same page from the cache, and from one page to
// the next. A part of `make bench`, which starts it beside a server:
//   node end2end/bench/first-load.mjs URL EMAIL PASSWORD
// The person needs no second factor and may set one up. Prints a line of JSON, medians in milliseconds.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import { chromium } from "playwright";

/** Visits of each kind. */
const VISITS = 5;
/** Slow 4G: bytes per second, milliseconds there and back. Also in server/bench/src/rows/browser.rs. */
const NETWORK = { offline: false, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8, latency: 150 };
/** How many times slower than here the phone's processor is. */
const SLOWER = 4;
/** As in fixtures/browser.ts, which Node cannot read. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

function onPath(command) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`There is no ${command} on PATH: tools/install.sh test installs it.`);
}

/** Runs in the page before anything of it. The form is there once the application's is in the static one's place. */
function watch() {
  const times = { usable: 0, largest: 0 };
  window.benchTimes = times;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) times.largest = Math.max(times.largest, entry.startTime);
  }).observe({ type: "largest-contentful-paint", buffered: true });
  const observer = new MutationObserver(() => {
    if (document.getElementById("shell") !== null || document.getElementById("password") === null) return;
    observer.disconnect();
    requestAnimationFrame(() => {
      times.usable = performance.now();
      // Whoever waits is told, and need not slow the page down by asking.
      console.debug("bench: usable");
    });
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** Runs in the page: follows the link to this path, and waits for the page with this heading. */
function follow({ path, heading }) {
  return new Promise((resolve, reject) => {
    const link = [...document.querySelectorAll("a")].find((one) => one.pathname === path);
    if (link === undefined) return reject(new Error(`There is no link to ${path}.`));
    const observer = new MutationObserver(() => {
      if (document.querySelector("h1")?.textContent !== heading) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - clicked));
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    const clicked = performance.now();
    link.click();
  });
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** A browser that has never been here, on a slow phone. */
async function slowPhone(browser) {
  const context = await browser.newContext({ ...PHONE, locale: "en-GB", timezoneId: "Europe/Berlin" });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", NETWORK);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.addInitScript(watch);
  return { context, page };
}

/** Goes somewhere, and waits until the form can be used. */
async function usable(page, go) {
  const predicate = (message) => message.text() === "bench: usable";
  const told = page.waitForEvent("console", { predicate, timeout: 60_000 });
  await Promise.all([told, go()]);
  return page.evaluate(() => window.benchTimes.usable);
}

/** The first visit and the second. */
async function visit(browser, url) {
  const { context, page } = await slowPhone(browser);
  const first = await usable(page, () => page.goto(`${url}/sign-in`, { waitUntil: "commit" }));
  // The largest thing may still change until nothing more comes.
  await page.waitForLoadState("networkidle");
  const largest = await page.evaluate(() => window.benchTimes.largest);
  // Used, and not only there.
  await page.fill("#password", "typed");
  const kept = await page.inputValue("#password");
  if (kept !== "typed") throw new Error("The password field does not keep what is typed.");
  if (largest === 0) throw new Error("The browser has not said when the largest thing was there.");
  const reload = await usable(page, () => page.reload({ waitUntil: "commit" }));
  await context.close();
  return { usable: first, largest, reload };
}

/** From Password & Security to the first page of a set-up, again and again. */
async function routeChanges(browser, url, email, password) {
  const { context, page } = await slowPhone(browser);
  await usable(page, () => page.goto(`${url}/sign-in`, { waitUntil: "commit" }));
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.click("button[type=submit]");
  const security = page.getByRole("heading", { name: "Password & Security", level: 1 });
  await security.waitFor();
  const times = [];
  for (let change = 0; change < VISITS; change += 1) {
    times.push(await page.evaluate(follow, { path: "/profile/security/app", heading: "Enter Your Password" }));
    await page.goBack({ waitUntil: "commit" });
    await security.waitFor();
  }
  await context.close();
  return times;
}

const [url, email, password] = process.argv.slice(2);
if (password === undefined) throw new Error("usage: first-load.mjs URL EMAIL PASSWORD");
const browser = await chromium.launch({ executablePath: onPath("chromium"), args: ARGUMENTS });
try {
  const visits = [];
  for (let number = 0; number < VISITS; number += 1) visits.push(await visit(browser, url));
  const changes = await routeChanges(browser, url, email, password);
  const result = {
    usable_ms: median(visits.map((one) => one.usable)),
    largest_ms: median(visits.map((one) => one.largest)),
    reload_ms: median(visits.map((one) => one.reload)),
    route_ms: median(changes),
  };
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
}
