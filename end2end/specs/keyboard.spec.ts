import { tabTo } from "../fixtures/accessibility";
import { Authenticator } from "../fixtures/authenticator";
import { expect, test } from "../fixtures/test";
import { toProfile, toProfileWithCode } from "../pages/flows";
import { Profile, StepUp } from "../pages/profile";
import { Recover, UseRecoveryCode } from "../pages/recovery";
import { Method, Required, SaveCode, SecureAccount } from "../pages/set-up";
import { Challenge, SignIn } from "../pages/sign-in";

test("the whole set-up at sign-in works by keyboard alone", async ({ page, context, people, server }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const person = await people.asked();
  const keyboard = page.keyboard;

  const signIn = new SignIn(page);
  await signIn.goto();
  await tabTo(page, signIn.email);
  await keyboard.type(person.email);
  await keyboard.press("Tab");
  await expect(signIn.password, "no stop between the fields").toBeFocused();
  await keyboard.type(person.password);
  await keyboard.press("Enter");

  const required = new Required(page);
  await expect(required.heading).toBeFocused();
  await tabTo(page, required.setUpNow);
  await keyboard.press("Enter");

  const method = new Method(page);
  await expect(method.heading).toBeFocused();
  await tabTo(page, method.app);
  await keyboard.press("Space");
  await expect(method.app).toBeChecked();
  await tabTo(page, page.getByText("What is an authenticator app?"));
  await keyboard.press("Enter");
  await expect(page.getByText("Any app for time-based one-time codes works")).toBeVisible();
  await tabTo(page, method.continue);
  await keyboard.press("Enter");

  const secure = new SecureAccount(page);
  await expect(secure.heading).toBeFocused();
  await tabTo(page, secure.showKey);
  await keyboard.press("Enter");
  const app = new Authenticator(await secure.key.innerText(), () => server.now());
  await tabTo(page, page.getByRole("button", { name: "Copy Key" }));
  await keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Copied" })).toBeFocused();
  await tabTo(page, secure.code);
  await keyboard.type(app.code());
  await keyboard.press("Enter");

  const save = new SaveCode(page);
  await expect(save.heading).toBeFocused();
  for (const button of [save.copy, save.download, save.print]) await tabTo(page, button);
  await tabTo(page, save.saved);
  await tabTo(page, save.continue);
  await keyboard.press("Enter");
  await expect(save.saved).toBeFocused();
  await keyboard.press("Space");
  await tabTo(page, save.continue);
  await keyboard.press("Enter");
  await expect(new Profile(page).heading).toBeFocused();
});

test("the second door works by keyboard alone", async ({ page, people }) => {
  const person = await people.enrolled();
  const signIn = new SignIn(page);
  await signIn.goto();
  await tabTo(page, signIn.email);
  await page.keyboard.type(person.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(person.password);
  await page.keyboard.press("Enter");
  const challenge = new Challenge(page);
  await expect(challenge.heading).toBeFocused();
  await tabTo(page, challenge.code);
  await page.keyboard.type(person.app.code());
  await expect(new Profile(page).heading).toBeFocused();
});

test("the way back with the recovery code works by keyboard alone", async ({ page, people, server }) => {
  const person = await people.enrolled();
  const keyboard = page.keyboard;
  const signIn = new SignIn(page);
  await signIn.goto();
  await tabTo(page, signIn.email);
  await keyboard.type(person.email);
  await keyboard.press("Tab");
  await keyboard.type(person.password);
  await keyboard.press("Enter");

  const challenge = new Challenge(page);
  await expect(challenge.heading).toBeFocused();
  await tabTo(page, challenge.useRecoveryCode);
  await keyboard.press("Enter");
  const use = new UseRecoveryCode(page);
  await expect(use.heading).toBeFocused();
  await tabTo(page, use.code);
  await keyboard.type(person.recoveryCode);
  await keyboard.press("Enter");

  const recover = new Recover(page);
  await expect(recover.heading).toBeFocused();
  await tabTo(page, recover.stillWorks);
  await keyboard.press("Enter");
  await expect(recover.oldCode).toBeFocused();
  await tabTo(page, recover.continue);
  await keyboard.press("Enter");
  await expect(recover.setUpNew).toBeFocused();
  await keyboard.press("Enter");

  const secure = new SecureAccount(page);
  await expect(secure.heading).toBeFocused();
  await tabTo(page, secure.showKey);
  await keyboard.press("Enter");
  const app = new Authenticator(await secure.key.innerText(), () => server.now());
  await tabTo(page, secure.code);
  await keyboard.type(app.code());
  await keyboard.press("Enter");

  await expect(page.getByText("Your new authenticator app is set up.")).toBeFocused();
  await tabTo(page, recover.continue);
  await keyboard.press("Enter");
  const save = new SaveCode(page);
  await expect(save.heading).toBeFocused();
  await tabTo(page, save.saved);
  await keyboard.press("Space");
  await tabTo(page, save.continue);
  await keyboard.press("Enter");
  await expect(new Profile(page).heading).toBeFocused();
});

test("the step-up works by keyboard alone", async ({ page, people, failures }) => {
  const person = await people.enrolled();
  const profile = await toProfileWithCode(page, person);
  await tabTo(page, profile.requestCode);
  failures.expect("/api/request_recovery_code 403");
  await page.keyboard.press("Enter");
  const stepUp = new StepUp(page, "request a new recovery code");
  await expect(stepUp.password).toBeFocused();
  await tabTo(page, stepUp.cancel);
  await page.keyboard.press("Shift+Tab");
  await expect(stepUp.continue).toBeFocused();
  await stepUp.password.focus();
  await page.keyboard.type(person.password);
  await page.keyboard.press("Enter");
  await expect(new SaveCode(page).heading).toBeFocused();
});

test("the account menu opens, closes and signs out by keyboard", async ({ page, people }) => {
  const profile = await toProfile(page, await people.unasked());
  await expect(profile.heading).toBeFocused();
  // The way past the bar is for whoever has gone back to the top.
  await page.getByRole("link", { name: "Skip to content" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await tabTo(page, profile.addApp);

  await profile.menu.focus();
  await page.keyboard.press("Enter");
  await expect(profile.signOut).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(profile.signOut).toBeHidden();
  await expect(profile.menu).toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo(page, profile.signOut);
  await page.keyboard.press("Enter");
  await expect(new SignIn(page).heading).toBeVisible();
});
