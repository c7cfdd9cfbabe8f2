import { expect, test } from "../fixtures/test";
import { toProfile } from "../pages/flows";
import { signOutAll } from "../pages/profile";
import { SignIn } from "../pages/sign-in";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";
const SAFARI =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";
const FROM_ELSEWHERE = "You were signed out from another device.";

test("another device is signed out by its name, and told so", async ({ page, people, failures, otherBrowser }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  await expect(profile.devices).toHaveCount(1);
  await expect(profile.signOutOthers).toBeHidden();
  const firefox = await toProfile(await (await otherBrowser({ userAgent: FIREFOX })).newPage(), person);
  const safari = await toProfile(await (await otherBrowser({ userAgent: SAFARI })).newPage(), person);

  await page.reload();
  await profile.expectWhole();
  await expect(profile.devices).toHaveCount(3);
  const own = profile.devices.nth(0);
  for (const part of ["Chrome on Linux", "This device", "Active now"]) await expect(own).toContainText(part);
  await expect(own.getByRole("button")).toHaveCount(0);
  // Then the one that was used last.
  await expect(profile.devices.nth(1).getByRole("heading", { name: "Safari on iPhone" })).toBeVisible();
  await expect(profile.devices.nth(2).getByRole("heading", { name: "Firefox on Linux" })).toBeVisible();
  await expect(profile.devices.nth(1)).toContainText(/Last active today, \d\d:\d\d/);
  await expect(profile.devices.nth(1)).toContainText(/Signed in since today, \d\d:\d\d, from network address \S+/);

  await profile.signOutDevice("Safari on iPhone").click();
  await expect(profile.devices).toHaveCount(2);
  await expect(profile.signOutDevice("Firefox on Linux"), "the next one").toBeFocused();
  await expect(page.getByText("Safari on iPhone is signed out")).toBeAttached();
  failures.expect("/api/app_set_up 401");
  await safari.addApp.click();
  const signIn = new SignIn(safari.page);
  await expect(signIn.heading).toBeVisible();
  await expect(safari.page.getByText(FROM_ELSEWHERE)).toBeVisible();

  await profile.signOutDevice("Firefox on Linux").click();
  await expect(profile.devices).toHaveCount(1);
  await expect(page.getByRole("heading", { name: "Signed-in devices" })).toBeFocused();
  await expect(profile.signOutOthers).toBeHidden();
  await firefox.page.reload();
  await expect(firefox.page.getByText(FROM_ELSEWHERE)).toBeVisible();
  // Whoever is told so can come back.
  await signIn.fillIn(person);
  await signIn.continue.click();
  await expect(safari.page).toHaveURL("/profile/security/app");
});

test("all other devices are signed out together, and that is asked once more", async ({ page, people, otherBrowser }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  const others = [
    await toProfile(await (await otherBrowser({ userAgent: FIREFOX })).newPage(), person),
    await toProfile(await (await otherBrowser({ userAgent: SAFARI })).newPage(), person),
  ];
  await page.reload();
  await expect(profile.devices).toHaveCount(3);
  await expect(page.getByText("If you don't know one of these, sign it out and change your password.")).toBeVisible();

  const question = signOutAll(page);
  await profile.signOutOthers.click();
  await expect(question.dialog).toContainText("Whoever uses them has to sign in again. This device stays signed in.");
  await expect(question.keep).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(question.dialog).toBeHidden();
  await expect(profile.devices).toHaveCount(3);
  await expect(profile.signOutOthers).toBeFocused();

  await profile.signOutOthers.click();
  await question.act.click();
  await expect(question.dialog).toBeHidden();
  await expect(profile.devices).toHaveCount(1);
  await expect(profile.signOutOthers).toBeHidden();
  await expect(page.getByRole("heading", { name: "Signed-in devices" })).toBeFocused();
  await expect(page.getByText("All other devices are signed out")).toBeAttached();
  for (const other of others) {
    await other.page.reload();
    await expect(other.page.getByText(FROM_ELSEWHERE)).toBeVisible();
  }
  await page.reload();
  await profile.expectWhole();
  await expect(profile.activity.first()).toContainText("Another device signed out");
});

test("a device that has signed out by itself meanwhile is gone from the list as was wished", async ({ page, people, otherBrowser }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  const firefox = await toProfile(await (await otherBrowser({ userAgent: FIREFOX })).newPage(), person);
  await page.reload();
  await expect(profile.devices).toHaveCount(2);
  await firefox.leave();
  await expect(new SignIn(firefox.page).heading).toBeVisible();
  await profile.signOutDevice("Firefox on Linux").click();
  await expect(profile.devices).toHaveCount(1);
});

test("devices that cannot be loaded say so, and the rest of the page is there", async ({ page, people, failures }) => {
  const profile = await toProfile(page, await people.unasked());
  await page.route("**/api/devices", (route) => route.abort("internetdisconnected"));
  failures.expect("/api/devices net::ERR_INTERNET_DISCONNECTED");
  await page.reload();
  const panel = profile.panel("Signed-in devices");
  await expect(panel.getByText("This could not be loaded. No connection.")).toBeVisible();
  await expect(profile.section("Password")).toBeVisible();
  await expect(profile.activity.first()).toBeVisible();
  await page.unroute("**/api/devices");
  await panel.getByRole("button", { name: "Try Again" }).click();
  await expect(profile.devices).toHaveCount(1);
  await expect(page.getByRole("heading", { name: "Signed-in devices" })).toBeFocused();
});
