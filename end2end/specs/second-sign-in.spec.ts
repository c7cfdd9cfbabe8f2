import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";
import { toChallenge, toProfileWithCode } from "../pages/flows";
import { Profile } from "../pages/profile";
import { EnterPassword } from "../pages/set-up";
import { Challenge, SignIn } from "../pages/sign-in";

/** The codes that the page has sent. */
function sent(page: Page): string[] {
  const codes: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/challenge_app")) codes.push((request.postDataJSON() as { code: string }).code);
  });
  return codes;
}

test("a wrong and a used code are told apart, and after an error only the button sends", async ({ page, people, failures }) => {
  const person = await people.enrolled();
  const challenge = await toChallenge(page, person);
  const codes = sent(page);
  await expect(challenge.heading).toBeFocused();
  await expect(page).toHaveTitle("Enter the code from your authenticator app · Vestibule");
  await expect(page.getByText(`Vestibule (${person.email})`).first()).toBeVisible();
  await expect(page.getByText("We check it as soon as you enter the sixth digit.")).toBeVisible();

  const wrong = person.app.wrongCode();
  failures.expect("/api/challenge_app 422");
  await challenge.enter(wrong);
  await expect(page.getByText("That code is not right. Wait for the next one.")).toBeVisible();
  await expect(challenge.code).toBeFocused();
  await expect(challenge.code).toHaveAttribute("aria-invalid", "true");
  await expect(page).toHaveTitle("Error: Enter the code from your authenticator app · Vestibule");
  expect(codes).toEqual([wrong]);

  // The text is selected: what is typed now takes its place, and waits for the button, as the hint says.
  await expect(page.getByText("Press Continue when you have entered it.")).toBeVisible();
  const used = person.app.usedCode();
  await page.keyboard.type(used);
  await expect(challenge.code).toHaveValue(used);
  await expect(challenge.continue).toHaveText("Continue");
  expect(codes).toEqual([wrong]);
  failures.expect("/api/challenge_app 422");
  await challenge.continue.click();
  await expect(page.getByText("That code has been used. Wait for the next one.")).toBeVisible();
  expect(codes).toEqual([wrong, used]);

  const right = person.app.code();
  await challenge.code.fill(right);
  await challenge.continue.click();
  await expect(new Profile(page).heading).toBeFocused();
  expect(codes).toEqual([wrong, used, right]);
});

test("the sixth digit sends the code, once", async ({ page, people }) => {
  const person = await people.enrolled();
  const challenge = await toChallenge(page, person);
  const codes = sent(page);
  const code = person.app.code();
  // Pressing Continue meanwhile is that same request.
  await page.route("**/api/challenge_app", async (route) => {
    await expect(challenge.continue.or(page.getByRole("button", { name: "Checking…" }))).toHaveAttribute("aria-disabled", "true");
    await challenge.code.press("Enter");
    await route.continue();
  });
  await challenge.enter(code);
  await expect(new Profile(page).heading).toBeFocused();
  expect(codes).toEqual([code]);
});

test("a code pasted with a space in it is taken", async ({ page, context, people }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const person = await people.enrolled();
  const challenge = await toChallenge(page, person);
  const codes = sent(page);
  const code = person.app.code();
  await page.evaluate((text) => navigator.clipboard.writeText(text), `${code.slice(0, 3)} ${code.slice(3)}`);
  await challenge.code.press("Control+V");
  await expect(new Profile(page).heading).toBeFocused();
  expect(codes).toEqual([code]);
});

test("a wrong password and an unknown address read the same", async ({ page, people, failures }) => {
  const person = await people.unasked();
  const signIn = new SignIn(page);
  await signIn.goto();
  const sentence = page.getByText("The email address or password is not right. Try again, or reset your password.");
  const attempts = [
    { email: person.email, password: "not the password" },
    { email: "nobody@example.com", password: "not the password" },
  ];
  const said: string[] = [];
  for (const attempt of attempts) {
    failures.expect("/api/sign_in 401");
    await signIn.fillIn(attempt);
    await signIn.continue.click();
    await expect(sentence).toBeVisible();
    said.push(await sentence.innerText());
    await expect(page).toHaveTitle("Error: Sign in · Vestibule");
    await expect(signIn.email).toHaveValue(attempt.email);
    await expect(signIn.password).toHaveValue("");
    await expect(signIn.password).toBeFocused();
  }
  expect(said[0]).toBe(said[1]);
});

test("what is missing is said in a summary that leads to the fields", async ({ page }) => {
  const signIn = new SignIn(page);
  await signIn.goto();
  await signIn.continue.click();
  const summary = page.getByRole("group", { name: "There is a problem" });
  await expect(summary).toBeFocused();
  await expect(page).toHaveTitle("Error: Sign in · Vestibule");
  await summary.getByRole("link", { name: "Enter your password." }).click();
  await expect(signIn.password).toBeFocused();
  await summary.getByRole("link", { name: "Enter your email address." }).click();
  await expect(signIn.email).toBeFocused();

  // One problem alone is told at its field.
  await signIn.email.fill("anna");
  await signIn.password.fill("something");
  await signIn.continue.click();
  await expect(page.getByText("Enter an email address like name@example.com.")).toBeVisible();
  await expect(signIn.email).toBeFocused();
  await expect(summary).toBeHidden();
});

test("the password can be shown, and hides again when it is sent", async ({ page, people, failures }) => {
  const person = await people.unasked();
  const signIn = new SignIn(page);
  await signIn.goto();
  await signIn.fillIn({ ...person, password: "not the password" });
  await expect(signIn.password).toHaveAttribute("type", "password");
  await signIn.showPassword.click();
  await expect(signIn.password).toHaveAttribute("type", "text");
  await expect(page.getByText("Your password is visible")).toBeAttached();
  failures.expect("/api/sign_in 401");
  await signIn.continue.click();
  await expect(page.getByText("The email address or password is not right.")).toBeVisible();
  await expect(signIn.password).toHaveAttribute("type", "password");
});

test("the page that somebody came for is the one that they get", async ({ page, people }) => {
  const person = await people.enrolled();
  await page.goto("/profile/security/app");
  await expect(page).toHaveURL("/sign-in?return=/profile/security/app");
  const signIn = new SignIn(page);
  await signIn.fillIn(person);
  await signIn.continue.click();
  await new Challenge(page).enter(person.app.code());
  await expect(page).toHaveURL("/profile/security/app");
  await expect(new EnterPassword(page).heading).toBeFocused();
});

for (const foreign of ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example/", "javascript:alert(1)"]) {
  test(`the return address ${foreign} is dropped`, async ({ page, people }) => {
    const person = await people.enrolled();
    const challenge = await toChallenge(page, person, `/sign-in?return=${encodeURIComponent(foreign)}`);
    await challenge.enter(person.app.code());
    await expect(new Profile(page).heading).toBeVisible();
    await expect(page).toHaveURL("/profile/security");
  });
}

test("somebody who is signed in may go on or make room for somebody else", async ({ page, people }) => {
  const person = await people.enrolled();
  const profile = await toProfileWithCode(page, person);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: `Continue as ${person.name}` }).click();
  await expect(profile.heading).toBeVisible();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign Out" }).click();
  await expect(new SignIn(page).email).toHaveValue("");
});

test("too many wrong passwords make a pause, and say for how long", async ({ page, people, failures }) => {
  const person = await people.unasked();
  const signIn = new SignIn(page);
  await signIn.goto();
  for (let attempt = 0; attempt < 10; attempt += 1) {
    failures.expect("/api/sign_in 401");
    const answer = page.waitForResponse("**/api/sign_in");
    await signIn.fillIn({ ...person, password: `wrong ${attempt}` });
    await signIn.continue.click();
    await answer;
    await expect(signIn.password).toHaveValue("");
  }
  failures.expect("/api/sign_in 429");
  await signIn.fillIn(person);
  await signIn.continue.click();
  await expect(page.getByText(/^Too many attempts\. Try again in (1 minute|\d+ seconds)\.$/)).toBeVisible();
  await expect(signIn.password).toBeFocused();
});

test("too many wrong codes make a pause, and say until when", async ({ page, people, failures }) => {
  const person = await people.enrolled();
  const challenge = await toChallenge(page, person);
  const wrong = person.app.wrongCode();
  failures.expect("/api/challenge_app 422");
  await challenge.enter(wrong);
  await expect(challenge.code).toHaveAttribute("aria-invalid", "true");
  for (let attempt = 1; attempt < 5; attempt += 1) {
    failures.expect("/api/challenge_app 422");
    const answer = page.waitForResponse("**/api/challenge_app");
    await challenge.code.fill(wrong);
    await challenge.continue.click();
    await answer;
    await expect(challenge.code).toHaveAttribute("aria-invalid", "true");
  }
  failures.expect("/api/challenge_app 429");
  await challenge.code.fill(person.app.code());
  await challenge.continue.click();
  await expect(page.getByText(/^Too many wrong codes\. Try again at \d\d:\d\d\.$/)).toBeVisible();
});
