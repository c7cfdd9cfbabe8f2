import { PASSED } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { toProfileWithCode } from "../pages/flows";
import { Profile, removeApp, StepUp } from "../pages/profile";
import { SignIn } from "../pages/sign-in";

const ACT = "remove your authenticator app";

test("an app is removed after a question and a step-up, and asked for no more", async ({ page, people, mails, failures, otherBrowser }) => {
  const person = await people.freed();
  const profile = await toProfileWithCode(page, person);
  await expect(profile.section("Authenticator app")).toContainText("On");
  const question = removeApp(page);
  await profile.remove.click();
  await expect(question.dialog).toContainText(
    "You will sign in with your password only. Your recovery code goes too: there is nothing left for it to recover.",
  );
  await expect(question.keep).toBeFocused();
  failures.expect("/api/remove_method 403");
  await question.act.click();
  await expect(question.dialog).toBeHidden();

  // The code of the sign-in was a proof; its password is asked again.
  const stepUp = new StepUp(page, ACT);
  await expect(stepUp.password).toBeFocused();
  failures.expect("/api/step_up_password 401");
  await stepUp.enterPassword("not the password");
  await expect(stepUp.dialog.getByText("Your password is not right. Try again.")).toBeVisible();
  await expect(profile.section("Authenticator app")).toContainText("On");
  await stepUp.enterPassword(person.password);

  await expect(profile.status).toHaveText("Authenticator app removed. Other devices were signed out.");
  await expect(profile.status).toBeFocused();
  await expect(stepUp.dialog).toBeHidden();
  await expect(profile.section("Authenticator app")).toContainText("Not set up");
  await expect(profile.addApp).toBeVisible();
  await expect(profile.remove).toBeHidden();
  await expect(profile.section("Account Recovery Code")).toContainText("Not saved");
  await expect(profile.requestCode).toBeHidden();
  // Of the set-up, this browser and the removal.
  const subjects = (await mails(person.email, 4)).map((mail) => mail.subject);
  expect(subjects).toContain("Vestibule: Authenticator app removed");

  const elsewhere = await (await otherBrowser()).newPage();
  await new SignIn(elsewhere).signIn(person);
  await new Profile(elsewhere).expectWhole();
  await expect(new Profile(elsewhere).section("Authenticator app")).toContainText("Not set up");
});

test("Keep It and Escape change nothing, and the focus goes back", async ({ page, people }) => {
  const profile = await toProfileWithCode(page, await people.freed());
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/remove_method")) sent.push(request.url());
  });
  const question = removeApp(page);
  const ways = [
    (): Promise<void> => page.keyboard.press("Escape"),
    (): Promise<void> => question.keep.click(),
    // Whoever presses Enter without reading.
    (): Promise<void> => page.keyboard.press("Enter"),
  ];
  for (const leave of ways) {
    await profile.remove.focus();
    await page.keyboard.press("Enter");
    await expect(question.keep).toBeFocused();
    await leave();
    await expect(question.dialog).toBeHidden();
    await expect(profile.remove).toBeFocused();
  }
  expect(sent).toHaveLength(0);
  await page.reload();
  await expect(profile.section("Authenticator app")).toContainText("On");
});

test("whoever leaves the step-up keeps the app, and the focus goes back", async ({ page, people, failures }) => {
  const profile = await toProfileWithCode(page, await people.freed());
  await profile.remove.click();
  failures.expect("/api/remove_method 403");
  await removeApp(page).act.click();
  const stepUp = new StepUp(page, ACT);
  await expect(stepUp.password).toBeFocused();
  await stepUp.cancel.click();
  await expect(stepUp.dialog).toBeHidden();
  await expect(profile.remove).toBeFocused();
  await page.reload();
  await expect(profile.section("Authenticator app")).toContainText("On");
  await expect(profile.section("Account Recovery Code")).toContainText("Saved");
});

test("where a company requires a method there is a sentence and no button", async ({ page, people }) => {
  const profile = await toProfileWithCode(page, await people.enrolled());
  await expect(profile.section("Authenticator app")).toContainText("Harbour Build requires one method. Add another first.");
  await expect(profile.changeApp).toBeVisible();
  await expect(profile.remove).toBeHidden();
});

test("a requirement that comes meanwhile is told, and the app stays", async ({ page, people, failures }) => {
  const company = await people.company("Harbour Build", { requires: PASSED.from });
  const person = await people.enrolled(await people.member([company]));
  await people.free(company);
  const profile = await toProfileWithCode(page, person);
  await profile.remove.click();
  await people.require(company, "now");
  failures.expect("/api/remove_method 403");
  failures.expect("/api/remove_method 409");
  await removeApp(page).act.click();
  await new StepUp(page, ACT).enterPassword(person.password);
  await expect(profile.section("Authenticator app")).toContainText("Harbour Build requires one method. Add another first.");
  await expect(profile.status).toBeHidden();
  await page.reload();
  await expect(profile.section("Authenticator app")).toContainText("On");
  await expect(profile.remove).toBeHidden();
});

test.describe("on several devices", () => {
  test.use({ ownServer: true });

  test("the others are signed out when the app is removed, and told why", async ({ page, people, server, failures, otherBrowser }) => {
    const person = await people.freed();
    const profile = await toProfileWithCode(page, person);
    await server.advance(60); // to the app's next code
    const elsewhere = await (await otherBrowser()).newPage();
    const other = await toProfileWithCode(elsewhere, person);
    await profile.remove.click();
    failures.expect("/api/remove_method 403");
    await removeApp(page).act.click();
    await new StepUp(page, ACT).enterPassword(person.password);
    await expect(profile.status).toBeVisible();
    failures.expect("/api/app_set_up 401");
    await other.changeApp.click();
    await expect(new SignIn(elsewhere).heading).toBeVisible();
    await expect(elsewhere.getByText("your password or an authentication method was changed elsewhere")).toBeVisible();
  });
});
