// Phone numbers, and the codes that come by text message.
import { expect, type Locator, type Page } from "@playwright/test";

/** A number as somebody enters it. */
interface Entered {
  country: string;
  national: string;
}

/** Add or Change Phone Number: the number. */
export class EnterNumber {
  readonly heading: Locator;
  readonly country: Locator;
  readonly number: Locator;
  readonly send: Locator;
  readonly places: Locator;
  readonly cancel: Locator;
  readonly otherMethod: Locator;

  constructor(readonly page: Page, act: "Add" | "Change" = "Add") {
    this.heading = page.getByRole("heading", { name: `${act} Phone Number`, level: 1 });
    this.country = page.getByRole("combobox", { name: "Select Your Country Code" });
    this.number = page.getByRole("textbox", { name: "Enter Your Phone Number" });
    this.send = page.getByRole("button", { name: "Send Text Message" });
    this.places = page.getByText("Where are text messages available?");
    this.cancel = page.getByRole("button", { name: "Cancel" });
    this.otherMethod = page.getByRole("link", { name: "Choose another method" });
  }

  async enter({ country, national }: Entered): Promise<void> {
    await this.country.selectOption(country);
    await this.number.fill(national);
    await this.send.click();
  }
}

/** A place where codes by text message are sent and entered; it stands on several pages. */
class TextCode {
  readonly send: Locator;
  /** To where a code was sent, and when. */
  readonly sent: Locator;
  readonly code: Locator;
  readonly continue: Locator;
  readonly again: Locator;
  /** That the message did not arrive, and why. */
  readonly undelivered: Locator;

  constructor(readonly place: Page | Locator, code = "Enter the 6-digit code", button = "Continue") {
    this.send = place.getByRole("button", { name: "Send Text Message" });
    this.sent = place.getByText(/^We sent a code at/);
    this.code = place.getByRole("textbox", { name: code });
    this.continue = place.getByRole("button", { name: button, exact: true });
    this.again = place.getByRole("button", { name: /^(Send a New Code|Send again in )/ });
    this.undelivered = place.getByText("The message could not be delivered to");
  }

  async enter(code: string): Promise<void> {
    await this.code.fill(code);
    await this.continue.click();
  }

  /** Has another code sent, which is said; after the pause. */
  async sendAgain(): Promise<void> {
    await this.again.click();
    await expect(this.place.getByText("Sent again. Codes sent earlier still work until they expire.")).toBeVisible();
  }
}

/** Confirm your phone number: the code that was sent to it. */
export class ConfirmNumber extends TextCode {
  readonly heading: Locator;
  readonly changeNumber: Locator;
  readonly cancel: Locator;

  constructor(readonly page: Page) {
    super(page);
    this.heading = page.getByRole("heading", { name: "Confirm your phone number", level: 1 });
    this.changeNumber = page.getByRole("button", { name: "Change number" });
    this.cancel = page.getByRole("button", { name: "Cancel" });
  }
}

/** The second door: a code by text message. */
export class TextChallenge extends TextCode {
  readonly heading: Locator;
  readonly different: Locator;
  readonly useRecoveryCode: Locator;
  readonly help: Locator;

  constructor(readonly page: Page) {
    super(page, "6-digit code");
    this.heading = page.getByRole("heading", { name: "Confirm with a text message", level: 1 });
    this.different = page.getByRole("link", { name: "Use a different method" });
    this.useRecoveryCode = page.getByRole("link", { name: "Use your recovery code" });
    this.help = page.getByRole("link", { name: "I can't use any of these" });
  }
}

/** How do you want to confirm it's you? At the second door, before a set-up, and in a step-up. */
export class ChooseMethod {
  readonly question: Locator;
  readonly app: Locator;
  readonly text: Locator;
  readonly continue: Locator;

  constructor(place: Page | Locator) {
    this.question = place.getByRole("group", { name: "How do you want to confirm it's you?" });
    this.app = place.getByRole("radio", { name: "Authenticator app" });
    this.text = place.getByRole("radio", { name: "Text message, number ending" });
    this.continue = place.getByRole("button", { name: "Continue", exact: true });
  }
}

/** The proof of the number that there is, before another takes its place. */
export class ProvePhone extends TextCode {
  readonly heading: Locator;
  readonly noCodes: Locator;
  readonly useRecoveryCode: Locator;

  constructor(readonly page: Page) {
    super(page);
    this.heading = page.getByRole("heading", { name: "Confirm it's you", level: 1 });
    this.noCodes = page.getByRole("button", { name: "I can't receive codes at this number" });
    this.useRecoveryCode = page.getByRole("button", { name: "Use your recovery code" });
  }
}

/** A code by text message in a step-up. */
export class TextStepUp extends TextCode {
  readonly different: Locator;

  constructor(dialog: Locator) {
    super(dialog);
    this.different = dialog.getByRole("button", { name: "Use a different method" });
  }
}

/** The old number, in a recovery. */
export class KeepNumber extends TextCode {
  readonly stillWorks: Locator;
  readonly setUpNew: Locator;

  constructor(readonly page: Page) {
    super(page, "Enter the 6-digit code", "Keep This Number");
    this.stillWorks = page.getByRole("button", { name: "My old one still works (phone number)" });
    this.setUpNew = page.getByRole("link", { name: "Set Up a New Number" });
  }
}
