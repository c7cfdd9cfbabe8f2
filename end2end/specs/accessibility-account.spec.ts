// Every state of the pages that mailed links and codes lead to, as in accessibility.spec.ts.
import { expectAccessible } from "../fixtures/accessibility";
import { linkIn, mailAbout } from "../fixtures/mail";
import { expect, test } from "../fixtures/test";
import { ForgotPassword, NotMe } from "../pages/account";
import { LONG, resetLink, toMailedIdentity, toResetPassword } from "../pages/flows";
import { SignIn } from "../pages/sign-in";

const NEW_PASSWORD = "paper-lantern-58-fjord";
const PAUSED = {
  code: "paused",
  message: "Three links an hour are sent to one address. Try again in 60 minutes.",
  field: null,
  retry_after_s: 3_600,
};

test.describe("a forgotten password", () => {
  test("empty, with an error, sent, and sent again", async ({ page, people, mails }) => {
    const person = await people.unasked();
    const forgot = new ForgotPassword(page);
    await forgot.goto();
    await expectAccessible(page);
    await forgot.email.fill("anna");
    await forgot.send.click();
    await expect(forgot.email).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
    await forgot.ask(person.email);
    await expectAccessible(page);
    await forgot.again.click();
    await expect(page.getByText("Sent again, if it has an account.")).toBeVisible();
    await expectAccessible(page);
    await mails(person.email, 2);
  });

  test("paused, at the first time and at the next", async ({ page, people, failures }) => {
    const person = await people.unasked();
    const forgot = new ForgotPassword(page);
    await forgot.goto();
    await page.route("**/api/request_password_reset", (route) => route.fulfill({ status: 429, json: PAUSED }));
    failures.expect("/api/request_password_reset 429");
    await forgot.email.fill(person.email);
    await forgot.send.click();
    await expect(forgot.email).toHaveAccessibleDescription(PAUSED.message);
    await expectAccessible(page);
    await page.unroute("**/api/request_password_reset");
    await forgot.ask(person.email);
    await page.route("**/api/request_password_reset", (route) => route.fulfill({ status: 429, json: PAUSED }));
    failures.expect("/api/request_password_reset 429");
    await forgot.again.click();
    await expect(page.getByText(PAUSED.message)).toBeVisible();
    await expectAccessible(page);
  });
});

test.describe("a new password", () => {
  test("the form, and each step of the meter", async ({ page, people, mails }) => {
    const reset = await toResetPassword(page, await resetLink(await people.unasked(), people, mails));
    await expectAccessible(page);
    await reset.choose("moss", "At least 8 characters");
    await expectAccessible(page);
    for (const [score, words] of [
      "Many people use this password. Choose another.",
      "Weak: easily guessed.",
      "Fair. A few more words make it stronger.",
      "Good.",
      "Strong.",
    ].entries()) {
      await page.route("**/api/password_strength", (route) => route.fulfill({ json: { score, words } }));
      await reset.choose(`velvet moss ${score}`, words);
      await expectAccessible(page);
    }
  });

  test("refused, and done", async ({ page, people, mails, failures }) => {
    const reset = await toResetPassword(page, await resetLink(await people.unasked(), people, mails));
    failures.expect("/api/reset_password 422");
    await reset.choose("password123", "Many people use this password. Choose another.");
    await reset.change.click();
    await expect(reset.password).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
    await reset.choose(NEW_PASSWORD);
    await reset.change.click();
    await expect(new SignIn(page).notice).toBeVisible();
    await expectAccessible(page);
  });

  test("a link that works no longer", async ({ page }) => {
    await page.goto("/reset-password");
    await expect(page.getByRole("link", { name: "Send a New Link" })).toBeVisible();
    await expectAccessible(page);
  });
});

test("a sign-in that is blocked", async ({ page, people, failures }) => {
  const signIn = new SignIn(page);
  await signIn.goto();
  const message =
    "Sign-in to this account is blocked, because its owner reported a set-up that was not theirs. " +
    "Ask your company's administrator or help@example.com to reset its two-factor authentication.";
  const answer = { code: "suspended", message, field: null, retry_after_s: null };
  await page.route("**/api/sign_in", (route) => route.fulfill({ status: 403, json: answer }));
  failures.expect("/api/sign_in 403");
  await signIn.fillIn(await people.unasked());
  await signIn.continue.click();
  await expect(page.getByText(message)).toBeVisible();
  await expectAccessible(page);
});

test("This Wasn't Me: the question, done, and a link that works no longer", async ({ page, people, mails }) => {
  const told = await mails((await people.enrolled()).email, 2);
  await page.goto(linkIn(mailAbout(told, "Authenticator app added"), "This Wasn't Me"));
  const notMe = new NotMe(page);
  await expect(notMe.heading).toBeVisible();
  await expectAccessible(page);
  await notMe.press.click();
  await expect(notMe.blocked).toBeVisible();
  await expectAccessible(page);
  await page.reload();
  await expect(notMe.gone).toBeVisible();
  await expectAccessible(page);
});

test("a mailed link that cannot be looked at", async ({ page, failures }) => {
  await page.route("**/api/link", (route) => route.abort("internetdisconnected"));
  failures.expect("/api/link net::ERR_INTERNET_DISCONNECTED");
  await page.goto(`/reset-password#${"A".repeat(43)}`);
  await expect(page.getByRole("heading", { name: "This page could not be loaded" })).toBeVisible();
  await expectAccessible(page);
});

test.describe("a code that is mailed", () => {
  test.use({ ownServer: true });

  test("before it is sent, sent, wrong, too old, and sent a moment ago", async ({ page, people, server, mails, failures }) => {
    const person = await people.asked();
    await server.advance(LONG);
    const identity = await toMailedIdentity(page, person);
    await expectAccessible(page);
    await identity.send.click();
    await expect(identity.code).toBeFocused();
    await expect(identity.again).toHaveAttribute("aria-disabled", "true");
    await expectAccessible(page);
    const [mail] = await mails(person.email, 1);
    failures.expect("/api/confirm_identity 422");
    await identity.enter(mail.body.includes("000 000") ? "000001" : "000000");
    await expect(page.getByText("That code is not right. Check the newest message.")).toBeVisible();
    await expectAccessible(page);
    const tooOld = { code: "expired_code", message: "That code no longer works. Send a new one.", field: "code", retry_after_s: null };
    await page.route("**/api/confirm_identity", (route) => route.fulfill({ status: 422, json: tooOld }));
    failures.expect("/api/confirm_identity 422");
    await identity.enter("123456");
    await expect(page.getByText(tooOld.message)).toBeVisible();
    await expectAccessible(page);
    await server.advance(60);
    await page.reload();
    await expect(identity.again).toHaveText("Send Again");
    await identity.again.click();
    await expect(page.getByText("Sent again. Codes sent earlier still work until they expire.")).toBeVisible();
    await expectAccessible(page);
  });
});
