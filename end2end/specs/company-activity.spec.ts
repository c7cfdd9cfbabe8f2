// A company's log: who did what, about whom, and why.
import { readFile } from "node:fs/promises";

import { tabTo } from "../fixtures/accessibility";
import { PASSED } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { CompanyActivity } from "../pages/company";
import { toMembers, toProfileWithCode } from "../pages/flows";
import { StepUp } from "../pages/profile";

test("who did what is told in words, with whom it was about and why", async ({ page, people, failures }) => {
  const company = await people.company("Harbour Build", { requires: PASSED.from });
  const admin = await people.enrolled(await people.member([company], { name: "Ada Admin", admin: true }));
  const anna = await people.enrolled(await people.member([company], { name: "Anna Berg" }));
  const members = await toMembers(page, admin, company);
  failures.expect("/api/reset_member 403");
  await members.reset("Anna Berg", "Phone lost on site");
  await new StepUp(page, "reset the MFA of a member").enterPassword(admin.password);
  await expect(members.dialog).toContainText("Hand it over in person.");
  await members.dialog.getByRole("button", { name: "Close" }).click();

  await page.getByRole("link", { name: "Activity" }).click();
  const activity = new CompanyActivity(page);
  await expect(activity.heading).toBeFocused();
  await expect(page).toHaveURL(`/companies/${company.slug}/activity`);
  const reset = activity.rows.filter({ hasText: "Two-factor authentication reset" });
  await expect(reset).toContainText(`By ${admin.name} (${admin.email}), about Anna Berg (${anna.email})`);
  await expect(reset).toContainText("Reason: Phone lost on site");
  await expect(reset).toContainText(/Chrome on Linux, network address \S+/);
  await expect(activity.rows.filter({ hasText: "Company added" })).toContainText("By the operator");
  await expect(activity.rows.filter({ hasText: "_" }), "names of programs").toHaveCount(0);

  // What is looked for is in the address: Back undoes it.
  const all = await activity.rows.count();
  await activity.filter("Resets").click();
  await expect(page).toHaveURL(`/companies/${company.slug}/activity?filter=resets`);
  await expect(activity.filter("Resets")).toHaveAttribute("aria-pressed", "true");
  await expect(activity.rows).toHaveCount(1);
  await page.goBack();
  await expect(activity.rows).toHaveCount(all);
  await expect(activity.filter("Everything")).toHaveAttribute("aria-pressed", "true");
});

test("it is searched by keyboard for a person, who may have nothing in it", async ({ page, people }) => {
  const { company, admin } = await people.administrator();
  const luis = await people.member([company], { name: "Luis Ortega" });
  await toProfileWithCode(page, admin);
  const activity = new CompanyActivity(page);
  await activity.goto(company.slug);
  await tabTo(page, activity.person);
  await page.keyboard.type("luis");
  await page.keyboard.press("Enter");
  await expect(activity.person).toHaveAttribute("aria-invalid", "true");
  await expect(activity.person).toBeFocused();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(luis.email.toUpperCase());
  await page.keyboard.press("Enter");
  await expect(activity.rows).toHaveCount(1);
  await expect(activity.rows).toContainText("Added to a company");
  await expect(activity.rows).toContainText(`By the operator, about Luis Ortega (${luis.email})`);
  await page.reload();
  await expect(activity.person).toHaveValue(luis.email.toUpperCase());
  await expect(activity.rows).toHaveCount(1);

  await activity.person.fill("nobody@example.com");
  await page.keyboard.press("Enter");
  await expect(page.getByText("No entry matches.")).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Clear Filters" }));
  await page.keyboard.press("Enter");
  await expect(activity.person).toBeFocused();
  await expect(activity.person).toHaveValue("");
  await expect(activity.rows.first()).toBeVisible();
});

test("what is looked for is exported as a file, after a step-up", async ({ page, people, failures }) => {
  const { company, admin } = await people.administrator();
  await people.member([company], { name: "=1+1" });
  await toProfileWithCode(page, admin);
  const activity = new CompanyActivity(page);
  await activity.goto(company.slug);
  await activity.filter("Members").click();
  await expect(page).toHaveURL(/filter=members$/);
  failures.expect("/api/company_activity_csv 403");
  await activity.export.click();
  const download = page.waitForEvent("download");
  await new StepUp(page, "export the activity").enterPassword(admin.password);
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^activity-c-.*-\d{4}-\d\d-\d\d\.csv$/);
  const lines = (await readFile(await file.path(), "utf8")).split("\r\n");
  expect(lines[0]).toContain("Reason");
  expect(lines.join("\n")).toContain("Added to a company");
  expect(lines.join("\n"), "of another kind").not.toContain("Company added");
  expect(lines.join("\n"), "a formula").not.toMatch(/,=1\+1/);
});

test("what came before is shown on request, and a failure does not look empty", async ({ page, people, failures }) => {
  const { company, admin } = await people.administrator();
  await toProfileWithCode(page, admin);
  const entry = (number: number): object => ({
    entry: { id: `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`, at: Date.now(), what: `Event ${number}`, failed: number % 7 === 0, device: "Chrome on Linux", address: "192.0.2.1" },
    by: null,
    about: null,
    reason: null,
  });
  await page.route("**/api/company_activity", (route) => {
    const { query } = route.request().postDataJSON() as { query: { before: string | null } };
    const begin = query.before === null ? 0 : Number(query.before.slice(-12)) + 1;
    const entries = Array.from({ length: begin === 0 ? 50 : 3 }, (_, index) => entry(begin + index));
    return route.fulfill({ json: { entries, more: begin === 0 } });
  });
  const activity = new CompanyActivity(page);
  await activity.goto(company.slug);
  await expect(activity.rows).toHaveCount(50);
  await activity.showMore.click();
  await expect(activity.rows).toHaveCount(53);
  await expect(activity.rows.nth(50)).toBeFocused();
  await expect(activity.rows.nth(50)).toContainText("Event 50");
  await expect(activity.showMore).toBeHidden();

  await page.unroute("**/api/company_activity");
  await page.route("**/api/company_activity", (route) => route.abort("internetdisconnected"));
  failures.expect("/api/company_activity net::ERR_INTERNET_DISCONNECTED");
  await activity.filter("Policy").click();
  await expect(page.getByText("This could not be loaded. No connection.")).toBeVisible();
  await expect(page.getByText("Nothing yet.")).toBeHidden();
  await page.unroute("**/api/company_activity");
  await page.getByRole("button", { name: "Try Again" }).click();
  await expect(activity.rows.filter({ hasText: "Company added" })).toBeVisible();
});
