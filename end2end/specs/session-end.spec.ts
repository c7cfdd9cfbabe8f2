import { expect, test } from "../fixtures/test";
import { holdTime, pass } from "../fixtures/time";
import { fromProfile, toChallenge, toProfile, toRequired, toSaveCode, toSecureAccount } from "../pages/flows";
import { Profile, StillThere } from "../pages/profile";
import { SaveCode, SecureAccount } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

const MINUTE = 60;
const AFTER_AN_HOUR = "You were signed out after an hour without use.";

test.describe("after a time without use", () => {
  test.use({ ownServer: true });

  test("the next click leads to the sign-in, which says why and leads back", async ({ page, people, server, failures }) => {
    const person = await people.unasked();
    const profile = await toProfile(page, person);
    await server.advance(60 * MINUTE);
    failures.expect("/api/app_set_up 401");
    await profile.addApp.click();
    const signIn = new SignIn(page);
    await expect(signIn.heading).toBeVisible();
    await expect(page.getByText(AFTER_AN_HOUR)).toBeVisible();
    await expect(signIn.email).toHaveValue("");
    await signIn.fillIn(person);
    await signIn.continue.click();
    await expect(page).toHaveURL("/profile/security/app");
  });

  test("an administrator is signed out after half an hour", async ({ page, people, server }) => {
    const company = await people.company("Tideway Survey");
    await toProfile(page, await people.member([company], { admin: true }));
    await server.advance(30 * MINUTE);
    await page.reload();
    await expect(page.getByText("You were signed out after 30 minutes without use.")).toBeVisible();
  });

  test("a sign-in that was left at the second door begins again", async ({ page, people, server }) => {
    await toChallenge(page, await people.enrolled());
    await server.advance(5 * MINUTE);
    await page.reload();
    await expect(new SignIn(page).heading).toBeVisible();
    await expect(page.getByText("That sign-in was not finished within 5 minutes. Start again.")).toBeVisible();
  });

  test("the question comes two minutes before the end, and Stay Signed In puts the end off", async ({ page, people, server }) => {
    await holdTime(page);
    const profile = await toProfile(page, await people.unasked());
    const question = new StillThere(page);
    await pass(57 * MINUTE, server, page);
    await expect(question.dialog).toBeHidden();
    await pass(65, server, page);
    await expect(question.dialog).toBeVisible();
    await expect(question.dialog).toContainText(/You will be signed out in 1:\d\d/);
    await expect(question.stay).toBeFocused();
    await question.stay.click();
    await expect(question.dialog).toBeHidden();

    await pass(50 * MINUTE, server, page);
    await expect(question.dialog).toBeHidden();
    await profile.addApp.click();
    await expect(page.getByRole("heading", { name: "Enter Your Password" })).toBeVisible();
  });

  test("without an answer the page is cleared, and the sign-in says why", async ({ page, people, server }) => {
    await holdTime(page);
    const person = await people.unasked();
    const profile = await toProfile(page, person);
    await pass(58 * MINUTE + 5, server, page);
    const question = new StillThere(page);
    await expect(question.dialog).toBeVisible();
    await pass(2 * MINUTE, server, page);
    await expect(profile.heading).toBeHidden();
    await expect(question.dialog).toBeHidden();
    await expect(page.getByText(AFTER_AN_HOUR)).toBeVisible();
    const signIn = new SignIn(page);
    await expect(signIn.heading).toBeVisible();
    await expect(page.locator("body")).not.toContainText(person.email);
    await signIn.fillIn(person);
    await signIn.continue.click();
    await expect(profile.heading).toBeVisible();
  });

  test("the question says how long is left every half minute, not every second", async ({ page, people, server }) => {
    await holdTime(page);
    await toProfile(page, await people.unasked());
    await pass(58 * MINUTE + 5, server, page);
    const question = new StillThere(page);
    await expect(question.dialog).toBeVisible();
    const spoken = question.dialog.getByRole("status").first();
    await pass(30, server, page);
    await expect(spoken).toHaveText("You will be signed out in 1 minute 30 seconds.");
    await pass(30, server, page);
    await expect(spoken).toHaveText("You will be signed out in 1 minute.");
  });

  test("Escape stays, and Sign Out leaves", async ({ page, people, server }) => {
    await holdTime(page);
    await toProfile(page, await people.unasked());
    const question = new StillThere(page);
    await pass(58 * MINUTE + 5, server, page);
    await expect(question.dialog).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(question.dialog).toBeHidden();
    await expect(new Profile(page).heading).toBeVisible();
    await pass(58 * MINUTE + 5, server, page);
    await question.signOut.click();
    await expect(new SignIn(page).email).toHaveValue("");
  });

  test("who is active in another tab is not asked", async ({ page, context, people, server }) => {
    await holdTime(page);
    await toProfile(page, await people.unasked());
    const second = await context.newPage();
    await second.goto("/profile/security");
    await expect(new Profile(second).heading).toBeVisible();
    await server.advance(40 * MINUTE);
    await second.reload();
    await expect(new Profile(second).heading).toBeVisible();
    await server.advance(18 * MINUTE + 5);
    const asked = page.waitForResponse("**/api/session");
    await page.evaluate((milliseconds) => window.passTime(milliseconds), (58 * MINUTE + 5) * 1_000);
    await asked;
    await expect(new Profile(page).heading).toBeVisible();
    await expect(new StillThere(page).dialog).toBeHidden();
  });

  test("who loads a page in the last two minutes has used the session, and is not asked", async ({ page, people, server }) => {
    const profile = await toProfile(page, await people.unasked());
    await server.advance(58 * MINUTE + 30);
    await page.reload();
    await expect(profile.heading).toBeVisible();
    await expect(new StillThere(page).dialog).toBeHidden();
  });

  test("somebody who installs an app gets more time, in the words of the sign-in", async ({ page, people, server }) => {
    await holdTime(page);
    const secure = await toSecureAccount(page, await people.asked());
    const key = await secure.scanKey();
    const question = new StillThere(page);
    for (let round = 0; round < 2; round += 1) {
      await pass(8 * MINUTE + 5, server, page);
      await expect(question.dialog).toContainText(/This sign-in ends in 1:\d\d/);
      await question.stay.click();
      await expect(question.dialog).toBeHidden();
    }
    expect(await secure.scanKey()).toBe(key);
    const app = await secure.addToApp(server);
    await secure.enter(app.code());
    await expect(new SaveCode(page).heading).toBeVisible();
  });

  test("a key on the screen is gone when the sign-in ends", async ({ page, people, server }) => {
    await holdTime(page);
    const secure = await toSecureAccount(page, await people.asked());
    await secure.showKey.click();
    const key = (await secure.key.innerText()).trim();
    await pass(8 * MINUTE + 5, server, page);
    await expect(new StillThere(page).dialog).toBeVisible();
    await pass(2 * MINUTE, server, page);
    await expect(secure.qrCode).toBeHidden();
    await expect(page.getByText("That sign-in was not finished within 10 minutes. Start again.")).toBeVisible();
    expect(await page.content()).not.toContain(key.slice(0, 4));
  });
});

test("after Sign Out the back button shows nothing of anybody", async ({ page, people, server }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  const secure = await fromProfile(page, person);
  await secure.showKey.click();
  const key = (await secure.key.innerText()).trim().slice(0, 4);
  const app = await secure.addToApp(server);
  await secure.enter(app.code());
  const save = new SaveCode(page);
  const code = (await save.shown()).slice(0, 4);
  await save.confirm();
  await expect(profile.heading).toBeVisible();
  await profile.leave();

  const signIn = new SignIn(page);
  await expect(signIn.heading).toBeVisible();
  await expect(signIn.email).toHaveValue("");
  for (let step = 0; step < 2; step += 1) {
    await page.goBack();
    await expect(signIn.heading).toBeVisible();
    await expect(signIn.password).toHaveValue("");
    for (const secret of [person.email, key, code]) expect(await page.content()).not.toContain(secret);
  }
});

test("Sign Out in one tab ends the other one", async ({ page, context, people, failures }) => {
  const profile = await toProfile(page, await people.unasked());
  const second = await context.newPage();
  await second.goto("/profile/security");
  const other = new Profile(second);
  await other.expectWhole();
  await profile.leave();
  await expect(new SignIn(page).heading).toBeVisible();
  failures.expect("/api/app_set_up 401");
  await other.addApp.click();
  await expect(new SignIn(second).heading).toBeVisible();
});

test("a page that the browser keeps for the back button is blank", async ({ page, people, server }) => {
  const { save } = await toSaveCode(page, await people.asked(), server);
  const code = (await save.shown()).slice(0, 4);
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await expect(save.code).toBeHidden();
  expect(await page.content()).not.toContain(code);
  // And when it comes back, it is loaded anew.
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await expect(save.isNew).toBeVisible();
});

test("secrets leave the page with the step that they belong to", async ({ page, people }) => {
  const secure = await toSecureAccount(page, await people.asked());
  await secure.showKey.click();
  const key = (await secure.key.innerText()).trim().slice(0, 4);
  await page.goBack();
  await expect(new SecureAccount(page).heading).toBeHidden();
  expect(await page.content()).not.toContain(key);
});

test("somebody who leaves at the page that asks for two factors is signed out", async ({ page, people }) => {
  const required = await toRequired(page, await people.asked());
  await required.signOut.click();
  await expect(new SignIn(page).heading).toBeVisible();
  await page.goto("/sign-in/app");
  await expect(new SignIn(page).heading).toBeVisible();
});
