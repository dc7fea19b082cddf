import { Menu as Base } from '@base-ui/react/menu';
import type { ReactNode } from 'react';

export interface MenuEntry {
  readonly id: string;
  readonly label: ReactNode;
  readonly end?: ReactNode;
  readonly href?: string;
  readonly onSelect?: () => void;
}

/** A button that opens a list of choices. */
export function Menu(props: {
  readonly trigger: ReactNode;
  readonly label: string;
  readonly triggerClass?: string;
  readonly entries: readonly MenuEntry[];
}) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger className={props.triggerClass ?? 'button-quiet'} aria-label={props.label}>
        {props.trigger}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="menu-positioner" sideOffset={4} align="start">
          <Base.Popup className="menu">
            {props.entries.map((entry) =>
              entry.href === undefined ? (
                <Base.Item className="menu-item" key={entry.id} onClick={entry.onSelect}>
                  <span>{entry.label}</span>
                  {entry.end}
                </Base.Item>
              ) : (
                <Base.LinkItem className="menu-item" key={entry.id} href={entry.href} closeOnClick>
                  <span>{entry.label}</span>
                  {entry.end}
                </Base.LinkItem>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
