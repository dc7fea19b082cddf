import { describe, expect, it } from 'vitest';
import { createEvent } from './create.ts';
import { JournalError, MalformedError } from './errors.ts';
import { MAX_PARENTS } from './event.ts';
import { admitAll, emptyLog, MAX_SKEW } from './log.ts';
import {
  accountNamed,
  exchange,
  forge,
  identityOf,
  NOW,
  testFounding,
  TestDevice,
  trio,
} from './testing/vault.ts';

const founding = testFounding();

describe('createEvent', () => {
  it('continues the own chain and names the heads of others', async () => {
    const [ada, ben, cleo] = trio();
    const a0 = await ada.say(accountNamed('one'));
    const b0 = await ben.say(accountNamed('two'));
    exchange(ben, ada);
    exchange(cleo, ada);
    const c0 = await cleo.say(accountNamed('three'));
    expect(c0.event.seq).toBe(0);
    expect([...c0.before]).toEqual([a0.id, b0.id].sort());
    exchange(cleo, ada);
    const a1 = await ada.say(accountNamed('four'));
    expect(a1.event.seq).toBe(1);
    expect(a1.before).toEqual([a0.id, c0.id]);
    expect([...ada.log.heads]).toEqual([a1.id]);
  });

  it('is never dated before what it follows', async () => {
    const [ada, ben] = trio();
    ada.now = NOW + MAX_SKEW;
    await ada.say(accountNamed('ahead'));
    exchange(ada, ben);
    const entry = await ben.say(accountNamed('after'));
    expect(entry.event.time).toBe(NOW + MAX_SKEW);
  });

  it('refuses a clock that is too far behind the log', async () => {
    const [ada] = trio();
    await ada.say(accountNamed('now'));
    ada.now = NOW - MAX_SKEW - 1;
    await expect(ada.say(accountNamed('before'))).rejects.toThrow(/Compare the clocks/);
  });

  it('refuses a stranger, wrong signatures and wrong content', async () => {
    const stranger = new TestDevice(founding, 'Mallory');
    await expect(stranger.say(accountNamed('x'))).rejects.toThrow(/no member/);
    const request = { author: identityOf('Ada').publicKey, now: NOW, content: accountNamed('x') };
    for (const length of [64, 63, 0]) {
      const making = createEvent(emptyLog(founding), request, async () => new Uint8Array(length));
      await expect(making).rejects.toThrow(JournalError);
    }
    const [ada] = trio();
    await expect(ada.say(accountNamed(''))).rejects.toThrow(MalformedError);
    expect(ada.log.entries.size).toBe(0);
  });

  it('refuses to write a second story after lost storage', async () => {
    const [ada, ben] = trio();
    await ada.say(accountNamed('one'));
    const second = await ada.say(accountNamed('two'));
    const rolledBack = new TestDevice(founding, 'Ada');
    rolledBack.admit(second.bytes);
    await expect(rolledBack.say(accountNamed('other'))).rejects.toThrow(/lost events/);
    exchange(ada, ben);
    exchange(ben, rolledBack);
    expect((await rolledBack.say(accountNamed('three'))).event.seq).toBe(2);
  });

  it('goes on when somebody made more heads than an event can name', async () => {
    const forks = Array.from({ length: MAX_PARENTS + 5 }, (_, i) =>
      forge(founding, 'Ben', { time: NOW - i }),
    );
    const [ada] = trio();
    ada.log = admitAll(
      ada.log,
      forks.map(({ bytes }) => bytes),
      NOW,
    ).log;
    const entry = await ada.say(accountNamed('still'));
    expect(entry.event.parents).toHaveLength(MAX_PARENTS);
  });

  it('continues the longest branch of an own equivocation, then the smallest id', async () => {
    const a = forge(founding, 'Ada', { time: NOW });
    const b = forge(founding, 'Ada', { time: NOW - 1 });
    const [ada] = trio();
    ada.log = admitAll(ada.log, [a.bytes, b.bytes], NOW).log;
    const low = [a.id, b.id].sort()[0];
    expect((await ada.say(accountNamed('x'))).before).toEqual([low]);
  });
});
