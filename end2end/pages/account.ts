// Passwords, what mailed links open, and what a person is called.
import { expect, type Locator, type Page } from "@playwright/test";

/** Reset your password: the address, and then what to do about the mail. */
export class ForgotPassword {
  readonly heading: Locator;
  readonly email: Locator;
  readonly send: Locator;
  readonly sent: Locator;
  readonly again: Locator;
  readonly otherAddress: Locator;
  readonly back: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Reset your password", level: 1 });
    this.email = page.getByRole("textbox", { name: "Email" });
    this.send = page.getByRole("button", { name: "Send Link" });
    this.sent = page.getByRole("heading", { name: "Check your email", level: 1 });
    this.again = page.getByRole("button", { name: /^Send again/i });
    this.otherAddress = page.getByRole("button", { name: "Use a different address" });
    this.back = page.getByRole("link", { name: "Back to sign-in" });
  }

  async goto(): Promise<void> {
    await this.page.goto("/forgot-password");
    await expect(this.heading).toBeVisible();
  }

  async ask(email: string): Promise<void> {
    await this.email.fill(email);
    await this.send.click();
    await expect(this.sent).toBeVisible();
  }
}

/** A form that sets a new password. */
class NewPasswordForm {
  readonly password: Locator;
  /** What the page thinks of it. */
  readonly words: Locator;
  readonly change: Locator;

  constructor(readonly page: Page) {
    this.password = page.getByLabel("New password", { exact: true });
    this.words = page.getByRole("main").locator("p[role=status]");
    this.change = page.getByRole("button", { name: "Change Password" });
  }

  /** Types a password, and waits for what the page thinks of it. */
  async choose(password: string, words = "Strong."): Promise<void> {
    await this.password.fill(password);
    await expect(this.words).toHaveText(words);
  }
}

/** Choose a new password, with a mailed link. */
export class ResetPassword extends NewPasswordForm {
  readonly heading: Locator;
  readonly gone: Locator;
  readonly sendNew: Locator;

  constructor(page: Page) {
    super(page);
    this.heading = page.getByRole("heading", { name: "Choose a new password", level: 1 });
    this.gone = page.getByRole("heading", { name: "This link has been used or is older than an hour.", level: 1 });
    this.sendNew = page.getByRole("link", { name: "Send a New Link" });
  }
}

/** Change Password. */
export class ChangePassword extends NewPasswordForm {
  readonly heading: Locator;
  readonly current: Locator;
  readonly back: Locator;

  constructor(page: Page) {
    super(page);
    this.heading = page.getByRole("heading", { name: "Change Password", level: 1 });
    this.current = page.getByLabel("Current password", { exact: true });
    this.back = page.getByRole("link", { name: "Back to Password & Security" });
  }
}

/** This Wasn't Me. */
export class NotMe {
  readonly heading: Locator;
  readonly press: Locator;
  readonly itWasMe: Locator;
  readonly blocked: Locator;
  readonly gone: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Was this you?", level: 1 });
    this.press = page.getByRole("button", { name: "This Wasn't Me" });
    this.itWasMe = page.getByRole("link", { name: "It was me" });
    this.blocked = page.getByRole("heading", { name: "Sign-in is blocked", level: 1 });
    this.gone = page.getByRole("heading", { name: "This link has been used or is older than seven days.", level: 1 });
  }
}

/** The tab Profile: name and time zone. */
export class ProfileTab {
  readonly heading: Locator;
  readonly name: Locator;
  readonly zone: Locator;
  readonly save: Locator;
  readonly saved: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Profile", level: 1 });
    this.name = page.getByRole("textbox", { name: "Name" });
    this.zone = page.getByRole("combobox", { name: "Time zone" });
    this.save = page.getByRole("button", { name: "Save" });
    this.saved = page.getByRole("status").filter({ hasText: "Saved" });
  }
}

/** The tabs of My Profile Settings. */
export function tab(page: Page, name: "Profile" | "Password & Security"): Locator {
  return page.getByRole("navigation", { name: "My Profile Settings" }).getByRole("link", { name });
}
