import { useState } from 'react';
import { toDecimal, type FieldError, type PaymentForm } from '../../wallet/index.ts';
import { Drawer } from '../parts/drawer.tsx';
import { Field } from '../parts/field.tsx';
import { ActionError } from '../parts/notice.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

const GWEI_DECIMALS = 9;
const names = ['maxFee', 'priorityFee', 'gasLimit', 'nonce'] as const;
const fields = {
  maxFee: {
    label: 'At most per gas, in gwei',
    hint: 'The fee is never more than this times the gas limit.',
  },
  priorityFee: {
    label: 'Priority per gas, in gwei',
    hint: 'The part that goes to the block’s producer.',
  },
  gasLimit: { label: 'Gas limit', hint: '21000 for a plain payment.' },
  nonce: { label: 'Nonce', hint: 'The number of this payment from this account.' },
};

/** The fee: the node's suggestion, or one's own numbers behind a drawer. */
export function FeeFields(props: {
  readonly vault: string;
  readonly form: PaymentForm;
  readonly errors: readonly FieldError[];
  /** Whether there is a node to ask. */
  readonly asks: boolean;
  readonly set: (part: Partial<PaymentForm>) => void;
}) {
  const { form, errors, asks } = props;
  const wallet = useWallet();
  const action = useAction();
  const [opened, setOpened] = useState(false);
  const wrong = errors.some(({ field }) => names.some((name) => name === field));
  const own = names.some((name) => form[name] !== '');
  const open = opened || wrong || !asks;
  const suggest = async (): Promise<void> => {
    const fees = await wallet.suggestFees(props.vault, form);
    props.set({
      maxFee: toDecimal(fees.maxFeePerGas, GWEI_DECIMALS),
      priorityFee: toDecimal(fees.maxPriorityFeePerGas, GWEI_DECIMALS),
      gasLimit: String(fees.gasLimit),
      nonce: String(fees.nonce),
    });
  };
  return (
    <Drawer
      title={
        asks
          ? own
            ? 'Fee: your own numbers'
            : 'Fee: as the node suggests. Your own instead?'
          : 'Fee: no node to ask on this network, so type it here'
      }
      open={open}
      onOpenChange={setOpened}
    >
      <div className="field-pair">
        {names.map((name) => (
          <Field
            name={name}
            label={fields[name].label}
            hint={fields[name].hint}
            errors={errors}
            key={name}
          >
            {(control) => (
              <input
                {...control}
                className="input figures"
                value={form[name]}
                inputMode="decimal"
                autoComplete="off"
                placeholder={asks ? 'suggested' : undefined}
                onChange={(event) => {
                  props.set({ [name]: event.target.value });
                }}
              />
            )}
          </Field>
        ))}
      </div>
      {asks ? (
        <span>
          <button
            type="button"
            className="button button-small"
            disabled={action.pending}
            onClick={() => void action.run(suggest)}
          >
            {action.pending ? 'Asking the node…' : 'Fill in what the node suggests'}
          </button>
        </span>
      ) : null}
      <ActionError error={action.error} />
    </Drawer>
  );
}
