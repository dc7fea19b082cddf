import { Check } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

/** Milliseconds that the button has to be held. The styles fill it in the same time. */
const HOLD = 1_200;

/**
 * A button that acts only after it was held: with a finger, the mouse, Enter or Space. Whoever cannot hold
 * (a switch, a screen reader) gets a plain click, which asks instead.
 */
export function HoldButton(props: {
  readonly label: string;
  readonly busy?: string | undefined;
  readonly disabled?: boolean;
  readonly describedBy?: string | undefined;
  readonly onHeld: () => void;
  /** Activated without a pointer or a key that could be held. */
  readonly onPlainClick: () => void;
}) {
  const [holding, setHolding] = useState(false);
  const [hint, setHint] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // A press that a pointer began ends in a click of its own: that one asks nothing.
  const pressed = useRef(false);
  const blocked = props.disabled === true || props.busy !== undefined;

  // What blocks the button ends a hold that is under way: a warning that came in, say, has to be seen first.
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
      setHolding(false);
    },
    [blocked],
  );

  const start = (): void => {
    if (blocked || timer.current !== undefined) return;
    setHint('');
    setHolding(true);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      setHolding(false);
      props.onHeld();
    }, HOLD);
  };
  const stop = (): void => {
    if (timer.current === undefined) return;
    clearTimeout(timer.current);
    timer.current = undefined;
    setHolding(false);
    setHint('Let go too early: keep holding until the button is full.');
  };
  const leave = (): void => {
    pressed.current = false;
    stop();
  };
  const isKey = (key: string): boolean => key === 'Enter' || key === ' ';

  return (
    <>
      <button
        type="button"
        className="button button-go button-wide hold"
        aria-label={props.busy ?? props.label}
        aria-disabled={blocked}
        aria-describedby={props.describedBy}
        data-holding={holding ? '' : undefined}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          pressed.current = true;
          start();
        }}
        onPointerUp={stop}
        onPointerLeave={leave}
        onPointerCancel={leave}
        onBlur={stop}
        onContextMenu={(event) => {
          event.preventDefault();
        }}
        onKeyDown={(event) => {
          if (!isKey(event.key)) return;
          event.preventDefault();
          if (!event.repeat) start();
        }}
        onKeyUp={(event) => {
          if (!isKey(event.key)) return;
          event.preventDefault();
          stop();
        }}
        onClick={() => {
          const byPointer = pressed.current;
          pressed.current = false;
          if (!blocked && !byPointer) props.onPlainClick();
        }}
      >
        <span className="hold-fill" aria-hidden />
        <span className="hold-label">
          <Check className="icon" aria-hidden />
          {props.busy ?? (holding ? 'Keep holding…' : props.label)}
        </span>
      </button>
      <p className="small soft hold-hint" role="status">
        {hint}
      </p>
    </>
  );
}
