// Reset MFA: an administrator helps somebody who has lost everything.
import type { Page } from "@playwright/test";

import { linkIn, type Mail, mailAbout } from "../fixtures/mail";
import { PASSED, type Person } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { toIdentity, toMembers } from "../pages/flows";
import { StepUp } from "../pages/profile";
import { Required } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

const RESET = "reset the MFA of a member";

/** Goes back in with the link of the mail, after the password. */
async function setUpAgain(page: Page, mail: Mail, person: Person): Promise<void> {
  await page.goto(linkIn(mail, "Set Up Again"));
  await page.getByRole("link", { name: "Sign In" }).click();
  const signIn = new SignIn(page);
  await signIn.fillIn(person);
  await signIn.continue.click();
  await expect(page.getByText("You opened the link of your mail.")).toBeVisible();
  await page.getByRole("button", { name: "Continue" }).first().click();
  await expect(new Required(page).heading).toBeVisible();
}

test("the code that is handed over in person leads back in", async ({ page, people, otherBrowser, failures }) => {
  const company = await people.company("Harbour Build", { requires: PASSED.from });
  const admin = await people.enrolled(await people.member([company], { name: "Ada Admin", admin: true }));
  const anna = await people.enrolled(await people.member([company], { name: "Anna Berg" }));
  const members = await toMembers(page, admin, company);
  await members.manage("Anna Berg");
  await members.dialog.getByRole("button", { name: "Reset MFA…" }).click();
  const reason = members.dialog.getByLabel("Reason (kept in the activity log)");
  await expect(reason).toBeFocused();
  await expect(members.dialog).toContainText("Check first, by voice or in person, that it is Anna.");
  await members.dialog.getByRole("button", { name: "Reset MFA", exact: true }).click();
  await expect(reason).toHaveAttribute("aria-invalid", "true");
  await reason.fill("Phone lost on site");
  failures.expect("/api/reset_member 403");
  await members.dialog.getByRole("button", { name: "Reset MFA", exact: true }).click();
  await new StepUp(page, RESET).enterPassword(admin.password);
  await expect(members.dialog).toContainText("Hand it over in person. It works for 60 minutes, once.");
  const code = /\b\d{3}\s?\d{3}\b/.exec(await members.dialog.innerText())?.[0]?.replaceAll(/\s/g, "") ?? "";
  expect(code).toMatch(/^\d{6}$/);
  await members.dialog.getByRole("button", { name: "Close" }).click();
  await expect(members.said("MFA was reset for Anna Berg.")).toBeFocused();
  expect(await page.content()).not.toContain(code);

  const phone = await (await otherBrowser()).newPage();
  const identity = await toIdentity(phone, anna);
  await identity.enter(code);
  await expect(new Required(phone).heading).toBeVisible();
});

test("the link of the mail leads back in, after the password", async ({ page, people, mails, otherBrowser, failures }) => {
  const company = await people.company("Harbour Build", { requires: PASSED.from });
  const admin = await people.enrolled(await people.member([company], { name: "Ada Admin", admin: true }));
  const anna = await people.enrolled(await people.member([company], { name: "Anna Berg" }));
  const members = await toMembers(page, admin, company);
  failures.expect("/api/reset_member 403");
  await members.reset("Anna Berg", "Phone lost");
  await new StepUp(page, RESET).enterPassword(admin.password);
  await expect(members.dialog).toContainText("Hand it over in person.");

  const mail = mailAbout(await mails(anna.email, 3), "Two-factor authentication reset");
  const phone = await (await otherBrowser()).newPage();
  await setUpAgain(phone, mail, anna);
});

test("a member of two companies confirms their own reset by mail", async ({ page, people, mails, otherBrowser, failures }) => {
  const harbour = await people.company("Harbour Build", { requires: PASSED.from });
  const quarry = await people.company("Quarry & Stone", { requires: PASSED.from });
  const admin = await people.enrolled(await people.member([harbour], { name: "Ada Admin", admin: true }));
  const anna = await people.enrolled(await people.member([harbour, quarry], { name: "Anna Berg" }));
  const members = await toMembers(page, admin, harbour);
  failures.expect("/api/reset_member 403");
  await members.reset("Anna Berg", "Phone lost");
  await new StepUp(page, RESET).enterPassword(admin.password);
  await expect(members.dialog).toContainText("must confirm.");

  const asked = mailAbout(await mails(anna.email, 3), "Confirm the reset of your two-factor authentication");
  const phone = await (await otherBrowser()).newPage();
  await phone.goto(linkIn(asked, "Confirm the Reset"));
  await phone.getByRole("button", { name: "Confirm the Reset" }).click();
  await expect(phone.getByText("Your two-factor authentication is reset.")).toBeVisible();
  const told = mailAbout(await mails(anna.email, 4), "Two-factor authentication reset");
  await setUpAgain(phone, told, anna);
});

test("a member of two companies is reset once the other company has confirmed", async ({ page, people, otherBrowser, failures }) => {
  const harbour = await people.company("Harbour Build", { requires: PASSED.from });
  const quarry = await people.company("Quarry & Stone", { requires: PASSED.from });
  const admin = await people.enrolled(await people.member([harbour], { name: "Ada Admin", admin: true }));
  const other = await people.enrolled(await people.member([quarry], { name: "Otto Admin", admin: true }));
  await people.enrolled(await people.member([harbour, quarry], { name: "Anna Berg" }));
  const members = await toMembers(page, admin, harbour);
  failures.expect("/api/reset_member 403");
  await members.reset("Anna Berg", "Phone lost");
  await new StepUp(page, RESET).enterPassword(admin.password);
  await expect(members.dialog).toContainText("Anna, or an administrator of Anna's other company, must confirm.");
  await members.dialog.getByRole("button", { name: "Close" }).click();

  const there = await (await otherBrowser()).newPage();
  const elsewhere = await toMembers(there, other, quarry);
  await expect(there.getByRole("heading", { name: "Resets to confirm" })).toBeVisible();
  await there.getByRole("button", { name: "Confirm Reset for Anna Berg" }).click();
  const question = there.getByRole("dialog", { name: "Reset MFA for Anna Berg?" });
  failures.expect("/api/confirm_reset 403");
  await question.getByRole("button", { name: "Confirm Reset" }).click();
  await new StepUp(there, "confirm a reset").enterPassword(other.password);
  await expect(elsewhere.said("MFA was reset for Anna Berg.")).toBeVisible();
  await expect(there.getByRole("heading", { name: "Resets to confirm" })).toBeHidden();

  // Whoever asked gets the code that is handed over.
  await page.reload();
  await members.reset("Anna Berg", "Phone lost");
  await expect(members.dialog).toContainText("Hand it over in person.");
});
