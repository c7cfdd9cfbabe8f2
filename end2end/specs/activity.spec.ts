import { readFile } from "node:fs/promises";

import type { Page } from "@playwright/test";

import type { Failures } from "../fixtures/failures";
import type { Person } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { toProfile } from "../pages/flows";
import type { Profile } from "../pages/profile";
import { SignIn } from "../pages/sign-in";

/** Entries that are shown at once. */
const PAGE = 10;

/** Saves the profile this often, each time with another name: that is one entry each. */
async function saveProfile(page: Page, times: number, name: string): Promise<void> {
  const headers = { origin: new URL(page.url()).origin };
  const session = await page.request.post("/api/session", { data: {}, headers });
  const { record } = (await session.json()) as { record: string };
  for (let time = 0; time < times; time += 1) {
    const answer = await page.request.post("/api/save_profile", { data: { record, name: `${name} ${time}`, time_zone: null }, headers });
    expect(answer.status()).toBe(200);
  }
}

/** A person's profile after a wrong password, which is the one failure in their log. */
async function toProfileAtSecondTry(page: Page, person: Person, failures: Failures): Promise<Profile> {
  const signIn = new SignIn(page);
  await signIn.goto();
  failures.expect("/api/sign_in 401");
  await signIn.fillIn({ ...person, password: "not the password" });
  await signIn.continue.click();
  await expect(page.getByText("The email address or password is not right.")).toBeVisible();
  return toProfile(page, person);
}

test("what happened is told in words, the newest first, and what failed too", async ({ page, people, failures }) => {
  const { activity, showMore } = await toProfileAtSecondTry(page, await people.unasked(), failures);

  await expect(activity).toHaveCount(5);
  // What happens at the same instant has no order.
  const [one, other] = [await activity.nth(0).innerText(), await activity.nth(1).innerText()];
  expect([one, other].map((text) => text.split("\n")[0]?.trim()).sort()).toEqual(["Password entered", "Signed in"]);
  await expect(activity.nth(2)).toContainText(/^\s*Password entered\s+Failed/);
  await expect(activity.nth(3)).toContainText("Added to a company");
  await expect(activity.nth(4)).toContainText("Account made");
  await expect(activity.nth(4)).toContainText("By the operator");
  for (const row of [0, 1, 2]) await expect(activity.nth(row)).toContainText(/Chrome on Linux, network address \S+/);
  for (const row of await activity.all()) {
    await expect(row.locator("time")).toHaveText(/^today, \d\d:\d\d$/);
    await expect(row.locator("time")).toHaveAttribute("datetime", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  await expect(activity.filter({ hasText: "Failed" })).toHaveCount(1);
  await expect(activity.filter({ hasText: "_" }), "names of programs").toHaveCount(0);
  await expect(showMore).toBeHidden();
});

test("what came before is shown on request, and the focus goes to the first of it", async ({ page, people }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  await saveProfile(page, PAGE, person.name);
  await page.reload();
  await expect(profile.activity).toHaveCount(PAGE);
  await expect(profile.activity.last()).toContainText("Profile changed");
  await profile.showMore.click();
  // Those, the sign-in's two, and the operator's two.
  await expect(profile.activity).toHaveCount(PAGE + 4);
  await expect(profile.activity.nth(PAGE)).toBeFocused();
  await expect(profile.activity.last()).toContainText("Account made");
  await expect(profile.showMore).toBeHidden();
});

test("more that cannot be loaded leaves what is there, and can be tried again", async ({ page, people, failures }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  await saveProfile(page, PAGE, person.name);
  await page.reload();
  await expect(profile.showMore).toBeVisible();
  await page.route("**/api/activity", (route) => route.abort("internetdisconnected"));
  failures.expect("/api/activity net::ERR_INTERNET_DISCONNECTED");
  await profile.showMore.click();
  await expect(profile.panel("Recent activity").getByText("No connection.")).toBeVisible();
  await expect(profile.activity).toHaveCount(PAGE);
  await page.unroute("**/api/activity");
  await profile.showMore.click();
  await expect(profile.activity).toHaveCount(PAGE + 4);
});

test("what can be done about it is a click away", async ({ page, people }) => {
  const profile = await toProfile(page, await people.unasked());
  const panel = profile.panel("Recent activity");
  await expect(panel).toContainText("Was this you? If something here wasn't: Change Password, then Sign Out All Others.");
  await panel.getByRole("link", { name: "Sign Out All Others" }).click();
  await expect(page.getByRole("heading", { name: "Signed-in devices" })).toBeFocused();
  await expect(profile.heading).toBeVisible();
  await panel.getByRole("link", { name: "Change Password" }).click();
  await expect(page.getByRole("heading", { name: "Change Password" })).toBeFocused();
});

test("activity that cannot be loaded says so, and does not look empty", async ({ page, people, failures }) => {
  const profile = await toProfile(page, await people.unasked());
  await page.route("**/api/activity", (route) => route.abort("internetdisconnected"));
  failures.expect("/api/activity net::ERR_INTERNET_DISCONNECTED");
  await page.reload();
  const panel = profile.panel("Recent activity");
  await expect(panel.getByText("This could not be loaded. No connection.")).toBeVisible();
  await expect(panel.getByText("Nothing yet.")).toBeHidden();
  await expect(profile.devices).toHaveCount(1);
  await page.unroute("**/api/activity");
  await panel.getByRole("button", { name: "Try Again" }).click();
  await expect(profile.activity.first()).toBeVisible();
  await expect(page.getByRole("heading", { name: "Recent activity" })).toBeFocused();
});

test("one kind of entry is shown at a time, and exported", async ({ page, people, failures }) => {
  const profile = await toProfileAtSecondTry(page, await people.unasked(), failures);
  const panel = profile.panel("Recent activity");
  await panel.getByRole("button", { name: "Failures" }).click();
  await expect(profile.activity).toHaveCount(1);
  await expect(profile.activity).toContainText(/^\s*Password entered\s+Failed/);
  await expect(panel.getByRole("button", { name: "Failures" })).toHaveAttribute("aria-pressed", "true");

  const download = page.waitForEvent("download");
  await panel.getByRole("button", { name: "Export CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^activity-\d{4}-\d\d-\d\d\.csv$/);
  const lines = (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain("Password entered");

  await panel.getByRole("button", { name: "Recovery" }).click();
  await expect(panel.getByText("Nothing of this kind.")).toBeVisible();
  await panel.getByRole("button", { name: "Everything" }).click();
  await expect(profile.activity).toHaveCount(5);
});
