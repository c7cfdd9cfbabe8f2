// Every state of My Profile Settings and of Change Password, as in accessibility.spec.ts.
import { randomUUID } from "node:crypto";

import type { Page } from "@playwright/test";

import { expectAccessible } from "../fixtures/accessibility";
import { expect, test } from "../fixtures/test";
import { ProfileTab, tab } from "../pages/account";
import { toChangePassword, toProfile, toProfileWithCode } from "../pages/flows";
import { Profile, removeApp, signOutAll, StepUp } from "../pages/profile";

const NEW_PASSWORD = "paper-lantern-58-fjord";
const COMMON = "Many people use this password. Choose another.";
const LONG_ADDRESS = "2001:db8:85a3:8d3:1319:8a2e:370:7348";

/** Answers this call with something that takes long to come about. */
async function answer(page: Page, call: string, json: object): Promise<void> {
  await page.route(`**/api/${call}`, (route) => route.fulfill({ json }));
}

test.describe("Password & Security", () => {
  test("with an app that can be removed, the question, the step-up, and without it", async ({ page, people, failures }) => {
    const person = await people.freed();
    const profile = await toProfileWithCode(page, person);
    await expect(profile.remove).toBeVisible();
    await expectAccessible(page);
    await profile.remove.click();
    await expect(removeApp(page).keep).toBeFocused();
    await expectAccessible(page);
    failures.expect("/api/remove_method 403");
    await removeApp(page).act.click();
    const stepUp = new StepUp(page, "remove your authenticator app");
    await expect(stepUp.password).toBeFocused();
    await expectAccessible(page);
    await stepUp.enterPassword(person.password);
    await expect(profile.status).toHaveText("Authenticator app removed. Other devices were signed out.");
    await profile.expectWhole();
    await expectAccessible(page);
  });

  test("with an app that two companies require", async ({ page, people }) => {
    const companies = [
      await people.company("Pier & Sons Structural Engineering", { requires: "2025-06-10T09:00" }),
      await people.company("Harbour Build", { requires: "2025-06-10T09:00" }),
    ];
    const profile = await toProfileWithCode(page, await people.enrolled(await people.member(companies)));
    await expect(profile.section("Authenticator app")).toContainText("require one method. Add another first.");
    await expectAccessible(page);
  });

  test("in a company that does not use it", async ({ page, people }) => {
    await toProfile(page, await people.member([await people.company("Quarry & Stone")]));
    await expect(page.getByText("None of your companies uses this yet. Ask your administrator.")).toBeVisible();
    await expectAccessible(page);
  });
});

test.describe("devices", () => {
  test("several, and the question for all of them", async ({ page, people }) => {
    const profile = await toProfile(page, await people.unasked());
    const device = (name: string, address: string, days: number): object => {
      const at = Date.now() - days * 86_400_000;
      return { id: randomUUID(), this: days === 0, name, address, since: at, used_at: at };
    };
    await answer(page, "devices", [
      device("Chrome on Linux", "127.0.0.1", 0),
      device("Samsung Internet on Android", LONG_ADDRESS, 1),
      device("Safari on iPad", "192.0.2.7", 30),
      device("An unknown device", LONG_ADDRESS, 400),
    ]);
    await page.reload();
    await expect(profile.devices).toHaveCount(4);
    await profile.expectWhole();
    await expectAccessible(page);
    await profile.signOutOthers.click();
    await expect(signOutAll(page).keep).toBeFocused();
    await expectAccessible(page);
  });

  test("one that could not be signed out", async ({ page, people, failures, otherBrowser }) => {
    const person = await people.unasked();
    const profile = await toProfile(page, person);
    await toProfile(await (await otherBrowser()).newPage(), person);
    await page.reload();
    await expect(profile.devices).toHaveCount(2);
    await profile.expectWhole();
    await page.route("**/api/end_device", (route) => route.abort("internetdisconnected"));
    failures.expect("/api/end_device net::ERR_INTERNET_DISCONNECTED");
    await profile.signOutDevice("Chrome on Linux").click();
    await expect(profile.devices.nth(1)).toContainText("No connection.");
    await expectAccessible(page);
  });
});

test.describe("activity", () => {
  test("with something that failed, and more of it", async ({ page, people }) => {
    const profile = await toProfile(page, await people.unasked());
    const entry = (what: string, failed: boolean, device: string, address: string, days: number): object => ({
      id: randomUUID(),
      at: Date.now() - days * 86_400_000,
      what,
      failed,
      device,
      address,
    });
    const entries = [
      entry("Password entered", true, "Samsung Internet on Android", LONG_ADDRESS, 0),
      entry("Code of the authenticator app entered", true, "Chrome on Linux", "127.0.0.1", 1),
      entry("Account made", false, "By the operator", "", 400),
    ];
    await answer(page, "activity", { entries, more: true });
    await page.reload();
    await profile.expectWhole();
    await expect(profile.activity.filter({ hasText: "Failed" })).toHaveCount(2);
    await expect(profile.showMore).toBeVisible();
    await expectAccessible(page);
  });

  test("none, and when neither it nor the devices can be loaded", async ({ page, people, failures }) => {
    await toProfile(page, await people.unasked());
    await answer(page, "activity", { entries: [], more: false });
    await page.reload();
    await expect(page.getByText("Nothing yet.")).toBeVisible();
    await expect(new Profile(page).devices).toHaveCount(1);
    await expectAccessible(page);
    await page.unroute("**/api/activity");
    for (const call of ["activity", "devices"]) {
      await page.route(`**/api/${call}`, (route) => route.abort("internetdisconnected"));
      failures.expect(`/api/${call} net::ERR_INTERNET_DISCONNECTED`);
    }
    await page.reload();
    await expect(page.getByText("This could not be loaded.")).toHaveCount(2);
    await expectAccessible(page);
  });
});

test.describe("Change Password", () => {
  test("empty, with two problems, with one, and refused", async ({ page, people, failures }) => {
    const person = await people.unasked();
    await toProfile(page, person);
    const change = await toChangePassword(page);
    await expectAccessible(page);
    await change.change.click();
    await expect(page.getByRole("group", { name: "There is a problem" })).toBeFocused();
    await expectAccessible(page);
    await change.current.fill("not the password");
    await change.choose(NEW_PASSWORD);
    failures.expect("/api/change_password 401");
    await change.change.click();
    await expect(change.current).toHaveAccessibleDescription("Your current password is not right. Try again.");
    await expectAccessible(page);
    await change.current.fill(person.password);
    await change.choose("password123", COMMON);
    failures.expect("/api/change_password 422");
    await change.change.click();
    await expect(change.password).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
  });

  test("without a connection, and changed", async ({ page, context, people, failures }) => {
    const person = await people.unasked();
    await toProfile(page, person);
    const change = await toChangePassword(page);
    await change.current.fill(person.password);
    await change.choose(NEW_PASSWORD);
    await page.waitForLoadState("networkidle");
    await context.setOffline(true);
    failures.expect("/api/change_password net::ERR_INTERNET_DISCONNECTED");
    await change.change.click();
    await expect(page.getByText("No connection. What you typed is still here.")).toBeVisible();
    await expect(change.current).toHaveValue(person.password);
    await expect(change.password).toHaveValue(NEW_PASSWORD);
    await expectAccessible(page);
    await context.setOffline(false);
    await page.getByRole("button", { name: "Try Again" }).click();
    const profile = new Profile(page);
    await expect(profile.status).toBeVisible();
    await profile.expectWhole();
    await expectAccessible(page);
  });
});

test.describe("Profile", () => {
  test("as it is, without a name, and saved", async ({ page, people }) => {
    await toProfile(page, await people.unasked());
    await tab(page, "Profile").click();
    const profile = new ProfileTab(page);
    await expect(profile.heading).toBeVisible();
    await expectAccessible(page);
    await profile.name.fill("");
    await profile.save.click();
    await expect(profile.name).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
    await profile.name.fill("Wilhelmina Featherstonehaugh-Berg");
    await profile.save.click();
    await expect(profile.saved).toBeVisible();
    await expectAccessible(page);
  });
});
