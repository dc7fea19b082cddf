import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceId } from './channel.ts';
import { MemoryReplayStore } from './memory.ts';
import { ReplayGuard, WINDOW, type ReplayStore } from './replay.ts';

const ALICE = 'a1' as DeviceId;
const BOB = 'b0' as DeviceId;

/** A store that fails when told to. */
class FailingStore extends MemoryReplayStore {
  failing = false;
  saves = 0;

  override async save(peer: DeviceId, record: Uint8Array): Promise<void> {
    if (this.failing) throw new Error('the disk is full');
    this.saves += 1;
    await super.save(peer, record);
  }
}

describe('counters to send', () => {
  it('go up, apart for each recipient', async () => {
    const guard = new ReplayGuard(new MemoryReplayStore());
    expect(await guard.reserve(ALICE, 1)).toBe(1);
    expect(await guard.reserve(ALICE, 3)).toBe(2);
    expect(await guard.reserve(ALICE, 1)).toBe(5);
    expect(await guard.reserve(BOB, 1)).toBe(1);
  });

  it('are never used twice, whenever the page restarts', async () => {
    const steps = fc.array(fc.oneof(fc.constant('restart'), fc.integer({ min: 1, max: 100 })));
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const store = new MemoryReplayStore();
        let guard = new ReplayGuard(store);
        let last = 0;
        for (const step of all) {
          if (typeof step === 'string') {
            guard = new ReplayGuard(store);
          } else {
            const first = await guard.reserve(ALICE, step);
            expect(first).toBeGreaterThan(last);
            last = first + step - 1;
          }
        }
      }),
    );
  });

  it('are stored before they are given out, in blocks', async () => {
    const store = new FailingStore();
    const guard = new ReplayGuard(store);
    store.failing = true;
    await expect(guard.reserve(ALICE, 1)).rejects.toThrow('the disk is full');
    store.failing = false;
    for (let i = 0; i < 64; i++) await guard.reserve(ALICE, 1);
    expect(store.saves).toBe(1);
  });

  it('stay apart for calls that do not wait for each other', async () => {
    const guard = new ReplayGuard(new MemoryReplayStore());
    const firsts = await Promise.all(
      Array.from({ length: 50 }, async () => guard.reserve(ALICE, 2)),
    );
    expect(firsts).toEqual(Array.from({ length: 50 }, (_, i) => 1 + 2 * i));
  });
});

describe('counters received', () => {
  it('count once, in any order, as a plain set within the window says', async () => {
    const counters = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 3 * WINDOW })),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(counters, fc.boolean(), async (all, restarts) => {
        const store = new MemoryReplayStore();
        let guard = new ReplayGuard(store);
        const seen = new Set<number>();
        for (const counter of all) {
          const tooOld = counter <= Math.max(0, ...seen) - WINDOW;
          expect(await guard.accept(ALICE, counter)).toBe(!tooOld && !seen.has(counter));
          if (!tooOld) seen.add(counter);
          if (restarts) guard = new ReplayGuard(store);
        }
      }),
    );
  });

  it('keep to the edges of the window', async () => {
    const guard = new ReplayGuard(new MemoryReplayStore());
    expect(await guard.accept(ALICE, WINDOW + 10)).toBe(true);
    expect(await guard.accept(ALICE, 10)).toBe(false);
    expect(await guard.accept(ALICE, 11)).toBe(true);
    expect(await guard.accept(ALICE, 11)).toBe(false);
  });

  it('may jump far, and forget what lies behind', async () => {
    const guard = new ReplayGuard(new MemoryReplayStore());
    expect(await guard.accept(ALICE, 5)).toBe(true);
    expect(await guard.accept(ALICE, Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(await guard.accept(ALICE, Number.MAX_SAFE_INTEGER)).toBe(false);
    expect(await guard.accept(ALICE, Number.MAX_SAFE_INTEGER - 1)).toBe(true);
    expect(await guard.accept(ALICE, 6)).toBe(false);
  });

  it('stay new when they could not be stored', async () => {
    const store = new FailingStore();
    const guard = new ReplayGuard(store);
    store.failing = true;
    await expect(guard.accept(ALICE, 1)).rejects.toThrow('the disk is full');
    store.failing = false;
    expect(await guard.accept(ALICE, 1)).toBe(true);
  });

  it('do not disturb the counters to send, nor these them', async () => {
    const store = new MemoryReplayStore();
    const guard = new ReplayGuard(store);
    await guard.acceptStranger(ALICE, 3);
    expect(await guard.reserve(ALICE, 100)).toBe(1);
    await guard.accept(ALICE, 4);
    const next = new ReplayGuard(store);
    expect(await next.accept(ALICE, 3)).toBe(false);
    expect(await next.accept(ALICE, 4)).toBe(false);
    expect(await next.reserve(ALICE, 1)).toBeGreaterThan(100);
  });

  it('of a stranger stay taken when it becomes a peer, and cost no disk before', async () => {
    const store = new FailingStore();
    const guard = new ReplayGuard(store);
    expect(await guard.acceptStranger(ALICE, 1)).toBe(true);
    expect(await guard.acceptStranger(ALICE, 1)).toBe(false);
    expect(store.saves).toBe(0);
    expect(await guard.accept(ALICE, 1)).toBe(false);
    expect(await guard.accept(ALICE, 2)).toBe(true);
    expect(await new ReplayGuard(store).accept(ALICE, 1)).toBe(false);
  });

  it('of strangers are remembered for the last 256 of them', async () => {
    const guard = new ReplayGuard(new MemoryReplayStore());
    for (let i = 0; i <= 256; i++) await guard.acceptStranger(String(i) as DeviceId, 1);
    expect(await guard.acceptStranger('256' as DeviceId, 1)).toBe(false);
    expect(await guard.acceptStranger('0' as DeviceId, 1)).toBe(true);
  });
});

describe('a replay record', () => {
  const withRecord = (record: Uint8Array): ReplayStore => ({
    load: async () => record,
    save: async () => undefined,
  });
  const good = new Uint8Array(1 + 8 + 8 + WINDOW / 8);
  good[0] = 1;

  it('is read back', async () => {
    expect(await new ReplayGuard(withRecord(good)).accept(ALICE, 1)).toBe(true);
  });

  it.each([
    ['another version', Uint8Array.from(good).fill(2, 0, 1)],
    ['a byte too few', good.slice(0, -1)],
    ['a byte too many', Uint8Array.from([...good, 0])],
    ['a counter out of range', Uint8Array.from(good).fill(255, 1, 9)],
  ])('is refused with %s', async (_what, record) => {
    const guard = new ReplayGuard(withRecord(record));
    await expect(guard.accept(ALICE, 1)).rejects.toThrow('replay record');
  });
});
