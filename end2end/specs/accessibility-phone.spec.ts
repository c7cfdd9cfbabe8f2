// Every state of the pages of phone numbers and text messages, as in accessibility.spec.ts.
import { expectAccessible } from "../fixtures/accessibility";
import { PASSED } from "../fixtures/people";
import { expect, test } from "../fixtures/test";
import { codeIn, NEW_NUMBER, NUMBER, otherCode } from "../fixtures/texts";
import { holdTime, pass } from "../fixtures/time";
import { toChooseMethod, toConfirmNumber, toEnterNumber, toMethod, toProfile, toProfileWithText, toProvePhone, toTextChallenge } from "../pages/flows";
import { ChooseMethod, ConfirmNumber, EnterNumber, KeepNumber, ProvePhone, TextChallenge, TextStepUp } from "../pages/phone";
import { Profile, removePhone, StepUp } from "../pages/profile";
import { UseRecoveryCode } from "../pages/recovery";
import { EnterPassword, Method } from "../pages/set-up";

test.use({ ownServer: true });

const LATER = 6 * 60;

test.describe("Select an Authentication Method", () => {
  test("with text messages chosen, and where they are available", async ({ page, people }) => {
    const method = await toMethod(page, await people.asked());
    await method.text.check();
    await page.getByText("Where are text messages available?").click();
    await expectAccessible(page);
  });

  test("where a company does not accept them", async ({ page, people, server }) => {
    const company = await people.company("Pier & Sons Structural Engineering", { requires: PASSED.from });
    await server.run(["company", "set", company.slug, "--text-messages", "off"]);
    await toMethod(page, await people.member([company]));
    await expect(new Method(page).text).toBeDisabled();
    await expectAccessible(page);
  });
});

test.describe("Add Phone Number", () => {
  test("empty, with two problems, refused, and too early", async ({ page, people, failures }) => {
    const enter = await toEnterNumber(page, await people.asked());
    await expectAccessible(page);
    await enter.places.click();
    await expectAccessible(page);
    await enter.send.click();
    await expect(page.getByText("Enter your phone number.").first()).toBeVisible();
    await expectAccessible(page);
    failures.expect("/api/enter_number 422");
    await enter.enter({ country: "DE", national: "030 123456" });
    await expect(enter.number).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByText("That looks like a landline.")).toBeVisible();
    await expectAccessible(page);
    await enter.enter(NEW_NUMBER);
    await new ConfirmNumber(page).changeNumber.click();
    await expect(enter.heading).toBeVisible();
    failures.expect("/api/enter_number 429");
    await enter.enter(NUMBER);
    await expect(page.getByText(/A code was sent a moment ago/)).toBeVisible();
    await expectAccessible(page);
  });

  test("while it is sent, and without a connection", async ({ page, people, failures }) => {
    const enter = await toEnterNumber(page, await people.asked());
    let lose = (): void => {};
    const lost = new Promise<void>((resolve) => (lose = resolve));
    await page.route("**/api/enter_number", async (route) => {
      await lost;
      await route.abort("internetdisconnected");
    });
    failures.expect("/api/enter_number net::ERR_INTERNET_DISCONNECTED");
    await enter.enter(NUMBER);
    await expect(page.getByRole("button", { name: "Sending…" })).toBeVisible();
    await expectAccessible(page);
    lose();
    await expect(page.getByText("No connection. What you typed is still here.")).toBeVisible();
    await expectAccessible(page);
  });
});

test.describe("Confirm your phone number", () => {
  test("sent, wrong, too old, and sent again", async ({ page, people, server, texts, failures }) => {
    await holdTime(page);
    const confirm = await toConfirmNumber(page, await people.asked());
    await expectAccessible(page);
    const code = codeIn((await texts(NUMBER.whole, 1))[0]);
    failures.expect("/api/confirm_phone 422");
    await confirm.enter(otherCode(code));
    await expect(confirm.code).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
    await pass(5 * 60, server, page);
    failures.expect("/api/confirm_phone 422");
    await confirm.enter(code);
    await expect(page.getByText("That code is too old.")).toBeVisible();
    await expectAccessible(page);
    await confirm.sendAgain();
    await expectAccessible(page);
  });

  test("not delivered", async ({ page, people, server }) => {
    const person = await people.asked();
    await server.gateway.behave("reason blocked");
    const confirm = await toConfirmNumber(page, person);
    await expect(confirm.undelivered).toBeVisible({ timeout: 20_000 });
    await expectAccessible(page);
  });
});

test.describe("the second door", () => {
  test("before a code is sent, after it, wrong, and paused", async ({ page, people, texts, failures }) => {
    const challenge = await toTextChallenge(page, await people.withPhone());
    await expectAccessible(page);
    await challenge.send.click();
    await expect(challenge.code).toBeFocused();
    await expectAccessible(page);
    const code = codeIn((await texts(NUMBER.whole, 2)).at(-1));
    failures.expect("/api/challenge_phone 422");
    await challenge.code.fill(otherCode(code));
    await expect(challenge.code).toHaveAttribute("aria-invalid", "true");
    await expectAccessible(page);
    const answer = { code: "paused", message: "Too many wrong codes. Try again in 30 seconds.", field: "code", retry_after_s: 30 };
    await page.route("**/api/challenge_phone", (route) => route.fulfill({ status: 429, json: answer }));
    failures.expect("/api/challenge_phone 429");
    await challenge.enter(code);
    await expect(page.getByText(/^Too many wrong codes/)).toBeVisible();
    await expectAccessible(page);
  });

  test("not delivered, too early elsewhere, and none left today", async ({ page, people, server, otherBrowser, failures }) => {
    const person = await people.withPhone();
    await server.gateway.behave("reason unreachable");
    const challenge = await toTextChallenge(page, person);
    await challenge.send.click();
    await expect(challenge.undelivered).toBeVisible({ timeout: 20_000 });
    await expectAccessible(page);

    const other = await (await otherBrowser()).newPage();
    const elsewhere = await toTextChallenge(other, person);
    failures.expect("/api/send_challenge_text 429");
    await elsewhere.send.click();
    await expect(other.getByText(/A code was sent a moment ago/)).toBeVisible();
    await expectAccessible(other);

    const answer = {
      code: "no_texts",
      message: "Text messages can't be sent at this moment. Use your authenticator app or your recovery code.",
      field: null,
      retry_after_s: null,
    };
    await other.route("**/api/send_challenge_text", (route) => route.fulfill({ status: 503, json: answer }));
    failures.expect("/api/send_challenge_text 503");
    await elsewhere.send.click();
    await expect(other.getByText("Text messages can't be sent at this moment.")).toBeVisible();
    await expectAccessible(other);
  });

  test("the choice, with the last used one, and where text messages fail", async ({ page, people, texts }) => {
    const person = await people.withBoth();
    const choose = await toChooseMethod(page, person);
    await expectAccessible(page);
    await choose.text.check();
    await choose.continue.click();
    const challenge = new TextChallenge(page);
    await expect(challenge.different).toBeVisible();
    await expectAccessible(page);
    await challenge.code.fill(codeIn((await texts(NUMBER.whole, 2)).at(-1)));
    const profile = new Profile(page);
    await profile.expectWhole();
    await expectAccessible(page);
    await profile.leave();
    await toChooseMethod(page, person);
    await expect(choose.text).toBeChecked();
    await page.route("**/api/challenge", async (route) => {
      const stands = (await (await route.fetch()).json()) as object;
      await route.fulfill({ json: { ...stands, texts_failing: true } });
    });
    await page.reload();
    await expect(page.getByText("Text messages are failing at this moment.")).toBeVisible();
    await expectAccessible(page);
    await choose.text.check();
    await choose.continue.click();
    await expect(challenge.code).toBeVisible();
    await page.reload();
    await expect(page.getByText("You can use another way.")).toBeVisible();
    await expectAccessible(page);
  });
});

test.describe("a change", () => {
  test("the password, the present number, the new one, and what is said afterwards", async ({ page, people, server, texts }) => {
    const person = await people.withPhone();
    const profile = await toProfileWithText(page, person, texts);
    await expectAccessible(page);
    await server.advance(LATER);
    await profile.changePhone.click();
    await expect(page.getByText("Continue also texts a code to your present number")).toBeVisible();
    await expectAccessible(page);
    await new EnterPassword(page).enter(person.password);
    const prove = new ProvePhone(page);
    await expect(prove.code).toBeVisible();
    await expectAccessible(page);
    await prove.enter(codeIn((await texts(NUMBER.whole, 3)).at(-1)));
    const enter = new EnterNumber(page, "Change");
    await expect(enter.heading).toBeVisible();
    await expectAccessible(page);
  });

  test("with an app, and with the recovery code, in the place of the present number", async ({ page, people, server, texts }) => {
    const person = await people.withBoth();
    const choose = await toChooseMethod(page, person);
    await choose.text.check();
    await choose.continue.click();
    await new TextChallenge(page).code.fill(codeIn((await texts(NUMBER.whole, 2)).at(-1)));
    await new Profile(page).expectWhole();
    await server.advance(LATER);
    const prove = await toProvePhone(page, person);
    await prove.noCodes.click();
    await expectAccessible(page);
    await prove.useRecoveryCode.click();
    await expect(page.getByRole("textbox", { name: "Recovery code" })).toBeFocused();
    await expectAccessible(page);
  });

  test("a step-up with a choice, and with a code by text message", async ({ page, people, server, texts, failures }) => {
    const person = await people.withBoth();
    const atDoor = await toChooseMethod(page, person);
    await atDoor.text.check();
    await atDoor.continue.click();
    await new TextChallenge(page).code.fill(codeIn((await texts(NUMBER.whole, 2)).at(-1)));
    const profile = new Profile(page);
    await profile.expectWhole();
    await server.advance(LATER);
    failures.expect("/api/request_recovery_code 403");
    await profile.requestCode.click();
    const stepUp = new StepUp(page, "request a new recovery code");
    await stepUp.enterPassword(person.password);
    const choose = new ChooseMethod(stepUp.dialog);
    await expect(choose.question).toBeVisible();
    await expectAccessible(page);
    await choose.text.check();
    await choose.continue.click();
    await expect(new TextStepUp(stepUp.dialog).code).toBeFocused();
    await expectAccessible(page);
  });

  test("removal: the question, and before a code is sent", async ({ page, people, server, texts, failures }) => {
    const company = await people.company("Harbour Build", { requires: PASSED.from, voluntary: true });
    const person = await people.withPhone(await people.member([company]));
    await people.free(company);
    const profile = await toProfileWithText(page, person, texts);
    await server.advance(LATER);
    await profile.removePhone.click();
    await expect(removePhone(page).keep).toBeFocused();
    await expectAccessible(page);
    failures.expect("/api/remove_method 403");
    await removePhone(page).act.click();
    const stepUp = new StepUp(page, "remove your phone number");
    await stepUp.enterPassword(person.password);
    await expect(new TextStepUp(stepUp.dialog).send).toBeFocused();
    await expectAccessible(page);
  });
});

test("in a recovery: two methods, and a code of the old number", async ({ page, people }) => {
  const person = await people.withBoth();
  await toChooseMethod(page, person);
  await page.getByRole("link", { name: "Use your recovery code" }).click();
  await new UseRecoveryCode(page).enter(person.recoveryCode);
  const keep = new KeepNumber(page);
  await expect(keep.setUpNew).toBeVisible();
  await expectAccessible(page);
  await keep.stillWorks.click();
  await expect(keep.send).toBeFocused();
  await expectAccessible(page);
  await keep.send.click();
  await expect(keep.code).toBeFocused();
  await expectAccessible(page);
});

test("a profile without a number, where text messages are accepted and where they are not", async ({ page, people, server }) => {
  const company = await people.company("Harbour Build", { requires: "2031-03-04T09:00" });
  await toProfile(page, await people.member([company]));
  await expect(new Profile(page).addPhone).toBeVisible();
  await expectAccessible(page);
  await server.run(["company", "set", company.slug, "--text-messages", "off"]);
  await page.reload();
  await expect(page.getByText("Text messages are not available for your account.")).toBeVisible();
  await new Profile(page).expectWhole();
  await expectAccessible(page);
});
