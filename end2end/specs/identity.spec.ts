// A set-up that is forced on an account that was not used for long. The code that is handed over in person is in
// recovery-help.spec.ts.
import { type Mail, mailAbout } from "../fixtures/mail";
import { PASSED } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { holdTime, pass } from "../fixtures/time";
import { LONG, toMailedIdentity } from "../pages/flows";
import { Profile } from "../pages/profile";
import { Help, type MailedIdentity } from "../pages/recovery";
import { Method, Required, SaveCode, SecureAccount } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

test.use({ ownServer: true });

/** The code in a mail, as it stands there. */
function codeIn(mail: Mail): string {
  const code = /^\s*(\d{3} \d{3})$/m.exec(mail.body)?.[1];
  if (code === undefined || !mail.html.includes(code)) throw new Error(`No code in ${JSON.stringify(mail)}`);
  return code;
}

function otherThan(code: string): string {
  return code === "000 000" ? "000001" : "000000";
}

/** Sends a code; the field for it has the focus. */
async function send(identity: MailedIdentity): Promise<void> {
  await identity.send.click();
  await expect(identity.code).toBeFocused();
}

function sentTo(email: string): RegExp {
  return new RegExp(`^We sent a code to ${email} at \\d\\d:\\d\\d\\. It works for 15 minutes\\.$`);
}

test("a set-up of an account that was not used for long asks for a mailed code", async ({ page, people, server, mails, failures }) => {
  const person = await people.asked();
  await server.advance(LONG);
  const identity = await toMailedIdentity(page, person);
  await expect(identity.heading).toBeFocused();
  await expect(page).toHaveURL("/sign-in/identity");
  await expect(page).toHaveTitle("Confirm that it is you · Vestibule");
  await expect(page.getByText("Your account has not been used for a long time")).toBeVisible();
  await expect(page.getByText(`We mail a 6-digit code to ${person.email}.`)).toBeVisible();
  await expect(identity.code).toBeHidden();
  for (const address of ["/sign-in/required", "/sign-in/app", "/profile/security"]) {
    await page.goto(address);
    await expect(identity.heading).toBeVisible();
  }
  // Nothing was mailed by looking at the page.
  await send(identity);
  await expect(page.getByText("Code sent", { exact: true })).toBeAttached();
  const mail = mailAbout(await mails(person.email, 1), "Your code");
  const code = codeIn(mail);
  expect(mail.body).toContain("It works for 15 minutes, in the browser that asked for it.");
  await expect(page.getByText(sentTo(person.email))).toBeVisible();
  await expect(identity.again).toHaveText(/^Send again in (1:00|0:\d\d)$/);
  await expect(identity.again).toHaveAttribute("aria-disabled", "true");

  // A refresh keeps the field, and how long there is to wait.
  await page.reload();
  await expect(page.getByText(sentTo(person.email))).toBeVisible();
  await expect(identity.send).toBeHidden();
  await expect(identity.again).toHaveText(/^Send again in (1:00|0:\d\d)$/);

  // Only the button sends the code.
  await identity.code.pressSequentially("12345");
  await identity.continue.click();
  await expect(page.getByText("Enter the 6 digits of the code.")).toBeVisible();
  failures.expect("/api/confirm_identity 422");
  await identity.enter(otherThan(code));
  await expect(page.getByText("That code is not right. Check the newest message.")).toBeVisible();
  await expect(identity.code).toBeFocused();
  await expect(identity.code).toHaveAttribute("aria-invalid", "true");
  await expect(page).toHaveTitle("Error: Confirm that it is you · Vestibule");
  await identity.enter(code);

  const required = new Required(page);
  await expect(required.heading).toBeFocused();
  await expect(page.getByText(`Harbour Build has required this since ${PASSED.day}.`)).toBeVisible();
  await required.setUpNow.click();
  await new Method(page).continue.click();
  const secure = new SecureAccount(page);
  await secure.enter((await secure.addToApp(server)).code());
  await new SaveCode(page).confirm();
  await expect(new Profile(page).section("Authenticator app")).toContainText("On");
});

test("another code can be sent after a minute, and the first one still works", async ({ page, people, server, mails }) => {
  await holdTime(page);
  const person = await people.asked();
  await server.advance(LONG);
  const identity = await toMailedIdentity(page, person);
  await send(identity);
  const first = codeIn(mailAbout(await mails(person.email, 1), "Your code"));
  await expect(identity.again).toHaveText(/^Send again in/);
  await pass(60, server, page);
  await expect(identity.again).toHaveText("Send Again");
  await expect(identity.again).not.toHaveAttribute("aria-disabled");
  await expect(page.getByText("You can send again now.")).toBeAttached();
  await identity.again.click();
  await expect(page.getByText("Sent again. Codes sent earlier still work until they expire.")).toBeVisible();
  // Each wait is longer.
  await expect(identity.again).toHaveText(/^Send again in (2:00|1:\d\d)$/);
  await mails(person.email, 2);
  await identity.enter(first);
  await expect(new Required(page).heading).toBeVisible();
});

test("a code of another sign-in does not work here", async ({ page, people, server, mails, failures, otherBrowser }) => {
  const person = await people.asked();
  await server.advance(LONG);
  const identity = await toMailedIdentity(page, person);
  await send(identity);
  const code = codeIn(mailAbout(await mails(person.email, 1), "Your code"));
  const elsewhere = await (await otherBrowser()).newPage();
  const other = await toMailedIdentity(elsewhere, person);
  // Nor is another sign-in a way around the wait.
  failures.expect("/api/send_mailed_code 429");
  await other.send.click();
  await expect(elsewhere.getByText(/^A code was sent a moment ago\. Try again in (1 minute|\d+ seconds)\.$/)).toBeVisible();
  await server.advance(60);
  await send(other);
  failures.expect("/api/confirm_identity 422");
  await other.enter(code);
  await expect(elsewhere.getByText("That code is not right. Check the newest message.")).toBeVisible();
  await identity.enter(code);
  await expect(new Required(page).heading).toBeVisible();
});

test("five wrong codes end the code, and a new one is the way on", async ({ page, people, server, mails, failures }) => {
  await holdTime(page);
  const person = await people.asked();
  await server.advance(LONG);
  const identity = await toMailedIdentity(page, person);
  await send(identity);
  const wrong = otherThan(codeIn(mailAbout(await mails(person.email, 1), "Your code")));
  for (let attempt = 0; attempt < 5; attempt += 1) {
    failures.expect("/api/confirm_identity 422");
    const answer = page.waitForResponse("**/api/confirm_identity");
    await identity.enter(wrong);
    await answer;
    await expect(identity.code).toHaveAttribute("aria-invalid", "true");
  }
  await expect(page.getByText("That code no longer works. Send a new one.")).toBeVisible();
  await pass(60, server, page);
  await identity.again.click();
  // The third wrong one was told; a code that works for minutes may arrive before what was told earlier.
  const all = await mails(person.email, 3);
  const warning = mailAbout(all, "Somebody entered your password, then wrong codes");
  expect(warning.to).toBe(person.email);
  const [, newest] = all.filter((mail) => mail !== warning);
  await identity.enter(codeIn(newest));
  await expect(new Required(page).heading).toBeVisible();
});

test("who cannot read that mail is told who can help, and can make room", async ({ page, people, server }) => {
  const company = await people.company("Harbour Build", { requires: PASSED.from });
  await people.member([company], { admin: true, name: "Bo Lind" });
  const person = await people.member([company]);
  await server.advance(LONG);
  const identity = await toMailedIdentity(page, person);
  await identity.help.click();
  const help = new Help(page);
  await expect(help.heading).toBeFocused();
  await expect(help.administrators).toHaveCount(1);
  await expect(page.getByText("I can't read the code that is mailed to me.")).toBeVisible();
  await help.back.click();
  await expect(identity.heading).toBeFocused();
  await identity.leave.click();
  await expect(new SignIn(page).email).toHaveValue("");
});

test("a code that could not be sent says so, and can be sent then", async ({ page, people, server, mails, failures }) => {
  const person = await people.asked();
  await server.advance(LONG);
  const identity = await toMailedIdentity(page, person);
  await page.route("**/api/send_mailed_code", (route) => route.abort("internetdisconnected"));
  failures.expect("/api/send_mailed_code net::ERR_INTERNET_DISCONNECTED");
  await identity.send.click();
  await expect(page.getByText("No connection.")).toBeVisible();
  await expect(identity.send).toBeFocused();
  await page.unroute("**/api/send_mailed_code");
  await send(identity);
  await mails(person.email, 1);
});
