/** What is paid, and how much of it. */
import type { BalanceView, FieldError, NetworkSetting, PaymentForm } from '../../wallet/index.ts';
import { Address } from '../parts/address.tsx';
import { Field } from '../parts/field.tsx';
import { AddToken } from './add-token.tsx';
import { Balance } from './home.tsx';

type Set = (part: Partial<PaymentForm>) => void;

export function AssetField(props: {
  readonly form: PaymentForm;
  readonly network: NetworkSetting | undefined;
  readonly errors: readonly FieldError[];
  readonly set: Set;
}) {
  const { form, network, set } = props;
  return (
    <div className="stack-tight">
      <Field name="asset" label="Asset" errors={props.errors}>
        {(control) => (
          <select
            {...control}
            value={form.asset === 'native' ? '' : form.asset.token}
            onChange={(event) => {
              const { value } = event.target;
              set({ asset: value === '' ? 'native' : { token: value } });
            }}
          >
            <option value="">{network?.nativeSymbol ?? 'Native coin'}</option>
            {network?.tokens.map(({ address, symbol }) => (
              <option value={address} key={address}>
                {symbol} (token)
              </option>
            ))}
          </select>
        )}
      </Field>
      {form.asset === 'native' ? null : (
        <div>
          <span className="small soft">Token contract</span>
          <Address value={form.asset.token} />
        </div>
      )}
      {network === undefined ? null : (
        <AddToken
          network={network}
          onAdded={(token) => {
            set({ asset: { token } });
          }}
        />
      )}
    </div>
  );
}

export function AmountField(props: {
  readonly form: PaymentForm;
  readonly network: NetworkSetting | undefined;
  readonly balance: BalanceView | undefined;
  readonly errors: readonly FieldError[];
  readonly set: Set;
}) {
  const { form, network, balance } = props;
  const { asset } = form;
  const symbol =
    asset === 'native'
      ? network?.nativeSymbol
      : network?.tokens.find(({ address }) => address === asset.token)?.symbol;
  return (
    <Field
      name="amount"
      label="Amount"
      errors={props.errors}
      hint={
        balance === undefined ? undefined : (
          <>
            There: <Balance balance={balance} />
          </>
        )
      }
    >
      {(control) => (
        <div className="input-unit">
          <input
            {...control}
            className="input figures"
            value={form.amount}
            inputMode="decimal"
            autoComplete="off"
            onChange={(event) => {
              props.set({ amount: event.target.value });
            }}
          />
          <span className="strong">{symbol}</span>
        </div>
      )}
    </Field>
  );
}
