// Passwords, methods and devices by keyboard alone, as in keyboard.spec.ts.
import { tabTo } from "../fixtures/accessibility";
import { linkIn } from "../fixtures/mail";
import { expect, test } from "../fixtures/test";
import { ChangePassword, ForgotPassword, ProfileTab, ResetPassword, tab } from "../pages/account";
import { toProfile, toProfileWithCode } from "../pages/flows";
import { Profile, removeApp, signOutAll, StepUp } from "../pages/profile";
import { SignIn } from "../pages/sign-in";

const NEW_PASSWORD = "paper-lantern-58-fjord";

test("a forgotten password is set anew by keyboard alone", async ({ page, people, mails }) => {
  const person = await people.unasked();
  const keyboard = page.keyboard;
  const signIn = new SignIn(page);
  await signIn.goto();
  await tabTo(page, signIn.email);
  await keyboard.type(person.email);
  await tabTo(page, signIn.forgot);
  await keyboard.press("Enter");

  const forgot = new ForgotPassword(page);
  await expect(forgot.heading).toBeFocused();
  await tabTo(page, forgot.email);
  await expect(forgot.email).toHaveValue(person.email);
  await keyboard.press("Enter");
  await expect(forgot.sent).toBeFocused();
  await tabTo(page, forgot.again);
  await keyboard.press("Enter");
  await expect(page.getByText("Sent again, if it has an account.")).toBeVisible();
  await tabTo(page, forgot.otherAddress);
  await tabTo(page, forgot.back);

  const [, newest] = await mails(person.email, 2);
  await page.goto(linkIn(newest, "Set a New Password"));
  const reset = new ResetPassword(page);
  await expect(reset.heading).toBeFocused();
  await tabTo(page, reset.password);
  await keyboard.type(NEW_PASSWORD);
  await expect(reset.words).toHaveText("Strong.");
  await tabTo(page, reset.change);
  await keyboard.press("Enter");

  await expect(signIn.notice).toBeFocused();
  await tabTo(page, signIn.password);
  await keyboard.type(NEW_PASSWORD);
  await keyboard.press("Enter");
  await expect(new Profile(page).heading).toBeFocused();
});

test("a password is changed by keyboard alone", async ({ page, people }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  await expect(profile.heading).toBeFocused();
  await tabTo(page, profile.changePassword);
  await page.keyboard.press("Enter");
  const change = new ChangePassword(page);
  await expect(change.heading).toBeFocused();
  // Without a word it goes to the summary, and from there to a field.
  await tabTo(page, change.change);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("group", { name: "There is a problem" })).toBeFocused();
  await tabTo(page, page.getByRole("link", { name: "Enter your current password." }));
  await page.keyboard.press("Enter");
  await expect(change.current).toBeFocused();
  await page.keyboard.type(person.password);
  await tabTo(page, change.password);
  await page.keyboard.type(NEW_PASSWORD);
  await expect(change.words).toHaveText("Strong.");
  await page.keyboard.press("Enter");
  await expect(profile.status).toHaveText("Password changed. Other devices were signed out.");
  await expect(profile.status).toBeFocused();
});

test("an app is removed by keyboard alone, and its question holds the focus", async ({ page, people, failures }) => {
  const person = await people.freed();
  const profile = await toProfileWithCode(page, person);
  await expect(profile.heading).toBeFocused();
  await tabTo(page, profile.remove);
  await page.keyboard.press("Enter");
  const question = removeApp(page);
  await expect(question.keep).toBeFocused();
  // Behind the question nothing can be reached; beside it are only the browser's own controls.
  for (const key of ["Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab"]) {
    await page.keyboard.press(key);
    const behind = await page.evaluate(() => {
      const focused = document.activeElement;
      return focused !== document.body && focused?.closest("dialog[open]") === null;
    });
    expect(behind, `behind the question after ${key}`).toBe(false);
  }
  await page.keyboard.press("Escape");
  await expect(question.dialog).toBeHidden();
  await expect(profile.remove).toBeFocused();

  await page.keyboard.press("Enter");
  await expect(question.keep).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(question.act).toBeFocused();
  failures.expect("/api/remove_method 403");
  await page.keyboard.press("Enter");
  const stepUp = new StepUp(page, "remove your authenticator app");
  await expect(stepUp.password).toBeFocused();
  await page.keyboard.type(person.password);
  await page.keyboard.press("Enter");
  await expect(profile.status).toHaveText("Authenticator app removed. Other devices were signed out.");
  await expect(profile.status).toBeFocused();
});

test("devices are signed out by keyboard alone", async ({ page, people, otherBrowser }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  for (let device = 0; device < 2; device += 1) await toProfile(await (await otherBrowser()).newPage(), person);
  await page.reload();
  await profile.expectWhole();
  await expect(profile.devices).toHaveCount(3);
  const first = profile.signOutDevice("Chrome on Linux").first();
  await tabTo(page, first);
  await page.keyboard.press("Enter");
  await expect(profile.devices).toHaveCount(2);
  await expect(first).toBeFocused();
  await tabTo(page, profile.signOutOthers);
  await page.keyboard.press("Enter");
  const question = signOutAll(page);
  await expect(question.keep).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(question.act).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(profile.devices).toHaveCount(1);
  await expect(page.getByRole("heading", { name: "Signed-in devices" })).toBeFocused();
});

test("name and zone are saved by keyboard alone", async ({ page, people }) => {
  await toProfile(page, await people.unasked());
  await page.getByRole("link", { name: "Skip to content" }).focus();
  await tabTo(page, tab(page, "Profile"));
  await page.keyboard.press("Enter");
  const profile = new ProfileTab(page);
  await expect(profile.heading).toBeFocused();
  await tabTo(page, profile.name);
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("Zoë Hörn");
  await tabTo(page, profile.zone);
  await page.keyboard.type("Europe/Lis");
  await expect(profile.zone).toHaveValue("Europe/Lisbon");
  await tabTo(page, profile.save);
  await page.keyboard.press("Enter");
  await expect(profile.saved).toBeVisible();
  await expect(profile.save).toBeFocused();
});
