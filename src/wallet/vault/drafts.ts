/** From what a person typed or pasted to a request of an EVM account: every error at once. */
import {
  buildPayment,
  completeDraft,
  encodeTokenCall,
  kindOfInput,
  parseAddress,
  parseAmount,
  parseRequestInput,
  readMessageInput,
  readTypedDataInput,
  type ChainRequest,
  type EvmRequest,
} from '../../chains/index.ts';
import type { EvmNode } from '../../network/index.ts';
import type { Checked, Draft, MessageForm, PasteForm, PaymentForm } from '../api.ts';
import type { Nodes } from '../nodes.ts';
import { WalletError } from '../problems.ts';
import type { FeeSuggestion } from '../state.ts';
import type { Account } from './accounts.ts';
import { Filling, type Call } from './filling.ts';
import { checkCommon, FormFields, readOverrides } from './form-fields.ts';
import type { Judged } from './judge.ts';
import { paidTwice } from './paid-twice.ts';
import { noAccount, type Reviewed } from './reviewed.ts';

const NATIVE_DECIMALS = 18;
const TRANSFER_GAS = 21_000n;

export interface DraftsPort {
  readonly nodes: Nodes;
  readonly reviewed: Reviewed;
  account(index: number): Account | undefined;
  judged(): readonly Judged[];
}

export class Drafts {
  readonly #port: DraftsPort;
  readonly #filling: Filling;

  constructor(port: DraftsPort) {
    this.#port = port;
    this.#filling = new Filling(port.nodes, () => port.judged());
  }

  /** Fees, gas and nonce as the chain's node suggests. @throws WalletError without a node, or its errors */
  async suggestFees(form: PaymentForm): Promise<FeeSuggestion> {
    const account = this.#account(form.account);
    const node = this.#node(form.chainId);
    if (node === undefined) throw noNode(form.chainId);
    const payment = this.#call(form);
    const { maxFeePerGas, maxPriorityFeePerGas } = await node.feeSuggestion();
    const [nonce, gasLimit] = await Promise.all([
      this.#filling.nextNonce(node, form.chainId, account),
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
    const wanted = await this.#filling.fill(form.chainId, account, own, fields, () =>
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
    return this.#reviewTransaction(form, built.value, account, to.checksummed);
  }

  /** What was pasted. Fields in errors: `text`, `account`, `note`, `expiresInHours`, `nonce`. */
  async paste(form: PasteForm): Promise<Checked<Draft>> {
    switch (kindOfInput(form.text)) {
      case 'evm-typed-data':
        return this.#signable(form, readTypedDataInput(form.text));
      case 'evm-message':
        return this.#signable(form, readMessageInput(form.text, 'text'));
      default:
        return this.#pasteTransaction(form);
    }
  }

  /** A message. Fields in errors: `text`, `account`, `note`, `expiresInHours`. */
  async message(form: MessageForm): Promise<Checked<Draft>> {
    return this.#signable(form, readMessageInput(form.text, form.as));
  }

  async #signable(
    form: PasteForm | MessageForm,
    input: Checked<{ readonly request: ChainRequest; readonly signer: string | undefined }>,
  ): Promise<Checked<Draft>> {
    const fields = new FormFields();
    const account = this.#account(form.account);
    if (!input.ok) fields.addPasted(input.errors);
    checkCommon(form, fields);
    if (input.ok && (input.value.signer ?? account.address) !== account.address) {
      const { signer } = input.value;
      fields.add(
        'account',
        `It asks ${signer ?? ''} to sign. Choose that account, if it is yours.`,
      );
    }
    if (fields.failed || !input.ok) return fields.result();
    return this.#port.reviewed.review(form, input.value.request, account);
  }

  async #pasteTransaction(form: PasteForm): Promise<Checked<Draft>> {
    const fields = new FormFields();
    const account = this.#account(form.account);
    const input = parseRequestInput(form.text, { from: account.address, chainId: form.chainId });
    if (!input.ok) fields.addPasted(input.errors);
    checkCommon(form, fields);
    if (fields.failed || !input.ok) return fields.result();
    if (input.value.kind === 'request') {
      return this.#reviewTransaction(form, input.value.request, account, undefined);
    }
    const { draft, missing } = input.value;
    const filled = await this.#filling.fillDraft(draft, missing, account, fields);
    if (filled === undefined) return fields.result();
    const completed = completeDraft(draft, filled);
    if (!completed.ok) {
      fields.addPasted(completed.errors);
      return fields.result();
    }
    return this.#reviewTransaction(form, completed.value, account, undefined);
  }

  async #reviewTransaction(
    form: PaymentForm | PasteForm,
    request: EvmRequest,
    account: Account,
    checksummed: boolean | undefined,
  ): Promise<Checked<Draft>> {
    const known = { nodes: this.#port.nodes, judged: this.#port.judged() };
    const message =
      form.overrideMaybeSigned === true ? undefined : paidTwice(known, request, account);
    if (message !== undefined) {
      return { ok: false, errors: [{ field: 'overrideMaybeSigned', message }] };
    }
    return this.#port.reviewed.review(form, request, account, checksummed);
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
    throw noAccount();
  }
}

const callOf = (asset: PaymentForm['asset'], to: `0x${string}`, amount: bigint): Call =>
  asset === 'native'
    ? { to, value: amount, data: '0x' }
    : {
        to: parseAddress(asset.token).address,
        value: 0n,
        data: encodeTokenCall({ function: 'transfer', address: to, amount }),
      };

const noNode = (chainId: bigint): WalletError =>
  new WalletError({
    code: 'wallet/no-node',
    title: `This device has no node for chain ${String(chainId)}`,
    meaning: 'Nothing was signed and no money moved.',
    next: 'Enter a node under Settings, Networks, or fill in fees, gas limit and nonce yourself.',
  });
