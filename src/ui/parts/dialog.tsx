import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';

/** Something to fill in or read, on top of the screen. */
export function Dialog(props: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Base.Root
      open={props.open}
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className="dialog">
          <div className="problem-head">
            <Base.Title className="dialog-title">{props.title}</Base.Title>
            <Base.Close className="button-quiet" aria-label="Close">
              <X className="icon" aria-hidden />
            </Base.Close>
          </div>
          {props.description === undefined ? null : (
            <Base.Description className="lead">{props.description}</Base.Description>
          )}
          {props.children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** A question that must be answered before anything else. */
export function Confirm(props: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description: ReactNode;
  readonly confirm: string;
  readonly tone?: 'go' | 'loss';
  readonly cancel?: string | undefined;
  readonly pending?: boolean;
  readonly onConfirm: () => void;
  readonly children?: ReactNode;
}) {
  return (
    <AlertDialog.Root
      open={props.open}
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title className="dialog-title">{props.title}</AlertDialog.Title>
          <AlertDialog.Description className="lead">{props.description}</AlertDialog.Description>
          {props.children}
          <div className="two-buttons">
            <AlertDialog.Close className="button">{props.cancel ?? 'Cancel'}</AlertDialog.Close>
            <button
              type="button"
              className={`button button-${props.tone ?? 'go'}`}
              disabled={props.pending}
              onClick={props.onConfirm}
            >
              {props.confirm}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
