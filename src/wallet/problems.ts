/** Errors as a person reads them: what happened, what it means for the money, what to do next. */
import { CountersignError } from '../errors.ts';
import type { Problem } from './state.ts';

/** An error that brings its three sentences along. */
export class WalletError extends CountersignError {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.code, `${problem.title}. ${problem.meaning} ${problem.next}`, options);
    this.problem = problem;
  }
}

const SAFE = 'Nothing was signed and no money moved.';
/** Where it is not known: a false "not signed" makes people pay twice. */
const UNKNOWN =
  'The step was not finished. Look at the proposal before you repeat it: it shows what is signed.';

/** Errors of other rooms that say what happened but not what it means here, by the start of their code. */
const MEANINGS: readonly (readonly [code: string, meaning: string, next: string])[] = [
  [
    'keystore/wrong-passphrase',
    'The key share stays sealed on this device.',
    'Check the keyboard layout and Caps Lock, then type it again.',
  ],
  [
    'keystore/',
    SAFE,
    'Keep this browser profile as it is. If it happens again after a reload, export the trail from another device and report it.',
  ],
  [
    'network/node-unreachable',
    SAFE,
    'Check the address of the node under Settings, Networks, and whether the node runs.',
  ],
  ['network/node-timeout', SAFE, 'The node may be busy: try again, or use another node.'],
  [
    'network/node-garbage',
    SAFE,
    'Do not rely on this node. Check its address, or use another one.',
  ],
  [
    'network/node-lies',
    'Do not trust what this node says about the payment.',
    'Use another node under Settings, Networks.',
  ],
  [
    'network/node-refused',
    SAFE,
    'Read what the node says; the payment may need another fee or nonce.',
  ],
  [
    'network/node-wrong-chain',
    SAFE,
    'Enter the address of a node of the right chain under Settings, Networks.',
  ],
  [
    'network/',
    SAFE,
    'Check the connection. The wallet goes on by itself when the relay is reachable again.',
  ],
  ['threshold/abort', SAFE, 'It can be tried again with fresh random numbers.'],
  [
    'ceremonies/worker-failed',
    'A payment that was being signed may have been signed.',
    'Reload the page, and look at the proposal before you pay again.',
  ],
  ['ceremonies/busy', SAFE, 'Wait until the running ceremony is over.'],
  ['journal/', UNKNOWN, 'Look at the audit trail: it names the entry and who wrote it.'],
  ['bitcoin/answer', SAFE, 'Check the server under Settings, Networks, or use another one.'],
  ['chains/', SAFE, 'Correct the transaction and propose it again.'],
];

/** The sentences of any error. Never shows a stack or a secret. */
export function problemOf(error: unknown): Problem {
  if (error instanceof WalletError) return error.problem;
  if (error instanceof CountersignError) {
    const known = MEANINGS.find(([code]) => error.code.startsWith(code));
    const [, meaning, next] = known ?? ['', UNKNOWN, 'Try again.'];
    return { code: error.code, title: sentence(error.message), meaning, next };
  }
  const name = error instanceof Error ? error.name : typeof error;
  return {
    code: 'wallet/internal',
    title: `This app made a mistake (${name})`,
    meaning: UNKNOWN,
    next: 'Reload the page. If it happens again, please report it with the version shown under Settings.',
  };
}

/** Upper case at the start, no full stop at the end: titles stand alone. */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/\.$/, '');

export const noVault = (): WalletError =>
  new WalletError({
    code: 'wallet/no-vault',
    title: 'This device has no such vault',
    meaning: 'Nothing was changed.',
    next: 'Go back to the list of vaults.',
  });

export const noProposal = (): WalletError =>
  new WalletError({
    code: 'wallet/no-proposal',
    title: 'This proposal is not there',
    meaning: 'Nothing was changed.',
    next: 'Wait until this device has caught up with the others.',
  });
