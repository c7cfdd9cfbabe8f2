// A company's members: finding them, roles, removal, the list as a file, and invitations.
import { readFile } from "node:fs/promises";

import { linkIn, mailAbout } from "../fixtures/mail";
import { expect, test } from "../fixtures/test";
import { toMembers, toProfile } from "../pages/flows";
import { Profile, StepUp } from "../pages/profile";
import { SignIn } from "../pages/sign-in";

test("members are found, filtered, and the way back keeps what was looked for", async ({ page, people }) => {
  const { company, admin } = await people.administrator();
  await people.member([company], { name: "Luis Ortega" });
  await people.member([company], { name: "Mei Chen", payments: true });
  const members = await toMembers(page, admin, company);
  await expect(members.rows).toHaveCount(3);
  await expect(page.getByText("3 members").first()).toBeVisible();
  await expect(members.row("Mei Chen")).toContainText("Member, payments");
  await expect(members.row("Ada Admin")).toContainText("Administrator");
  await expect(members.row("Ada Admin")).toContainText("App");

  await members.filter("No MFA").click();
  await expect(members.rows).toHaveCount(2);
  await expect(members.filter("No MFA")).toHaveAttribute("aria-pressed", "true");
  await members.search.fill("luis");
  await members.search.press("Enter");
  await expect(members.rows).toHaveCount(1);
  await page.reload();
  await expect(members.rows).toHaveCount(1);
  await expect(members.search).toHaveValue("luis");
  await members.search.fill("nobody of this name");
  await members.search.press("Enter");
  await expect(page.getByText("No member matches.")).toBeVisible();
  await page.getByRole("button", { name: "Clear Filters" }).click();
  await expect(members.rows).toHaveCount(3);
});

test("a role is given with a step-up, and the last administrator keeps theirs", async ({ page, people, failures }) => {
  const { company, admin } = await people.administrator();
  await people.member([company], { name: "Luis Ortega" });
  const members = await toMembers(page, admin, company);
  await members.manage("Luis Ortega");
  await members.dialog.getByRole("checkbox", { name: /payments/i }).check();
  failures.expect("/api/change_member 403");
  await members.dialog.getByRole("button", { name: "Save", exact: true }).click();
  await new StepUp(page, "change what a member may do").enterPassword(admin.password);
  await expect(members.row("Luis Ortega")).toContainText("Member, payments");
  await expect(members.row("Luis Ortega")).toContainText("MFA since");
  await page.keyboard.press("Escape");
  await expect(members.dialog).toBeHidden();

  await members.manage("Ada Admin");
  await members.dialog.getByRole("radio", { name: "Member", exact: true }).check();
  failures.expect("/api/change_member 409");
  await members.dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(members.dialog.getByText("A company keeps one administrator.")).toBeVisible();
});

test("a member is removed after a question, and keeps the account", async ({ page, people, failures }) => {
  const { company, admin } = await people.administrator();
  await people.member([company], { name: "Luis Ortega" });
  const members = await toMembers(page, admin, company);
  await members.manage("Luis Ortega");
  await members.dialog.getByRole("button", { name: "Remove from Harbour Build…" }).click();
  await expect(members.dialog.getByRole("button", { name: "Go Back" })).toBeFocused();
  failures.expect("/api/remove_member 403");
  await members.dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await new StepUp(page, "remove a member").enterPassword(admin.password);
  await expect(members.said("Luis Ortega was removed from Harbour Build.")).toBeFocused();
  await expect(members.rows).toHaveCount(1);
});

test("the list is exported as a file without formulas", async ({ page, people, failures }) => {
  const { company, admin } = await people.administrator();
  await people.member([company], { name: "=1+1" });
  const members = await toMembers(page, admin, company);
  failures.expect("/api/members_csv 403");
  await members.export.click();
  const download = page.waitForEvent("download");
  await new StepUp(page, "export the members").enterPassword(admin.password);
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^members-c-.*-\d{4}-\d\d-\d\d\.csv$/);
  const csv = await readFile(await file.path(), "utf8");
  expect(csv.split("\r\n")[0]).toContain("Name,Email,Role");
  expect(csv).toContain(`"'=1+1"`);
  expect(csv).toContain(admin.email);
});

test("a long list goes in parts, and what breaks off goes on", async ({ page, people, failures }) => {
  const { company, admin } = await people.administrator();
  const members = await toMembers(page, admin, company);
  const [anna, bo, cleo] = ["anna", "bo", "cleo"].map((name) => `${name}-${company.slug}@example.com`);
  // A part has five hundred lines, empty ones too.
  const list = [anna, ...Array<string>(499).fill(""), bo, cleo];
  await members.invite.click();
  // Twice in the list, but in other letters: one person.
  await members.checkList([...list, anna.toUpperCase(), "nobody"].join("\r\n"));
  await expect(members.inviteDialog).toContainText("3 invitations, 1 line to correct.");
  await expect(members.inviteDialog).toContainText("Line 504, “nobody”");
  await members.checkList(list.join("\n"));
  await expect(members.inviteDialog).toContainText("3 invitations.");

  // The second part does not arrive.
  let parts = 0;
  await page.route("**/api/invite", (route) => {
    const { list } = route.request().postDataJSON() as { list: string };
    if (!list.includes(bo)) return route.continue();
    parts += 1;
    return parts === 1 ? route.abort("internetdisconnected") : route.continue();
  });
  failures.expect("/api/invite 403");
  failures.expect("/api/invite net::ERR_INTERNET_DISCONNECTED");
  const send = members.inviteDialog.getByRole("button", { name: "Send 3 Invitations" });
  await send.click();
  await new StepUp(page, "invite people").enterPassword(admin.password);
  await expect(members.inviteDialog).toContainText("500 of 502 lines done.");
  await expect(members.inviteDialog.getByText(/No connection/)).toBeVisible();
  await send.click();
  await expect(members.said("3 invitations sent.")).toBeFocused();
  await expect(members.filter("Invited").first()).toContainText("3");
});

test("people are invited from a pasted list, and somebody new joins with a first password", async ({ page, people, mails, otherBrowser, failures }) => {
  const { company, admin } = await people.administrator();
  const members = await toMembers(page, admin, company);
  const email = `nora-${company.slug}@example.com`;
  await members.invite.click();
  await expect(members.list).toBeFocused();
  await members.checkList(`Nora Berg <${email}>\n${admin.email}\nnot an address`);
  await expect(members.inviteDialog).toContainText("1 invitation, 1 is already a member, 1 line to correct.");
  await expect(members.inviteDialog).toContainText("Line 3");
  await members.checkList(`Nora Berg <${email}>`);
  failures.expect("/api/invite 403");
  await members.inviteDialog.getByRole("button", { name: "Send 1 Invitation" }).click();
  await new StepUp(page, "invite people").enterPassword(admin.password);
  await expect(members.said("1 invitation sent.")).toBeFocused();
  await expect(members.row("Nora Berg")).toContainText("Invited");

  const mail = mailAbout(await mails(email, 1), "Harbour Build invites you");
  const visitor = await (await otherBrowser()).newPage();
  await visitor.goto(linkIn(mail, "Accept the Invitation"));
  await expect(visitor.getByRole("heading", { name: "Harbour Build invites you", level: 1 })).toBeVisible();
  await expect(visitor.getByLabel("Name", { exact: true })).toHaveValue("Nora Berg");
  const password = "paper-lantern-58-fjord";
  await visitor.getByLabel(/password/i).first().fill(password);
  await visitor.getByRole("button", { name: "Accept" }).click();
  await expect(visitor.getByText("Welcome. Sign in with your new password.")).toBeVisible();
  const signIn = new SignIn(visitor);
  await expect(signIn.email).toHaveValue(email);
  await signIn.password.fill(password);
  await signIn.continue.click();
  await expect(new Profile(visitor).heading).toBeVisible();

  // The link is spent.
  failures.expect("/api/invitation 410");
  await visitor.goto("about:blank");
  await visitor.goto(linkIn(mail, "Accept the Invitation"));
  await expect(visitor.getByRole("heading", { name: "This invitation has been used, taken back, or is older than seven days." })).toBeVisible();
});

test("somebody with an account accepts once they are signed in", async ({ page, people, mails, otherBrowser, failures }) => {
  const { company, admin } = await people.administrator();
  const person = await people.member([], { name: "Tomas Ek" });
  const members = await toMembers(page, admin, company);
  await members.invite.click();
  await members.checkList(person.email);
  failures.expect("/api/invite 403");
  await members.inviteDialog.getByRole("button", { name: "Send 1 Invitation" }).click();
  await new StepUp(page, "invite people").enterPassword(admin.password);
  const link = linkIn(mailAbout(await mails(person.email, 1), "Harbour Build invites you"), "Accept the Invitation");

  const visitor = await (await otherBrowser()).newPage();
  await visitor.goto(link);
  await expect(visitor.getByText("You have an account.")).toBeVisible();
  await toProfile(visitor, person);
  await visitor.goto(link);
  await visitor.getByRole("button", { name: "Accept" }).click();
  await expect(visitor.getByRole("heading", { name: "You are a member of Harbour Build." })).toBeVisible();
  await visitor.getByRole("link", { name: "Continue" }).click();
  await expect(new Profile(visitor).heading).toBeVisible();
});
