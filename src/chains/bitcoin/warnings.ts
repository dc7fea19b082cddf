/** Everything worth pointing out, worst first. */
import { formatTime } from '../evm/message/time.ts';
import type { Warning } from '../review.ts';
import { amountWords, type BitcoinContext } from './context.ts';
import type { BitcoinFacts, OutputFact } from './facts.ts';
import { type BitcoinRequest, inputsToSign } from './request.ts';
import { dustLimit, type EstimatedSize } from './size.ts';
import { receiverWarnings } from './warn-receiver.ts';

const LEVELS = ['danger', 'caution', 'info'] as const;

export function warningsOf(
  request: BitcoinRequest,
  facts: BitcoinFacts,
  size: EstimatedSize,
  context: BitcoinContext,
): readonly Warning[] {
  const all = [
    ...receiverWarnings(facts, context),
    ...feeWarnings(request, facts, size),
    ...facts.outputs.flatMap((output) => outputWarnings(output, request, context)),
    ...timeWarnings(request, context),
    ...inputWarnings(request, facts),
  ];
  const once = all.filter(
    ({ code, text }, i) =>
      all.findIndex((other) => other.code === code && other.text === text) === i,
  );
  return LEVELS.flatMap((level) => once.filter((warning) => warning.level === level));
}

/** A fee of a tenth of the inputs or more. */
const HIGH_FEE_PART = 10n;

function feeWarnings(
  { fee, network }: BitcoinRequest,
  { spent, feeProven }: BitcoinFacts,
  { vsize, complete }: EstimatedSize,
): Warning[] {
  const warnings: Warning[] = [];
  if (!feeProven) {
    warnings.push({
      code: 'bitcoin/fee-unverified',
      level: 'danger',
      title: 'The fee cannot be verified',
      text: 'Not all input amounts are proven by the transactions that they come from. If one is a lie, far more than is shown could go to a miner: ask for a PSBT with the previous transactions.',
    });
  }
  if (fee * HIGH_FEE_PART >= spent) {
    warnings.push({
      code: 'bitcoin/fee-high',
      level: 'danger',
      title: 'The fee is very high',
      text: `${amountWords(fee, network)} would go to a miner: a tenth of the coins that are spent, or more. It would not come back.`,
    });
  }
  if (complete && fee < BigInt(vsize)) {
    warnings.push({
      code: 'bitcoin/fee-low',
      level: 'caution',
      title: 'The fee is very low',
      text: 'It is less than 1 satoshi for a byte: many nodes do not pass it on, and it may wait for days.',
    });
  }
  return warnings;
}

/** Wallets that restore from a key look for so many unused addresses in a row (BIP-44: 20). */
const MAX_GAP = 100;

function outputWarnings(
  output: OutputFact,
  request: BitcoinRequest,
  context: BitcoinContext,
): Warning[] {
  const warnings: Warning[] = [];
  if (output.kind === 'own') warnings.push(...placeWarnings(output, request, context));
  if (output.kind === 'data' && output.amount > 0n) {
    warnings.push({
      code: 'bitcoin/burned',
      level: 'danger',
      title: 'Money would be destroyed',
      text: `${amountWords(output.amount, request.network)} are sent to data that nobody can ever spend.`,
    });
  } else if (output.kind === 'data') {
    warnings.push({
      code: 'bitcoin/data',
      level: 'info',
      title: 'Writes data into the chain',
      text: 'Everybody can read it for ever.',
    });
  }
  if (output.kind !== 'data' && output.amount < dustLimit(output.script)) {
    warnings.push({
      code: 'bitcoin/dust',
      level: 'caution',
      title: 'An output is too small',
      text: `${amountWords(output.amount, request.network)} cost more to spend than they are worth, and nodes do not pass such a transaction on.`,
    });
  }
  return warnings;
}

function placeWarnings(
  { place, path, script }: Extract<OutputFact, { kind: 'own' }>,
  { account }: BitcoinRequest,
  { nextIndex, owns }: BitcoinContext,
): Warning[] {
  const next = place.change === 1 ? nextIndex?.change : nextIndex?.receive;
  const warnings: Warning[] = [];
  if (place.account !== account) {
    warnings.push({
      code: 'bitcoin/change-account',
      level: 'caution',
      title: 'Money goes to another account of this vault',
      text: `It comes back to account ${String(place.account + 1)}, not to the one that pays.`,
    });
  } else if (place.change === 0) {
    warnings.push({
      code: 'bitcoin/change-branch',
      level: 'caution',
      title: 'Comes back to an address for receiving',
      text: 'Change has addresses of its own. This one is yours, but may be known to others.',
    });
  }
  const far = next === undefined ? owns(script) === undefined : place.index > next + MAX_GAP;
  if (far) {
    warnings.push({
      code: 'bitcoin/change-gap',
      level: 'danger',
      title: 'Change goes far away',
      text: `Its address has the number ${String(path.at(-1))}, far beyond those in use. A wallet restored from the key would not find the money: somebody could keep it hidden from you.`,
    });
  }
  return warnings;
}

/** Below: a block height. From here on: seconds since 1970. @see BIP-65 */
const LOCK_TIME_THRESHOLD = 500_000_000;
const FINAL = 0xffffffff;

/** When the transaction becomes valid, in words; `undefined`: now. */
export function lockText({ lockTime, inputs }: BitcoinRequest): string | undefined {
  if (lockTime === 0 || inputs.every(({ sequence }) => sequence === FINAL)) return undefined;
  return lockTime < LOCK_TIME_THRESHOLD
    ? `block ${String(lockTime)}`
    : formatTime(BigInt(lockTime));
}

/** BIP-68: relative lock times, unless this bit is set. */
const RELATIVE_DISABLED = 0x8000_0000;
const RELATIVE_MASK = 0xffff;
/** BIP-125: below, it may be replaced. */
const REPLACEABLE = 0xfffffffe;

function timeWarnings(request: BitcoinRequest, { tip }: BitcoinContext): Warning[] {
  const warnings: Warning[] = [];
  const text = lockText(request);
  const { lockTime, inputs, version } = request;
  if (text !== undefined) {
    const byHeight = lockTime < LOCK_TIME_THRESHOLD;
    // The next block may have it when its height, or the median time before it (BIP-113), is larger.
    const now = byHeight ? tip?.height : tip?.time;
    if (now === undefined || (byHeight ? lockTime > now : lockTime >= now)) {
      warnings.push({
        code: 'bitcoin/locked',
        level: now === undefined ? 'info' : 'caution',
        title: 'Not valid yet',
        text: `No block can have it before ${text}. Who holds it can send it then, so it may happen later than you expect.`,
      });
    }
  }
  const relative = inputs.some(
    ({ sequence }) =>
      version >= 2 && sequence < RELATIVE_DISABLED && (sequence & RELATIVE_MASK) !== 0,
  );
  if (relative) {
    warnings.push({
      code: 'bitcoin/relative-lock',
      level: 'caution',
      title: 'Has to wait for the age of a coin',
      text: 'It is not valid before a coin that it spends is old enough (BIP-68).',
    });
  }
  if (inputs.some(({ sequence }) => sequence < REPLACEABLE)) {
    warnings.push({
      code: 'bitcoin/replaceable',
      level: 'info',
      title: 'Can be replaced until it is in a block',
      text: 'The fee can be raised later. To do so needs new approvals.',
    });
  }
  return warnings;
}

function inputWarnings(request: BitcoinRequest, { foreignInputs }: BitcoinFacts): Warning[] {
  const warnings: Warning[] = [];
  if (foreignInputs > 0) {
    warnings.push({
      code: 'bitcoin/foreign-inputs',
      level: 'caution',
      title: 'Others pay along',
      text: `${String(foreignInputs)} of ${String(request.inputs.length)} inputs are not signed by this account. The transaction happens only when their owners sign, too.`,
    });
  }
  if (inputsToSign(request).length > 1) {
    warnings.push({
      code: 'bitcoin/linked-coins',
      level: 'info',
      title: 'Shows which coins belong together',
      text: 'Several of your coins are spent at once. Everybody can see that they have one owner.',
    });
  }
  return warnings;
}
