import { expect, test } from "../fixtures/test";
import { ChangePassword } from "../pages/account";
import { toChangePassword, toProfile, toProfileWithCode } from "../pages/flows";
import { Profile } from "../pages/profile";
import { SignIn } from "../pages/sign-in";

const NEW_PASSWORD = "paper-lantern-58-fjord";
const HINT = "At least 8 characters. Any characters, spaces too.";
const COMMON = "Many people use this password. Choose another.";

test("where password managers look for it is Change Password, behind the sign-in and without it", async ({ page, people }) => {
  const person = await people.unasked();
  await page.goto("/.well-known/change-password");
  await expect(page).toHaveURL("/sign-in?return=/profile/security/password");
  const signIn = new SignIn(page);
  await signIn.fillIn(person);
  await signIn.continue.click();
  const change = new ChangePassword(page);
  await expect(change.heading).toBeFocused();
  await expect(page).toHaveURL("/profile/security/password");
  await expect(page).toHaveTitle("Change Password · Vestibule");

  await page.goto("/.well-known/change-password");
  await expect(change.heading).toBeFocused();
  await expect(page).toHaveURL("/profile/security/password");
  const answer = await page.request.get("/.well-known/change-password", { maxRedirects: 0 });
  expect([answer.status(), answer.headers().location]).toEqual([302, "/profile/security/password"]);
  // They take an answer to this one for a site that answers everything.
  const none = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
  expect((await page.request.get(none)).status()).toBe(404);
});

test("the fields are what password managers look for", async ({ page, people }) => {
  const person = await people.unasked();
  await toProfile(page, person);
  const change = await toChangePassword(page);
  for (const [field, id, fill] of [
    [change.current, "password", "current-password"],
    [change.password, "new", "new-password"],
  ] as const) {
    await expect(field).toHaveAttribute("id", id);
    await expect(field).toHaveAttribute("name", id);
    await expect(field).toHaveAttribute("type", "password");
    await expect(field).toHaveAttribute("autocomplete", fill);
    await expect(field).not.toHaveAttribute("maxlength");
  }
  await expect(change.password).toHaveAttribute("passwordrules", "minlength: 8;");
  // The account's address stands in the same form, and before the passwords.
  const form = page.locator("form").filter({ has: change.current }).filter({ has: change.password });
  const fields = form.locator("input");
  await expect(fields).toHaveCount(3);
  await expect(fields.first()).toHaveAttribute("autocomplete", "username");
  await expect(fields.first()).toHaveValue(person.email);
});

test("a password is changed, the app is still asked for, and other devices are signed out", async ({
  page,
  people,
  server,
  mails,
  failures,
  otherBrowser,
}) => {
  const person = await people.enrolled();
  const profile = await toProfileWithCode(page, person);
  const change = await toChangePassword(page);
  await expect(page.getByText("Your other devices are signed out when you change it.")).toBeVisible();
  await change.current.fill(person.password);
  for (const [typed, words] of [
    ["moss", "At least 8 characters"],
    ["password123", COMMON],
    [NEW_PASSWORD, "Strong."],
  ] as const) {
    await change.choose(typed, words);
  }
  await change.change.click();

  await expect(profile.status).toHaveText("Password changed. Other devices were signed out.");
  await expect(profile.status).toBeFocused();
  await expect(page).toHaveURL("/profile/security");
  await profile.expectWhole();
  await expect(profile.section("Password")).toContainText("Changed today");
  await expect(profile.section("Authenticator app")).toContainText("On");
  // Of the set-up, this browser and the new password.
  const subjects = (await mails(person.email, 4)).map((mail) => mail.subject);
  expect(subjects).toContain("Vestibule: Password changed");

  const elsewhere = await (await otherBrowser()).newPage();
  const signIn = new SignIn(elsewhere);
  await signIn.goto();
  failures.expect("/api/sign_in 401");
  await signIn.fillIn(person);
  await signIn.continue.click();
  await expect(elsewhere.getByText("The email address or password is not right.")).toBeVisible();
  await signIn.password.fill(NEW_PASSWORD);
  await signIn.continue.click();
  await expect(elsewhere.getByRole("heading", { name: "Enter the code from your authenticator app" })).toBeFocused();
  expect(server.log).not.toContain(NEW_PASSWORD);
});

test("another device is signed out at its next click, and told why", async ({ page, people, failures, otherBrowser }) => {
  const person = await people.unasked();
  await toProfile(page, person);
  const elsewhere = await (await otherBrowser()).newPage();
  const other = await toProfile(elsewhere, person);
  const change = await toChangePassword(page);
  await change.current.fill(person.password);
  await change.choose(NEW_PASSWORD);
  await change.change.click();
  await expect(new Profile(page).status).toBeVisible();
  failures.expect("/api/app_set_up 401");
  await other.addApp.click();
  await expect(new SignIn(elsewhere).heading).toBeVisible();
  await expect(elsewhere.getByText("your password or an authentication method was changed elsewhere")).toBeVisible();
  // The one that changed it goes on.
  await page.reload();
  await new Profile(page).expectWhole();
});

test("a wrong password and a common one are each told at their field, and the other one stays", async ({ page, people, failures }) => {
  const person = await people.unasked();
  await toProfile(page, person);
  const change = await toChangePassword(page);
  await change.current.fill("not the password");
  await change.choose(NEW_PASSWORD);
  failures.expect("/api/change_password 401");
  await change.change.click();
  await expect(change.current).toHaveAccessibleDescription("Your current password is not right. Try again.");
  await expect(change.current).toBeFocused();
  await expect(change.current).toHaveValue("");
  await expect(change.password).toHaveValue(NEW_PASSWORD);
  await expect(page).toHaveTitle("Error: Change Password · Vestibule");

  await change.current.fill(person.password);
  await change.choose("password123", COMMON);
  failures.expect("/api/change_password 422");
  await change.change.click();
  await expect(change.password).toHaveAccessibleDescription(`${HINT} ${COMMON}`);
  await expect(change.password).toBeFocused();
  await expect(change.current).toHaveValue(person.password);
  await expect(change.current).not.toHaveAttribute("aria-invalid");

  await change.choose(NEW_PASSWORD);
  await change.change.click();
  await expect(new Profile(page).status).toBeVisible();
});

test("what is missing is said in a summary that leads to the fields", async ({ page, people }) => {
  await toProfile(page, await people.unasked());
  const change = await toChangePassword(page);
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/change_password")) sent.push(request.url());
  });
  await change.change.click();
  const summary = page.getByRole("group", { name: "There is a problem" });
  await expect(summary).toBeFocused();
  await summary.getByRole("link", { name: "Enter a new password." }).click();
  await expect(change.password).toBeFocused();
  await summary.getByRole("link", { name: "Enter your current password." }).click();
  await expect(change.current).toBeFocused();
  // One problem alone is told at its field.
  await change.current.fill("something");
  await change.password.fill("pässe");
  await change.change.click();
  await expect(change.password).toHaveAccessibleDescription(`${HINT} A password has at least 8 characters. This has 5.`);
  await expect(change.password).toBeFocused();
  await expect(summary).toBeHidden();
  expect(sent).toHaveLength(0);
});

test("each password can be shown, and hides again when it is sent", async ({ page, people, failures }) => {
  await toProfile(page, await people.unasked());
  const change = await toChangePassword(page);
  await change.current.fill("not the password");
  await change.choose(NEW_PASSWORD);
  const shown = page.getByRole("button", { name: /^Show (current|new) password$/ });
  for (const field of [change.current, change.password]) {
    await shown.first().click();
    await expect(field).toHaveAttribute("type", "text");
  }
  await expect(shown).toHaveCount(0);
  failures.expect("/api/change_password 401");
  await change.change.click();
  await expect(change.current).toHaveAttribute("aria-invalid", "true");
  for (const field of [change.current, change.password]) await expect(field).toHaveAttribute("type", "password");
});

test("what was typed is gone from a page that the browser keeps for the back button", async ({ page, people }) => {
  await toProfile(page, await people.unasked());
  const change = await toChangePassword(page);
  await change.current.fill("something that was typed");
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await expect(change.heading).toBeHidden();
  await expect(change.current).toHaveCount(0);
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await expect(change.current).toHaveValue("");
});

test("Change Password leads back, and nothing has changed", async ({ page, people }) => {
  const profile = await toProfile(page, await people.unasked());
  const change = await toChangePassword(page);
  await change.back.click();
  await expect(profile.heading).toBeFocused();
  await expect(profile.status).toBeHidden();
});
