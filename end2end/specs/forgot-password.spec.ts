import { randomUUID } from "node:crypto";

import { linkIn, mailAbout } from "../fixtures/mail";
import { expect, test } from "../fixtures/test";
import { holdTime, pass } from "../fixtures/time";
import { ForgotPassword, ResetPassword } from "../pages/account";
import { resetLink, toProfile, toResetPassword } from "../pages/flows";
import { Profile } from "../pages/profile";
import { Challenge, SignIn } from "../pages/sign-in";

const HOUR = 3_600;
const NEW_PASSWORD = "paper-lantern-58-fjord";
const COMMON = "Many people use this password. Choose another.";
const ON_ITS_WAY = "If it has an account, a link is on its way. It works once, for one hour.";

test("a mailed link sets a new password, and the second step is still asked", async ({ page, people, mails, failures }) => {
  const person = await people.enrolled();
  const signIn = new SignIn(page);
  await signIn.goto();
  await signIn.email.fill(person.email);
  await signIn.forgot.click();

  const forgot = new ForgotPassword(page);
  await expect(forgot.heading).toBeFocused();
  await expect(page).toHaveURL("/forgot-password");
  await expect(page).toHaveTitle("Reset your password · Vestibule");
  await expect(forgot.email).toHaveValue(person.email);
  await forgot.send.click();
  await expect(forgot.sent).toBeFocused();
  await expect(page).toHaveTitle("Check your email · Vestibule");
  const main = page.getByRole("main");
  await expect(main.getByText(person.email)).toBeVisible();
  await expect(main.getByText(ON_ITS_WAY)).toBeVisible();
  await expect(main.getByText("Look in your spam folder too.")).toBeVisible();

  // Two mails are of the set-up.
  const mail = mailAbout(await mails(person.email, 3), "Set a new password");
  expect(mail.body).toContain("The link works once, for one hour.");
  const link = linkIn(mail, "Set a New Password");
  const reset = new ResetPassword(page);
  // Opening it spends nothing.
  for (const open of [(): Promise<unknown> => page.goto(link), (): Promise<unknown> => page.reload()]) {
    await open();
    await expect(reset.heading).toBeFocused();
    await expect(page).toHaveTitle("Choose a new password · Vestibule");
    await expect(page.getByText(`For ${person.email}. You are signed out on every device.`)).toBeVisible();
  }
  await expect(page.getByText("If someone told you to do this, stop.")).toBeVisible();
  for (const [typed, words] of [
    ["moss", "At least 8 characters"],
    ["password123", COMMON],
    ["annaberg1987", "A password made of your name, your company's or ours is easy to guess. Choose another."],
    [NEW_PASSWORD, "Strong."],
  ] as const) {
    await reset.choose(typed, words);
  }
  await reset.change.click();

  await expect(signIn.notice).toHaveText("Password changed. Sign in with it.");
  await expect(signIn.notice).toBeFocused();
  await expect(page).toHaveURL("/sign-in");
  await expect(signIn.email).toHaveValue(person.email);
  failures.expect("/api/sign_in 401");
  await signIn.password.fill(person.password);
  await signIn.continue.click();
  await expect(page.getByText("The email address or password is not right. Try again, or reset your password.")).toBeVisible();
  await signIn.password.fill(NEW_PASSWORD);
  await signIn.continue.click();
  await new Challenge(page).enter(person.app.code());
  await expect(new Profile(page).section("Password")).toContainText("Changed today");
  // Of the set-up, the link, the new password and this browser.
  mailAbout(await mails(person.email, 5), "Password changed");
});

test("a used link and a made-up one show the way to another", async ({ page, people, mails, failures }) => {
  const person = await people.unasked();
  const link = await resetLink(person, people, mails);
  const reset = await toResetPassword(page, link);
  await reset.choose(NEW_PASSWORD);
  await reset.change.click();
  await expect(new SignIn(page).notice).toBeVisible();
  for (const address of [link, `/reset-password#${"A".repeat(43)}`]) {
    failures.expect("/api/link 410");
    await page.goto(address);
    await expect(reset.gone).toBeFocused();
    await expect(page).toHaveTitle("This link has been used or is older than an hour. · Vestibule");
    await reset.sendNew.click();
    await expect(new ForgotPassword(page).heading).toBeFocused();
  }
  // An address without its end is no link at all.
  await page.goto("/reset-password");
  await expect(reset.gone).toBeFocused();
});

test("a form whose link is used meanwhile in another tab says so", async ({ page, context, people, mails, failures }) => {
  const person = await people.unasked();
  const link = await resetLink(person, people, mails);
  const first = await toResetPassword(page, link);
  const second = await toResetPassword(await context.newPage(), link);
  for (const reset of [first, second]) await reset.choose(NEW_PASSWORD);
  await first.change.click();
  await expect(new SignIn(page).notice).toBeVisible();
  failures.expect("/api/reset_password 410");
  await second.change.click();
  await expect(second.gone).toBeFocused();
});

test("an address that nobody has looks the same", async ({ page, people, mails }) => {
  const person = await people.unasked();
  const forgot = new ForgotPassword(page);
  const shown: string[] = [];
  for (const email of [person.email, `nobody-${randomUUID()}@example.com`]) {
    await forgot.goto();
    await forgot.ask(email);
    shown.push((await page.getByRole("main").innerText()).replace(email, "the address"));
  }
  expect(shown[0]).toBe(shown[1]);
  await mails(person.email, 1);
});

test("an address that is none is told at its field, and one that was mistyped can be mended", async ({ page, people, mails }) => {
  const person = await people.unasked();
  const forgot = new ForgotPassword(page);
  await forgot.goto();
  for (const [typed, said] of [
    ["", "Enter your email address."],
    ["anna", "Enter an email address like name@example.com."],
  ] as const) {
    await forgot.email.fill(typed);
    await forgot.send.click();
    await expect(forgot.email).toHaveAccessibleDescription(said);
    await expect(forgot.email).toBeFocused();
    await expect(forgot.email).toHaveAttribute("aria-invalid", "true");
    await expect(page).toHaveTitle("Error: Reset your password · Vestibule");
  }
  const mistyped = `x${person.email}`;
  await forgot.ask(mistyped);
  await forgot.otherAddress.click();
  await expect(forgot.heading).toBeFocused();
  await expect(forgot.email).toHaveValue(mistyped);
  await forgot.ask(person.email);
  await mails(person.email, 1);
  await forgot.back.click();
  const signIn = new SignIn(page);
  await expect(signIn.heading).toBeFocused();
  await expect(signIn.email).toHaveValue(person.email);
});

test("a password that is refused is told at its field, and the link still works", async ({ page, people, mails, failures }) => {
  const person = await people.unasked();
  const reset = await toResetPassword(page, await resetLink(person, people, mails));
  for (const [typed, said] of [
    ["", "Enter a new password."],
    ["pässe", "A password has at least 8 characters. This has 5."],
  ] as const) {
    await reset.password.fill(typed);
    await reset.change.click();
    await expect(reset.password).toHaveAccessibleDescription(`At least 8 characters. Any characters, spaces too. ${said}`);
    await expect(reset.password).toBeFocused();
  }
  failures.expect("/api/reset_password 422");
  await reset.choose("password123", COMMON);
  await reset.change.click();
  await expect(reset.password).toHaveAttribute("aria-invalid", "true");
  await expect(reset.password).toHaveAccessibleDescription(`At least 8 characters. Any characters, spaces too. ${COMMON}`);
  await expect(reset.password).toBeFocused();
  await expect(page).toHaveTitle("Error: Choose a new password · Vestibule");
  await reset.choose(NEW_PASSWORD);
  await reset.change.click();
  const signIn = new SignIn(page);
  await expect(signIn.notice).toBeVisible();
  await signIn.password.fill(NEW_PASSWORD);
  await signIn.continue.click();
  await expect(new Profile(page).heading).toBeVisible();
});

test("a new password signs out whoever is signed in, and tells them why", async ({ page, people, mails, failures, otherBrowser }) => {
  const person = await people.unasked();
  const profile = await toProfile(page, person);
  const elsewhere = await (await otherBrowser()).newPage();
  const reset = await toResetPassword(elsewhere, await resetLink(person, people, mails));
  await reset.choose(NEW_PASSWORD);
  await reset.change.click();
  await expect(new SignIn(elsewhere).notice).toBeVisible();
  failures.expect("/api/app_set_up 401");
  await profile.addApp.click();
  await expect(new SignIn(page).heading).toBeVisible();
  await expect(page.getByText("your password or an authentication method was changed elsewhere")).toBeVisible();
});

test("whoever is signed in where the link is opened is signed out too", async ({ page, people, mails }) => {
  const person = await people.unasked();
  await toProfile(page, person);
  const reset = await toResetPassword(page, await resetLink(person, people, mails));
  await reset.choose(NEW_PASSWORD);
  await reset.change.click();
  const signIn = new SignIn(page);
  await expect(signIn.notice).toHaveText("Password changed. Sign in with it.");
  await expect(signIn.email).toHaveValue(person.email);
  await page.goto("/profile/security");
  await expect(signIn.heading).toBeVisible();
  await expect(new Profile(page).heading).toBeHidden();
});

test.describe("as time passes", () => {
  test.use({ ownServer: true });

  test("three links an hour are sent to one address, and the page says when it can be another", async ({
    page,
    people,
    server,
    mails,
    failures,
  }) => {
    await holdTime(page);
    const person = await people.unasked();
    const forgot = new ForgotPassword(page);
    await forgot.goto();
    await forgot.ask(person.email);
    const sentAgain = page.getByText("Sent again, if it has an account.");
    for (const count of [2, 3]) {
      await forgot.again.click();
      await expect(sentAgain).toBeVisible();
      await mails(person.email, count);
    }
    failures.expect("/api/request_password_reset 429");
    await forgot.again.click();
    await expect(page.getByText("Three links an hour are sent to one address. Try again in 60 minutes.")).toBeVisible();
    await expect(sentAgain).toBeHidden();
    await expect(forgot.again).toHaveText(/^Send again in (60:00|59:\d\d)$/);
    await expect(forgot.again).toHaveAttribute("aria-disabled", "true");
    await pass(HOUR, server, page);
    await expect(forgot.again).toHaveText("Send Again");
    await forgot.again.click();
    await expect(sentAgain).toBeVisible();
    await mails(person.email, 4);
  });

  test("a link works for an hour", async ({ page, people, server, mails, failures }) => {
    const link = await resetLink(await people.unasked(), people, mails);
    await server.advance(HOUR - 60);
    const reset = await toResetPassword(page, link);
    await server.advance(60);
    failures.expect("/api/link 410");
    await page.reload();
    await expect(reset.gone).toBeVisible();
  });
});
