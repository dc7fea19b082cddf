import {
  BTC_DECIMALS,
  formatUnits,
  type BitcoinAccountRef,
  type BitcoinAccountView,
  type BitcoinPaymentForm,
} from '../../wallet/index.ts';
import { Field } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { hrefOf } from '../router.ts';
import { ProposalForm } from '../screens/proposal-form.tsx';
import { CoinFeeField } from './coin-fee-field.tsx';
import { CoinToField } from './coin-to-field.tsx';
import type { CoinFormProps } from './form.ts';
import { Funds } from './funds.tsx';

export const emptyCoinPayment = (account: BitcoinAccountRef): BitcoinPaymentForm => ({
  account: { network: account.network, kind: account.kind, index: account.index },
  to: '',
  amount: '',
  all: false,
  feeRate: '',
  note: '',
  expiresInHours: 24,
});

/** A payment in bitcoin from one account. */
export function CoinPaymentFields(props: CoinFormProps<BitcoinPaymentForm>) {
  const { vault, account, form, errors } = props;
  const set = (part: Partial<BitcoinPaymentForm>): void => {
    props.onChange({ ...form, ...part });
  };
  const asks = account.funds.state !== 'unset';
  return (
    <ProposalForm
      form={form}
      errors={errors}
      failed={props.failed}
      pending={props.pending}
      set={set}
      onSubmit={props.onSubmit}
    >
      {props.from}
      {asks ? null : (
        <Notice tone="info" title={`No server is set up for ${account.networkName}`}>
          <p>
            Without one this device does not know the coins.{' '}
            <a href={hrefOf({ screen: 'settings' })}>Add a server in Settings</a>, or hand in a PSBT
            that another wallet made.
          </p>
        </Notice>
      )}
      <CoinToField vault={vault} form={form} errors={errors} set={set} />
      <CoinAmountField account={account} form={form} errors={errors} set={set} />
      <CoinFeeField vault={vault.id} form={form} errors={errors} asks={asks} set={set} />
    </ProposalForm>
  );
}

function CoinAmountField(props: {
  readonly account: BitcoinAccountView;
  readonly form: BitcoinPaymentForm;
  readonly errors: CoinFormProps<BitcoinPaymentForm>['errors'];
  readonly set: (part: Partial<BitcoinPaymentForm>) => void;
}) {
  const { account, form, set } = props;
  const { confirmed } = account.funds;
  return (
    <div className="stack-tight">
      <Field
        name="amount"
        label="Amount"
        errors={props.errors}
        hint={
          <span className="lines-tight">
            <Funds account={account} />
          </span>
        }
      >
        {(control) => (
          <div className="input-unit">
            <input
              {...control}
              className="input figures"
              value={form.all ? '' : form.amount}
              placeholder={
                form.all && confirmed !== undefined
                  ? `all of ${formatUnits(confirmed, BTC_DECIMALS)}, less the fee`
                  : undefined
              }
              disabled={form.all}
              inputMode="decimal"
              autoComplete="off"
              onChange={(event) => {
                set({ amount: event.target.value });
              }}
            />
            <span className="strong">{account.symbol}</span>
          </div>
        )}
      </Field>
      <label className="row check-row">
        <input
          type="checkbox"
          className="check"
          checked={form.all}
          onChange={(event) => {
            set({ all: event.target.checked });
          }}
        />
        <span>Everything, less the fee (at most 128 coins at once)</span>
      </label>
    </div>
  );
}
