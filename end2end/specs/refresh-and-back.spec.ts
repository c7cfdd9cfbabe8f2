import { expect, test } from "../fixtures/test";
import { toRequired, toSaveCode, toSecureAccount } from "../pages/flows";
import { Profile } from "../pages/profile";
import { Method, Required, SaveCode, SecureAccount } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

test("a refresh keeps each step of the set-up", async ({ page, people, server }) => {
  const person = await people.asked();
  const required = await toRequired(page, person);
  await page.reload();
  await expect(required.heading).toBeVisible();

  await required.setUpNow.click();
  const method = new Method(page);
  await expect(method.heading).toBeVisible();
  await page.reload();
  await expect(method.heading).toBeVisible();

  await method.continue.click();
  const secure = new SecureAccount(page);
  await expect(secure.heading).toBeVisible();
  const key = await secure.scanKey();
  await page.reload();
  await expect(secure.heading).toBeVisible();
  expect(await secure.scanKey()).toBe(key);

  const app = await secure.addToApp(server);
  await secure.enter(app.code());
  const save = new SaveCode(page);
  const code = await save.shown();
  await expect(save.isNew).toBeHidden();
  await page.reload();
  await expect(save.isNew).toBeVisible();
  expect(await save.shown()).not.toBe(code);
  await save.confirm();

  const profile = new Profile(page);
  await expect(profile.heading).toBeVisible();
  await page.reload();
  await expect(profile.heading).toBeVisible();
  await expect(page).toHaveURL("/profile/security");
});

test("the back button goes back a step as long as there is something to go back to", async ({ page, people, server }) => {
  const person = await people.asked();
  const required = await toRequired(page, person);
  // Behind it is the sign-in, which this person has passed.
  await page.goBack();
  await expect(required.heading).toBeVisible();
  await page.goForward();
  await expect(required.heading).toBeVisible();

  await required.setUpNow.click();
  const method = new Method(page);
  await expect(method.heading).toBeVisible();
  await page.goBack();
  await expect(required.heading).toBeVisible();
  await expect(required.heading).toBeFocused();
  await page.goForward();
  await expect(method.heading).toBeFocused();

  await method.continue.click();
  const secure = new SecureAccount(page);
  await expect(secure.heading).toBeVisible();
  const key = await secure.scanKey();
  await page.goBack();
  await expect(method.heading).toBeFocused();
  await page.goForward();
  await expect(secure.heading).toBeVisible();
  expect(await secure.scanKey()).toBe(key);

  const app = await secure.addToApp(server);
  await secure.enter(app.code());
  const save = new SaveCode(page);
  await expect(save.code).toBeVisible();
  await page.goBack();
  await expect(save.code).toBeVisible();
  await expect(page).toHaveURL("/sign-in/recovery-code");
  await save.confirm();

  const profile = new Profile(page);
  await expect(profile.heading).toBeVisible();
  await page.goBack();
  await expect(profile.heading).toBeVisible();
  await expect(page).toHaveURL("/profile/security");
  await expect(save.heading).toBeHidden();
});

test("what does not fit the state leads to what does", async ({ page, people }) => {
  await toRequired(page, await people.asked());
  for (const address of ["/profile/security", "/profile/security/app", "/sign-in/recovery-code", "/sign-in/challenge", "/sign-in", "/"]) {
    await page.goto(address);
    await expect(new Required(page).heading).toBeVisible();
    await expect(page).toHaveURL("/sign-in/required");
  }
});

test("a second tab goes on with the set-up, and the first one follows", async ({ page, context, people, server }) => {
  const person = await people.asked();
  const first = await toSecureAccount(page, person);
  const key = await first.scanKey();

  const second = await context.newPage();
  await second.goto("/sign-in/app");
  const secondSecure = new SecureAccount(second);
  await expect(secondSecure.heading).toBeVisible();
  expect(await secondSecure.scanKey()).toBe(key);
  const app = await secondSecure.addToApp(server);
  await secondSecure.enter(app.code());
  const secondSave = new SaveCode(second);
  await expect(secondSave.code).toBeVisible();

  await page.reload();
  await expect(new SaveCode(page).heading).toBeVisible();
});

test("what an older tab sends is refused, and the tab goes to where the sign-in is now", async ({
  page,
  context,
  people,
  server,
  failures,
}) => {
  const person = await people.asked();
  const first = await toSecureAccount(page, person);
  const app = await first.addToApp(server);
  const second = await context.newPage();
  await second.goto("/sign-in/app");
  const secondSecure = new SecureAccount(second);
  await secondSecure.enter(app.code());
  await expect(new SaveCode(second).heading).toBeVisible();

  failures.expect("/api/confirm_app 403");
  await first.enter(app.code());
  await expect(new SaveCode(page).heading).toBeVisible();
});

test("an older tab's recovery code cannot be confirmed", async ({ page, context, people, server, failures }) => {
  const { save: first } = await toSaveCode(page, await people.asked(), server);
  const second = await context.newPage();
  await second.goto("/sign-in/recovery-code");
  const newer = new SaveCode(second);
  await expect(newer.isNew).toBeVisible();

  failures.expect("/api/acknowledge_recovery_code 409");
  await first.confirm();
  await expect(first.replaced).toBeVisible();
  await expect(first.code).toBeHidden();

  await newer.confirm();
  await expect(new Profile(second).heading).toBeVisible();
  await page.reload();
  await expect(new Profile(page).heading).toBeVisible();
});

test("an older tab can show a new recovery code and confirm that", async ({ page, context, people, server, failures }) => {
  const { save } = await toSaveCode(page, await people.asked(), server);
  const old = await save.shown();
  const second = await context.newPage();
  await second.goto("/sign-in/recovery-code");
  await expect(new SaveCode(second).code).toBeVisible();
  failures.expect("/api/acknowledge_recovery_code 409");
  await save.confirm();
  await save.showNew.click();
  await expect(save.code).toBeVisible();
  expect(await save.shown()).not.toBe(old);
  await save.confirm();
  await expect(new Profile(page).heading).toBeVisible();
});

test("a sign-in in one tab opens the other one too", async ({ page, context, people }) => {
  const person = await people.unasked();
  const signIn = new SignIn(page);
  await signIn.goto("/profile/security");
  const second = await context.newPage();
  await new SignIn(second).signIn(person);
  await expect(new Profile(second).heading).toBeVisible();
  await page.reload();
  // A shared tablet: it says who is signed in, and offers to make room.
  await page.getByRole("button", { name: `Continue as ${person.name}` }).click();
  await expect(page).toHaveURL("/profile/security");
});
