/** A device is a browser context of its own: it shares nothing with the others. */
import {
  expect,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from '@playwright/test';

export interface DeviceOptions extends Pick<
  BrowserContextOptions,
  | 'viewport'
  | 'colorScheme'
  | 'permissions'
  | 'baseURL'
  | 'hasTouch'
  | 'isMobile'
  | 'deviceScaleFactor'
> {
  /** Where the app is opened first; default: the root of `baseURL`. `undefined` opens nothing. */
  readonly path?: string | undefined;
}

export class Device {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly #problems: string[] = [];
  readonly #expected: RegExp[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    // Breaches of the content policy are among the errors on the console, and so are those of workers.
    context.on('console', (message) => {
      if (message.type() === 'error') this.#problems.push(message.text());
    });
    context.on('weberror', (error) => {
      this.#problems.push(error.error().message);
    });
    page.on('crash', () => {
      this.#problems.push('the page crashed');
    });
  }

  /** Lets errors pass that a test provokes, such as a request to a node that is down. */
  expectProblem(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  /** What went wrong unexpectedly so far: console errors, page errors, policy breaches. */
  problems(): string[] {
    return this.#problems.filter((text) => !this.#expected.some((pattern) => pattern.test(text)));
  }

  /** Fails the test if anything went wrong unexpectedly; then forgets it and what was expected. */
  expectQuiet(): void {
    const problems = this.problems();
    this.#problems.length = 0;
    this.#expected.length = 0;
    expect(problems, 'errors on the console and breaches of the content policy').toEqual([]);
  }

  /** Ends the device, and fails the test if anything went wrong unexpectedly. */
  async close(): Promise<void> {
    await this.context.close();
    this.expectQuiet();
  }
}

/**
 * Opens the app on a fresh device. Without the camera permission no data channel comes about on a machine
 * that has only loopback.
 */
export async function openDevice(browser: Browser, options: DeviceOptions): Promise<Device> {
  const { path, ...context } = { path: '/', ...options };
  const fresh = await browser.newContext({ permissions: ['camera'], ...context });
  const device = new Device(fresh, await fresh.newPage());
  if (path !== undefined) await device.page.goto(path);
  return device;
}
