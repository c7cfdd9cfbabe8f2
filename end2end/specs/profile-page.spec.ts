// The tab Profile; Password & Security is in profile.spec.ts.
import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";
import { ProfileTab, tab } from "../pages/account";
import { toProfile } from "../pages/flows";
import { Profile } from "../pages/profile";

/** What a clock in this zone shows at an instant. */
function clock(instant: string | null, timeZone: string): string {
  return new Date(instant ?? "").toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

async function expectAvatar(page: Page, name: string, initials: string): Promise<void> {
  const { menu } = new Profile(page);
  await expect(menu).toHaveAccessibleName(`Account menu of ${name}`);
  await expect(menu.getByText(initials, { exact: true })).toBeVisible();
}

test("the tabs lead from one to the other, and say which is shown", async ({ page, people }) => {
  const person = await people.unasked();
  const security = await toProfile(page, person);
  await expect(tab(page, "Password & Security")).toHaveAttribute("aria-current", "page");
  await expect(tab(page, "Profile")).not.toHaveAttribute("aria-current");
  await tab(page, "Profile").click();
  const profile = new ProfileTab(page);
  await expect(profile.heading).toBeFocused();
  await expect(page).toHaveURL("/profile");
  await expect(page).toHaveTitle("Profile · Vestibule");
  await expect(tab(page, "Profile")).toHaveAttribute("aria-current", "page");
  await expect(profile.name).toHaveValue(person.name);
  await expect(profile.zone).toHaveValue("");
  await expect(profile.zone.locator("option:checked")).toHaveText("As on this device");
  const main = page.getByRole("main");
  await expect(main.getByText(person.email)).toBeVisible();
  await expect(main.getByText("If it has to change, ask your administrator or support.")).toBeVisible();
  await tab(page, "Password & Security").click();
  await expect(security.heading).toBeFocused();
  await expect(page).toHaveURL("/profile/security");
});

test("a name is saved, and the rest of the page follows", async ({ page, people, failures }) => {
  await toProfile(page, await people.unasked());
  await tab(page, "Profile").click();
  const profile = new ProfileTab(page);
  await expectAvatar(page, "Anna Berg", "AB");
  await profile.name.fill("  Zoë Maria Hörn  ");
  await profile.save.click();
  await expect(profile.saved).toBeVisible();
  await expect(profile.save, "the focus stays where it was").toBeFocused();
  await expect(profile.name).toHaveValue("Zoë Maria Hörn");
  await expectAvatar(page, "Zoë Maria Hörn", "ZH");
  // Something else that is typed is not saved yet.
  await profile.name.pressSequentially("!");
  await expect(profile.saved).toBeHidden();

  await page.reload();
  await expect(profile.name).toHaveValue("Zoë Maria Hörn");
  await expectAvatar(page, "Zoë Maria Hörn", "ZH");
  await expect(profile.saved).toBeHidden();

  // Without a connection what was typed is still there.
  await page.waitForLoadState("networkidle");
  await page.context().setOffline(true);
  failures.expect("/api/save_profile net::ERR_INTERNET_DISCONNECTED");
  await profile.name.fill("Anna Hörn");
  await profile.save.click();
  await expect(page.getByText("No connection. What you typed is still here.")).toBeVisible();
  await expect(profile.name).toHaveValue("Anna Hörn");
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Try Again" }).click();
  await expect(profile.saved).toBeVisible();
  await expectAvatar(page, "Anna Hörn", "AH");
});

test("dates and times are shown in the zone that is chosen", async ({ page, people }) => {
  const security = await toProfile(page, await people.unasked());
  const time = security.activity.first().locator("time");
  // The newest entry is the sign-in, which stays the same one until something is saved.
  const instant = await time.getAttribute("datetime");
  await expect(time).toContainText(clock(instant, "Europe/Berlin"));

  await tab(page, "Profile").click();
  const profile = new ProfileTab(page);
  await profile.zone.selectOption({ label: "America/New York" });
  await profile.save.click();
  await expect(profile.saved).toBeVisible();
  await tab(page, "Password & Security").click();
  await security.expectWhole();
  const same = security.panel("Recent activity").locator(`time[datetime="${instant}"]`).first();
  await expect(same).toContainText(clock(instant, "America/New_York"));

  await page.reload();
  await security.expectWhole();
  await expect(same).toContainText(clock(instant, "America/New_York"));
  await tab(page, "Profile").click();
  await expect(profile.zone).toHaveValue("America/New_York");

  await profile.zone.selectOption({ label: "As on this device" });
  await profile.save.click();
  await expect(profile.saved).toBeVisible();
  await tab(page, "Password & Security").click();
  await security.expectWhole();
  await expect(same).toContainText(clock(instant, "Europe/Berlin"));
});

test("a name is there and not too long, which is told at its field", async ({ page, people }) => {
  await toProfile(page, await people.unasked());
  await tab(page, "Profile").click();
  const profile = new ProfileTab(page);
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/save_profile")) sent.push(request.url());
  });
  await expect(profile.name).not.toHaveAttribute("maxlength");
  for (const [typed, said] of [
    ["   ", "Enter your name."],
    ["é".repeat(201), "A name has 200 characters at most. This has 201."],
  ] as const) {
    await profile.name.fill(typed);
    await profile.save.click();
    await expect(profile.name).toHaveAccessibleDescription(said);
    await expect(profile.name).toBeFocused();
    await expect(profile.name).toHaveAttribute("aria-invalid", "true");
    await expect(page).toHaveTitle("Error: Profile · Vestibule");
  }
  expect(sent).toHaveLength(0);
  await profile.name.fill("é".repeat(200));
  await profile.save.click();
  await expect(profile.saved).toBeVisible();
  await expect(page).toHaveTitle("Profile · Vestibule");
  await expect(profile.name).not.toHaveAttribute("aria-invalid");
});

test("the profile that cannot be loaded says so, and does not look empty", async ({ page, people, failures }) => {
  await toProfile(page, await people.unasked());
  await page.route("**/api/profile", (route) => route.abort("internetdisconnected"));
  failures.expect("/api/profile net::ERR_INTERNET_DISCONNECTED");
  await tab(page, "Profile").click();
  await expect(page.getByRole("heading", { name: "This page could not be loaded" })).toBeFocused();
  const profile = new ProfileTab(page);
  await expect(profile.name).toBeHidden();
  await page.unroute("**/api/profile");
  await page.getByRole("button", { name: "Try Again" }).click();
  await expect(profile.heading).toBeFocused();
});
