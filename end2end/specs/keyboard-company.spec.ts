// A company's pages by keyboard alone, as in keyboard.spec.ts.
import { tabTo } from "../fixtures/accessibility";
import { expect, test } from "../fixtures/test";
import { CompanySecurity } from "../pages/company";
import { toMembers, toProfileWithCode } from "../pages/flows";
import { StepUp } from "../pages/profile";

test("a policy is changed by keyboard alone", async ({ page, people }) => {
  const { company, admin } = await people.administrator();
  await toProfileWithCode(page, admin);
  const security = new CompanySecurity(page);
  await security.goto(company.slug);
  const { keyboard } = page;
  await tabTo(page, security.texts);
  await keyboard.press("Space");
  await expect(security.texts).not.toBeChecked();
  await tabTo(page, security.review);
  await keyboard.press("Enter");
  await expect(security.goBack).toBeFocused();
  await keyboard.press("Escape");
  await expect(security.dialog).toBeHidden();
  await expect(security.review).toBeFocused();
  await keyboard.press("Enter");
  await expect(security.goBack).toBeFocused();
  await keyboard.press("Shift+Tab");
  await expect(security.act("Save Changes")).toBeFocused();
  await keyboard.press("Enter");
  await expect(security.status).toBeFocused();
});

test("a member is found and removed by keyboard alone", async ({ page, people, failures }) => {
  const { company, admin } = await people.administrator();
  await people.member([company], { name: "Luis Ortega" });
  const members = await toMembers(page, admin, company);
  const { keyboard } = page;
  await tabTo(page, members.search);
  await keyboard.type("luis");
  await keyboard.press("Enter");
  await expect(members.rows).toHaveCount(1);
  await tabTo(page, page.getByRole("button", { name: "Manage Luis Ortega" }));
  await keyboard.press("Enter");
  await expect(members.dialog).toBeVisible();
  await tabTo(page, members.dialog.getByRole("button", { name: "Remove from Harbour Build…" }));
  await keyboard.press("Enter");
  await expect(members.dialog.getByRole("button", { name: "Go Back" })).toBeFocused();
  await keyboard.press("Shift+Tab");
  failures.expect("/api/remove_member 403");
  await keyboard.press("Enter");
  const stepUp = new StepUp(page, "remove a member");
  await expect(stepUp.password).toBeFocused();
  await keyboard.type(admin.password);
  await keyboard.press("Enter");
  await expect(members.said("Luis Ortega was removed from Harbour Build.")).toBeFocused();
});
