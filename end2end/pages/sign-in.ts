import { expect, type Locator, type Page } from "@playwright/test";

import type { Person } from "../fixtures/people";

/** The first door: email and password. */
export class SignIn {
  readonly heading: Locator;
  readonly email: Locator;
  readonly password: Locator;
  readonly showPassword: Locator;
  readonly continue: Locator;
  readonly forgot: Locator;
  /** What has just been done. */
  readonly notice: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Sign in", level: 1 });
    this.email = page.getByRole("textbox", { name: "Email" });
    this.password = page.getByLabel("Password", { exact: true });
    this.showPassword = page.getByRole("button", { name: /^(Show|Hide) password$/ });
    this.continue = page.getByRole("button", { name: "Continue", exact: true });
    this.forgot = page.getByRole("link", { name: "Forgot your password?" });
    this.notice = page.getByRole("main").locator("p.note[role=status]");
  }

  async goto(address = "/sign-in"): Promise<void> {
    await this.page.goto(address);
    await expect(this.continue).toBeEnabled();
  }

  async fillIn(person: Pick<Person, "email" | "password">): Promise<void> {
    await this.email.fill(person.email);
    await this.password.fill(person.password);
  }

  /** Signs in as far as the password leads. */
  async signIn(person: Pick<Person, "email" | "password">, address?: string): Promise<void> {
    await this.goto(address);
    await this.fillIn(person);
    await this.continue.click();
    await expect(this.heading).toBeHidden();
  }
}

/** The second door: a code of the authenticator app. */
export class Challenge {
  readonly heading: Locator;
  readonly code: Locator;
  readonly continue: Locator;
  readonly useRecoveryCode: Locator;
  readonly help: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "Enter the code from your authenticator app", level: 1 });
    this.code = page.getByRole("textbox", { name: "6-digit code" });
    this.continue = page.getByRole("button", { name: "Continue", exact: true });
    this.useRecoveryCode = page.getByRole("link", { name: "Use your recovery code" });
    this.help = page.getByRole("link", { name: "I can't use any of these" });
  }

  /** Enters a code as people do, digit by digit; the sixth sends it. */
  async enter(code: string): Promise<void> {
    await this.code.pressSequentially(code);
  }
}
