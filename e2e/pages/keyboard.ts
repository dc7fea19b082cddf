/** A person who has a keyboard and nothing else. */
import { expect, type Locator, type Page } from '@playwright/test';

const MOST_STOPS = 100;

export class Keyboard {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Goes on with Tab until the control has the focus. */
  async reach(control: Locator): Promise<void> {
    await expect(control).toBeVisible();
    for (let stops = 0; stops < MOST_STOPS; stops++) {
      if (await control.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reaches ${control.toString()}.`);
  }

  async press(control: Locator): Promise<void> {
    await expect(control).toBeEnabled();
    await this.reach(control);
    await this.page.keyboard.press('Enter');
  }

  async type(field: Locator, text: string): Promise<void> {
    await this.reach(field);
    await this.page.keyboard.type(text);
    await expect(field).toHaveValue(text);
  }

  /** Reads down to the end of the page, then holds Enter on the button until it has acted. */
  async readAndHold(button: Locator): Promise<void> {
    const { page } = this;
    await expect(async () => {
      await page.keyboard.press('PageDown');
      await expect(button).toBeEnabled({ timeout: 500 });
    }).toPass({ timeout: 15_000 });
    await this.reach(button);
    await page.keyboard.down('Enter');
    const held = page.locator('button[data-holding]');
    await expect(held).toBeVisible();
    await expect(held).toBeHidden();
    await page.keyboard.up('Enter');
    await expect(button).toBeHidden();
  }
}
