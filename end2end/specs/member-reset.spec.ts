// Reset MFA: an administrator helps somebody who has lost everything.
import { linkIn, mailAbout } from "../fixtures/mail";
import { PASSED } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { CompanyMembers } from "../pages/company";
import { toIdentity, toProfileWithCode } from "../pages/flows";
import { StepUp } from "../pages/profile";
import { Required } from "../pages/set-up";
import { SignIn } from "../pages/sign-in";

const RESET = "reset the MFA of a member";

test("the code that is handed over in person leads back in", async ({ page, people, otherBrowser, failures }) => {
  const company = await people.company("Harbour Build", { requires: PASSED.from });
  const admin = await people.enrolled(await people.member([company], { name: "Ada Admin", admin: true }));
  const anna = await people.enrolled(await people.member([company], { name: "Anna Berg" }));
  await toProfileWithCode(page, admin);
  const members = new CompanyMembers(page);
  await members.goto(company.slug);
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
  await toProfileWithCode(page, admin);
  const members = new CompanyMembers(page);
  await members.goto(company.slug);
  await members.manage("Anna Berg");
  await members.dialog.getByRole("button", { name: "Reset MFA…" }).click();
  await members.dialog.getByLabel("Reason (kept in the activity log)").fill("Phone lost");
  failures.expect("/api/reset_member 403");
  await members.dialog.getByRole("button", { name: "Reset MFA", exact: true }).click();
  await new StepUp(page, RESET).enterPassword(admin.password);
  await expect(members.dialog).toContainText("Hand it over in person.");

  const mail = mailAbout(await mails(anna.email, 3), "Two-factor authentication reset");
  const phone = await (await otherBrowser()).newPage();
  await phone.goto(linkIn(mail, "Set Up Again"));
  await phone.getByRole("link", { name: "Sign In" }).click();
  const signIn = new SignIn(phone);
  await signIn.fillIn(anna);
  await signIn.continue.click();
  await expect(phone.getByText("You opened the link of your mail.")).toBeVisible();
  await phone.getByRole("button", { name: "Continue" }).first().click();
  await expect(new Required(phone).heading).toBeVisible();
});

test("a member of two companies confirms their own reset by mail", async ({ page, people, mails, otherBrowser, failures }) => {
  const harbour = await people.company("Harbour Build", { requires: PASSED.from });
  const quarry = await people.company("Quarry & Stone", { requires: PASSED.from });
  const admin = await people.enrolled(await people.member([harbour], { name: "Ada Admin", admin: true }));
  const anna = await people.enrolled(await people.member([harbour, quarry], { name: "Anna Berg" }));
  await toProfileWithCode(page, admin);
  const members = new CompanyMembers(page);
  await members.goto(harbour.slug);
  await members.manage("Anna Berg");
  await members.dialog.getByRole("button", { name: "Reset MFA…" }).click();
  await members.dialog.getByLabel("Reason (kept in the activity log)").fill("Phone lost");
  failures.expect("/api/reset_member 403");
  await members.dialog.getByRole("button", { name: "Reset MFA", exact: true }).click();
  await new StepUp(page, RESET).enterPassword(admin.password);
  await expect(members.dialog).toContainText("must confirm.");

  const asked = mailAbout(await mails(anna.email, 3), "Confirm the reset of your two-factor authentication");
  const phone = await (await otherBrowser()).newPage();
  await phone.goto(linkIn(asked, "Confirm the Reset"));
  await phone.getByRole("button", { name: "Confirm the Reset" }).click();
  await expect(phone.getByText("Your two-factor authentication is reset.")).toBeVisible();
  const told = mailAbout(await mails(anna.email, 4), "Two-factor authentication reset");
  await phone.goto(linkIn(told, "Set Up Again"));
  await phone.getByRole("link", { name: "Sign In" }).click();
  const signIn = new SignIn(phone);
  await signIn.fillIn(anna);
  await signIn.continue.click();
  await phone.getByRole("button", { name: "Continue" }).first().click();
  await expect(new Required(phone).heading).toBeVisible();
});

test("a member of two companies is reset once the other company has confirmed", async ({ page, people, otherBrowser, failures }) => {
  const harbour = await people.company("Harbour Build", { requires: PASSED.from });
  const quarry = await people.company("Quarry & Stone", { requires: PASSED.from });
  const admin = await people.enrolled(await people.member([harbour], { name: "Ada Admin", admin: true }));
  const other = await people.enrolled(await people.member([quarry], { name: "Otto Admin", admin: true }));
  await people.enrolled(await people.member([harbour, quarry], { name: "Anna Berg" }));
  await toProfileWithCode(page, admin);
  const members = new CompanyMembers(page);
  await members.goto(harbour.slug);
  await members.manage("Anna Berg");
  await members.dialog.getByRole("button", { name: "Reset MFA…" }).click();
  await members.dialog.getByLabel("Reason (kept in the activity log)").fill("Phone lost");
  failures.expect("/api/reset_member 403");
  await members.dialog.getByRole("button", { name: "Reset MFA", exact: true }).click();
  await new StepUp(page, RESET).enterPassword(admin.password);
  await expect(members.dialog).toContainText("Anna, or an administrator of Anna's other company, must confirm.");
  await members.dialog.getByRole("button", { name: "Close" }).click();

  const there = await (await otherBrowser()).newPage();
  await toProfileWithCode(there, other);
  const elsewhere = new CompanyMembers(there, "Quarry & Stone");
  await elsewhere.goto(quarry.slug);
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
  await members.manage("Anna Berg");
  await members.dialog.getByRole("button", { name: "Reset MFA…" }).click();
  await members.dialog.getByLabel("Reason (kept in the activity log)").fill("Phone lost");
  await members.dialog.getByRole("button", { name: "Reset MFA", exact: true }).click();
  await expect(members.dialog).toContainText("Hand it over in person.");
});
