import { expect, it } from 'vitest';
import { Serial } from './serial.ts';

it('starts a task only when the one before has ended, failed ones included', async () => {
  const serial = new Serial();
  const log: string[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = serial.run(async () => {
    log.push('first starts');
    await gate;
    log.push('first ends');
    throw new Error('first fails');
  });
  const second = serial.run(async () => {
    log.push('second');
    return 2;
  });
  release();
  await expect(first).rejects.toThrow('first fails');
  expect(await second).toBe(2);
  expect(log).toEqual(['first starts', 'first ends', 'second']);
});
