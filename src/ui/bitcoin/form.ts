import type { ReactNode } from 'react';
import type { BitcoinAccountView, FieldError, VaultView } from '../../wallet/index.ts';

/** What the forms of a Bitcoin account have in common. */
export interface CoinFormProps<F> {
  readonly vault: VaultView;
  readonly account: BitcoinAccountView;
  readonly form: F;
  readonly errors: readonly FieldError[];
  readonly failed: string | undefined;
  readonly pending: boolean;
  /** The choice of the account. */
  readonly from: ReactNode;
  readonly onChange: (form: F) => void;
  readonly onSubmit: () => void;
}
