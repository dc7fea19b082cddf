/** From what a person typed or pasted to a request they can review: every error at once. */
import {
  buildPayment,
  completeDraft,
  describeRequest,
  encodeTokenCall,
  parseAddress,
  parseAmount,
  parseRequestInput,
  type ChainRequest,
  type EvmRequest,
  type Fillable,
  type TransactionDraft,
} from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import { countCodePoints } from '../../text.ts';
import type { EvmNode } from '../../network/index.ts';
import type { Checked, Draft, FieldError, PasteForm, PaymentForm } from '../api.ts';
import type { Nodes } from '../nodes.ts';
import { problemOf, WalletError } from '../problems.ts';
import type { FeeSuggestion } from '../state.ts';
import type { Account } from './accounts.ts';
import { isTransaction, type Judged, type JudgedTransaction } from './judge.ts';
import { isSamePayment, notesFor, type NotesSource } from './notes.ts';

const GWEI_DECIMALS = 9;
const NATIVE_DECIMALS = 18;
const TRANSFER_GAS = 21_000n;
const MAX_NOTE = 500;
const MAX_HOURS = 720;

export interface DraftsPort {
  readonly nodes: Nodes;
  random(length: number): Uint8Array;
  vaultId(): string;
  account(index: number): Account | undefined;
  notes(): NotesSource;
  judged(): readonly Judged[];
}

/** A reviewed draft that `propose` takes: the bytes stay in here, the screen gets their review. */
interface Kept {
  readonly request: ChainRequest;
  readonly account: Account;
}

export class Drafts {
  readonly #port: DraftsPort;
  /** The last few; older ones are gone with their screens. */
  readonly #kept = new Map<string, Kept>();

  constructor(port: DraftsPort) {
    this.#port = port;
  }

  /** What was reviewed. @throws WalletError when it is not known any more */
  take(draft: Draft): Kept {
    const kept = this.#kept.get(draft.id);
    if (kept !== undefined) return kept;
    throw new WalletError({
      code: 'wallet/draft-gone',
      title: 'This draft is not there any more',
      meaning: 'Nothing was proposed.',
      next: 'Fill in the form again.',
    });
  }

  /** Fees, gas and nonce as the chain's node suggests. @throws WalletError without a node, or its errors */
  async suggestFees(form: PaymentForm): Promise<FeeSuggestion> {
    const account = this.#account(form.account);
    const node = this.#node(form.chainId);
    if (node === undefined) throw noNode(form.chainId);
    const payment = this.#call(form);
    const { maxFeePerGas, maxPriorityFeePerGas } = await node.feeSuggestion();
    const [nonce, gasLimit] = await Promise.all([
      this.#nextNonce(node, form.chainId, account),
      payment === undefined
        ? TRANSFER_GAS
        : node.estimateGas({ from: account.address, ...payment }),
    ]);
    return { maxFeePerGas, maxPriorityFeePerGas, gasLimit, nonce };
  }

  /** The payment form. Fields in errors: its own names. */
  async payment(form: PaymentForm): Promise<Checked<Draft>> {
    const fields = new FormFields();
    const account = this.#account(form.account);
    const to = fields.read('to', () => parseAddress(form.to));
    const decimals = this.#decimals(form, fields);
    const amount =
      decimals === undefined
        ? undefined
        : fields.read('amount', () => parseAmount(form.amount, decimals));
    const own = readOverrides(form, fields);
    checkCommon(form, fields);
    if (fields.failed || to === undefined || amount === undefined) return fields.result();
    const wanted = await this.#fill(form.chainId, account, own, fields, () =>
      callOf(form.asset, to.address, amount),
    );
    if (wanted === undefined) return fields.result();
    const built = buildPayment({
      chainId: form.chainId,
      to: to.address,
      amount,
      asset: form.asset,
      ...wanted,
    });
    if (!built.ok) return built;
    return this.#review(form, built.value, account, to.checksummed);
  }

  /** A pasted transaction. Fields in errors: `text`, `account`, `note`, `expiresInHours`, `nonce`. */
  async paste(form: PasteForm): Promise<Checked<Draft>> {
    const fields = new FormFields();
    const account = this.#account(form.account);
    const input = parseRequestInput(form.text, { from: account.address, chainId: form.chainId });
    if (!input.ok) fields.addPasted(input.errors);
    checkCommon(form, fields);
    if (fields.failed || !input.ok) return fields.result();
    if (input.value.kind === 'request') {
      return this.#review(form, input.value.request, account, undefined);
    }
    const { draft, missing } = input.value;
    const filled = await this.#fillDraft(draft, missing, account, fields);
    if (filled === undefined) return fields.result();
    const completed = completeDraft(draft, filled);
    if (!completed.ok) {
      fields.addPasted(completed.errors);
      return fields.result();
    }
    return this.#review(form, completed.value, account, undefined);
  }

  async #review(
    form: PaymentForm | PasteForm,
    request: EvmRequest,
    account: Account,
    checksummed: boolean | undefined,
  ): Promise<Checked<Draft>> {
    const blocking =
      form.overrideMaybeSigned === true ? undefined : this.#maybePaid(request, account);
    if (blocking !== undefined) {
      const nonce = String(blocking.request.tx.nonce);
      const message = this.#isSpent(blocking)
        ? `The same payment with nonce ${nonce} may have been signed, and that nonce is used up: it may ` +
          'be paid already. Look at the account’s transactions, then say whether you want both.'
        : `The same payment with nonce ${nonce} may have been signed already. With another nonce ` +
          `it could be paid twice: use nonce ${nonce}, wait until the chain shows the outcome, or ` +
          'say that you want both.';
      return { ok: false, errors: [{ field: 'overrideMaybeSigned', message }] };
    }
    const notes = notesFor(this.#port.notes(), request, account, undefined, checksummed);
    const review = await describeRequest(request, notes);
    const id = toHex(this.#port.random(16));
    this.#kept.set(id, { request, account });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > 16 && oldest !== undefined) this.#kept.delete(oldest);
    return {
      ok: true,
      value: {
        id,
        vaultId: this.#port.vaultId(),
        review,
        note: form.note.trim(),
        expiresInHours: form.expiresInHours,
      },
    };
  }

  /** An earlier proposal of the same payment whose signature may exist and which this one would not replace (H3). */
  #maybePaid(request: EvmRequest, account: Account): JudgedTransaction | undefined {
    return this.#port
      .judged()
      .filter(isTransaction)
      .find(
        (judged) =>
          judged.proposal.maybeSigned &&
          !this.#isSettled(judged) &&
          judged.account.index === account.index &&
          isSamePayment(judged.request, request) &&
          judged.request.tx.nonce !== request.tx.nonce,
      );
  }

  /**
   * Whether it is known what took the nonce of a proposal: it itself or another one of this vault is
   * confirmed, and the own node says that the nonce is used up. That alone is not enough: the payment may
   * have been made with a signature that this device never saw.
   */
  #isSettled(earlier: JudgedTransaction): boolean {
    const { chainId, nonce } = earlier.request.tx;
    const others = this.#port
      .judged()
      .filter(isTransaction)
      .filter(({ status }) => status === 'confirmed');
    return (
      this.#isSpent(earlier) &&
      others.some(
        ({ account, request: { tx } }) =>
          account.index === earlier.account.index && tx.chainId === chainId && tx.nonce === nonce,
      )
    );
  }

  /** Whether the own node says that the nonce of a proposal is used up. A member's word is not enough. */
  #isSpent({ request, account }: JudgedTransaction): boolean {
    const { chainId, nonce } = request.tx;
    const state = this.#port.nodes.accountState(chainId, account.address);
    return state !== undefined && state.nextNonce > nonce;
  }

  /** What the person left open, from the node. `undefined`: the errors are in `fields`. */
  async #fill(
    chainId: bigint,
    account: Account,
    own: Overrides,
    fields: FormFields,
    call: () => Call,
  ): Promise<Complete | undefined> {
    const { nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas } = own;
    if (isComplete(own)) return own;
    const node = this.#node(chainId);
    if (node === undefined) {
      const message = 'This device has no node for this network: enter the value yourself.';
      if (nonce === undefined) fields.add('nonce', message);
      if (gasLimit === undefined) fields.add('gasLimit', message);
      if (maxFeePerGas === undefined) fields.add('maxFee', message);
      if (maxPriorityFeePerGas === undefined) fields.add('priorityFee', message);
      return undefined;
    }
    try {
      const suggestion = await node.feeSuggestion();
      const priority = maxPriorityFeePerGas ?? suggestion.maxPriorityFeePerGas;
      const max = maxFeePerGas ?? suggestion.maxFeePerGas;
      return {
        nonce: nonce ?? (await this.#nextNonce(node, chainId, account)),
        gasLimit: gasLimit ?? (await node.estimateGas({ from: account.address, ...call() })),
        maxFeePerGas: max,
        // A suggestion never makes the person's own maximum impossible.
        maxPriorityFeePerGas: maxPriorityFeePerGas === undefined && priority > max ? max : priority,
      };
    } catch (error) {
      const { title, next } = problemOf(error);
      fields.add('chainId', `${title}. ${next}`);
      return undefined;
    }
  }

  async #fillDraft(
    draft: TransactionDraft,
    missing: readonly (keyof Fillable)[],
    account: Account,
    fields: FormFields,
  ): Promise<Fillable | undefined> {
    const node = this.#node(draft.chainId);
    if (node === undefined) {
      fields.add(
        'text',
        `The transaction says nothing about ${missing.join(', ')}, and this device has no node for ` +
          'its network that could be asked.',
      );
      return undefined;
    }
    try {
      const fees = await node.feeSuggestion();
      const { to, value, data } = draft;
      return {
        nonce: await this.#nextNonce(node, draft.chainId, account),
        gasLimit: missing.includes('gasLimit')
          ? await node.estimateGas({ from: account.address, to, value, data })
          : undefined,
        gasPrice: fees.maxFeePerGas,
        maxFeePerGas: fees.maxFeePerGas,
        maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
      };
    } catch (error) {
      const { title, next } = problemOf(error);
      fields.add('text', `${title}. ${next}`);
      return undefined;
    }
  }

  /** After what is in blocks, what waits in the node's pool, and what this vault has proposed or signed. */
  async #nextNonce(node: EvmNode, chainId: bigint, account: Account): Promise<bigint> {
    let next = await node.transactionCount(account.address, 'pending');
    const taken = this.#port
      .judged()
      .filter(isTransaction)
      .filter(
        ({ status, proposal, request, account: from }) =>
          from.index === account.index &&
          request.tx.chainId === chainId &&
          (['open', 'approved', 'signing', 'signed', 'broadcast'].includes(status) ||
            proposal.maybeSigned),
      )
      .map(({ request }) => request.tx.nonce);
    while (taken.includes(next)) next += 1n;
    return next;
  }

  #decimals({ asset, chainId }: PaymentForm, fields: FormFields): number | undefined {
    if (asset === 'native') return NATIVE_DECIMALS;
    const { token } = asset;
    const unit = this.#port.nodes.units(chainId).find(({ address }) => address === token);
    if (unit === undefined) {
      fields.add('asset', 'Add this token first, so that its decimals are known.');
    }
    return unit?.decimals;
  }

  /** The call of a form as far as it can be read; `undefined` when it cannot. */
  #call(form: PaymentForm): Call | undefined {
    const fields = new FormFields();
    const decimals = this.#decimals(form, fields);
    const to = fields.read('to', () => parseAddress(form.to));
    const amount =
      decimals === undefined
        ? undefined
        : fields.read('amount', () => parseAmount(form.amount, decimals));
    if (to === undefined || amount === undefined) return undefined;
    return callOf(form.asset, to.address, amount);
  }

  #node(chainId: bigint): EvmNode | undefined {
    return this.#port.nodes.node(chainId);
  }

  #account(index: number): Account {
    const account = this.#port.account(index);
    if (account !== undefined) return account;
    throw new WalletError({
      code: 'wallet/no-account',
      title: 'This vault has no such account',
      meaning: 'Nothing was proposed.',
      next: 'Choose one of the accounts.',
    });
  }
}

interface Overrides {
  readonly nonce?: bigint | undefined;
  readonly gasLimit?: bigint | undefined;
  readonly maxFeePerGas?: bigint | undefined;
  readonly maxPriorityFeePerGas?: bigint | undefined;
}

type Complete = { readonly [K in keyof Overrides]-?: bigint };

interface Call {
  readonly to: `0x${string}`;
  readonly value: bigint;
  readonly data: `0x${string}`;
}

const callOf = (asset: PaymentForm['asset'], to: `0x${string}`, amount: bigint): Call =>
  asset === 'native'
    ? { to, value: amount, data: '0x' }
    : {
        to: parseAddress(asset.token).address,
        value: 0n,
        data: encodeTokenCall({ function: 'transfer', address: to, amount }),
      };

const isComplete = (own: Overrides): own is Complete =>
  (['nonce', 'gasLimit', 'maxFeePerGas', 'maxPriorityFeePerGas'] as const).every(
    (name) => own[name] !== undefined,
  );

function readOverrides(form: PaymentForm, fields: FormFields): Overrides {
  const number = (field: 'maxFee' | 'priorityFee' | 'gasLimit' | 'nonce', decimals: number) =>
    form[field].trim() === ''
      ? undefined
      : fields.read(field, () => parseAmount(form[field], decimals));
  const maxFeePerGas = number('maxFee', GWEI_DECIMALS);
  const maxPriorityFeePerGas = number('priorityFee', GWEI_DECIMALS);
  const tooHigh =
    maxFeePerGas !== undefined &&
    maxPriorityFeePerGas !== undefined &&
    maxPriorityFeePerGas > maxFeePerGas;
  if (tooHigh) fields.add('priorityFee', 'The priority fee cannot be higher than the maximum fee.');
  return {
    maxFeePerGas,
    maxPriorityFeePerGas,
    gasLimit: number('gasLimit', 0),
    nonce: number('nonce', 0),
  };
}

function checkCommon(form: PaymentForm | PasteForm, fields: FormFields): void {
  if (countCodePoints(form.note) > MAX_NOTE) {
    fields.add('note', `At most ${String(MAX_NOTE)} characters.`);
  }
  const hours = form.expiresInHours;
  if (!Number.isInteger(hours) || hours < 1 || hours > MAX_HOURS) {
    fields.add('expiresInHours', `Enter 1 to ${String(MAX_HOURS)} hours.`);
  }
}

/** Collects every field's error. */
class FormFields {
  readonly #errors: FieldError[] = [];

  get failed(): boolean {
    return this.#errors.length > 0;
  }

  add(field: string, message: string): void {
    this.#errors.push({ field, message });
  }

  /** Errors of what was pasted, which is one field of the form: each names its part of the JSON. */
  addPasted(errors: readonly FieldError[]): void {
    for (const { field, message } of errors) {
      this.add('text', field === 'text' ? message : `${field}: ${message}`);
    }
  }

  read<T>(field: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.add(field, problemOf(error).title + '.');
      return undefined;
    }
  }

  result(): { readonly ok: false; readonly errors: readonly FieldError[] } {
    return { ok: false, errors: this.#errors };
  }
}

const noNode = (chainId: bigint): WalletError =>
  new WalletError({
    code: 'wallet/no-node',
    title: `This device has no node for chain ${String(chainId)}`,
    meaning: 'Nothing was signed and no money moved.',
    next: 'Enter a node under Settings, Networks, or fill in fees, gas limit and nonce yourself.',
  });
