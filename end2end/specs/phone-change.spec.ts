// Changing and removing a phone number, in the profile.
import { expect, test } from "../fixtures/test";
import { codeIn, NEW_NUMBER, NUMBER, otherCode } from "../fixtures/texts";
import { holdTime, pass } from "../fixtures/time";
import { toProfileWithText, toProvePhone } from "../pages/flows";
import { ChooseMethod, ConfirmNumber, EnterNumber, ProvePhone, TextStepUp } from "../pages/phone";
import { Profile, removePhone, StepUp } from "../pages/profile";
import { UseRecoveryCode } from "../pages/recovery";
import { EnterPassword, ProveApp, SaveCode } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

test.use({ ownServer: true });

/** Longer than the proof of a sign-in holds. */
const LATER = 6 * 60;

test("a change asks for a code of the present number first, which goes on working until the new one is confirmed", async ({
  page,
  people,
  server,
  texts,
  failures,
  mails,
  otherBrowser,
}) => {
  const person = await people.withPhone();
  const profile = await toProfileWithText(page, person, texts);
  const elsewhere = await (await otherBrowser()).newPage();
  await server.advance(LATER);
  await toProfileWithText(elsewhere, person, texts, 2);
  await server.advance(LATER);

  await profile.changePhone.click();
  const password = new EnterPassword(page);
  await expect(page.getByText(`Continue also texts a code to your present number, ending ${NUMBER.ending}.`)).toBeVisible();
  await password.enter(person.password);
  const prove = new ProvePhone(page);
  await expect(prove.heading).toBeFocused();
  await expect(prove.sent).toContainText(`to the number ending ${NUMBER.ending}`);
  await expect(page.getByText(NUMBER.whole)).toBeHidden();
  const code = codeIn((await texts(NUMBER.whole, 4)).at(-1));
  failures.expect("/api/prove_phone 422");
  await prove.enter(otherCode(code));
  await expect(page.getByText("That code is not right. Check the newest message.")).toBeVisible();
  await prove.enter(code);

  const enter = new EnterNumber(page, "Change");
  await expect(enter.heading).toBeFocused();
  await expect(page.getByText("The present one works until the new one is confirmed.")).toBeVisible();
  await enter.enter(NEW_NUMBER);
  const [sent] = await texts(NEW_NUMBER.whole, 1);
  await new ConfirmNumber(page).enter(codeIn(sent));
  await new SaveCode(page).confirm();
  await expect(profile.status).toHaveText("Phone number changed. Other devices were signed out.");
  await expect(profile.section("Phone number")).toContainText(`Number ending ${NEW_NUMBER.ending}`);

  // The old number is told, and the address; the other device is signed out.
  const told = (await texts(NUMBER.whole, 5)).at(-1);
  expect(told?.body).toContain("this number no longer confirms your sign-in");
  const notices = await mails(person.email, 6);
  expect(notices.map((mail) => mail.subject)).toContain("Vestibule: Phone number changed");
  await elsewhere.reload();
  await expect(new SignIn(elsewhere).heading).toBeVisible();
});

test("who gets no codes at the present number proves it with the app", async ({ page, people, server, texts }) => {
  const person = await people.withBoth();
  await server.advance(60);
  await new SignIn(page).signIn(person);
  const choose = new ChooseMethod(page);
  await choose.app.check();
  await choose.continue.click();
  await page.getByRole("textbox", { name: "6-digit code" }).fill(person.app.code());
  await new Profile(page).expectWhole();
  await server.advance(LATER);
  const prove = await toProvePhone(page, person);
  await prove.noCodes.click();
  const app = new ProveApp(page);
  await expect(app.code).toBeFocused();
  await app.enter(person.app.code());
  const enter = new EnterNumber(page, "Change");
  await expect(enter.heading).toBeFocused();
  await server.advance(60); // the code that was sent to the present number was not used
  await enter.enter(NEW_NUMBER);
  await new ConfirmNumber(page).enter(codeIn((await texts(NEW_NUMBER.whole, 1))[0]));
  await new SaveCode(page).confirm();
  await expect(new Profile(page).status).toHaveText("Phone number changed. Other devices were signed out.");
});

test("who has no app proves it with the recovery code, and sets up a new number", async ({ page, people, server, texts }) => {
  const person = await people.withPhone();
  await toProfileWithText(page, person, texts);
  await server.advance(LATER);
  const prove = await toProvePhone(page, person);
  await prove.noCodes.click();
  await expect(page.getByRole("textbox", { name: "Recovery code" })).toBeFocused();
  const recovery = new UseRecoveryCode(page);
  await recovery.enter(person.recoveryCode);
  const enter = new EnterNumber(page, "Change");
  await expect(enter.heading).toBeVisible();
  await server.advance(60); // the code that was sent to the present number was not used
  await enter.enter(NEW_NUMBER);
  await new ConfirmNumber(page).enter(codeIn((await texts(NEW_NUMBER.whole, 1))[0]));
  await expect(page.getByText("Your new phone number is set up.")).toBeVisible();
});

test("another code to the present number is sent after a pause", async ({ page, people, server, texts }) => {
  await holdTime(page);
  const person = await people.withPhone();
  await toProfileWithText(page, person, texts);
  await pass(LATER, server, page);
  const prove = await toProvePhone(page, person);
  const first = codeIn((await texts(NUMBER.whole, 3)).at(-1));
  await expect(prove.again).toHaveAttribute("aria-disabled", "true");
  await pass(61, server, page);
  await prove.sendAgain();
  const second = codeIn((await texts(NUMBER.whole, 4)).at(-1));
  expect(second).not.toBe(first);
  await prove.enter(second);
  await expect(new EnterNumber(page, "Change").heading).toBeFocused();
});

test("a number that no company requires is removed, after a question and a code", async ({ page, people, server, texts, failures }) => {
  const company = await people.company("Harbour Build", { requires: "2025-03-04T09:00", voluntary: true });
  const person = await people.withPhone(await people.member([company]));
  await people.free(company);
  const profile = await toProfileWithText(page, person, texts);
  await server.advance(LATER);

  await profile.removePhone.click();
  const question = removePhone(page);
  await expect(question.keep).toBeFocused();
  failures.expect("/api/remove_method 403");
  await question.act.click();
  const dialog = new StepUp(page, "remove your phone number");
  await dialog.enterPassword(person.password);
  const text = new TextStepUp(dialog.dialog);
  // Nothing is sent because the dialog is open.
  await expect(text.send).toBeFocused();
  await texts(NUMBER.whole, 2);
  await text.send.click();
  await expect(text.code).toBeFocused();
  await text.enter(codeIn((await texts(NUMBER.whole, 3)).at(-1)));
  await expect(profile.status).toHaveText("Phone number removed. Other devices were signed out.");
  await expect(profile.status).toBeFocused();
  await expect(profile.section("Phone number")).toContainText("Not set up");
});

test("who has both chooses how to confirm a change, and signs in with what is left", async ({ page, people, server, texts, failures }) => {
  const person = await people.withBoth();
  await server.advance(60);
  await new SignIn(page).signIn(person);
  const atDoor = new ChooseMethod(page);
  await atDoor.app.check();
  await atDoor.continue.click();
  await page.getByRole("textbox", { name: "6-digit code" }).fill(person.app.code());
  const profile = new Profile(page);
  await profile.expectWhole();
  await server.advance(LATER);

  failures.expect("/api/request_recovery_code 403");
  await profile.requestCode.click();
  const dialog = new StepUp(page, "request a new recovery code");
  await dialog.enterPassword(person.password);
  const choose = new ChooseMethod(dialog.dialog);
  await choose.text.check();
  await choose.continue.click();
  const text = new TextStepUp(dialog.dialog);
  await expect(text.code).toBeFocused();
  await text.different.click();
  await expect(choose.question).toBeVisible();
  await choose.continue.click();
  // It was sent once.
  await text.enter(codeIn((await texts(NUMBER.whole, 2)).at(-1)));
  await new SaveCode(page).confirm();

  await server.advance(60);
  await profile.removePhone.click();
  await expect(removePhone(page).dialog).toContainText("You will sign in with your authenticator app only.");
  await removePhone(page).act.click();
  await expect(profile.status).toHaveText("Phone number removed. Other devices were signed out.");
  await profile.leave();
  await new SignIn(page).signIn(person);
  await expect(page.getByRole("heading", { name: "Enter the code from your authenticator app", level: 1 })).toBeVisible();
});

test("an app is added by who has a number, which is proved", async ({ page, people, server, texts }) => {
  const person = await people.withPhone();
  const profile = await toProfileWithText(page, person, texts);
  await server.advance(LATER);
  await profile.addApp.click();
  await new EnterPassword(page).enter(person.password);
  const prove = new ProvePhone(page);
  await expect(prove.heading).toBeFocused();
  await texts(NUMBER.whole, 2);
  await prove.send.click();
  await prove.enter(codeIn((await texts(NUMBER.whole, 3)).at(-1)));
  await expect(page.getByRole("heading", { name: "Secure your Account", level: 1 })).toBeFocused();
});
