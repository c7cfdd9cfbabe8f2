// Every state of the pages of the recovery, the reset and the step-up, as in accessibility.spec.ts.
import { expectAccessible } from "../fixtures/accessibility";
import { PASSED } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { holdTime, pass } from "../fixtures/time";
import { toHelp, toIdentity, toProfileWithCode, toRecover, toUseRecoveryCode } from "../pages/flows";
import { StepUp } from "../pages/profile";
import { UseRecoveryCode } from "../pages/recovery";
import { EnterPassword, ProveApp, Required, SaveCode, SecureAccount } from "../pages/set-up";

const REQUEST = "request a new recovery code";

test("Enter your recovery code: empty, and with an error", async ({ page, people }) => {
  const use = await toUseRecoveryCode(page, await people.enrolled());
  await expectAccessible(page);
  await use.enter("K7QM 2XVD");
  await expect(use.code).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page);
});

test("recovering: at first, with an error, with the field of the old app", async ({ page, people, failures }) => {
  const person = await people.enrolled();
  const recover = await toRecover(page, person);
  await expectAccessible(page);
  await recover.continue.click({ force: true });
  await expect(recover.nothingKept).toBeVisible();
  await expectAccessible(page);
  await recover.stillWorks.click();
  failures.expect("/api/keep_app 422");
  await recover.prove(person.app.wrongCode());
  await expect(recover.oldCode).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page);
});

test("recovering: the set-up, and the new app", async ({ page, people, server }) => {
  const recover = await toRecover(page, await people.enrolled());
  await recover.setUpNew.click();
  const secure = new SecureAccount(page);
  await expect(secure.cancel).toBeVisible();
  await expectAccessible(page);
  await secure.enter((await secure.addToApp(server)).code());
  await expect(recover.method("Authenticator app")).toContainText("New");
  await expectAccessible(page);
});

test("recovering: what is removed, and what has changed meanwhile", async ({ page, people, failures }) => {
  const person = await people.enrolled();
  const phone = { kind: "phone", added_at: Date.now(), last_used_at: null, fate: "open" };
  for (const call of ["**/api/recovery", "**/api/keep_app"]) {
    await page.route(call, async (route) => {
      const recovery = (await (await route.fetch()).json()) as { methods: object[] };
      await route.fulfill({ json: { ...recovery, methods: [...recovery.methods, phone] } });
    });
  }
  const recover = await toRecover(page, person);
  await recover.stillWorks.click();
  await recover.prove(person.app.code());
  await expect(page.getByText("Continue removes your phone number.")).toBeVisible();
  await expectAccessible(page);
  failures.expect("/api/finish_recovery 409");
  await recover.continue.click();
  await expect(recover.changed).toBeVisible();
  await expectAccessible(page);
});

test("Lost everything?: with administrators, with the support, with nobody", async ({ page, people }) => {
  const company = await people.company("Pier & Sons Structural Engineering", { requires: PASSED.from });
  await people.member([company], { admin: true, name: "Bo Lind" });
  const help = await toHelp(page, await people.enrolled(await people.member([company])));
  await expect(help.administrators).toHaveCount(1);
  await expectAccessible(page);
  for (const support of ["support@example.com", null]) {
    await page.route("**/api/who_can_help", (route) => route.fulfill({ json: { administrators: [], support } }));
    await page.reload();
    await expect(support === null ? help.nobody : page.getByRole("link", { name: support })).toBeVisible();
    await expectAccessible(page);
  }
});

test("after a reset: the code, an error, and the set-up that follows", async ({ page, people, failures }) => {
  const person = await people.asked();
  const code = await people.reset(person);
  const identity = await toIdentity(page, person);
  await expectAccessible(page);
  failures.expect("/api/confirm_identity 422");
  await identity.enter(code === "000 000" ? "000001" : "000000");
  await expect(identity.code).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page);
  await identity.enter(code);
  await expect(new Required(page).heading).toBeVisible();
  await expectAccessible(page);
});

test("the step-up's password, with an error, and the page of the new code", async ({ page, people, failures }) => {
  const person = await people.enrolled();
  const profile = await toProfileWithCode(page, person);
  failures.expect("/api/request_recovery_code 403");
  await profile.requestCode.click();
  const stepUp = new StepUp(page, REQUEST);
  await expect(stepUp.password).toBeFocused();
  await expectAccessible(page);
  await stepUp.continue.click();
  await expect(stepUp.password).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page);
  await stepUp.enterPassword(person.password);
  await expect(new SaveCode(page).code).toBeVisible();
  await expectAccessible(page);
});

test.describe("as time passes", () => {
  test.use({ ownServer: true });

  test("the step-up's code, and an error", async ({ page, people, server, failures }) => {
    const person = await people.enrolled();
    await server.advance(60);
    const profile = await toProfileWithCode(page, person);
    await server.advance(360);
    failures.expect("/api/request_recovery_code 403");
    await profile.requestCode.click();
    const stepUp = new StepUp(page, REQUEST);
    await stepUp.enterPassword(person.password);
    await expect(stepUp.code).toBeFocused();
    await expectAccessible(page);
    failures.expect("/api/step_up_app 422");
    await stepUp.enterCode(person.app.wrongCode());
    await expect(stepUp.code).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
  });

  test("the recovery code as a proof: empty, and with an error", async ({ page, people, server }) => {
    const person = await people.enrolled();
    await server.advance(60);
    const profile = await toProfileWithCode(page, person);
    await server.advance(360);
    await profile.changeApp.click();
    await new EnterPassword(page).enter(person.password);
    await new ProveApp(page).useRecoveryCode.click();
    const use = new UseRecoveryCode(page);
    await expect(use.code).toBeFocused();
    await expectAccessible(page);
    await use.enter("K7QM 2XVD");
    await expect(use.code).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
  });

  test("the end of a recovery", async ({ page, people, server }) => {
    await holdTime(page);
    await toRecover(page, await people.enrolled());
    await pass(28 * 60 + 5, server, page);
    await expect(page.getByRole("dialog", { name: "Time is running out" })).toBeVisible();
    await expectAccessible(page);
  });
});
