// The second door by text message, and the choice between it and the app.
import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures/test";
import { codeIn, NUMBER, otherCode } from "../fixtures/texts";
import { holdTime, pass } from "../fixtures/time";
import { toChooseMethod, toTextChallenge } from "../pages/flows";
import { KeepNumber, TextChallenge } from "../pages/phone";
import { Profile } from "../pages/profile";
import { Recover, UseRecoveryCode } from "../pages/recovery";
import { SaveCode } from "../pages/set-up";
import { Challenge } from "../pages/sign-in";

test.use({ ownServer: true });

/** The codes that the page has sent. */
function sent(page: Page): string[] {
  const codes: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/challenge_phone")) codes.push((request.postDataJSON() as { code: string }).code);
  });
  return codes;
}

test("nothing is sent before it is asked for, and the sixth digit signs in", async ({ page, people, texts }) => {
  const challenge = await toTextChallenge(page, await people.withPhone());
  await expect(challenge.heading).toBeFocused();
  await expect(page).toHaveTitle("Confirm with a text message · Vestibule");
  await expect(page.getByText(`Text a code to the number ending ${NUMBER.ending}?`)).toBeVisible();
  await page.reload();
  await expect(challenge.send).toBeVisible();
  await texts(NUMBER.whole, 1);

  const codes = sent(page);
  await challenge.send.click();
  await expect(challenge.code).toBeFocused();
  await expect(challenge.sent).toContainText(`to the number ending ${NUMBER.ending}`);
  await expect(page.getByText("We check it as soon as you enter the sixth digit.")).toBeVisible();
  await expect(page.getByText(NUMBER.whole)).toBeHidden();
  const code = codeIn((await texts(NUMBER.whole, 2)).at(-1));
  await challenge.code.pressSequentially(code);
  await expect(new Profile(page).heading).toBeFocused();
  expect(codes).toEqual([code]);
});

test("a code that was sent is not sent again on return", async ({ page, people, texts }) => {
  const challenge = await toTextChallenge(page, await people.withPhone());
  await challenge.send.click();
  const code = codeIn((await texts(NUMBER.whole, 2)).at(-1));
  await page.reload();
  await expect(challenge.sent).toContainText(/^We sent a code at \d\d:\d\d to the number ending 89\./);
  await expect(challenge.code).toBeVisible();
  await challenge.useRecoveryCode.click();
  await expect(new UseRecoveryCode(page).heading).toBeFocused();
  await page.goBack();
  await challenge.code.fill(code);
  await expect(new Profile(page).heading).toBeVisible();
  await texts(NUMBER.whole, 2);
});

test("wrong codes are told, and after the first only the button sends", async ({ page, people, texts, failures }) => {
  const challenge = await toTextChallenge(page, await people.withPhone());
  const codes = sent(page);
  await challenge.send.click();
  const code = codeIn((await texts(NUMBER.whole, 2)).at(-1));
  const wrong = otherCode(code);
  failures.expect("/api/challenge_phone 422");
  await challenge.code.fill(wrong);
  await expect(page.getByText("That code is not right. Check the newest message.")).toBeVisible();
  await expect(challenge.code).toBeFocused();
  await challenge.code.fill(code);
  await expect(page.getByText("Press Continue when you have entered it.")).toBeVisible();
  expect(codes).toEqual([wrong]);
  await challenge.continue.click();
  await expect(new Profile(page).heading).toBeVisible();
});

test("five wrong codes end the codes, and a new one opens the door after the pause", async ({ page, people, server, texts, failures }) => {
  await holdTime(page);
  const challenge = await toTextChallenge(page, await people.withPhone());
  await challenge.send.click();
  const first = codeIn((await texts(NUMBER.whole, 2)).at(-1));
  for (let attempt = 0; attempt < 5; attempt += 1) {
    failures.expect("/api/challenge_phone 422");
    const answer = page.waitForResponse("**/api/challenge_phone");
    if (attempt === 0) await challenge.code.fill(otherCode(first));
    else await challenge.enter(otherCode(first));
    await answer;
    await expect(challenge.code).toHaveAttribute("aria-invalid", "true");
  }
  await pass(61, server, page);
  failures.expect("/api/challenge_phone 422");
  await challenge.enter(first);
  await expect(page.getByText("That code is too old. Send a new one.")).toBeVisible();
  // The sixth failure has its own pause.
  await pass(61, server, page);
  await challenge.sendAgain();
  await challenge.enter(codeIn((await texts(NUMBER.whole, 3)).at(-1)));
  await expect(new Profile(page).heading).toBeVisible();
});

test("who has both chooses first, and the choice is kept on the way back", async ({ page, people, server, texts }) => {
  const person = await people.withBoth();
  await server.advance(60);
  const choose = await toChooseMethod(page, person);
  await expect(page.getByRole("heading", { name: "How do you want to confirm it's you?", level: 1 })).toBeFocused();
  await expect(choose.text).toHaveAccessibleName(/number ending 89/);
  // Choosing alone does nothing.
  await choose.text.check();
  await texts(NUMBER.whole, 1);
  await choose.continue.click();
  const challenge = new TextChallenge(page);
  await expect(challenge.code).toBeVisible();
  await texts(NUMBER.whole, 2);
  await page.goBack();
  await expect(choose.text).toBeChecked();
  await choose.continue.click();
  await expect(challenge.code).toBeVisible();
  await challenge.different.click();
  await choose.app.check();
  await choose.continue.click();
  const app = new Challenge(page);
  await expect(app.heading).toBeFocused();
  await page.getByRole("link", { name: "Use a different method" }).click();
  await choose.text.check();
  await choose.continue.click();
  // It was sent once, on all these ways.
  const code = codeIn((await texts(NUMBER.whole, 2)).at(-1));
  await challenge.code.fill(code);
  await new Profile(page).expectWhole();

  // The next time it is the one that is preselected, and says why.
  await new Profile(page).leave();
  await server.advance(60);
  await toChooseMethod(page, person);
  await expect(choose.text).toBeChecked();
  await expect(page.getByText("A code that we send you. You used it last time.")).toBeVisible();
});

test("a gateway that fails is told where the method is chosen, and the app is preselected", async ({ page, people, server, texts }) => {
  const person = await people.withBoth();
  await server.advance(60);
  const choose = await toChooseMethod(page, person);
  await choose.text.check();
  await choose.continue.click();
  const challenge = new TextChallenge(page);
  await challenge.code.fill(codeIn((await texts(NUMBER.whole, 2)).at(-1)));
  const profile = new Profile(page);
  await profile.expectWhole();
  await profile.leave();

  // Longer ago than what tells that messages get through.
  await server.gateway.behave("status 503");
  await server.advance(6 * 60);
  await toChooseMethod(page, person);
  await choose.text.check();
  await choose.continue.click();
  await expect(challenge.code).toBeVisible();
  // What is tried again in vain is trouble, which the next page says.
  await expect(async () => {
    await server.advance(30);
    await page.goto("/challenge");
    await expect(page.getByText("Text messages are failing at this moment. Use your authenticator app.")).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(choose.app).toBeChecked();
  await choose.continue.click();
  await server.advance(30);
  await new Challenge(page).code.fill(person.app.code());
  await expect(new Profile(page).heading).toBeVisible();
});

test("a message that is not delivered is told beside the field, and the recovery code helps", async ({ page, people, server }) => {
  const person = await people.withPhone();
  await server.gateway.behave("reason unreachable");
  const challenge = await toTextChallenge(page, person);
  await challenge.send.click();
  await expect(challenge.undelivered).toContainText("to the number ending 89.", { timeout: 20_000 });
  await expect(page.getByText("The phone may be off, or without signal.")).toBeVisible();
  // What was typed meanwhile stays.
  await expect(challenge.code).toBeVisible();
  await challenge.useRecoveryCode.click();
  await new UseRecoveryCode(page).enter(person.recoveryCode);
  await expect(new Recover(page).heading).toBeVisible();
});

test("the pause between two messages is said where somebody comes too early", async ({ page, people, texts, otherBrowser, failures }) => {
  const person = await people.withPhone();
  const challenge = await toTextChallenge(page, person);
  await challenge.send.click();
  await texts(NUMBER.whole, 2);
  const other = await (await otherBrowser()).newPage();
  const elsewhere = await toTextChallenge(other, person);
  failures.expect("/api/send_challenge_text 429");
  await elsewhere.send.click();
  await expect(other.getByText(/^A code was sent a moment ago\. Try again in (1 minute|\d+ seconds)\.$/)).toBeVisible();
  await texts(NUMBER.whole, 2);
});

test("a browser that reads text messages fills the code in, once, and stops when something is sent", async ({ page, people, texts }) => {
  const person = await people.withPhone();
  // Chromium on a desk reads none: this one is handed the message by the test.
  await page.addInitScript(() => {
    const open: { signal?: AbortSignal; give: (code: string) => void }[] = [];
    Object.assign(window, { OTPCredential: class {}, readsTexts: open });
    navigator.credentials.get = ((options?: { otp?: unknown; signal?: AbortSignal }) =>
      new Promise((resolve, reject) => {
        const { signal } = options ?? {};
        signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
        open.push({ ...(signal ? { signal } : {}), give: (code) => resolve({ code } as unknown as Credential) });
      })) as typeof navigator.credentials.get;
  });
  const challenge = await toTextChallenge(page, person);
  const codes = sent(page);
  await challenge.send.click();
  await expect(challenge.code).toBeVisible();
  const code = codeIn((await texts(NUMBER.whole, 2)).at(-1));
  const requests = await page.evaluate((code) => {
    const { readsTexts } = window as unknown as { readsTexts: { signal?: AbortSignal; give: (code: string) => void }[] };
    const [first] = readsTexts;
    first?.give(code);
    return readsTexts.map(({ signal }) => signal?.aborted);
  }, code);
  expect(requests).toEqual([false]);
  await expect(new Profile(page).heading).toBeVisible();
  expect(codes).toEqual([code]);
});

test("in a recovery the old number is kept with a code of it", async ({ page, people, texts }) => {
  const person = await people.withPhone();
  const challenge = await toTextChallenge(page, person);
  await challenge.useRecoveryCode.click();
  await new UseRecoveryCode(page).enter(person.recoveryCode);
  const recover = new Recover(page);
  await expect(recover.method("Phone number ending 89")).toContainText("Will be removed");
  const keep = new KeepNumber(page);
  await keep.stillWorks.click();
  await expect(keep.send).toBeFocused();
  await texts(NUMBER.whole, 1);
  await keep.send.click();
  await expect(keep.code).toBeFocused();
  await keep.enter(codeIn((await texts(NUMBER.whole, 2)).at(-1)));
  await expect(page.getByText("Your phone number works. It stays.")).toBeVisible();
  await recover.continue.click();
  await new SaveCode(page).confirm();
  await expect(new Profile(page).section("Phone number")).toContainText("Number ending 89");
});

test("in a recovery one method stays and the other is lost", async ({ page, people, server, texts }) => {
  const person = await people.withBoth();
  await server.advance(60);
  const choose = await toChooseMethod(page, person);
  await expect(choose.question).toBeVisible();
  await page.getByRole("link", { name: "Use your recovery code" }).click();
  await new UseRecoveryCode(page).enter(person.recoveryCode);
  const recover = new Recover(page);
  await expect(recover.method("Authenticator app")).toContainText("Will be removed");
  await expect(recover.method("Phone number ending 89")).toContainText("Will be removed");
  const keep = new KeepNumber(page);
  await keep.stillWorks.click();
  await keep.send.click();
  await keep.enter(codeIn((await texts(NUMBER.whole, 2)).at(-1)));
  await expect(recover.method("Phone number ending 89")).toContainText("Works");
  await recover.continue.click();
  await new SaveCode(page).confirm();
  const profile = new Profile(page);
  await expect(profile.section("Authenticator app")).toContainText("Not set up");
  await expect(profile.section("Phone number")).toContainText("Number ending 89");
});
