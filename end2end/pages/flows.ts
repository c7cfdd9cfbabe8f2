// The ways that many tests go before their own begins. Each ends on a page that it has seen.
import { expect, type Page } from "@playwright/test";

import type { Authenticator } from "../fixtures/authenticator";
import { linkIn, mailAbout, type Mails } from "../fixtures/mail";
import type { Company, Enrolled, People, Person } from "../fixtures/people";
import type { Server } from "../fixtures/server";
import { codeIn, NUMBER, type Texts } from "../fixtures/texts";
import { ChangePassword, ResetPassword } from "./account";
import { CompanyMembers } from "./company";
import { ChooseMethod, ConfirmNumber, EnterNumber, ProvePhone, TextChallenge } from "./phone";
import { Profile } from "./profile";
import { Help, Identity, MailedIdentity, Recover, UseRecoveryCode } from "./recovery";
import { EnterPassword, Method, Required, SaveCode, SecureAccount } from "./set-up";
import { Challenge, SignIn } from "./sign-in";

/** Through the first door, where nothing else is asked. */
export async function toProfile(page: Page, person: Person): Promise<Profile> {
  await new SignIn(page).signIn(person);
  const profile = new Profile(page);
  await profile.expectWhole();
  return profile;
}

/** From Two-Factor Authentication Required through the set-up of an app, and in. */
export async function setUpWhatIsRequired(page: Page, server: Server): Promise<Profile> {
  await new Required(page).setUpNow.click();
  await new Method(page).continue.click();
  const secure = new SecureAccount(page);
  await secure.enter((await secure.addToApp(server)).code());
  await new SaveCode(page).confirm();
  const profile = new Profile(page);
  await expect(profile.heading).toBeVisible();
  return profile;
}

/** Through both doors. */
export async function toProfileWithCode(page: Page, person: Enrolled): Promise<Profile> {
  await new SignIn(page).signIn(person);
  await new Challenge(page).enter(person.app.code());
  const profile = new Profile(page);
  await profile.expectWhole();
  return profile;
}

/** Through both doors, and to the members of a company. */
export async function toMembers(page: Page, admin: Enrolled, company: Company): Promise<CompanyMembers> {
  await toProfileWithCode(page, admin);
  const members = new CompanyMembers(page, company.name);
  await members.goto(company.slug);
  return members;
}

/** To the second door. */
export async function toChallenge(page: Page, person: Person, address?: string): Promise<Challenge> {
  await new SignIn(page).signIn(person, address);
  const challenge = new Challenge(page);
  await expect(challenge.heading).toBeVisible();
  return challenge;
}

/** To the page that says who asks for two factors. */
export async function toRequired(page: Page, person: Person): Promise<Required> {
  await new SignIn(page).signIn(person);
  const required = new Required(page);
  await expect(required.heading).toBeVisible();
  return required;
}

/** From there to the choice of a method. */
export async function toMethod(page: Page, person: Person): Promise<Method> {
  await (await toRequired(page, person)).setUpNow.click();
  const method = new Method(page);
  await expect(method.heading).toBeVisible();
  return method;
}

/** From the choice of a method to the QR code. */
export async function toSecureAccount(page: Page, person: Person): Promise<SecureAccount> {
  await (await toMethod(page, person)).continue.click();
  const secure = new SecureAccount(page);
  await expect(secure.heading).toBeVisible();
  return secure;
}

/** From the choice of a method to the number. */
export async function toEnterNumber(page: Page, person: Person): Promise<EnterNumber> {
  const method = await toMethod(page, person);
  await method.text.check();
  await method.continue.click();
  const enter = new EnterNumber(page);
  await expect(enter.heading).toBeVisible();
  return enter;
}

/** From there to the code that was sent to it. */
export async function toConfirmNumber(page: Page, person: Person, number = NUMBER): Promise<ConfirmNumber> {
  await (await toEnterNumber(page, person)).enter(number);
  const confirm = new ConfirmNumber(page);
  await expect(confirm.heading).toBeVisible();
  return confirm;
}

/** To the second door of somebody with a phone number; nothing is sent yet. */
export async function toTextChallenge(page: Page, person: Person): Promise<TextChallenge> {
  await new SignIn(page).signIn(person);
  const challenge = new TextChallenge(page);
  await expect(challenge.heading).toBeVisible();
  return challenge;
}

/** Through both doors, with the next code that comes to the number, of which so many have come before. */
export async function toProfileWithText(page: Page, person: Person, texts: Texts, before = 1): Promise<Profile> {
  const challenge = await toTextChallenge(page, person);
  await challenge.send.click();
  await challenge.code.fill(codeIn((await texts(NUMBER.whole, before + 1)).at(-1)));
  const profile = new Profile(page);
  await profile.expectWhole();
  return profile;
}

/** To the second door of somebody with an app and a phone number. */
export async function toChooseMethod(page: Page, person: Person): Promise<ChooseMethod> {
  await new SignIn(page).signIn(person);
  const choose = new ChooseMethod(page);
  await expect(choose.question).toBeVisible();
  return choose;
}

/** From the profile to the code that was sent to the present number. */
export async function toProvePhone(page: Page, person: Person): Promise<ProvePhone> {
  await new Profile(page).changePhone.click();
  await new EnterPassword(page).enter(person.password);
  const prove = new ProvePhone(page);
  await expect(prove.code).toBeVisible();
  return prove;
}

/** From the QR code to the recovery code, with an app that is set up. */
export async function toSaveCode(page: Page, person: Person, server: Server): Promise<{ save: SaveCode; app: Authenticator }> {
  const secure = await toSecureAccount(page, person);
  const app = await secure.addToApp(server);
  await secure.enter(app.code());
  const save = new SaveCode(page);
  await expect(save.heading).toBeVisible();
  await expect(save.code).toBeVisible();
  return { save, app };
}

/** From the profile to the QR code of a set-up or change that need not prove anything but the password. */
export async function fromProfile(page: Page, person: Person): Promise<SecureAccount> {
  await page.getByRole("link", { name: /^(Add|Change) Authenticator App$/ }).click();
  await new EnterPassword(page).enter(person.password);
  const secure = new SecureAccount(page);
  await expect(secure.heading).toBeVisible();
  return secure;
}

/** From the second door to the field of the recovery code. */
export async function toUseRecoveryCode(page: Page, person: Person): Promise<UseRecoveryCode> {
  await (await toChallenge(page, person)).useRecoveryCode.click();
  const use = new UseRecoveryCode(page);
  await expect(use.heading).toBeVisible();
  return use;
}

/** From there, with the code, to what becomes of each method. */
export async function toRecover(page: Page, person: Enrolled): Promise<Recover> {
  await (await toUseRecoveryCode(page, person)).enter(person.recoveryCode);
  const recover = new Recover(page);
  await expect(recover.heading).toBeVisible();
  return recover;
}

/** From the second door to who can help. */
export async function toHelp(page: Page, person: Person): Promise<Help> {
  await (await toChallenge(page, person)).help.click();
  const help = new Help(page);
  await expect(help.heading).toBeVisible();
  return help;
}

/** To the page that asks for the code that was handed over in person. */
export async function toIdentity(page: Page, person: Person): Promise<Identity> {
  await new SignIn(page).signIn(person);
  const identity = new Identity(page);
  await expect(identity.heading).toBeVisible();
  return identity;
}

/** A link to a new password, mailed to somebody who had been mailed nothing before. */
export async function resetLink(person: Person, people: People, mails: Mails): Promise<string> {
  await people.forgets(person);
  return linkIn(mailAbout(await mails(person.email, 1), "Set a new password"), "Set a New Password");
}

/** To the page of such a link. */
export async function toResetPassword(page: Page, link: string): Promise<ResetPassword> {
  await page.goto(link);
  const reset = new ResetPassword(page);
  await expect(reset.heading).toBeVisible();
  return reset;
}

/** From the profile to Change Password. */
export async function toChangePassword(page: Page): Promise<ChangePassword> {
  await new Profile(page).changePassword.click();
  const change = new ChangePassword(page);
  await expect(change.heading).toBeVisible();
  return change;
}

/** Seconds after which an account has not been used for long. */
export const LONG = 91 * 24 * 60 * 60;

/** To the code that is mailed, of somebody of whom a set-up is asked and whose account was not used for long. */
export async function toMailedIdentity(page: Page, person: Person): Promise<MailedIdentity> {
  await new SignIn(page).signIn(person);
  const identity = new MailedIdentity(page);
  await expect(identity.send).toBeVisible();
  return identity;
}
