/** The screens before the wallet is open. Methods return when the page has settled. */
import { expect, type Page } from '@playwright/test';

/** Deriving a key from the passphrase is made slow on purpose, and a test machine may be busy. */
const derived = { timeout: 60_000 };

export class EntryPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async setUp(name: string, passphrase: string): Promise<void> {
    const { page } = this;
    await page.getByLabel('Name of this device').fill(name);
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await page.getByRole('button', { name: 'Set up this device' }).click();
    await expect(page.getByRole('heading', { name: 'Set up this device' })).toBeHidden(derived);
  }

  async unlock(passphrase: string): Promise<void> {
    await this.tryToUnlock(passphrase);
    await expect(this.page.getByRole('heading', { name: /^Unlock / })).toBeHidden(derived);
  }

  /** For a passphrase that may be wrong: does not wait for what comes of it. */
  async tryToUnlock(passphrase: string): Promise<void> {
    const { page } = this;
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  }

  /** Waits until the field says what was wrong. */
  async expectRefused(sentence: string | RegExp): Promise<void> {
    const field = this.page.getByLabel('Passphrase', { exact: true });
    await expect(field).toHaveAttribute('aria-invalid', 'true', derived);
    await expect(field).toHaveAccessibleDescription(sentence);
  }

  async expectLocked(reason?: string | RegExp): Promise<void> {
    const { page } = this;
    await expect(page.getByRole('heading', { name: /^Unlock / })).toBeVisible();
    if (reason !== undefined) await expect(page.getByText(reason)).toBeVisible();
  }

  async takeOver(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Take over in this tab' }).click();
    await expect(page.getByRole('heading', { name: /another tab/ })).toBeHidden();
  }
}
