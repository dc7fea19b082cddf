import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LinkDownError, RendezvousUnansweredError, TooLargeError } from './errors.ts';
import { newRendezvousCode, parseRendezvousCode } from './rendezvous-code.ts';
import {
  fetchInvitation,
  MAX_INVITATION_BYTES,
  offerInvitation,
  type Offer,
  type RendezvousOptions,
} from './rendezvous.ts';
import { startBroker, type TestBroker } from './testing/broker.ts';
import { ManualTimers } from './testing/manual-timers.ts';

const CODE = '7K2MQ-X4TBN';
const INVITATION = new TextEncoder().encode('the invitation');

describe('a short code', () => {
  it('is ten characters of Crockford base 32, with a hyphen', () => {
    expect(newRendezvousCode((length) => new Uint8Array(length).fill(255))).toBe('ZZZZZ-ZZZZZ');
    const bytes = Uint8Array.from([0, 1, 9, 10, 17, 18, 20, 31, 32, 64]);
    expect(newRendezvousCode(() => bytes)).toBe('019AH-JMZ00');
  });

  it('is read however it was typed', () => {
    for (const typed of ['7k2mq-x4tbn', ' 7K2MQ X4TBN ', '7K2MQX4TBN', '7-K-2-M-Q X 4 T B N']) {
      expect(parseRendezvousCode(typed)).toBe(CODE);
    }
    expect(parseRendezvousCode('oOiIl Labcd')).toBe('00111-1ABCD');
  });

  it.each(['', '7K2MQ-X4TB', '7K2MQ-X4TBNN', '7K2MQ-X4TBU', '7K2MQ_X4TBN', '7K2MQ-X4TBé'])(
    'is not %j',
    (typed) => {
      expect(() => parseRendezvousCode(typed)).toThrow('ten letters and digits');
    },
  );
});

describe('a rendezvous', () => {
  let broker: TestBroker;
  let offer: Offer | undefined;
  const at = (code = CODE): RendezvousOptions => ({ url: broker.url, code, backoff: () => 10 });

  beforeEach(async () => {
    broker = await startBroker();
  });
  afterEach(async () => {
    offer?.close();
    await broker.stop();
  });

  it('hands over the invitation', async () => {
    offer = await offerInvitation(at(), INVITATION);
    expect(await fetchInvitation(at('7k2mq x4tbn'))).toEqual(INVITATION);
    expect(await fetchInvitation(at())).toEqual(INVITATION);
  });

  it('asks again when the creator comes later, and reconnects', async () => {
    const timers = new ManualTimers();
    const fetched = fetchInvitation({ ...at(), timers });
    await broker.untilPublished(1);
    offer = await offerInvitation(at(), INVITATION);
    await broker.untilSubscribed(2);
    timers.advance(3_000);
    expect(await fetched).toEqual(INVITATION);
  });

  it('ends when nobody answers', async () => {
    const timers = new ManualTimers();
    const fetched = fetchInvitation({ ...at(), timers });
    await broker.untilPublished(1);
    timers.advance(20_000);
    await expect(fetched).rejects.toThrow(RendezvousUnansweredError);
  });

  it('says so when the relay is down', async () => {
    const timers = new ManualTimers();
    await broker.stop();
    const fetched = fetchInvitation({ ...at(), timers });
    await timers.untilWaiting(3);
    timers.advance(20_000);
    await expect(fetched).rejects.toThrow(LinkDownError);
    broker = await startBroker(broker.port);
  });

  it('gives nothing to who asks without the code, and takes nothing from who answers without it', async () => {
    // The relay sends each request on to an offer of its own, made under another code.
    offer = await offerInvitation(at(), new TextEncoder().encode('a forged invitation'));
    await broker.untilSubscribed(1);
    const [own = ''] = broker.subscribed;
    broker.tamper = ({ topic, payload }) => ({
      topic: payload.length === 33 ? own : topic,
      payload,
    });
    const timers = new ManualTimers();
    const fetched = fetchInvitation({ ...at('00000-00000'), timers });
    await broker.untilPublished(2); // the request and the answer
    timers.advance(20_000);
    await expect(fetched).rejects.toThrow(RendezvousUnansweredError);
  });

  it('does not answer to garbage', async () => {
    offer = await offerInvitation(at(), INVITATION);
    await broker.untilSubscribed(1);
    const [topic = ''] = broker.subscribed;
    for (const bytes of [[], [1], Array(33).fill(0), [1, ...Array<number>(32).fill(0)]]) {
      await broker.inject(topic, Uint8Array.from(bytes));
    }
    await broker.inject(topic, Uint8Array.from([1, ...Array<number>(33).fill(9)]));
    expect(await fetchInvitation(at())).toEqual(INVITATION);
    expect(broker.published).toHaveLength(2);
  });

  it('refuses large invitations', async () => {
    const large = offerInvitation(at(), new Uint8Array(MAX_INVITATION_BYTES + 1));
    await expect(large).rejects.toThrow(TooLargeError);
  });
});
