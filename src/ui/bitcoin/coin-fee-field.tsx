import { useState } from 'react';
import type { BitcoinFeeSuggestion, BitcoinPaymentForm, FieldError } from '../../wallet/index.ts';
import { Field } from '../parts/field.tsx';
import { ActionError } from '../parts/notice.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

/** At most so many are offered: more say the same. */
const SHOWN = 4;

/** What the transaction pays for each virtual byte: the server's suggestion, or one's own number. */
export function CoinFeeField(props: {
  readonly vault: string;
  readonly form: BitcoinPaymentForm;
  readonly errors: readonly FieldError[];
  /** Whether there is a server to ask. */
  readonly asks: boolean;
  readonly set: (part: Partial<BitcoinPaymentForm>) => void;
}) {
  const { vault, form, errors, asks, set } = props;
  const wallet = useWallet();
  const action = useAction();
  const [rates, setRates] = useState<readonly BitcoinFeeSuggestion[]>([]);
  return (
    <div className="stack-tight">
      <Field
        name="feeRate"
        label="Fee rate, in satoshis per virtual byte"
        hint={
          asks ? 'Empty: as the server suggests for half an hour.' : 'There is no server to ask.'
        }
        errors={errors}
      >
        {(control) => (
          <input
            {...control}
            className="input figures"
            value={form.feeRate}
            inputMode="decimal"
            autoComplete="off"
            placeholder={asks ? 'suggested' : undefined}
            onChange={(event) => {
              set({ feeRate: event.target.value });
            }}
          />
        )}
      </Field>
      {asks ? (
        <div className="row">
          {rates.slice(0, SHOWN).map(({ blocks, rate }) => (
            <button
              type="button"
              className="button button-small"
              key={blocks}
              onClick={() => {
                set({ feeRate: String(Math.ceil(rate * 1_000) / 1_000) });
              }}
            >
              {rate} for {blocks === 1 ? 'the next block' : `about ${lasts(blocks)}`}
            </button>
          ))}
          <button
            type="button"
            className="button button-small"
            disabled={action.pending}
            onClick={() =>
              void action.run(async () => {
                setRates(await wallet.suggestBitcoinFees(vault, form.account));
              })
            }
          >
            {action.pending ? 'Asking the server…' : 'What does the server suggest?'}
          </button>
        </div>
      ) : null}
      <ActionError error={action.error} />
    </div>
  );
}

/** Blocks come every ten minutes, on average. */
function lasts(blocks: number): string {
  const minutes = blocks * 10;
  if (minutes < 60) return `${String(minutes)} minutes`;
  const hours = Math.round(minutes / 60);
  if (hours === 24) return 'a day';
  return hours === 1 ? 'an hour' : `${String(hours)} hours`;
}
