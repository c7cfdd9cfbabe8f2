import { expect, test } from "../fixtures/test";
import { holdTime, pass } from "../fixtures/time";
import { toChallenge, toProfileWithCode, toRecover, toUseRecoveryCode } from "../pages/flows";
import { Profile } from "../pages/profile";
import { Recover, UseRecoveryCode } from "../pages/recovery";
import { EnterPassword, ProveApp, SaveCode, SecureAccount } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

const MINUTE = 60;
const NOT_CURRENT =
  "That is not your current code. It may have been used or replaced. Look for the file with the latest date.";

test("the recovery code leads to a new app, to a new code, and in", async ({ page, people, server, mails }) => {
  const person = await people.enrolled();
  const challenge = await toChallenge(page, person);
  await challenge.useRecoveryCode.click();
  const use = new UseRecoveryCode(page);
  await expect(use.heading).toBeFocused();
  await expect(page).toHaveURL("/sign-in/use-recovery-code");
  await expect(page).toHaveTitle("Enter your recovery code · Vestibule");
  await expect(page.getByText("It works once. Spaces, dashes and capitals don't matter.")).toBeVisible();
  await expect(page.getByText("Continue uses up this code and signs your other devices out.")).toBeVisible();
  await use.enter(person.recoveryCode.toLowerCase().replaceAll(" ", "-"));

  const recover = new Recover(page);
  await expect(recover.heading).toBeFocused();
  await expect(page).toHaveURL("/sign-in/recover");
  await expect(page).toHaveTitle("You're in. Now set up your new device. · Vestibule");
  await expect(page.getByText(/^Your other devices were signed out\. You have (30|29) minutes, until \d\d:\d\d\.$/)).toBeVisible();
  const method = recover.method("Authenticator app");
  await expect(method).toContainText("Added today");
  await expect(method).toContainText("Will be removed");
  await recover.setUpNew.click();

  const secure = new SecureAccount(page);
  await expect(secure.heading).toBeFocused();
  await expect(page).toHaveURL("/sign-in/app");
  await expect(page.getByText(/^Step \d of \d$/)).toBeHidden();
  const app = await secure.addToApp(server);
  await secure.enter(app.code());

  await expect(page.getByText("Your new authenticator app is set up.")).toBeFocused();
  await expect(method).toContainText("New");
  await expect(recover.setUpNew).toBeHidden();
  // Nothing leads past the new code.
  for (const address of ["/profile/security", "/sign-in", "/sign-in/use-recovery-code"]) {
    await page.goto(address);
    await expect(recover.heading).toBeVisible();
    await expect(page).toHaveURL("/sign-in/recover");
  }
  await recover.continue.click();

  const save = new SaveCode(page);
  await expect(save.heading).toBeFocused();
  expect(await save.shown()).not.toBe(person.recoveryCode);
  await save.confirm();
  const profile = new Profile(page);
  await expect(profile.heading).toBeFocused();
  await expect(page).toHaveURL("/profile/security");
  await expect(profile.section("Account Recovery Code")).toContainText("Saved");
  // Two of the first set-up, and one each of the code, the app, the next code and this browser.
  const told = (await mails(person.email, 6)).map((mail) => mail.subject);
  expect(told).toContain("Vestibule: Recovery code used");
  expect(told).toContain("Vestibule: Authenticator app changed");

  await profile.leave();
  await expect(new SignIn(page).heading).toBeVisible();
  await toProfileWithCode(page, { ...person, app });
});

test("an old app that still works stays", async ({ page, people, failures }) => {
  const person = await people.enrolled();
  const recover = await toRecover(page, person);
  await expect(recover.oldCode).toBeHidden();
  await recover.stillWorks.click();
  await expect(recover.stillWorks).toHaveAttribute("aria-expanded", "true");
  await expect(recover.oldCode).toBeFocused();

  failures.expect("/api/keep_app 422");
  await recover.prove(person.app.wrongCode());
  await expect(page.getByText("That code is not right. Wait for the next one.")).toBeVisible();
  await expect(recover.oldCode).toBeFocused();
  await recover.prove(person.app.code());

  await expect(page.getByText("Your authenticator app works. It stays.")).toBeFocused();
  const method = recover.method("Authenticator app");
  await expect(method).toContainText("Works");
  await expect(method).toContainText("last used today");
  await expect(recover.stillWorks).toBeHidden();
  await recover.continue.click();
  await new SaveCode(page).confirm();
  await expect(new Profile(page).section("Authenticator app")).toContainText("On");
});

test("Continue before anything is kept says what to do", async ({ page, people }) => {
  const recover = await toRecover(page, await people.enrolled());
  await expect(recover.continue).toHaveAttribute("aria-disabled", "true");
  await recover.continue.click({ force: true });
  await expect(recover.nothingKept).toBeVisible();
  await expect(recover.setUpNew).toBeFocused();
  await expect(page).toHaveTitle("Error: You're in. Now set up your new device. · Vestibule");
});

test("the set-up in a recovery can be left, and the choice is there again", async ({ page, people, server }) => {
  const person = await people.enrolled();
  const recover = await toRecover(page, person);
  await recover.setUpNew.click();
  const secure = new SecureAccount(page);
  const first = await secure.scanKey();
  await page.reload();
  expect(await secure.scanKey()).toBe(first);
  await secure.cancel.click();
  await expect(recover.heading).toBeFocused();
  await expect(recover.method("Authenticator app")).toContainText("Will be removed");

  await recover.setUpNew.click();
  await expect(secure.heading).toBeVisible();
  expect(await secure.scanKey()).not.toBe(first);
  await secure.enter((await secure.addToApp(server)).code());
  await expect(recover.method("Authenticator app")).toContainText("New");
});

test("Continue names what it removes, and does nothing where that has changed meanwhile", async ({ page, people, failures }) => {
  const person = await people.enrolled();
  // A method that only this page knows of.
  const phone = { kind: "phone", added_at: Date.now(), last_used_at: null, fate: "open" };
  const calls = ["**/api/recovery", "**/api/keep_app"];
  for (const call of calls) {
    await page.route(call, async (route) => {
      const recovery = (await (await route.fetch()).json()) as { methods: object[] };
      await route.fulfill({ json: { ...recovery, methods: [...recovery.methods, phone] } });
    });
  }
  const recover = await toRecover(page, person);
  await recover.stillWorks.click();
  await recover.prove(person.app.code());
  await expect(recover.method("Authenticator app")).toContainText("Works");
  await expect(recover.method("Phone number")).toContainText("Will be removed");
  await expect(page.getByText("Continue removes your phone number. It will not sign you in any more.")).toBeVisible();

  for (const call of calls) await page.unroute(call);
  failures.expect("/api/finish_recovery 409");
  await recover.continue.click();
  await expect(recover.changed).toBeVisible();
  await expect(recover.heading).toBeFocused();
  await expect(recover.method("Phone number")).toBeHidden();
  await recover.continue.click();
  await expect(new SaveCode(page).heading).toBeVisible();
});

test("a code of the wrong length is not sent, and a wrong one says where to look", async ({ page, people, failures }) => {
  const person = await people.enrolled();
  const use = await toUseRecoveryCode(page, person);
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/use_recovery_code")) sent.push(request.url());
  });
  for (const [typed, said] of [
    ["", "Enter your recovery code."],
    ["K7QM 2XVD P4TA 9HRW B3NE 6FYC", "A recovery code has 26 characters. This has 24."],
    ["K7QM 2XVD P4TA 9HRW B3NE 6FYC !?", "A recovery code has only digits and letters, and never a U. Check each character."],
  ] as const) {
    await use.enter(typed);
    await expect(page.getByText(said)).toBeVisible();
    await expect(use.code).toBeFocused();
    await expect(use.code).toHaveAttribute("aria-invalid", "true");
    await expect(page).toHaveTitle("Error: Enter your recovery code · Vestibule");
  }
  expect(sent).toHaveLength(0);

  failures.expect("/api/use_recovery_code 422");
  await use.enter("0".repeat(26));
  await expect(page.getByText(NOT_CURRENT)).toBeVisible();
  await expect(use.code).toBeFocused();
  await use.enter(person.recoveryCode);
  await expect(new Recover(page).heading).toBeVisible();
});

test("the same code does not work in another browser", async ({ page, people, failures, otherBrowser }) => {
  const person = await people.enrolled();
  await toRecover(page, person);
  const elsewhere = await (await otherBrowser()).newPage();
  const use = await toUseRecoveryCode(elsewhere, person);
  failures.expect("/api/use_recovery_code 422");
  await use.enter(person.recoveryCode);
  await expect(elsewhere.getByText(NOT_CURRENT)).toBeVisible();
});

test("the code signs other devices out, which are told why", async ({ page, people, otherBrowser }) => {
  const person = await people.enrolled();
  const elsewhere = await (await otherBrowser()).newPage();
  const profile = await toProfileWithCode(elsewhere, person);
  await toRecover(page, person);
  await elsewhere.reload();
  await expect(new SignIn(elsewhere).heading).toBeVisible();
  await expect(profile.heading).toBeHidden();
  await expect(elsewhere.getByText("your password or an authentication method was changed elsewhere")).toBeVisible();
});

test("a browser that is closed on the way goes on with the password and the same code", async ({ page, context, people, server }) => {
  const person = await people.enrolled();
  await toRecover(page, person);
  await page.close();
  // What a browser forgets when it is closed.
  await context.clearCookies({ name: "vestibule-pending" });

  const again = await context.newPage();
  const recover = await toRecover(again, person);
  await recover.setUpNew.click();
  const secure = new SecureAccount(again);
  await secure.enter((await secure.addToApp(server)).code());
  await recover.continue.click();
  await new SaveCode(again).confirm();
  await expect(new Profile(again).heading).toBeVisible();
});

test("who makes room for somebody else in a recovery comes back to it", async ({ page, people }) => {
  const person = await people.enrolled();
  const recover = await toRecover(page, person);
  await recover.leave.click();
  await expect(new SignIn(page).heading).toBeVisible();
  await expect(new SignIn(page).email).toHaveValue("");
  await toRecover(page, person);
});

test("the field of the recovery code leads back to the second door", async ({ page, people }) => {
  const use = await toUseRecoveryCode(page, await people.enrolled());
  await use.back.click();
  await expect(page.getByRole("heading", { name: "Enter the code from your authenticator app" })).toBeFocused();
});

test.describe("as time passes", () => {
  test.use({ ownServer: true });

  test("in a change of the app the recovery code is a proof, and the change goes on", async ({ page, people, server, failures }) => {
    const person = await people.enrolled();
    await server.advance(MINUTE);
    const profile = await toProfileWithCode(page, person);
    await server.advance(6 * MINUTE); // a proof holds for five minutes
    await profile.changeApp.click();
    await new EnterPassword(page).enter(person.password);
    const prove = new ProveApp(page);
    await expect(prove.heading).toBeFocused();
    await prove.useRecoveryCode.click();
    const use = new UseRecoveryCode(page);
    await expect(use.code).toBeFocused();
    await expect(prove.code).toBeHidden();
    await prove.useApp.click();
    await expect(prove.code).toBeFocused();
    await prove.useRecoveryCode.click();
    await expect(page.getByText("Continue uses up this code and signs your other devices out.")).toBeVisible();
    failures.expect("/api/prove_with_recovery_code 422");
    await use.enter("0".repeat(26));
    await expect(page.getByText(NOT_CURRENT)).toBeVisible();
    await use.enter(person.recoveryCode);

    const secure = new SecureAccount(page);
    await expect(secure.heading).toBeFocused();
    await expect(page).toHaveURL("/sign-in/app");
    await secure.enter((await secure.addToApp(server)).code());
    const recover = new Recover(page);
    await expect(recover.method("Authenticator app")).toContainText("New");
    await recover.continue.click();
    await new SaveCode(page).confirm();
    await expect(profile.heading).toBeVisible();
    await expect(page).toHaveURL("/profile/security");
  });

  test("a recovery says two minutes before its end that it cannot be put off", async ({ page, people, server }) => {
    await holdTime(page);
    const recover = await toRecover(page, await people.enrolled());
    const warning = page.getByRole("dialog", { name: "Time is running out" });
    await pass(27 * MINUTE, server, page);
    await expect(warning).toBeHidden();
    await pass(65, server, page);
    await expect(warning).toContainText(/This recovery ends in 1:\d\d/);
    await warning.getByRole("button", { name: "Close" }).click();
    await expect(warning).toBeHidden();
    await expect(recover.heading).toBeVisible();

    await pass(2 * MINUTE, server, page);
    await expect(recover.heading).toBeHidden();
    await expect(warning).toBeHidden();
    await expect(page.getByText("That sign-in was not finished within 30 minutes. Start again.")).toBeVisible();
  });

  test("after that time the same code opens nothing", async ({ page, context, people, server, failures }) => {
    const person = await people.enrolled();
    await toRecover(page, person);
    await context.clearCookies({ name: "vestibule-pending" });
    await server.advance(30 * MINUTE);
    const use = await toUseRecoveryCode(page, person);
    failures.expect("/api/use_recovery_code 422");
    await use.enter(person.recoveryCode);
    await expect(page.getByText(NOT_CURRENT)).toBeVisible();
  });
});
