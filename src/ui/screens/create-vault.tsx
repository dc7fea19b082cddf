import { Minus, Plus } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import { Field } from '../parts/field.tsx';
import { ActionError, Notice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { hrefOf } from '../router.ts';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

const MAX_DEVICES = 10;

export function CreateVault() {
  const wallet = useWallet();
  const action = useAction();
  const [name, setName] = useState('');
  const [size, setSize] = useState(3);
  const [threshold, setThreshold] = useState(2);
  const [taproot, setTaproot] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (name.trim() === '' || action.pending) return;
    void action.run(async () =>
      wallet.createVault({ name: name.trim(), threshold, size, taproot }),
    );
  };
  return (
    <Page title="Create a vault" narrow back={{ href: hrefOf({ screen: 'start' }), label: 'Back' }}>
      <form className="stack" onSubmit={submit}>
        <Field name="name" label="Name of the vault" hint="All its devices see this name.">
          {(control) => (
            <input
              {...control}
              value={name}
              maxLength={40}
              autoComplete="off"
              autoFocus
              onChange={(event) => {
                setName(event.target.value);
              }}
            />
          )}
        </Field>
        <Stepper
          label="How many devices"
          value={size}
          min={2}
          max={MAX_DEVICES}
          onChange={(value) => {
            setSize(value);
            setThreshold(Math.min(threshold, value));
          }}
        />
        <Stepper
          label="How many must approve"
          value={threshold}
          min={2}
          max={size}
          onChange={setThreshold}
        />
        <label className="row check-row">
          <input
            type="checkbox"
            className="check"
            checked={taproot}
            onChange={(event) => {
              setTaproot(event.target.checked);
            }}
          />
          <span>
            Also make a key for Bitcoin Taproot. It can be added later, too, once all devices are
            online.
          </span>
        </label>
        <Consequence threshold={threshold} size={size} />
        <button
          type="submit"
          className="button button-go button-wide"
          disabled={name.trim() === '' || action.pending}
        >
          {action.pending ? 'Preparing the invitation…' : 'Invite the other devices'}
        </button>
        <ActionError error={action.error} />
      </form>
    </Page>
  );
}

function Consequence(props: { readonly threshold: number; readonly size: number }) {
  const { threshold, size } = props;
  const spare = size - threshold;
  return (
    <Notice
      tone={spare === 0 ? 'look' : 'info'}
      title={`${String(threshold)} of ${String(size)} devices sign a payment`}
    >
      <p>
        {spare === 0
          ? 'Every device is needed. If one is lost, the money cannot be moved any more.'
          : `${spare === 1 ? 'One device' : `${String(spare)} devices`} may be lost and the rest can still pay. ` +
            `Somebody who takes over ${threshold === 2 ? 'one device' : `${String(threshold - 1)} devices`} cannot pay alone.`}
      </p>
    </Notice>
  );
}

function Stepper(props: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}) {
  const { label, value, min, max, onChange } = props;
  return (
    <div className="field" role="group" aria-label={label}>
      <span className="field-label" aria-hidden>
        {label}
      </span>
      <div className="stepper">
        <StepButton
          label={`${label}: one less`}
          icon={Minus}
          off={value <= min}
          onStep={() => {
            onChange(value - 1);
          }}
        />
        <output className="figures">{value}</output>
        <StepButton
          label={`${label}: one more`}
          icon={Plus}
          off={value >= max}
          onStep={() => {
            onChange(value + 1);
          }}
        />
      </div>
    </div>
  );
}

function StepButton(props: {
  readonly label: string;
  readonly icon: typeof Plus;
  readonly off: boolean;
  readonly onStep: () => void;
}) {
  const Icon = props.icon;
  return (
    <button
      type="button"
      className="button-quiet"
      aria-label={props.label}
      aria-disabled={props.off}
      onClick={() => {
        if (!props.off) props.onStep();
      }}
    >
      <Icon className="icon" aria-hidden />
    </button>
  );
}
