import { expect, test } from "../fixtures/test";
import { toProfileWithCode, toRecover } from "../pages/flows";
import { StepUp } from "../pages/profile";
import { SaveCode } from "../pages/set-up";

const REQUEST = "request a new recovery code";

test("Escape and Cancel leave the question, and the focus goes back", async ({ page, people, failures }) => {
  const profile = await toProfileWithCode(page, await people.enrolled());
  const stepUp = new StepUp(page, REQUEST);
  for (const leave of [(): Promise<void> => page.keyboard.press("Escape"), (): Promise<void> => stepUp.cancel.click()]) {
    failures.expect("/api/request_recovery_code 403");
    await profile.requestCode.focus();
    await page.keyboard.press("Enter");
    await expect(stepUp.dialog).toBeVisible();
    await expect(stepUp.password).toBeFocused();
    // An error goes with the question.
    await page.keyboard.press("Enter");
    await expect(stepUp.dialog.getByText("Enter your password.")).toBeVisible();
    await expect(page).toHaveTitle("Error: Password & Security · Vestibule");
    await leave();
    await expect(stepUp.dialog).toBeHidden();
    await expect(profile.requestCode).toBeFocused();
    await expect(page).toHaveTitle("Password & Security · Vestibule");
  }
});

test("whoever leaves the page of the new code keeps the old one", async ({ page, people, failures, otherBrowser }) => {
  const person = await people.enrolled();
  const profile = await toProfileWithCode(page, person);
  failures.expect("/api/request_recovery_code 403");
  await profile.requestCode.click();
  // The code of the sign-in was a proof; its password is asked again.
  await new StepUp(page, REQUEST).enterPassword(person.password);
  const save = new SaveCode(page);
  await expect(save.code).toBeVisible();
  await expect(page.getByText("Nothing changes until you press Continue.")).toBeVisible();
  await page.getByRole("link", { name: "Back to Password & Security" }).click();
  await expect(profile.heading).toBeFocused();
  await toRecover(await (await otherBrowser()).newPage(), person);
});

test("the page of a new code that nobody requested leads back", async ({ page, people, failures }) => {
  const profile = await toProfileWithCode(page, await people.enrolled());
  failures.expect("/api/stage_recovery_code 403");
  await page.goto("/profile/security/recovery-code");
  await expect(profile.heading).toBeVisible();
  await expect(page).toHaveURL("/profile/security");
});

test("who has no method is offered no code", async ({ page, people }) => {
  const profile = await toProfileWithCode(page, await people.enrolled());
  await expect(profile.requestCode).toBeVisible();
  await page.route("**/api/security", async (route) => {
    const security = (await (await route.fetch()).json()) as object;
    await route.fulfill({ json: { ...security, app: null, recovery_code_since: null } });
  });
  await page.reload();
  await expect(profile.heading).toBeVisible();
  await expect(profile.requestCode).toBeHidden();
});

test.describe("as time passes", () => {
  test.use({ ownServer: true });

  test("a new code needs the password and a code of the app, and for five minutes nothing more", async ({
    page,
    people,
    server,
    failures,
  }) => {
    const person = await people.enrolled();
    await server.advance(60);
    const profile = await toProfileWithCode(page, person);
    await server.advance(360);
    failures.expect("/api/request_recovery_code 403");
    await profile.requestCode.click();
    const stepUp = new StepUp(page, REQUEST);
    await expect(stepUp.password).toBeFocused();
    await expect(stepUp.code).toBeHidden();

    failures.expect("/api/step_up_password 401");
    await stepUp.enterPassword("not the password");
    await expect(stepUp.dialog.getByText("Your password is not right. Try again.")).toBeVisible();
    await expect(stepUp.password).toBeFocused();
    await expect(stepUp.password).toHaveValue("");
    await stepUp.enterPassword(person.password);

    await expect(stepUp.code).toBeFocused();
    await expect(stepUp.password).toBeHidden();
    failures.expect("/api/step_up_app 422");
    await stepUp.enterCode(person.app.wrongCode());
    await expect(stepUp.dialog.getByText("That code is not right. Wait for the next one.")).toBeVisible();
    await expect(stepUp.code).toBeFocused();
    await stepUp.enterCode(person.app.code());

    const save = new SaveCode(page);
    await expect(save.heading).toBeFocused();
    await expect(page).toHaveURL("/profile/security/recovery-code");
    await expect(stepUp.dialog).toBeHidden();
    await expect(page.getByText(/^Step \d of \d$/)).toBeHidden();
    const first = await save.shown();
    expect(first).not.toBe(person.recoveryCode);
    await save.confirm();
    await expect(profile.status).toHaveText("New recovery code saved. Other devices were signed out.");
    await expect(profile.status).toBeFocused();
    await expect(page).toHaveURL("/profile/security");

    await profile.requestCode.click();
    await expect(save.heading).toBeFocused();
    expect(await save.shown()).not.toBe(first);
  });
});
