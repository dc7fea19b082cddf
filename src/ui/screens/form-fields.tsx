/** Fields that the form and the paste have in common. */
import type {
  BitcoinAccountRef,
  FieldError,
  NetworkSetting,
  VaultView,
} from '../../wallet/index.ts';
import { accountWithId, idOf } from '../bitcoin/names.ts';
import { Field } from '../parts/field.tsx';
import { ActionError } from '../parts/notice.tsx';

const DAY = 24;
const EXPIRIES = [
  [1, '1 hour'],
  [DAY, '1 day'],
  [3 * DAY, '3 days'],
  [7 * DAY, '1 week'],
  [30 * DAY, '30 days'],
] as const;

type Errors = readonly FieldError[];

/** All accounts of the vault: which one it is decides what can be proposed. */
export function AccountField(props: {
  readonly vault: VaultView;
  readonly value: number | BitcoinAccountRef;
  readonly errors: Errors;
  readonly onChange: (account: number) => void;
  readonly onCoins: (account: BitcoinAccountRef) => void;
}) {
  const { vault, value } = props;
  const choose = (chosen: string): void => {
    const coins = accountWithId(vault, chosen);
    if (coins === undefined) props.onChange(Number(chosen));
    else props.onCoins(coins);
  };
  return (
    <Field name="account" label="From" errors={props.errors}>
      {(control) => (
        <select
          {...control}
          value={typeof value === 'number' ? String(value) : idOf(value)}
          onChange={(event) => {
            choose(event.target.value);
          }}
        >
          {vault.accounts.map(({ index, name }) => (
            <option value={index} key={index}>
              {name}
            </option>
          ))}
          {vault.bitcoinAccounts
            .filter(({ keys }) => keys !== undefined)
            .map((account) => (
              <option value={idOf(account)} key={idOf(account)}>
                {account.name} ({account.networkName})
              </option>
            ))}
        </select>
      )}
    </Field>
  );
}

export function NetworkField(props: {
  readonly networks: readonly NetworkSetting[];
  readonly value: bigint | undefined;
  readonly hint?: string;
  readonly none?: string;
  readonly errors: Errors;
  readonly onChange: (chainId: bigint | undefined) => void;
}) {
  return (
    <Field name="chainId" label="Network" hint={props.hint} errors={props.errors}>
      {(control) => (
        <select
          {...control}
          value={props.value === undefined ? '' : String(props.value)}
          onChange={(event) => {
            const { value } = event.target;
            props.onChange(value === '' ? undefined : BigInt(value));
          }}
        >
          {props.none === undefined ? null : <option value="">{props.none}</option>}
          {props.networks.map(({ chainId, name }) => (
            <option value={String(chainId)} key={String(chainId)}>
              {name} (chain {String(chainId)})
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function NoteField(props: {
  readonly value: string;
  readonly errors: Errors;
  readonly onChange: (note: string) => void;
}) {
  return (
    <Field
      name="note"
      label="Note"
      hint="Optional. The other approvers see it as your words; it is not part of the payment."
      errors={props.errors}
    >
      {(control) => (
        <input
          {...control}
          value={props.value}
          maxLength={280}
          autoComplete="off"
          onChange={(event) => {
            props.onChange(event.target.value);
          }}
        />
      )}
    </Field>
  );
}

export function ExpiryField(props: {
  readonly value: number;
  readonly errors: Errors;
  readonly onChange: (hours: number) => void;
}) {
  return (
    <Field name="expiresInHours" label="Expires after" errors={props.errors}>
      {(control) => (
        <select
          {...control}
          value={props.value}
          onChange={(event) => {
            props.onChange(Number(event.target.value));
          }}
        >
          {EXPIRIES.map(([hours, label]) => (
            <option value={hours} key={hours}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A payment that could pay twice goes on only if a person says so. */
export function OverrideField(props: {
  readonly errors: Errors;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}) {
  const asked = props.errors.some(({ field }) => field === 'overrideMaybeSigned');
  if (!asked && !props.value) return null;
  return (
    <div className="notice notice-loss">
      <input
        type="checkbox"
        className="check"
        id="field-overrideMaybeSigned"
        checked={props.value}
        onChange={(event) => {
          props.onChange(event.target.checked);
        }}
      />
      <label htmlFor="field-overrideMaybeSigned">
        I have checked that the earlier payment did not happen. I know that otherwise both can be
        paid.
      </label>
    </div>
  );
}

export function Continue(props: {
  readonly pending: boolean;
  readonly failed: string | undefined;
}) {
  return (
    <>
      <ActionError error={props.failed} />
      <div className="action-bar">
        <button type="submit" className="button button-go button-wide" disabled={props.pending}>
          {props.pending ? 'Reading it…' : 'Continue to review'}
        </button>
      </div>
    </>
  );
}
