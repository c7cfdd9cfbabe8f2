import { linkIn, type Mail, mailAbout } from "../fixtures/mail";
import type { Enrolled } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { ChangePassword, NotMe } from "../pages/account";
import { toIdentity, toProfileWithCode } from "../pages/flows";
import { Profile } from "../pages/profile";
import { Method, Required, SaveCode, SecureAccount } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

const BLOCKED =
  "Sign-in to this account is blocked, because its owner reported a set-up that was not theirs. " +
  "Ask your company's administrator to reset its two-factor authentication.";

/** Where This Wasn't Me in the mail about a first app leads. */
function notMeLink(mails: readonly Mail[]): string {
  return linkIn(mailAbout(mails, "Authenticator app added"), "This Wasn't Me");
}

test("the mail about a first app carries This Wasn't Me, and opening it changes nothing", async ({ page, people, mails, otherBrowser }) => {
  const person = await people.enrolled();
  const told = await mails(person.email, 2);
  const link = notMeLink(told);
  const others = mailAbout(told, "New recovery code saved");
  for (const text of [others.body, others.html]) expect(text).not.toContain("This Wasn't Me");

  const profile = await toProfileWithCode(page, person);
  const elsewhere = await (await otherBrowser()).newPage();
  const notMe = new NotMe(elsewhere);
  for (const open of [(): Promise<unknown> => elsewhere.goto(link), (): Promise<unknown> => elsewhere.reload()]) {
    await open();
    await expect(notMe.heading).toBeFocused();
    await expect(elsewhere).toHaveTitle("Was this you? · Vestibule");
    await expect(elsewhere.getByText(`Two-factor authentication was set up for ${person.email}.`)).toBeVisible();
  }
  await expect(elsewhere.getByText("Nothing is removed.")).toBeVisible();
  await notMe.itWasMe.click();
  await expect(new SignIn(elsewhere).heading).toBeFocused();
  await page.reload();
  await profile.expectWhole();
});

test("pressing it signs every device out and blocks sign-in, until a reset leads back in", async ({
  page,
  people,
  server,
  mails,
  failures,
  otherBrowser,
}) => {
  const person = await people.enrolled();
  const link = notMeLink(await mails(person.email, 2));
  const profile = await toProfileWithCode(page, person);
  const elsewhere = await (await otherBrowser()).newPage();
  const notMe = new NotMe(elsewhere);
  await elsewhere.goto(link);
  await notMe.press.click();
  await expect(notMe.blocked).toBeFocused();
  await expect(elsewhere).toHaveTitle("Sign-in is blocked · Vestibule");
  await expect(elsewhere.getByText(`Every session of ${person.email} has ended, and nobody can sign in to it.`)).toBeVisible();
  await expect(elsewhere.getByRole("listitem")).toHaveCount(3);
  // Of the set-up, the first browser, and this.
  mailAbout(await mails(person.email, 4), "Sign-in blocked");

  failures.expect("/api/app_set_up 401");
  await profile.changeApp.click();
  const signIn = new SignIn(page);
  await expect(signIn.heading).toBeVisible();
  await expect(page.getByText("You were signed out, and sign-in is blocked, because This Wasn't Me was pressed")).toBeVisible();
  // Only whoever knows the password learns of it.
  failures.expect("/api/sign_in 401");
  await signIn.fillIn({ ...person, password: "not the password" });
  await signIn.continue.click();
  await expect(page.getByText("The email address or password is not right.")).toBeVisible();
  failures.expect("/api/sign_in 403");
  await signIn.password.fill(person.password);
  await signIn.continue.click();
  await expect(page.getByRole("status").filter({ hasText: BLOCKED })).toBeVisible();
  await expect(signIn.email).toHaveValue(person.email);
  await expect(signIn.password).toHaveValue("");
  await expect(page.getByRole("button", { name: "Try Again" }), "it would not help").toBeHidden();

  const code = await people.reset(person);
  await (await toIdentity(page, person)).enter(code);
  const required = new Required(page);
  await expect(required.heading).toBeFocused();
  await required.setUpNow.click();
  await new Method(page).continue.click();
  const secure = new SecureAccount(page);
  const app = await secure.addToApp(server);
  await secure.enter(app.code());
  await new SaveCode(page).confirm();
  await profile.expectWhole();
  const returned: Enrolled = { ...person, app };
  await profile.leave();
  await expect(signIn.heading).toBeVisible();
  await toProfileWithCode(page, returned);
});

test("the link works once, and leads on when it does not", async ({ page, people, mails, failures }) => {
  const person = await people.enrolled();
  const link = notMeLink(await mails(person.email, 2));
  const notMe = new NotMe(page);
  await page.goto(link);
  await notMe.press.click();
  await expect(notMe.blocked).toBeVisible();
  // It is out of the address, and so of the history.
  await expect(page).toHaveURL("/not-me");
  await page.reload();
  await expect(notMe.gone).toBeFocused();
  for (const address of [link, `/not-me#${"A".repeat(43)}`]) {
    failures.expect("/api/link 410");
    const answer = page.waitForResponse("**/api/link");
    await page.goto(address);
    await answer;
    await expect(notMe.gone).toBeFocused();
  }
  await expect(page.getByText("If you can't, ask your administrator, or whoever supports you, to reset your two-factor authentication.")).toBeVisible();
  await page.getByRole("link", { name: "Go to sign-in" }).click();
  await expect(new SignIn(page).heading).toBeFocused();
});

test("a link that is used meanwhile in another tab says so", async ({ page, context, people, mails, failures }) => {
  const person = await people.enrolled();
  const link = notMeLink(await mails(person.email, 2));
  const [first, second] = [new NotMe(page), new NotMe(await context.newPage())];
  for (const notMe of [first, second]) {
    await notMe.page.goto(link);
    await expect(notMe.heading).toBeVisible();
  }
  await first.press.click();
  await expect(first.blocked).toBeVisible();
  failures.expect("/api/not_me 410");
  await second.press.click();
  await expect(second.gone).toBeFocused();
});

test("whoever opens an old link while signed in is led to Change Password", async ({ page, people }) => {
  await toProfileWithCode(page, await people.enrolled());
  await page.goto("/not-me");
  const notMe = new NotMe(page);
  await expect(notMe.gone).toBeFocused();
  await page.getByRole("link", { name: "change your password" }).click();
  await expect(new ChangePassword(page).heading).toBeFocused();
});

test("whoever presses it where they are signed in is signed out there too", async ({ page, people, mails }) => {
  const person = await people.enrolled();
  const link = notMeLink(await mails(person.email, 2));
  await toProfileWithCode(page, person);
  await page.goto(link);
  const notMe = new NotMe(page);
  await notMe.press.click();
  await expect(notMe.blocked).toBeFocused();
  await page.goto("/profile/security");
  await expect(new SignIn(page).heading).toBeVisible();
  await expect(new Profile(page).heading).toBeHidden();
  await expect(page.getByText("sign-in is blocked, because This Wasn't Me was pressed")).toBeVisible();
});

test.describe("as time passes", () => {
  test.use({ ownServer: true });

  test("the link works for seven days", async ({ page, people, server, mails, failures }) => {
    const link = notMeLink(await mails((await people.enrolled()).email, 2));
    const notMe = new NotMe(page);
    await server.advance(7 * 86_400 - 60);
    await page.goto(link);
    await expect(notMe.heading).toBeVisible();
    await server.advance(60);
    failures.expect("/api/link 410");
    await page.reload();
    await expect(notMe.gone).toBeVisible();
  });
});
