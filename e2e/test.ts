/** `test` with a relay and a chain for each worker, and devices that are checked and closed at the end. */
import { test as base } from '@playwright/test';
import { startChain, type Chain } from './chain.ts';
import { openDevice, type Device, type DeviceOptions } from './devices.ts';
import { startRelay, type Relay } from './relay.ts';

interface TestFixtures {
  /** Opens the app of `relay` on one more device. */
  newDevice: (options?: DeviceOptions) => Promise<Device>;
}

interface WorkerFixtures {
  relay: Relay;
  chain: Chain;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  relay: [
    // eslint wants a first parameter of another shape; Playwright reads it and wants a pattern.
    async ({}, use) => {
      const relay = await startRelay();
      await use(relay);
      await relay.close();
    },
    { scope: 'worker' },
  ],
  chain: [
    async ({}, use) => {
      const chain = await startChain();
      await use(chain);
      await chain.stop();
    },
    { scope: 'worker' },
  ],
  newDevice: async ({ browser, relay }, use) => {
    const devices: Device[] = [];
    await use(async (options = {}) => {
      const device = await openDevice(browser, { baseURL: relay.url, ...options });
      devices.push(device);
      return device;
    });
    for (const device of devices) await device.close();
  },
});

export { expect } from '@playwright/test';
