// Every state of every page, in light and dark, on phone and desktop, and 320 pixels wide.
import { expectAccessible } from "../fixtures/accessibility";
import { PASSED } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { holdTime, pass } from "../fixtures/time";
import { fromProfile, toChallenge, toMethod, toProfile, toProfileWithCode, toRequired, toSaveCode, toSecureAccount } from "../pages/flows";
import { Profile, StillThere } from "../pages/profile";
import { EnterPassword, ProveApp, SaveCode } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

test.describe("signing in", () => {
  test("empty, with one error, and with several", async ({ page, failures }) => {
    const signIn = new SignIn(page);
    await signIn.goto();
    await expectAccessible(page);
    await signIn.continue.click();
    await expect(page.getByRole("heading", { name: "There is a problem" })).toBeVisible();
    await expectAccessible(page);
    failures.expect("/api/sign_in 401");
    await signIn.fillIn({ email: "nobody@example.com", password: "not the password" });
    await signIn.continue.click();
    await expect(page.getByText("The email address or password is not right.")).toBeVisible();
    await signIn.showPassword.click();
    await expectAccessible(page);
  });

  test("while it is sent, and without a connection", async ({ page, failures }) => {
    const signIn = new SignIn(page);
    await signIn.goto();
    await signIn.fillIn({ email: "nobody@example.com", password: "not the password" });
    let lose = (): void => {};
    const lost = new Promise<void>((resolve) => (lose = resolve));
    await page.route("**/api/sign_in", async (route) => {
      await lost;
      await route.abort("internetdisconnected");
    });
    failures.expect("/api/sign_in net::ERR_INTERNET_DISCONNECTED");
    await signIn.continue.click();
    await expect(page.getByRole("button", { name: "Checking…" })).toBeVisible();
    await expectAccessible(page);
    lose();
    await expect(page.getByText("No connection. What you typed is still here.")).toBeVisible();
    await expectAccessible(page);
  });

  test("paused", async ({ page, people, failures }) => {
    const person = await people.unasked();
    const signIn = new SignIn(page);
    await signIn.goto();
    // What the server says after ten wrong passwords.
    const answer = { code: "paused", message: "Too many attempts. Try again in 2 minutes.", field: "password", retry_after_s: 90 };
    await page.route("**/api/sign_in", (route) => route.fulfill({ status: 429, json: answer }));
    failures.expect("/api/sign_in 429");
    await signIn.fillIn(person);
    await signIn.continue.click();
    await expect(page.getByText("Too many attempts. Try again in 2 minutes.")).toBeVisible();
    await expectAccessible(page);
  });

  test("signed in already", async ({ page, people }) => {
    await toProfile(page, await people.unasked());
    await page.goto("/sign-in");
    await expect(page.getByRole("button", { name: "Continue as Anna Berg" })).toBeVisible();
    await expectAccessible(page);
  });

  test("asked for the password again", async ({ page, people }) => {
    const company = await people.company("Harbour Build");
    await toProfile(page, await people.member([company]));
    await people.require(company, "now");
    await page.reload();
    await expect(page.getByText("Harbour Build now requires two-factor authentication.")).toBeVisible();
    await expectAccessible(page);
  });

  test("the second door: empty, open, with an error", async ({ page, people, failures }) => {
    const person = await people.enrolled();
    const challenge = await toChallenge(page, person);
    await expectAccessible(page);
    await page.getByText("Code not working?").click();
    await expectAccessible(page);
    failures.expect("/api/challenge_app 422");
    await challenge.enter(person.app.wrongCode());
    await expect(challenge.code).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
  });

  test("the second door, paused", async ({ page, people, failures }) => {
    const challenge = await toChallenge(page, await people.enrolled());
    const answer = { code: "paused", message: "Too many wrong codes. Try again in 30 seconds.", field: "code", retry_after_s: 30 };
    await page.route("**/api/challenge_app", (route) => route.fulfill({ status: 429, json: answer }));
    failures.expect("/api/challenge_app 429");
    await challenge.enter("123456");
    await expect(page.getByText(/^Too many wrong codes\. Try again at \d\d:\d\d\.$/)).toBeVisible();
    await expectAccessible(page);
  });
});

test.describe("setting up", () => {
  test("Two-Factor Authentication Required, for one company and for several", async ({ page, people }) => {
    const companies = [
      await people.company("Harbour Build", { requires: PASSED.from }),
      await people.company("Pier & Sons Structural Engineering", { requires: "2025-06-10T09:00" }),
    ];
    await toRequired(page, await people.member(companies, { payments: true }));
    await expectAccessible(page);
  });

  test("Select an Authentication Method", async ({ page, people }) => {
    await toMethod(page, await people.asked());
    await page.getByText("What is an authenticator app?").click();
    await expectAccessible(page);
  });

  test("Secure your Account: the code, the key, an error", async ({ page, people, failures }) => {
    const secure = await toSecureAccount(page, await people.asked());
    await expectAccessible(page);
    await secure.showKey.click();
    await page.getByText("Why isn't my phone's camera scanning the QR code?").click();
    await expectAccessible(page);
    failures.expect("/api/confirm_app 422");
    await secure.enter("123456");
    await expect(secure.code).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
  });

  test("Save Your Recovery Code: the first one, not ticked, and a new one", async ({ page, people, server }) => {
    const { save } = await toSaveCode(page, await people.asked(), server);
    await expectAccessible(page);
    await save.continue.click({ force: true });
    await expect(page.getByText("Tick the box when you have saved the code")).toBeVisible();
    await expectAccessible(page);
    await page.reload();
    await expect(save.isNew).toBeVisible();
    await expectAccessible(page);
  });

  test("Save Your Recovery Code: replaced elsewhere", async ({ page, context, people, server, failures }) => {
    const { save } = await toSaveCode(page, await people.asked(), server);
    const second = await context.newPage();
    await second.goto("/sign-in/recovery-code");
    await expect(new SaveCode(second).code).toBeVisible();
    failures.expect("/api/acknowledge_recovery_code 409");
    await save.confirm();
    await expect(save.replaced).toBeVisible();
    await expectAccessible(page);
  });

  test("Enter Your Password: empty, and with an error", async ({ page, people, failures }) => {
    await (await toProfile(page, await people.unasked())).addApp.click();
    const enter = new EnterPassword(page);
    await expect(enter.heading).toBeVisible();
    await expectAccessible(page);
    failures.expect("/api/open_app_set_up 401");
    await enter.enter("not the password");
    await expect(page.getByText("Your password is not right. Try again.")).toBeVisible();
    await expectAccessible(page);
  });

  test("Secure your Account, from the profile", async ({ page, people }) => {
    const person = await people.unasked();
    await toProfile(page, person);
    await fromProfile(page, person);
    await expectAccessible(page);
  });
});

test.describe("in the profile", () => {
  test("without a method", async ({ page, people }) => {
    await toProfile(page, await people.unasked());
    await expectAccessible(page);
  });

  test("where nobody offers one", async ({ page, people }) => {
    await toProfile(page, await people.member([]));
    await expectAccessible(page);
  });

  test("with a banner", async ({ page, people }) => {
    const company = await people.company("Northside Roofing", { requires: "2099-03-03T09:00" });
    const profile = await toProfile(page, await people.member([company]));
    await expect(profile.banner).toBeVisible();
    await expectAccessible(page);
  });

  test("with a method, and the menu open", async ({ page, people }) => {
    const profile = await toProfileWithCode(page, await people.enrolled());
    await expectAccessible(page);
    await profile.menu.click();
    await expect(profile.signOut).toBeVisible();
    await expectAccessible(page);
  });

  test("with a message", async ({ page, people, server }) => {
    const person = await people.unasked();
    const profile = await toProfile(page, person);
    const secure = await fromProfile(page, person);
    await secure.enter((await secure.addToApp(server)).code());
    await new SaveCode(page).confirm();
    await expect(profile.status).toBeVisible();
    await profile.expectWhole();
    await expectAccessible(page);
  });

  test("while it loads, and when it cannot", async ({ page, people, failures }) => {
    await toProfile(page, await people.unasked());
    let lose = (): void => {};
    const lost = new Promise<void>((resolve) => (lose = resolve));
    await page.route("**/api/security", async (route) => {
      await lost;
      await route.abort("internetdisconnected");
    });
    failures.expect("/api/security net::ERR_INTERNET_DISCONNECTED");
    await page.reload();
    await expect(page.getByText("Loading…")).toBeAttached();
    await expectAccessible(page);
    lose();
    await expect(page.getByRole("heading", { name: "This page could not be loaded" })).toBeVisible();
    await expectAccessible(page);
  });

  test("at an address that is none", async ({ page, people }) => {
    await toProfile(page, await people.unasked());
    await page.goto("/nowhere");
    await expect(page.getByRole("heading", { name: "This page isn't here, or isn't yours." })).toBeVisible();
    await expectAccessible(page);
  });
});

test.describe("as time passes", () => {
  test.use({ ownServer: true });

  test("Still there?", async ({ page, people, server }) => {
    await holdTime(page);
    await toProfile(page, await people.unasked());
    await pass(3_485, server, page);
    await expect(new StillThere(page).dialog).toBeVisible();
    await expectAccessible(page);
  });

  test("signed out", async ({ page, people, server }) => {
    await toProfile(page, await people.unasked());
    await server.advance(3_600);
    await page.reload();
    await expect(page.getByText("You were signed out after an hour without use.")).toBeVisible();
    await expectAccessible(page);
  });

  test("the proof of the app that works: empty, and with an error", async ({ page, people, server, failures }) => {
    const person = await people.enrolled();
    await server.advance(60);
    const profile = await toProfileWithCode(page, person);
    await server.advance(360);
    await profile.changeApp.click();
    await new EnterPassword(page).enter(person.password);
    const prove = new ProveApp(page);
    await expect(prove.heading).toBeVisible();
    await expectAccessible(page);
    failures.expect("/api/prove_app 422");
    await prove.enter(person.app.wrongCode());
    await expect(prove.code).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
  });
});

test("both themes can be chosen by hand, and stay chosen", async ({ page, people }) => {
  const profile = await toProfile(page, await people.unasked());
  const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  const light = await background();
  await profile.menu.click();
  await page.getByText("Dark", { exact: true }).click();
  await expect(page.getByRole("radio", { name: "Dark" })).toBeChecked();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  await expect(new Profile(page).heading).toBeVisible();
  expect(await background()).toBe(dark);
});
