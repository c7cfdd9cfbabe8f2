// Every state of a company's pages, as in accessibility.spec.ts.
import { randomUUID } from "node:crypto";

import type { Page } from "@playwright/test";

import { expectAccessible } from "../fixtures/accessibility";
import { linkIn, mailAbout } from "../fixtures/mail";
import { PASSED } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { CompanyActivity, CompanyMembers, CompanySecurity } from "../pages/company";
import { toMembers, toProfile, toProfileWithCode } from "../pages/flows";
import { StepUp } from "../pages/profile";

const LONG_NAME = "Wilhelmina Featherstonehaugh-Berg";

/** Answers this call with something that takes long to come about. */
async function answer(page: Page, call: string, json: object): Promise<void> {
  await page.route(`**/api/${call}`, (route) => route.fulfill({ json }));
}

/** A member as the server tells of one. */
function member(email: string, parts: object): object {
  return {
    id: randomUUID(),
    name: email.split("@")[0],
    email,
    you: false,
    accepted: true,
    role: "member",
    payments: false,
    methods: [],
    shared_number: false,
    recovery_code: false,
    last_sign_in: null,
    requirement: "unavailable",
    acceptable: false,
    suspended: false,
    not_delivered: false,
    ...parts,
  };
}

/** Members in every state that there is. */
function everyKind(): object[] {
  const at = Date.now();
  const required = { required: { demands: [{ company: "Harbour Build", from: at - 86_400_000 * 30, reason: "policy" }] } };
  const upcoming = { upcoming: { demands: [{ company: "Harbour Build", from: at + 86_400_000 * 30, reason: "policy" }] } };
  return [
    member("ada@example.com", { name: "Ada Admin", you: true, role: "administrator", methods: ["app"], acceptable: true, recovery_code: true, last_sign_in: at, requirement: required }),
    member("bea.with.a.very.long.address@subsidiary.example.com", { name: LONG_NAME, payments: true, methods: ["app", "phone"], acceptable: true, requirement: required, last_sign_in: at - 86_400_000 * 3 }),
    member("chen@example.com", { name: "Mei Chen", methods: ["phone"], shared_number: true, recovery_code: true, requirement: upcoming, last_sign_in: at - 86_400_000 * 90 }),
    member("dora@example.com", { name: "Dora", requirement: required, suspended: true }),
    member("erik@example.com", { name: "Erik", accepted: false }),
  ];
}

const COUNTS = { everybody: 1204, no_mfa: 385, unacceptable_only: 12, text_only: 96, no_recovery_code: 3, never_signed_in: 210, invited: 1, not_delivered: 0 };

test.describe("security", () => {
  test("off, on with a date, the review, and saved", async ({ page, people }) => {
    const { company, admin } = await people.administrator();
    await people.member([company], { name: "Luis Ortega" });
    await toProfileWithCode(page, admin);
    const security = new CompanySecurity(page);
    await security.goto(company.slug);
    await expectAccessible(page);
    await security.enter("2031-03-04", "09:00");
    await expect(security.reading).toContainText("Tuesday 4 March 2031, 09:00 Europe/Berlin.");
    await expectAccessible(page);
    await security.review.click();
    await expect(security.goBack).toBeFocused();
    await expectAccessible(page);
    await security.act(/^Require MFA from/).click();
    await expect(security.status).toHaveText("Saved.");
    await expectAccessible(page);
  });

  test("problems: no date, no method, capped, shared numbers, changed meanwhile", async ({ page, people, failures }) => {
    const company = await people.company("Pier & Sons Structural Engineering");
    const admin = await people.member([company], { admin: true });
    await toProfile(page, admin);
    await page.route("**/api/company_security", async (route) => {
      const answer = (await (await route.fetch()).json()) as object;
      const figures = { members: 1204, ready: 819, not_set_up: 385, never_signed_in: 210, unacceptable_only: 12, earlier_elsewhere: 4 };
      await route.fulfill({ json: { ...answer, texts_capped: true, shared_numbers: 3, figures } });
    });
    const security = new CompanySecurity(page, "Pier & Sons Structural Engineering");
    await security.goto(company.slug);
    await expectAccessible(page);
    await security.require.check();
    await security.date.fill("");
    await security.review.click();
    await expect(security.date).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
    await security.enter("2025-03-04", "09:00");
    await security.review.click();
    await expect(security.dialog).toContainText("That has passed");
    await expectAccessible(page);
    const changed = { code: "policy_changed", message: "Another administrator has changed these settings meanwhile. Look at them, then save again.", field: null, retry_after_s: null };
    await page.route("**/api/save_policy", (route) => route.fulfill({ status: 409, json: changed }));
    failures.expect("/api/save_policy 409");
    await security.act("Require MFA Now").click();
    await expect(security.status).toContainText("Another administrator");
    await expectAccessible(page);
  });

  test("several companies in the bar, and one that could not be loaded", async ({ page, people, failures }) => {
    const companies = [await people.company("Harbour Build", { requires: PASSED.from }), await people.company("Pier & Sons Structural Engineering")];
    const admin = await people.enrolled(await people.member(companies, { admin: true }));
    await toProfileWithCode(page, admin);
    await page.route("**/api/company_security", (route) => route.abort("internetdisconnected"));
    failures.expect("/api/company_security net::ERR_INTERNET_DISCONNECTED");
    await page.goto(`/companies/${companies[0]?.slug}/security`);
    await expect(page.getByText("This could not be loaded.")).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: /^Account menu of / }).click();
    await expectAccessible(page);
  });
});

test.describe("members", () => {
  test("of every kind, with more to come, and none that match", async ({ page, people }) => {
    const { company, admin } = await people.administrator();
    await toProfileWithCode(page, admin);
    await answer(page, "member_counts", COUNTS);
    await answer(page, "members", { company: "Harbour Build", rows: everyKind(), next: "erik@example.com" });
    const members = new CompanyMembers(page);
    await members.goto(company.slug);
    await expect(members.showMore).toBeVisible();
    await expectAccessible(page);
    await answer(page, "members", { company: "Harbour Build", rows: [], next: null });
    await members.filter("Method not accepted").click();
    await expect(page.getByText("No member matches.")).toBeVisible();
    await expectAccessible(page);
  });

  test("what can be done with one, the questions, and the code of a reset", async ({ page, people, failures }) => {
    const company = await people.company("Harbour Build", { requires: PASSED.from });
    const admin = await people.enrolled(await people.member([company], { name: "Ada Admin", admin: true }));
    await people.member([company], { name: LONG_NAME });
    const members = await toMembers(page, admin, company);
    await members.manage(LONG_NAME);
    await expectAccessible(page);
    await members.dialog.getByRole("button", { name: "Remove from Harbour Build…" }).click();
    await expectAccessible(page);
    await members.dialog.getByRole("button", { name: "Go Back" }).click();
    await members.dialog.getByRole("button", { name: "Reset MFA…" }).click();
    await expectAccessible(page);
    await members.dialog.getByRole("button", { name: "Reset MFA", exact: true }).click();
    await expectAccessible(page);
    await members.dialog.getByLabel("Reason (kept in the activity log)").fill("Phone lost on site");
    failures.expect("/api/reset_member 403");
    await members.dialog.getByRole("button", { name: "Reset MFA", exact: true }).click();
    const stepUp = new StepUp(page, "reset the MFA of a member");
    await expect(stepUp.password).toBeFocused();
    await expectAccessible(page);
    await stepUp.enterPassword(admin.password);
    await expect(members.dialog).toContainText("Hand it over in person.");
    await expectAccessible(page);
  });

  test("a reset that has to be confirmed, and one that waits here", async ({ page, people }) => {
    const { company, admin } = await people.administrator();
    await toProfileWithCode(page, admin);
    const request = { id: randomUUID(), member: randomUUID(), name: LONG_NAME, email: "bea@example.com", company: "Quarry & Stone", asked_by: "Otto Admin", asked_at: Date.now() };
    await answer(page, "reset_requests", [request]);
    const members = new CompanyMembers(page);
    await members.goto(company.slug);
    await expectAccessible(page);
    await page.getByRole("button", { name: `Confirm Reset for ${LONG_NAME}` }).click();
    await expectAccessible(page);
  });

  test("invitations: the list, its problems, and what was sent", async ({ page, people, failures }) => {
    const { company, admin } = await people.administrator();
    const members = await toMembers(page, admin, company);
    await members.invite.click();
    await expectAccessible(page);
    await members.checkList(`Nora Berg <nora-${company.slug}@example.com>\nnot an address\nneither is this one, nor this`);
    await expect(members.inviteDialog).toContainText("to correct");
    await expectAccessible(page);
    await members.checkList(`Nora Berg <nora-${company.slug}@example.com>`);
    await expect(members.inviteDialog.getByRole("button", { name: "Send 1 Invitation" })).toBeVisible();
    await expectAccessible(page);
    failures.expect("/api/invite 403");
    await members.inviteDialog.getByRole("button", { name: "Send 1 Invitation" }).click();
    await new StepUp(page, "invite people").enterPassword(admin.password);
    await expect(members.said("1 invitation sent.")).toBeVisible();
    await members.manage("Nora Berg");
    await expectAccessible(page);
  });
});

/** A day of the chart, so many days from today. */
function adoptionDay(from: number, members: number, set_up: number): { day: number; members: number; set_up: number } {
  return { day: Math.floor(Date.now() / 86_400_000) + from, members, set_up };
}

/** What was mailed, as the server tells of it. */
function campaign(kind: string, parts: object): object {
  return { kind, at: Date.now() - 3_600_000, required_from: Date.now() + 86_400_000 * 7, mails: 340, sent: 340, skipped: 0, failed: 0, complete: true, ...parts };
}

test.describe("adoption", () => {
  test("off, and on the first day", async ({ page, people }) => {
    const { company, admin } = await people.administrator();
    await toProfileWithCode(page, admin);
    await page.goto(`/companies/${company.slug}/adoption`);
    await expect(page.getByText("Nothing is mailed while Require MFA is off.")).toBeVisible();
    await expect(page.getByText("The chart begins tomorrow: there is one day so far.")).toBeVisible();
    await expectAccessible(page);
  });

  test("under way, with mails on their way and some that failed", async ({ page, people }) => {
    const { company, admin } = await people.administrator();
    await toProfileWithCode(page, admin);
    const today = adoptionDay(0, 100_002, 61_230);
    await answer(page, "adoption", {
      required_from: Date.now() + 86_400_000 * 7,
      today,
      gained_in_a_week: 9_114,
      days: [adoptionDay(-40, 98_000, 1_200), adoptionDay(-30, 99_500, 22_000), adoptionDay(-12, 100_002, 48_000), today],
    });
    await answer(page, "reminders", {
      required_from: Date.now() + 86_400_000 * 7,
      waiting: 38_772,
      campaigns: [
        campaign("by_hand", { mails: 38_772, sent: 12_000, skipped: 14, complete: true }),
        campaign("fourteen_days", { mails: 52_002, sent: 51_960, skipped: 30, failed: 12 }),
        campaign("announcement", { mails: 500, sent: 80, complete: false }),
      ],
      next: [Date.now() + 86_400_000, Date.now() + 86_400_000 * 6],
      by_hand_in: 0,
    });
    await page.goto(`/companies/${company.slug}/adoption`);
    await expect(page.getByRole("img", { name: /^61,230 of 100,002 people are set up/ })).toBeVisible();
    await expect(page.getByText("12,000 of 38,772 mails sent, 14 not needed any more.")).toBeVisible();
    await expectAccessible(page);
    await page.getByText("The numbers behind it").click();
    await expectAccessible(page);
  });

  test("reminded already, and everybody set up after the date", async ({ page, people }) => {
    const { company, admin } = await people.administrator();
    await toProfileWithCode(page, admin);
    const today = adoptionDay(0, 52, 52);
    const required_from = Date.now() - 86_400_000 * 3;
    await answer(page, "adoption", { required_from, today, gained_in_a_week: 9, days: [adoptionDay(-20, 50, 4), adoptionDay(-9, 52, 29), today] });
    await answer(page, "reminders", { required_from, waiting: 0, campaigns: [campaign("one_day", { mails: 1, sent: 0, failed: 1 })], next: [], by_hand_in: 8_000 });
    await page.goto(`/companies/${company.slug}/adoption`);
    await expect(page.getByText("Everybody has set up.")).toBeVisible();
    await expect(page.getByText(/Everybody can be reminded again in 3 hours/)).toBeVisible();
    await expectAccessible(page);
  });

  test("parts that could not be loaded, and a reminder that was refused", async ({ page, people, failures }) => {
    const { company, admin } = await people.administrator();
    await toProfileWithCode(page, admin);
    await page.route("**/api/adoption", (route) => route.abort("internetdisconnected"));
    failures.expect("/api/adoption net::ERR_INTERNET_DISCONNECTED");
    await answer(page, "reminders", { required_from: Date.now() + 86_400_000, waiting: 3, campaigns: [], next: [], by_hand_in: 0 });
    const refused = { code: "paused", message: "Everybody was reminded today. Try again in 3 hours.", field: null, retry_after_s: 10_000 };
    await page.route("**/api/remind", (route) => route.fulfill({ status: 429, json: refused }));
    failures.expect("/api/remind 429");
    await page.goto(`/companies/${company.slug}/adoption`);
    await expect(page.getByText("This could not be loaded.")).toBeVisible();
    await page.getByRole("button", { name: "Remind Everybody" }).click();
    await expect(page.getByText("Everybody was reminded today.")).toBeVisible();
    await expectAccessible(page);
  });
});

test.describe("activity", () => {
  const entry = (what: string, parts: object = {}): object => ({
    entry: { id: randomUUID(), at: Date.now() - 60_000, what, failed: false, device: "Chrome on Linux", address: "192.0.2.17" },
    by: "Ada Admin (ada@example.com)",
    about: null,
    reason: null,
    ...parts,
  });

  test("entries of every kind, with more to come", async ({ page, people }) => {
    const { company, admin } = await people.administrator();
    await toProfileWithCode(page, admin);
    const about = `${LONG_NAME} (bea.with.a.very.long.address@subsidiary.example.com)`;
    await answer(page, "company_activity", {
      entries: [
        entry("Two-factor authentication reset", { about, reason: "Phone lost on site; I know her voice, and she came by with her badge." }),
        entry("Two-factor authentication required"),
        { ...entry("Reset of two-factor authentication confirmed", { about }), entry: { id: randomUUID(), at: Date.now() - 86_400_000 * 40, what: "Reset of two-factor authentication confirmed", failed: true, device: "Safari on iPhone", address: "2001:db8:85a3::8a2e:370:7334" } },
        entry("Company added", { by: "the operator" }),
        entry("Added to a company", { by: null, about: "a deleted account" }),
      ],
      more: true,
    });
    const activity = new CompanyActivity(page);
    await activity.goto(company.slug);
    await expectAccessible(page);
    await activity.person.fill("ada");
    await page.getByRole("button", { name: "Search" }).click();
    await expect(activity.person).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
  });

  test("none that match, and what could not be loaded", async ({ page, people, failures }) => {
    const { company, admin } = await people.administrator();
    await toProfileWithCode(page, admin);
    await page.goto(`/companies/${company.slug}/activity?filter=resets`);
    await expect(page.getByText("No entry matches.")).toBeVisible();
    await expectAccessible(page);
    await page.route("**/api/company_activity", (route) => route.abort("internetdisconnected"));
    failures.expect("/api/company_activity net::ERR_INTERNET_DISCONNECTED");
    await page.getByRole("button", { name: "Policy" }).click();
    await expect(page.getByText("This could not be loaded.")).toBeVisible();
    await expectAccessible(page);
  });
});

test.describe("mailed links", () => {
  test("an invitation to somebody new, with problems, and one that is gone", async ({ page, people, mails, otherBrowser, failures }) => {
    const { company, admin } = await people.administrator();
    const members = await toMembers(page, admin, company);
    const email = `nora-${company.slug}@example.com`;
    await members.invite.click();
    await members.checkList(`Nora Berg <${email}>`);
    failures.expect("/api/invite 403");
    await members.inviteDialog.getByRole("button", { name: "Send 1 Invitation" }).click();
    await new StepUp(page, "invite people").enterPassword(admin.password);
    const link = linkIn(mailAbout(await mails(email, 1), "Harbour Build invites you"), "Accept the Invitation");
    const visitor = await (await otherBrowser()).newPage();
    await visitor.goto(link);
    await expect(visitor.getByRole("heading", { name: "Harbour Build invites you" })).toBeVisible();
    await expectAccessible(visitor);
    await visitor.getByLabel("Name", { exact: true }).fill("");
    await visitor.getByRole("button", { name: "Accept" }).click();
    await expect(visitor.getByRole("group", { name: "There is a problem" })).toBeFocused();
    await expectAccessible(visitor);
    failures.expect("/api/invitation 410");
    await visitor.goto("about:blank");
    await visitor.goto(`${link.slice(0, -4)}AAAA`);
    await expect(visitor.getByText("Ask your administrator for a new one.")).toBeVisible();
    await expectAccessible(visitor);
  });

  test("one's own word to a reset, and a link that is gone", async ({ page, failures }) => {
    await page.goto("/confirm-reset#abc");
    await expect(page.getByRole("heading", { name: "Reset your two-factor authentication?", level: 1 })).toBeVisible();
    await expectAccessible(page);
    failures.expect("/api/confirm_own_reset 410");
    await page.getByRole("button", { name: "Confirm the Reset" }).click();
    await expect(page.getByRole("button", { name: "Confirm the Reset" })).toBeHidden();
    await expectAccessible(page);
  });

  test("after a reset: before the password, and a link that is none", async ({ page }) => {
    await page.goto("/set-up-again#abc");
    await expect(page.getByRole("heading", { name: "Set up two-factor authentication again" })).toBeVisible();
    await expectAccessible(page);
    await page.goto("/set-up-again");
    await page.reload();
    await expect(page.getByText("Ask for the code in person, or for another reset.")).toBeVisible();
    await expectAccessible(page);
  });
});
